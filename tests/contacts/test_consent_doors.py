"""Permissions, suppressed addresses and the gate's answer, at each of their doors."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from contacts.models import Consent, Suppression
from contacts.services.consents import suppress_address
from contacts.services.touches import pause_touches
from sales.models import Claim
from sales.services.claims import claim_contact
from tests.factories.accounts import (
    MarketerFactory,
    RepFactory,
    UserFactory,
)
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.leadhub.test_api_rules import client_of, codes

pytestmark = pytest.mark.django_db
NOW = timezone.now()
URL = "/api/v1/"


@pytest.fixture
def marketer():
    return MarketerFactory()


@pytest.fixture
def api(marketer):
    return client_of(marketer)


# The gate's answer ---------------------------------------------------------------


def touch(api, contact, **query):
    return api.get(f"{URL}contacts/{contact.pk}/touch/", query)


def test_touch_says_that_somebody_may_be_mailed(api):
    contact = ConsentFactory().contact

    response = touch(api, contact, channel="email", purpose="marketing")

    assert response.json() == {"allowed": True, "reasons": []}


def test_touch_names_each_reason_and_when_it_ends(api):
    contact = ContactFactory()
    until = NOW + timedelta(days=2)
    pause_touches(contact=contact, until=until, by=None, at=NOW)
    claim_contact(contact=contact, by=RepFactory(first_name="Anna"), at=NOW)

    answer = touch(api, contact).json()

    assert answer["allowed"] is False
    found = {reason["code"]: reason for reason in answer["reasons"]}
    assert set(found) == {"no_consent", "paused", "claimed"}
    assert found["no_consent"]["until"] is None
    assert datetime.fromisoformat(found["paused"]["until"]) == until
    assert "Anna" in found["claimed"]["detail"]


def test_touch_knows_that_the_claimer_may_call(api):
    rep = RepFactory()
    contact = ContactFactory(phone="+49301234", owner=rep)
    claim_contact(contact=contact, by=rep, at=NOW)
    query = {"channel": "phone", "purpose": "personal"}

    assert touch(client_of(rep), contact, **query).json()["allowed"]
    assert not touch(api, contact, **query).json()["allowed"]


@pytest.mark.parametrize("query", [{"channel": "pigeon"}, {"purpose": ""}, {"x": "1"}])
def test_touch_refuses_what_there_is_not(api, query):
    response = touch(api, ContactFactory(), **query)

    assert response.status_code == 400
    assert codes(response)[0][0] == next(iter(query))


def test_touch_of_nobody_is_404_and_asking_keeps_nothing(api):
    assert api.get(f"{URL}contacts/999/touch/").status_code == 404
    contact = ContactFactory()
    touch(api, contact)
    assert not contact.touch_decisions.exists()


# Claims over REST ----------------------------------------------------------------


def test_claim_is_taken_named_and_released_over_rest():
    anna, ben = RepFactory(first_name="Anna"), RepFactory()
    contact = ContactFactory()
    path = f"{URL}contacts/{contact.pk}/claim/"

    first = client_of(anna).post(path)
    again = client_of(anna, "again").post(path)
    taken = client_of(ben).post(path)
    not_his = client_of(ben, "b2").delete(path)

    assert first.status_code == again.status_code == 201
    assert (first.json()["rep"], first.json()["name"]) == (anna.pk, str(anna))
    assert (taken.status_code, codes(taken)) == (409, [(None, "claimed")])
    assert "Anna" in taken.json()["errors"][0]["detail"]
    assert (not_his.status_code, codes(not_his)) == (409, [(None, "not_your_claim")])
    assert client_of(anna, "c").delete(path).status_code == 204
    assert client_of(anna, "d").delete(path).status_code == 204
    assert not Claim.objects.live(at=timezone.now()).exists()


def test_claim_of_a_contact_one_may_not_write_is_403_and_of_nobody_404():
    rep = RepFactory()
    contact = ContactFactory(owner=RepFactory())

    assert client_of(rep).post(f"{URL}contacts/{contact.pk}/claim/").status_code == 403
    assert client_of(rep, "2").post(f"{URL}contacts/999/claim/").status_code == 404
    reader = client_of(UserFactory())
    assert reader.post(f"{URL}contacts/{contact.pk}/claim/").status_code == 403


# Consents over REST --------------------------------------------------------------


def test_a_consent_is_appended_with_who_recorded_it_and_how(api, marketer):
    contact = ContactFactory()
    body = {
        "contact": contact.pk,
        "purpose": "phone",
        "granted": True,
        "how": "On the phone",
        "text": "Calls about offers",
    }

    first = api.post(f"{URL}consents/", body, format="json")
    again = api.post(f"{URL}consents/", body, format="json")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first["Location"].endswith(f"/consents/{first.json()['id']}/")
    consent = Consent.objects.get()
    assert consent.source == "crm"
    assert consent.proof["how"] == "On the phone"
    assert consent.proof["text"] == "Calls about offers"
    assert consent.proof["recorded_by"] == str(marketer)


def test_a_withdrawal_over_rest_suppresses_the_address(api):
    contact = ConsentFactory().contact
    body = {
        "contact": contact.pk,
        "purpose": "email_marketing",
        "granted": False,
        "how": "By letter",
    }

    assert api.post(f"{URL}consents/", body, format="json").status_code == 201
    assert not touch(api, contact).json()["allowed"]
    assert Suppression.objects.of_address(contact.email).exists()


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"purpose": "all"}, "purpose"),
        ({"granted": None}, "granted"),
        ({"how": ""}, "how"),
        ({"how": "a\x00"}, "how"),
        ({"contact": 999}, "contact"),
        ({"contact": None}, "contact"),
        ({"more": 1}, "more"),
        ({"text": "x" * 20_001}, "text"),
    ],
)
def test_a_consent_that_is_wrong_is_refused(api, change, attr):
    body = {
        "contact": ContactFactory().pk,
        "purpose": "phone",
        "granted": True,
        "how": "On the phone",
    } | change

    response = api.post(f"{URL}consents/", body, format="json")

    assert response.status_code == 400
    assert codes(response)[0][0] == attr
    assert not Consent.objects.exists()


def test_a_rep_records_for_their_own_contacts_only():
    rep = RepFactory()
    mine, theirs = ContactFactory(owner=rep), ContactFactory(owner=RepFactory())

    for number, (contact, status) in enumerate([(mine, 201), (theirs, 403)]):
        body = {
            "contact": contact.pk,
            "purpose": "phone",
            "granted": True,
            "how": "Talked",
        }
        client = client_of(rep, str(number))
        response = client.post(f"{URL}consents/", body, format="json")
        assert response.status_code == status


def test_consents_are_listed_by_contact_and_purpose(api, django_assert_num_queries):
    contact = ContactFactory()
    for count in (1, 3):
        ConsentFactory.create_batch(count, contact=contact)
        ConsentFactory()
        with django_assert_num_queries(3):  # token, contact, rows
            response = api.get(
                f"{URL}consents/", {"contact": contact.pk, "granted": "true"}
            )
    assert len(response.json()["results"]) == 4
    assert api.get(f"{URL}consents/", {"nope": 1}).status_code == 400


# Suppressed addresses over REST --------------------------------------------------


def test_an_address_is_added_found_by_itself_and_lifted_with_a_reason(api, marketer):
    body = {"address": "Ada@example.com", "detail": "Called us"}
    row = api.post(f"{URL}suppressions/", body, format="json")
    suppress_address(
        address="bob@example.com", reason="bounced", source="t", at=timezone.now()
    )

    assert row.status_code == 201
    assert "ada@" not in row.content.decode().lower()
    found = api.get(f"{URL}suppressions/", {"address": "ADA@EXAMPLE.COM"}).json()
    assert [each["id"] for each in found["results"]] == [row.json()["id"]]
    assert found["results"][0]["reason"] == "by_hand"

    path = f"{URL}suppressions/{row.json()['id']}/lift/"
    assert codes(api.post(path, {}, format="json")) == [("reason", "required")]
    lifted = api.post(path, {"reason": "Asked for mails"}, format="json").json()
    assert lifted["lift_reason"] == "Asked for mails"
    assert lifted["lifted_by"] == marketer.pk
    assert api.get(f"{URL}suppressions/", {"in_force": "true"}).json()["results"] != []
    assert (
        len(api.get(f"{URL}suppressions/", {"in_force": "false"}).json()["results"])
        == 1
    )


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "address"),
        ({"address": "nonsense"}, "address"),
        ({"address": "a@example.com", "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"address": "a@example.com", "reason": "bounced"}, "reason"),
        ({"address": "a@example.com", "more": 1}, "more"),
    ],
)
def test_an_address_that_cannot_be_added_is_refused(api, body, attr):
    response = api.post(f"{URL}suppressions/", body, format="json")

    assert codes(response)[0][0] == attr


def test_reps_read_the_list_and_do_not_write_it():
    client = client_of(RepFactory())

    assert client.get(f"{URL}suppressions/").status_code == 200
    body = {"address": "a@example.com"}
    assert client.post(f"{URL}suppressions/", body, format="json").status_code == 403


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_lists_queries_do_not_grow(api, row_count, django_assert_num_queries):
    for number in range(row_count):
        suppress_address(
            address=f"{number}@example.com", reason="bounced", source="t", at=NOW
        )
    with django_assert_num_queries(2):  # token, rows
        assert len(api.get(f"{URL}suppressions/").json()["results"]) == row_count
