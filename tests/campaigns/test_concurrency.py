"""Forms that arrive at the same moment."""

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import FormSubmission, PageCount
from campaigns.services.submissions import new_token
from campaigns.services.visits import count_visit
from contacts.models import Contact, Proposal
from journeys.models import Interaction, Visitor
from tests.factories.campaigns import FormFactory, LandingPageFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory, VisitorFactory
from tests.journeys.test_public import BROWSER, KEY
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = [{"name": name, "label": name} for name in ("email", "first_name")]


def sending(form, *, token=None, cookie="", **values):
    def send():
        client = Client(headers={"User-Agent": BROWSER})
        if cookie:
            client.cookies["leadhub_id"] = cookie
        data = {"email": "ada@example.com", "token": token or new_token(form)}
        return client.post(f"/f/{form.slug}/", data | values).status_code

    return send


@pytest.mark.parametrize("attempt", range(3))
def test_one_token_sent_four_times_at_once_counts_once(attempt):
    form = FormFactory(interaction_kind="demo_request")
    VisitorFactory(digest=Visitor.digest_of(KEY))
    send = sending(form, token=new_token(form), cookie=KEY)

    assert at_once(send, send, send, send) == [302] * 4

    assert FormSubmission.objects.count() == Contact.objects.count() == 1
    assert Interaction.objects.count() == 2


@pytest.mark.parametrize("attempt", range(3))
def test_one_address_sent_four_times_at_once_makes_one_contact(attempt):
    form = FormFactory(fields=FIELDS)
    visitor = VisitorFactory(digest=Visitor.digest_of(KEY))
    InteractionFactory(visitor=visitor, contact=None)
    names = ["Ada", "Eve", "Eva", "Ida"]

    answers = at_once(*[sending(form, first_name=n, cookie=KEY) for n in names])

    assert answers == [302] * 4
    ada = Contact.objects.get()
    assert FormSubmission.objects.filter(made_contact=True).count() == 1
    assert ada.submissions.count() == 4
    assert ada.interactions.count() == 5
    # Of what the others typed the newest is proposed.
    proposed = Proposal.objects.get()
    assert proposed.value in set(names) - {ada.first_name}


def test_values_typed_for_somebody_at_once_are_one_proposal():
    form, ada = FormFactory(fields=FIELDS), ContactFactory(email="ada@example.com")

    answers = at_once(*[sending(form, first_name=name) for name in "ABCD"])

    assert answers == [302] * 4
    assert Proposal.objects.open().get().contact == ada


def test_no_visit_is_lost_when_a_day_begins():
    page = LandingPageFactory()
    now = timezone.now()

    def visit():
        count_visit(page=page, is_machine=False, at=now)

    assert at_once(*[visit] * 8) == [None] * 8

    assert PageCount.objects.get().people == 8
