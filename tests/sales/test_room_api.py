"""What the sales room's pages do, over REST: talks, mails, territories, promises."""

import pytest
from django.utils import timezone

from accounts.models import Notification
from campaigns.models import Message
from contacts.models import TouchDecision
from journeys.models import Interaction
from sales.models import Claim, DealSettings, Holiday, Question, Territory
from sales.services.claims import claim_contact
from tests.factories.accounts import AdminFactory, LeadFactory, RepFactory
from tests.factories.contacts import CompanyFactory, ContactFactory, SegmentFactory
from tests.factories.journeys import InteractionFactory, TeamFactory
from tests.factories.sales import DealFactory, HandoffFactory, TerritoryFactory
from tests.sales.test_deal_doors import api

pytestmark = pytest.mark.django_db
URL = "/api/v1/"


def error(answer) -> tuple[int, str, str | None]:
    [fault] = answer.json()["errors"]
    return answer.status_code, fault["code"], fault["attr"]


# Talks and mails -------------------------------------------------------------------


def test_a_call_is_logged_claims_the_contact_and_tells_who_is_mentioned():
    rep, ben = RepFactory(), RepFactory(username="ben")
    contact = ContactFactory()
    body = {
        "kind": "call_outbound",
        "outcome": "reached",
        "minutes": 12,
        "text": "Wants an offer. @ben can you?",
    }

    answer = api(rep).post(f"{URL}contacts/{contact.pk}/talks/", body, "json")

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["kind"], told["by"], told["source"]) == (
        "call_outbound",
        rep.pk,
        "phone",
    )
    assert told["properties"]["minutes"] == 12
    assert told["id"] == str(Interaction.objects.get().pk)
    assert Claim.objects.get().rep == rep
    assert Notification.objects.get().recipient == ben


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "kind"),
        ({"kind": "page_view"}, "kind"),
        ({"kind": "note"}, "text"),
        ({"kind": "note", "text": "x", "outcome": "reached"}, "outcome"),
        ({"kind": "meeting", "minutes": 10**6}, "minutes"),
        ({"kind": "note", "text": "x", "mood": "good"}, "mood"),
    ],
)
def test_bad_talks_are_refused_by_name(body, attr):
    url = f"{URL}contacts/{ContactFactory().pk}/talks/"

    answer = api(RepFactory()).post(url, body, "json")

    assert (answer.status_code, error(answer)[2]) == (400, attr)
    assert not Interaction.objects.exists()


def test_what_the_gate_refuses_is_a_409_with_its_reason_and_kept():
    contact, rep = ContactFactory(), RepFactory()
    claim_contact(contact=contact, by=RepFactory(), at=timezone.now())
    url = f"{URL}contacts/{contact.pk}/"

    called = api(rep).post(f"{url}talks/", {"kind": "call_outbound"}, "json")
    words = {"subject": "Our talk", "body": "Hello."}
    mailed = api(rep).post(f"{url}mail/", words, "json")

    assert error(called)[:2] == error(mailed)[:2] == (409, "claimed")
    assert TouchDecision.objects.filter(allowed=False, by=rep).count() == 2
    assert not Message.objects.exists()


def test_a_mail_of_ones_own_is_sent_once_under_an_idempotency_key():
    contact, rep = ContactFactory(), RepFactory()
    url = f"{URL}contacts/{contact.pk}/mail/"
    words = {"subject": "Our talk", "body": "Hello {{ full_name }}."}
    client = api(rep)

    answers = [
        client.post(url, words, "json", headers={"Idempotency-Key": "mail-1"})
        for _time in range(2)
    ]

    message = Message.objects.get()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"] == message.pk
    assert (message.by, message.kind) == (rep, "personal")


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"subject": "x"}, "body"),
        ({"subject": "x", "body": "{{ nonsense }}"}, "body"),
        ({"subject": "x", "body": "y", "content": 10**9}, "content"),
        ({"subject": "x", "body": "y", "to": "z"}, "to"),
    ],
)
def test_bad_mails_are_refused_by_name(body, attr):
    url = f"{URL}contacts/{ContactFactory().pk}/mail/"

    answer = api(RepFactory()).post(url, body, "json")

    assert (answer.status_code, error(answer)[2]) == (400, attr)


# Territories and the dry run ---------------------------------------------------------


def test_territories_are_kept_in_order_over_rest():
    client, rep, team = api(AdminFactory()), RepFactory(), TeamFactory()
    condition = {"field": "company.country", "op": "eq", "value": "AT"}
    url = f"{URL}territories/"

    first = client.post(
        url, {"name": "North", "condition": condition, "rep": rep.pk}, "json"
    )
    second = client.post(
        url, {"name": "South", "condition": condition, "team": team.pk}, "json"
    )
    one = f"{url}{second.json()['id']}/"
    client.post(f"{one}move/", {"earlier": True}, "json")
    client.patch(one, {"rep": rep.pk, "team": None, "name": "East"}, "json")
    listed = client.get(url).json()["results"]
    client.delete(f"{url}{first.json()['id']}/")

    assert first.status_code == second.status_code == 201
    assert [row["name"] for row in listed] == ["East", "North"]
    assert (listed[0]["rep"], listed[0]["team"]) == (rep.pk, None)
    assert Territory.objects.get().updated_by is not None


@pytest.mark.parametrize(
    ("change", "status", "attr"),
    [
        ({"rep": None}, 400, "rep"),
        ({"name": ""}, 400, "name"),
        ({"condition": {"field": "nonsense", "op": "eq", "value": 1}}, 400, None),
        ({"position": 10**6}, 400, "position"),
        ({"name": "Taken"}, 409, None),
    ],
)
def test_bad_territories_are_refused(change, status, attr):
    TerritoryFactory(name="Taken")
    territory = TerritoryFactory()
    url = f"{URL}territories/{territory.pk}/"

    answer = api(AdminFactory()).patch(url, change, "json")

    assert answer.status_code == status, answer.content
    if attr:
        assert error(answer)[2] == attr


def test_a_segments_contacts_are_assigned_in_a_dry_run():
    rep = RepFactory()
    known = ContactFactory(owner=rep, job_title="Head")
    ContactFactory(job_title="Student")
    segment = SegmentFactory(
        condition={"field": "job_title", "op": "eq", "value": "head"}
    )

    answer = api(rep).get(f"{URL}segments/{segment.pk}/assignment/").json()

    [trial] = answer["results"]
    assert (trial["contact"], trial["assignee"]) == (known.pk, rep.pk)
    assert (trial["assigned_because"], answer["has_more"]) == ("owner", False)


# Promises ----------------------------------------------------------------------------


def test_holidays_are_kept_over_rest_each_day_once():
    client, day = api(AdminFactory()), {"date": "2030-12-25", "name": "Christmas"}

    made = client.post(f"{URL}holidays/", day, "json")
    again = client.post(f"{URL}holidays/", day, "json")
    team = TeamFactory()
    of_team = client.post(f"{URL}holidays/", {**day, "team": team.pk}, "json")
    gone = client.delete(f"{URL}holidays/{made.json()['id']}/")

    assert (made.status_code, of_team.status_code, gone.status_code) == (201, 201, 204)
    assert error(again)[:2] == (409, "holiday_taken")
    assert Holiday.objects.get().team == team


def test_promises_are_read_and_changed_over_rest():
    client, url = api(AdminFactory()), f"{URL}promise-settings/"
    hours = {"mon": ["08:00", "16:00"]}

    before = client.get(url).json()
    after = client.patch(url, {"accept_minutes": 120, "hours": hours}, "json").json()
    wrong = client.patch(url, {"hours": {"mon": ["17:00", "08:00"]}}, "json")
    unknown = client.patch(url, {"timezone": "Europe/Atlantis"}, "json")

    assert before["accept_minutes"] == 240
    assert before["fast_minutes"] == {"demo_request": 5}
    assert (after["accept_minutes"], after["touch_minutes"]) == (120, 480)
    assert after["hours"] == hours
    assert (wrong.status_code, unknown.status_code) == (400, 400)
    assert client.get(url).json() == after


# Deals: what is laid down ------------------------------------------------------------


def test_questions_are_kept_over_rest():
    client, url = api(LeadFactory()), f"{URL}questions/"

    made = client.post(url, {"text": "How many?", "kind": "number"}, "json")
    one = f"{url}{made.json()['id']}/"
    choice = {"kind": "choice", "choices": ["5", "10"]}
    changed = client.patch(one, choice, "json")
    wrong = client.patch(one, {"choices": ["5"]}, "json")
    deal = DealFactory()
    asked = api(deal.owner).get(f"{URL}deals/{deal.pk}/answers/").json()
    gone = client.delete(one)

    assert (made.status_code, gone.status_code) == (201, 204)
    assert changed.json()["choices"] == ["5", "10"]
    assert (wrong.status_code, error(wrong)[2]) == (400, "choices")
    assert [line["text"] for line in asked] == ["How many?"]
    assert not Question.objects.exists()


def test_stages_and_reasons_are_read_and_stages_changed_over_rest():
    client, url = api(LeadFactory()), f"{URL}deal-settings/"
    DealFactory(stage="needs_analysis")

    before = client.get(url).json()
    keep = [row for row in before["stages"] if row["key"] != "negotiation"]
    stages = [*keep, {"name": "Signing", "probability": 90}]
    after = client.patch(url, {"stages": stages, "valid_days": 14}, "json")
    in_use = client.patch(url, {"stages": stages[1:]}, "json")
    empty = client.patch(url, {"stages": []}, "json")
    fixed = client.patch(url, {"loss_reasons": []}, "json")

    assert {"key": "price", "name": "Too expensive"} in before["loss_reasons"]
    assert {row["key"] for row in before["win_reasons"]} >= {"fit", "trust"}
    assert after.status_code == 200, after.content
    assert [row["key"] for row in after.json()["stages"]][-1] == "signing"
    assert DealSettings.current().valid_days == 14
    assert error(in_use)[:2] == (409, "stage_in_use")
    assert (empty.status_code, fixed.status_code) == (400, 400)


def test_changing_the_tax_leaves_the_stages_as_they_read():
    url = f"{URL}deal-settings/"

    api(LeadFactory(language="de")).patch(url, {"tax_rate": "7.00"}, "json")

    assert DealSettings.current().tax_rate == 7
    assert [stage["name"] for stage in DealSettings.current().stages] == ["", "", ""]


# A company ---------------------------------------------------------------------------


def test_a_companys_touches_and_who_was_touched_last_by_whom():
    company, rep = CompanyFactory(), RepFactory()
    called, mailed, quiet = (ContactFactory(company=company) for _n in range(3))
    InteractionFactory(contact=called, kind="email_sent")
    InteractionFactory(contact=called, kind="call_outbound", by=rep)
    InteractionFactory(contact=mailed, kind="email_sent")
    InteractionFactory(contact=quiet, kind="page_view")
    handoff = HandoffFactory(contact=called, assignee=rep)

    answer = api(rep).get(f"{URL}companies/{company.pk}/touches/").json()

    assert answer["seven_days"] == {"marketing": 2, "sales": 1, "total": 3}
    people = {row["contact"]: row for row in answer["people"]}
    assert people.keys() == {called.pk, mailed.pk}
    assert people[called.pk]["last_touch"]["by"] == rep.pk
    assert people[called.pk]["last_touch"]["kind"] == "call_outbound"
    assert people[called.pk]["handoff"]["id"] == handoff.pk
    assert people[mailed.pk]["last_touch"]["by"] is None
