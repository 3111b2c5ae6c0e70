"""Every answer through every door, and who may give it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.services.tokens import create_token
from journeys.models import Team, TeamMember
from sales.models import Handoff
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    MarketerFactory,
    RepFactory,
    UserFactory,
)
from tests.factories.journeys import PhaseFactory, PhaseVisitFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def api_of(user, *, scopes=None) -> APIClient:
    key = create_token(user=user, name="phone", scopes=scopes, at=timezone.now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def in_the_browser(user, handoff, verb, **values):
    url = reverse(f"sales:{verb}", args=[handoff.pk])
    return signed_in(user).post(url, values)


def by_htmx(user, handoff, verb, **values):
    url = reverse(f"sales:{verb}", args=[handoff.pk])
    return signed_in(user).post(url, values, headers={"HX-Request": "true"})


def over_the_api(user, handoff, verb, **values):
    url = f"/api/v1/handoffs/{handoff.pk}/{verb}/"
    return api_of(user, scopes=["handoffs:write"]).post(url, values, format="json")


doors = pytest.mark.parametrize("door", [in_the_browser, by_htmx, over_the_api])


@doors
def test_accept_through_any_door(door):
    handoff = HandoffFactory()

    response = door(handoff.assignee, handoff, "accept")

    assert response.status_code in (200, 302)
    handoff.refresh_from_db()
    assert handoff.status == "accepted"
    assert handoff.accepted_at is not None


@doors
def test_decline_through_any_door(door):
    handoff = HandoffFactory()

    door(handoff.assignee, handoff, "decline", reason="no_budget", comment="In May")

    handoff.refresh_from_db()
    assert (handoff.status, handoff.decline_reason) == ("declined", "no_budget")
    assert handoff.comment == "In May"
    assert handoff.return_at > timezone.now() + timedelta(days=89)


@doors
def test_decline_into_a_phase_through_any_door(door):
    handoff = HandoffFactory()
    sales, nurturing = PhaseFactory(stage="sales"), PhaseFactory(stage="marketing")
    PhaseVisitFactory(contact=handoff.contact, phase=sales)
    answer = {"reason": "not_ready"}

    door(handoff.assignee, handoff, "decline", phase=nurturing.pk, **answer)
    handoff.refresh_from_db()
    assert handoff.is_open  # that one is of another journey

    nurturing.journey = sales.journey
    nurturing.position = sales.position + 1
    nurturing.save()
    door(handoff.assignee, handoff, "decline", phase=nurturing.pk, **answer)
    handoff.refresh_from_db()
    assert handoff.status == "declined"
    assert handoff.contact.phase_visits.get(left_at=None).phase == nurturing


@doors
def test_reassign_through_any_door(door):
    handoff, other = HandoffFactory(), RepFactory()

    door(handoff.assignee, handoff, "reassign", assignee=other.pk)

    handoff.refresh_from_db()
    assert handoff.assignee == other


# Who may -------------------------------------------------------------------------


ROLES = {
    "assignee": None,
    "team mate": RepFactory,
    "other rep": RepFactory,
    "lead": LeadFactory,
    "admin": AdminFactory,
    "marketer": MarketerFactory,
    "reader": UserFactory,
}
# role -> what the API answers to reading, accepting, declining, reassigning
MATRIX = {
    "assignee": (200, 200, 200, 200),
    "team mate": (200, 409, 409, 409),
    "other rep": (404, 404, 404, 404),
    "lead": (200, 409, 200, 200),
    "admin": (200, 409, 200, 200),
    "marketer": (200, 403, 403, 403),
    "reader": (200, 403, 403, 403),
}


def somebody(role: str, handoff: Handoff):
    if role == "assignee":
        return handoff.assignee
    user = ROLES[role]()
    if role == "team mate":
        TeamMember.objects.create(team=handoff.team, user=user)
    return user


@pytest.mark.parametrize("role", ROLES)
def test_who_may_see_and_answer_a_handoff(role):
    for verb, status in zip(
        [None, "accept", "decline", "reassign"], MATRIX[role], strict=True
    ):
        team, _is_new = Team.objects.get_or_create(name="Hunters")
        handoff = HandoffFactory(team=team)
        user = somebody(role, handoff)
        bodies = {"decline": {"reason": "other"}}
        bodies["reassign"] = {"assignee": RepFactory().pk}
        url = f"/api/v1/handoffs/{handoff.pk}/"

        client = api_of(user)
        if verb is None:
            response = client.get(url)
        else:
            response = client.post(f"{url}{verb}/", bodies.get(verb), format="json")

        assert response.status_code == status, (verb, response.content)
        if verb is None:
            page = signed_in(user).get(reverse("sales:detail", args=[handoff.pk]))
            assert page.status_code == status
        if verb is not None and status != 200:
            handoff.refresh_from_db()
            assert handoff.status == "offered"
            # In the browser what one may not do does not exist, or says why.
            form = signed_in(user).post(
                reverse(f"sales:{verb}", args=[handoff.pk]),
                bodies.get(verb),
                headers={"HX-Request": "true"},
            )
            assert form.status_code == (409 if status == 409 else 404)


def test_what_is_nobodys_every_rep_may_see_and_take():
    handoff = HandoffFactory(assignee=None)

    assert over_the_api(RepFactory(), handoff, "accept").status_code == 200


def test_tokens_need_the_scope():
    handoff = HandoffFactory()
    client = api_of(handoff.assignee, scopes=["handoffs:read"])

    assert client.get("/api/v1/handoffs/").status_code == 200
    answer = client.post(f"/api/v1/handoffs/{handoff.pk}/accept/")
    assert answer.status_code == 403
    assert APIClient().get("/api/v1/handoffs/").status_code == 401


# What the API says ---------------------------------------------------------------


def test_refusals_carry_stable_codes():
    handoff = HandoffFactory(status="closed")
    rep = handoff.assignee

    closed = over_the_api(rep, handoff, "accept")
    reason = over_the_api(rep, HandoffFactory(assignee=rep), "decline", reason="tired")
    nobody = over_the_api(rep, HandoffFactory(assignee=rep), "reassign", assignee=0)
    unknown = over_the_api(rep, HandoffFactory(assignee=rep), "decline", why="?")

    assert (closed.status_code, closed.json()["errors"][0]["code"]) == (
        409,
        "handoff_not_open",
    )
    assert reason.status_code == nobody.status_code == unknown.status_code == 400
    assert reason.json()["errors"][0]["code"] == "unknown_reason"
    assert nobody.json()["errors"][0]["attr"] == "assignee"
    assert {error["attr"] for error in unknown.json()["errors"]} == {"why"}


def test_the_list_can_be_narrowed_and_refuses_what_it_does_not_know():
    lead = LeadFactory()
    offered, _declined = HandoffFactory(), HandoffFactory(status="declined")
    client = api_of(lead)

    found = client.get("/api/v1/handoffs/?status=offered").json()["results"]

    assert [row["id"] for row in found] == [offered.pk]
    assert found[0]["contact"]["email"] == offered.contact.email
    assert client.get("/api/v1/handoffs/?status=lost").status_code == 400
    assert client.get("/api/v1/handoffs/?state=x").status_code == 400
    assert client.get("/api/v1/handoffs/x/").status_code == 404


def test_a_repeated_accept_with_the_same_key_is_answered_from_memory():
    handoff = HandoffFactory()
    client = api_of(handoff.assignee)
    url = f"/api/v1/handoffs/{handoff.pk}/accept/"

    first = client.post(url, HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post(url, HTTP_IDEMPOTENCY_KEY="k1")

    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"


# What pages say ------------------------------------------------------------------


@pytest.mark.parametrize("row_count", [1, 3])
def test_lists_take_as_many_queries_for_three_as_for_one(
    django_assert_num_queries, row_count
):
    lead = LeadFactory()
    HandoffFactory.create_batch(row_count)
    browser, api = signed_in(lead), api_of(lead)

    # session, user, rows; of every page: inbox count, pinned views
    with django_assert_num_queries(5):
        page = browser.get(reverse("sales:list"))
    with django_assert_num_queries(2):  # token with its user, rows
        rows = api.get("/api/v1/handoffs/").json()["results"]

    assert page.content.decode().count("data-row=") == row_count
    assert len(rows) == row_count


def test_a_fault_in_the_form_is_shown_at_its_field():
    handoff = HandoffFactory()

    missing = by_htmx(handoff.assignee, handoff, "decline", reason="")
    past = by_htmx(
        handoff.assignee, handoff, "decline", reason="other", return_at="2020-01-01"
    )

    assert missing.status_code == past.status_code == 422
    assert "lh-field-error" in missing.content.decode()
    assert "Choose a time from now to five years ahead." in past.content.decode()
    assert f'id="handoff-{handoff.pk}"' in missing.content.decode()


def test_the_panel_of_a_contact_shows_the_latest_and_those_before():
    asked = {"kind": "demo_request", "rule": "Demo", "times": 1, "days": 0}
    handoff = HandoffFactory(reasons=[asked])
    HandoffFactory(
        contact=handoff.contact,
        status="declined",
        decline_reason="no_budget",
        offered_at=timezone.now() - timedelta(days=90),
    )
    client = signed_in(handoff.assignee)

    panel = client.get(
        reverse("sales:contact_handoff", args=[handoff.contact_id])
    ).content.decode()

    assert "Asked for a demo." in panel
    assert "Accept" in panel
    assert client.get(reverse("sales:contact_handoff", args=[0])).status_code == 404


def test_facts_answer_in_a_page_of_their_own_and_in_the_inbox():
    facts = {
        "contributions": [
            {"rule": "Demo", "points": 50.0, "interactions": 1, "dimension": "fit"}
        ],
        "interactions": [
            {
                "kind": "demo_request",
                "title": "<b>Demo</b>",
                "url": "",
                "at": timezone.now().isoformat(),
            }
        ],
        "mails": [],
        "consent": {
            "phone": {"granted": True, "at": "2026-03-05T09:00:00+00:00", "source": ""}
        },
        "opening": "Hello Ada,",
    }
    asked = {"kind": "demo_request", "rule": "x", "times": 1, "days": 1}
    handoff = HandoffFactory(facts=facts, reasons=[asked])
    client = signed_in(handoff.assignee)

    for name in ("detail", "facts"):
        text = client.get(reverse(f"sales:{name}", args=[handoff.pk])).content.decode()
        # The line of the inbox says itself why now.
        assert ("Asked for a demo." in text) == (name == "detail")
        assert "Hello Ada," in text
        assert "&lt;b&gt;Demo" in text
    text = client.get(
        reverse("sales:facts", args=[handoff.pk]), headers={"Accept-Language": "de"}
    ).content.decode()
    assert "Hello Ada," in text


@pytest.mark.parametrize("status", Handoff.Status.values)
def test_every_state_has_its_page(status):
    lead = LeadFactory()
    handoff = HandoffFactory(
        status=status,
        decline_reason="other",
        accepted_at=timezone.now(),
        closed_at=timezone.now(),
    )
    client = signed_in(lead)

    assert client.get(reverse("sales:detail", args=[handoff.pk])).status_code == 200
    listed = client.get(f"{reverse('sales:list')}?status={status}")
    assert listed.content.decode().count("data-row=") == 1
    assert client.get(f"{reverse('sales:list')}?status=lost").status_code == 404
