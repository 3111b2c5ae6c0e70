"""What we offer, as marketers see it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import PageCount
from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.campaigns import (
    FormFactory,
    FormSubmissionFactory,
    LandingPageFactory,
)

pytestmark = pytest.mark.django_db


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("who", [UserFactory, RepFactory, MarketerFactory])
def test_pages_and_forms_stand_with_address_and_numbers(client, who, settings):
    settings.SITE_URL = "https://leads.example"
    page = LandingPageFactory(title="One team", slug="one-team")
    today = timezone.localdate()
    for days, people, machines in ((0, 1_000, 7), (1, 234, 5)):
        day = today - timedelta(days=days)
        PageCount.objects.create(page=page, day=day, people=people, machines=machines)
    FormSubmissionFactory(form=page.form, page=page, made_contact=True)
    FormSubmissionFactory(form=page.form, page=page)
    FormSubmissionFactory(form=page.form)
    FormSubmissionFactory(
        form=page.form, page=page, contact=None, machine_reason="honeypot"
    )
    client.force_login(who())

    response = client.get("/campaigns/")

    [of_page] = response.context["pages"]
    [of_form] = response.context["forms"]
    numbers = of_page["numbers"]
    assert (numbers.visits, numbers.machine_visits) == (1_234, 12)
    assert (numbers.sent, numbers.new_contacts, numbers.machine_sent) == (2, 1, 1)
    assert (of_form["numbers"].sent, of_form["numbers"].machine_sent) == (3, 1)
    assert "https://leads.example/p/one-team/" in text_of(response)
    assert "1,234" in text_of(response)


def test_without_pages_it_says_what_will_stand_here(client):
    client.force_login(MarketerFactory())

    shown = text_of(client.get("/campaigns/"))

    assert "No landing page yet" in shown
    assert "No form yet" in shown


@pytest.mark.parametrize("row_count", [1, 3])
def test_queries_of_the_list_do_not_grow(client, django_assert_num_queries, row_count):
    for page in LandingPageFactory.create_batch(row_count):
        FormSubmissionFactory(form=page.form, page=page)
    client.force_login(MarketerFactory())
    client.get("/campaigns/")

    # session, user, inbox count, pinned views; pages, forms; visits, sent by page, form
    with django_assert_num_queries(9):
        response = client.get("/campaigns/")

    assert len(response.context["pages"]) == len(response.context["forms"]) == row_count


@pytest.mark.parametrize("row_count", [1, 3])
def test_queries_of_what_was_sent_do_not_grow(
    client, django_assert_num_queries, row_count
):
    form = FormFactory()
    FormSubmissionFactory.create_batch(
        row_count, form=form, page=LandingPageFactory(form=form)
    )
    client.force_login(MarketerFactory())
    client.get(f"/campaigns/forms/{form.pk}/")

    # session, user, inbox count, pinned views; form, numbers, rows
    with django_assert_num_queries(7):
        response = client.get(f"/campaigns/forms/{form.pk}/")

    assert len(response.context["lines"]) == row_count


def test_what_was_sent_shows_the_contact_and_machines_apart(client):
    form = FormFactory(fields=[{"name": "email", "label": "Work e-mail"}])
    values = {"email": "ada@example.com"}
    person = FormSubmissionFactory(form=form, values=values, made_contact=True)
    FormSubmissionFactory(
        form=form,
        contact=None,
        values={"email": "spam@example.com"},
        machine_reason="honeypot",
    )
    client.force_login(MarketerFactory())

    people = text_of(client.get(f"/campaigns/forms/{form.pk}/"))
    machines = text_of(client.get(f"/campaigns/forms/{form.pk}/?show=machines"))

    assert "Work e-mail: ada@example.com" in people
    assert f"/contacts/{person.contact_id}/" in people
    assert "spam@example.com" not in people
    assert "spam@example.com" in machines
    assert "filled in what people do not see" in machines


def test_a_cursor_of_nothing_leads_to_the_first_page(client):
    form = FormFactory()
    client.force_login(MarketerFactory())

    response = client.get(f"/campaigns/forms/{form.pk}/?cursor=nonsense")

    assert response.status_code == 302
    assert client.get("/campaigns/forms/0/").status_code == 404
    assert client.get(f"/campaigns/forms/{2**70}/").status_code == 404


@pytest.mark.parametrize("path", ["/campaigns/", "/campaigns/forms/1/"])
def test_only_who_is_signed_in_sees_them(client, path):
    assert client.get(path).status_code == 302
    client.force_login(MarketerFactory())
    assert client.post(path).status_code == 405
