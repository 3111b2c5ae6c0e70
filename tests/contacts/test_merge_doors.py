import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from contacts.models import Contact, Distinct, Merge
from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.journeys import InteractionFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/"


@pytest.fixture
def user():
    return MarketerFactory()


@pytest.fixture
def inside(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def api(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def through_the_page(inside, kept, gone):
    inside.post(
        reverse("contacts:merge", args=[kept.pk, gone.pk]), {"value.phone": "merge"}
    )


def over_the_api(inside, kept, gone):
    client = APIClient()
    client.force_authenticate(MarketerFactory())
    body = {"keep": kept.pk, "merge": gone.pk, "values": {"phone": "merge"}}
    answer = client.post(f"{URL}contacts/merge/", body, format="json")
    assert answer.status_code == 201, answer.json()


@pytest.mark.parametrize("merge", [through_the_page, over_the_api])
def test_merge_through_any_door(inside, merge):
    kept = ContactFactory(phone="+442079460018")
    gone = ContactFactory(phone="+442079460019")

    merge(inside, kept, gone)

    kept.refresh_from_db()
    assert kept.phone == "+442079460019"
    assert Merge.objects.get().gone == gone


def test_the_form_shows_both_what_wins_and_what_moves(inside):
    kept = ContactFactory(first_name="Ada", job_title="Head")
    gone = ContactFactory(first_name="Augusta", job_title="Head")
    gone.tags.create(name="fair")
    gone.consents.create(
        purpose="phone", granted=False, at=gone.created_at, source="form"
    )
    InteractionFactory.create_batch(3, contact=gone)

    shown = inside.get(reverse("contacts:merge", args=[kept.pk, gone.pk]))

    both = shown.context["both"]
    assert {line.name: line.side for line in both.lines}["first_name"] == "keep"
    assert [(each.purpose, each.granted) for each in both.consents] == [
        ("phone", False)
    ]
    assert both.moves == [("Interactions", 3)]
    text = shown.content.decode()
    assert "The strictest consent wins" in text
    assert "Augusta" in text


def test_the_contact_page_offers_to_undo(inside):
    kept, gone = ContactFactory(), ContactFactory()
    through_the_page(inside, kept, gone)
    merge = Merge.objects.get()
    undo = reverse("contacts:undo_merge", args=[merge.pk])

    panel = inside.get(reverse("contacts:twins", args=[kept.pk])).content.decode()

    assert undo in panel
    assert undo in inside.get(reverse("contacts:list")).content.decode()  # the toast
    inside.post(undo)
    gone.refresh_from_db()
    assert gone.merged_into is None
    assert (
        undo
        not in inside.get(reverse("contacts:twins", args=[kept.pk])).content.decode()
    )


def test_old_links_lead_to_the_survivor(inside, api):
    kept, gone = ContactFactory(), ContactFactory()
    through_the_page(inside, kept, gone)

    moved = inside.get(reverse("contacts:detail", args=[gone.pk]))
    answer = api.get(f"{URL}contacts/{gone.pk}/")

    assert moved.url == reverse("contacts:detail", args=[kept.pk])
    assert answer.status_code == 410
    assert answer.json()["errors"][0]["code"] == "merged"
    assert str(kept.pk) in answer.json()["errors"][0]["detail"]
    found = api.get(f"{URL}contacts/", {"email": gone.email}).json()["results"]
    assert [row["id"] for row in found] == [kept.pk]


def test_what_is_reported_for_the_merged_reaches_the_survivor(inside, api):
    kept, gone = ContactFactory(), ContactFactory()
    through_the_page(inside, kept, gone)

    for contact in ({"id": gone.pk}, {"email": gone.email}):
        body = {"contact": contact, "kind": "page_view"}
        answer = api.post(f"{URL}interactions/", body, format="json")
        assert answer.status_code == 201, answer.json()

    assert kept.interactions.count() == 2
    assert gone.interactions.count() == 0


def test_undo_over_the_api_and_twice_is_harmless(api):
    kept, gone = ContactFactory(), ContactFactory()
    body = {"keep": kept.pk, "merge": gone.pk}
    merge = api.post(f"{URL}contacts/merge/", body, format="json").json()

    first = api.post(f"{URL}merges/{merge['id']}/undo/")
    again = api.post(f"{URL}merges/{merge['id']}/undo/")

    assert first.json() == again.json()
    assert first.json()["undone_at"]
    assert api.get(f"{URL}contacts/{gone.pk}/").status_code == 200
    assert api.get(f"{URL}merges/").json()["results"][0]["id"] == merge["id"]


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "keep"),
        ({"keep": 1}, "merge"),
        ({"keep": 10**30, "merge": 2}, "keep"),
        ({"keep": "KEPT", "merge": 999_999}, "merge"),
        ({"keep": "KEPT", "merge": "KEPT"}, "merge"),
        ({"keep": "KEPT", "merge": "GONE", "values": {"shoe": "keep"}}, "values.shoe"),
        ({"keep": "KEPT", "merge": "GONE", "values": {"phone": "x"}}, "values.phone"),
        ({"keep": "KEPT", "merge": "GONE", "more": 1}, "more"),
    ],
)
def test_a_bad_body_is_named(api, body, attr):
    pks = {"KEPT": ContactFactory().pk, "GONE": ContactFactory().pk}
    body = {
        name: pks.get(value, value) if isinstance(value, str) else value
        for name, value in body.items()
    }

    answer = api.post(f"{URL}contacts/merge/", body, format="json")

    assert answer.status_code == 400, answer.json()
    assert attr in [error["attr"] for error in answer.json()["errors"]]
    assert not Merge.objects.exists()


def test_merging_again_elsewhere_is_a_conflict(api):
    first, second, third = ContactFactory.create_batch(3)
    body = {"keep": first.pk, "merge": second.pk}
    api.post(f"{URL}contacts/merge/", body, format="json")

    answer = api.post(
        f"{URL}contacts/merge/", {"keep": third.pk, "merge": second.pk}, format="json"
    )

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "merged"


def test_reps_merge_what_they_may_write_and_readers_nothing(client):
    rep, mine, foreign = RepFactory(), ContactFactory(), ContactFactory()
    Contact.objects.filter(pk=foreign.pk).update(owner=RepFactory())
    client.force_login(rep)
    assert (
        client.get(reverse("contacts:merge", args=[mine.pk, foreign.pk])).status_code
        == 403
    )
    client.force_login(UserFactory())
    assert (
        client.post(reverse("contacts:merge", args=[mine.pk, foreign.pk])).status_code
        == 403
    )
    assert not Merge.objects.exists()


@pytest.fixture
def twice():
    company = CompanyFactory(domain="engines.example")
    one = ContactFactory(
        first_name="Ada", last_name="Byron", company=company, email="ada@gmail.com"
    )
    other = ContactFactory(
        first_name="Ada",
        last_name="Byron",
        company=company,
        email="a.da+shop@googlemail.com",
        phone="+442079460018",
    )
    return one, other


def test_duplicates_are_found_by_each_sign(api, twice):
    one, other = twice
    third = ContactFactory(
        first_name="Ada",
        last_name="Byron",
        company=None,
        email="ada.byron@engines.example",
        phone="+442079460018",
    )

    found = api.get(f"{URL}duplicates/").json()["results"]

    assert [(row["first"], row["second"], row["reasons"]) for row in found] == [
        (one.pk, other.pk, ["email", "name_company"]),
        (other.pk, third.pk, ["phone", "name_domain"]),
        (one.pk, third.pk, ["name_domain"]),
    ]
    of_third = api.get(f"{URL}duplicates/", {"contact": third.pk}).json()["results"]
    assert [row for row in found if third.pk in (row["first"], row["second"])] == (
        of_third
    )


def test_a_switchboard_is_no_sign(api):
    ContactFactory.create_batch(6, phone="+442079460018", company=None)

    assert api.get(f"{URL}duplicates/").json()["results"] == []


def test_who_was_told_apart_is_not_proposed_again(inside, api, twice):
    one, other = twice

    inside.post(reverse("contacts:apart", args=[other.pk, one.pk]))

    assert Distinct.objects.get().first == one
    assert api.get(f"{URL}duplicates/").json()["results"] == []
    inside.post(reverse("contacts:apart", args=[one.pk, other.pk]) + "?again=1")
    assert len(api.get(f"{URL}duplicates/").json()["results"]) == 1


def test_duplicates_are_paged(api, inside):
    for number in range(30):
        ContactFactory.create_batch(2, phone=f"+4420794600{number:02}", company=None)

    first = api.get(f"{URL}duplicates/", {"page_size": 20}).json()
    second = api.get(first["next"]).json()

    assert (len(first["results"]), len(second["results"])) == (20, 10)
    assert second["next"] is None
    assert "cursor=0" in second["previous"]
    shown = inside.get(reverse("contacts:duplicates"), {"page": 2})
    assert len(shown.context["lines"]) == 5


@pytest.mark.parametrize("name", ["duplicates", "twins"])
def test_query_count_does_not_grow_with_duplicates(inside, twice, name):
    args = [twice[0].pk] if name == "twins" else []
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shown = inside.get(reverse(f"contacts:{name}", args=args))
        counts.append(len(queries))
        ContactFactory(first_name="Ada", last_name="Byron", company=twice[0].company)

    assert counts[0] == counts[1]
    assert shown.content.decode().count("data-row") >= 1
