"""Permissions, suppressed addresses and the gate's answer, at each of their doors."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.gate import Channel, Purpose, Touch
from contacts.models import Consent, DataRequest, FieldChange, Suppression
from contacts.services.consents import suppress_address
from contacts.services.data_requests import ask_for_data
from contacts.services.touches import decide_touch, pause_touches
from sales.models import Claim
from sales.services.claims import claim_contact
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    MarketerFactory,
    RepFactory,
    UserFactory,
)
from tests.factories.campaigns import FormFactory
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


# Pages ---------------------------------------------------------------------------


def page(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_the_panel_shows_each_purpose_with_its_proof(client, marketer):
    client.force_login(marketer)
    contact = ContactFactory()
    ConsentFactory(contact=contact, granted=True, at=NOW - timedelta(days=2))
    ConsentFactory(
        contact=contact,
        granted=False,
        proof={
            "text": "No <more>",
            "language": "de",
            "evidence": {"ip": "203.0.113.7", "method": "POST"},
            "confirmed_at": NOW.isoformat(),
            "odd": ["a"],
        },
    )

    seen = page(client, "contacts:consents", contact.pk)

    assert "withdrawn" in seen
    assert "No &lt;more&gt;" in seen
    assert "POST, 203.0.113.7" in seen
    assert '<dd class="text-break">German</dd>' in seen
    history = page(client, "contacts:consent_history", contact.pk)
    assert history.count("data-row") == 2


def test_a_consent_is_recorded_by_hand_and_needs_its_origin(client, marketer):
    client.force_login(marketer)
    contact = ContactFactory()
    path = reverse("contacts:consents", args=[contact.pk])
    values = {"purpose": "phone", "answer": "yes", "how": "", "text": ""}

    refused = client.post(path, values, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "it is the proof" in refused.content.decode()
    saved = client.post(
        path, values | {"how": "At the fair"}, headers={"HX-Request": "true"}
    )

    assert saved.status_code == 200
    assert "contact:changed" in saved["HX-Trigger"]
    consent = Consent.objects.get()
    assert (consent.granted, consent.proof["how"]) == (True, "At the fair")
    values |= {"answer": "no", "how": "Called back"}
    assert client.post(path, values).status_code == 302
    assert not Consent.objects.order_by("pk").last().granted


def test_who_may_not_change_a_contact_records_nothing(client):
    client.force_login(RepFactory())
    contact = ContactFactory(owner=RepFactory())

    assert "<form" not in page(client, "contacts:consents", contact.pk)
    path = reverse("contacts:consents", args=[contact.pk])
    values = {"purpose": "phone", "answer": "yes", "how": "x"}
    assert client.post(path, values).status_code == 403


def test_a_data_request_stands_on_the_contact_until_it_is_answered(client):
    contact = ContactFactory()
    boss = AdminFactory()
    request = ask_for_data(
        contact=contact, kind=DataRequest.Kind.ERASE, source="t", at=timezone.now()
    )
    path = reverse("contacts:answer_data_request", args=[request.pk])
    client.force_login(LeadFactory())
    assert "Erasure of their data" in page(client, "contacts:consents", contact.pk)
    assert client.post(path).status_code == 404

    client.force_login(boss)
    assert client.post(path).status_code == 302

    request.refresh_from_db()
    assert request.done_by == boss
    assert boss.notifications.get().done_at is not None
    assert "Erasure" not in page(client, "contacts:consents", contact.pk)


def test_the_list_finds_an_address_and_lifts_it_with_a_reason(client, marketer):
    client.force_login(marketer)
    path = reverse("contacts:suppressions")
    assert "Nobody is on the list" in page(client, "contacts:suppressions")

    assert client.post(path, {"address": "ada@example.com"}).status_code == 302
    row = Suppression.objects.get()
    assert (row.by, row.reason) == (marketer, "by_hand")
    for address, count in (("Ada@Example.com", 1), ("bob@example.com", 0), ("\0", 0)):
        shown = client.get(path, {"address": address}).content.decode()
        assert shown.count("data-row") == count
    lift = reverse("contacts:lift_suppression", args=[row.pk])
    client.post(lift, {"reason": " "})
    row.refresh_from_db()
    assert row.lifted_at is None
    client.post(lift, {"reason": "Asked for it"})
    row.refresh_from_db()
    assert (row.lifted_by, row.lift_reason) == (marketer, "Asked for it")
    assert "Asked for it" in page(client, "contacts:suppressions")
    assert client.post(path, {"address": "x"}).status_code == 422


def test_reps_see_the_list_and_change_nothing(client):
    client.force_login(RepFactory())
    row = suppress_address(
        address="a@example.com", reason="bounced", source="t", at=NOW
    )

    assert "<button" in page(client, "contacts:suppressions")
    path = reverse("contacts:suppressions")
    assert client.post(path, {"address": "b@example.com"}).status_code == 403
    lift = reverse("contacts:lift_suppression", args=[row.pk])
    assert client.post(lift, {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_pages_queries_do_not_grow(
    client, marketer, row_count, django_assert_max_num_queries
):
    client.force_login(marketer)
    contact = ContactFactory()
    for number in range(row_count):
        suppress_address(
            address=f"{number}@example.com",
            reason="by_hand",
            source="t",
            at=NOW,
            by=RepFactory(),
            contact=ContactFactory(),
        )
        ConsentFactory(contact=contact)
    with django_assert_max_num_queries(8):
        page(client, "contacts:suppressions")
    with django_assert_max_num_queries(8):
        page(client, "contacts:consents", contact.pk)


# The band ------------------------------------------------------------------------


def test_the_band_pauses_automation_and_ends_the_pause(client, marketer):
    client.force_login(marketer)
    contact = ConsentFactory().contact
    path = reverse("sales:pause", args=[contact.pk])

    paused = client.post(path, headers={"HX-Request": "true"}).content.decode()

    assert 'name="resume"' in paused
    assert contact.touch_guard.paused_by == marketer
    ended = client.post(path, {"resume": ""}, headers={"HX-Request": "true"})
    assert "Pause automation" in ended.content.decode()
    client.force_login(RepFactory())
    foreign = ContactFactory(owner=marketer)
    assert client.post(reverse("sales:pause", args=[foreign.pk])).status_code == 404


# The timeline --------------------------------------------------------------------


def test_the_timeline_says_why_there_was_no_mail(api):
    contact = ContactFactory()
    touch = Touch(contact, Channel.EMAIL, Purpose.MARKETING, at=NOW, subject="mail:1")
    decide_touch(touch=touch, title="Welcome, mail 2")
    ConsentFactory(contact=contact, at=NOW + timedelta(seconds=1), source="form x")
    allowed = Touch(
        contact, Channel.EMAIL, Purpose.MARKETING, at=NOW + timedelta(minutes=1)
    )
    decide_touch(touch=allowed)

    entries = api.get(f"{URL}contacts/{contact.pk}/timeline/").json()["results"]

    assert [each["kind"] for each in entries] == ["consent_given", "touch_blocked"]
    blocked = entries[1]
    assert blocked["detail"] == "Welcome, mail 2"
    assert blocked["text"] == "No permission for marketing by e-mail."
    assert blocked["data"]["reasons"][0]["code"] == "no_consent"
    kinds = api.get(
        f"{URL}contacts/{contact.pk}/timeline/", {"kinds": "consent_withdrawn"}
    )
    assert kinds.json()["results"] == []


def test_a_blocked_touch_is_muted_on_the_page(client, marketer):
    client.force_login(marketer)
    contact = ContactFactory()
    touch = Touch(contact, Channel.EMAIL, Purpose.MARKETING, at=NOW, subject="mail:1")
    decide_touch(touch=touch)

    seen = page(client, "journeys:contact_timeline", contact.pk)

    assert 'class="is-blocked"' in seen
    assert "Not mailed" in seen


def test_the_timeline_says_in_words_where_a_consent_came_from(client, marketer):
    client.force_login(marketer)
    form = FormFactory(name="Guide")
    contact = ContactFactory()
    ConsentFactory(contact=contact, source=f"form {form.slug}")
    change = FieldChange(contact=contact, at=NOW, source="handoff")
    change.changes = {"owner": ["", "Ben"]}
    change.save()

    seen = page(client, "journeys:contact_timeline", contact.pk)

    assert "Form “Guide”" in seen
    assert f"form {form.slug}" not in seen
    assert "Changed: owner: Handoff" in seen
