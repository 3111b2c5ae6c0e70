import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Notification
from accounts.services.tokens import create_token
from accounts.snoozing import snooze_choices
from tests.factories.accounts import NotificationFactory, RepFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BERLIN = ZoneInfo("Europe/Berlin")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def api_of(user, scopes=None) -> APIClient:
    key = create_token(user=user, name="phone", scopes=scopes, at=NOW)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def in_the_browser(line, verb, **values):
    url = reverse(f"accounts:inbox_{verb}", args=[line.pk])
    return signed_in(line.recipient).post(url, values)


def by_htmx(line, verb, **values):
    url = reverse(f"accounts:inbox_{verb}", args=[line.pk])
    headers = {"HX-Request": "true"}
    return signed_in(line.recipient).post(url, values, headers=headers)


def over_the_api(line, verb, **values):
    if "choice" in values:
        values = {"until": (timezone.now() + timedelta(days=1)).isoformat()}
    url = f"/api/v1/notifications/{line.pk}/{verb}/"
    return api_of(line.recipient).post(url, values, format="json")


doors = pytest.mark.parametrize("door", [in_the_browser, by_htmx, over_the_api])


@doors
def test_read_and_unread_through_any_door(door):
    line = NotificationFactory()

    door(line, "read")
    line.refresh_from_db()
    assert line.read_at is not None

    door(line, "unread")
    line.refresh_from_db()
    assert line.read_at is None


@doors
def test_done_and_back_through_any_door(door):
    line = NotificationFactory()

    door(line, "done")
    assert Notification.objects.done().get() == line

    door(line, "reopen")
    assert Notification.objects.in_inbox(at=timezone.now()).get() == line


@doors
def test_snooze_through_any_door(door):
    line = NotificationFactory()

    door(line, "snooze", choice="tomorrow")

    assert Notification.objects.snoozed(at=timezone.now()).get() == line


@pytest.mark.parametrize("verb", ["read", "unread", "done", "snooze", "reopen"])
def test_an_inbox_is_its_owners_alone(verb):
    line = NotificationFactory()
    stranger = RepFactory()

    page = signed_in(stranger).post(reverse(f"accounts:inbox_{verb}", args=[line.pk]))
    answer = api_of(stranger).post(f"/api/v1/notifications/{line.pk}/{verb}/")

    assert page.status_code == answer.status_code == 404


@pytest.mark.parametrize("choice", ["", "week"])
def test_several_are_done_or_snoozed_at_once_but_nobody_elses(choice):
    rep = RepFactory()
    lines = NotificationFactory.create_batch(2, recipient=rep)
    left, others = NotificationFactory(recipient=rep), NotificationFactory()
    ids = [line.pk for line in [*lines, others]]

    signed_in(rep).post(
        reverse("accounts:inbox_bulk"), {"ids": [*ids, "x"], "choice": choice}
    )

    waiting = Notification.objects.in_inbox(at=timezone.now())
    assert set(waiting) == {left, others}
    snoozed = Notification.objects.snoozed(at=timezone.now())
    assert snoozed.count() == (2 if choice else 0)


def test_htmx_is_told_what_left_and_how_to_take_it_back():
    line = NotificationFactory(title="Ada")

    answer = by_htmx(line, "done")

    assert answer.status_code == 204
    told = json.loads(answer["HX-Trigger"])
    assert told["inbox:gone"] == {"line": line.pk}
    undo = told["toast"]["undo"]
    assert signed_in(line.recipient).post(undo).status_code == 302
    line.refresh_from_db()
    assert line.done_at is None


def test_opening_the_list_reads_nothing_and_getting_an_item_neither():
    line = NotificationFactory()
    client = signed_in(line.recipient)

    client.get(reverse("accounts:inbox"))
    page = client.get(reverse("accounts:inbox_item", args=[line.pk])).content.decode()

    line.refresh_from_db()
    assert line.read_at is None
    # The opened item asks for it by a POST of its own.
    assert f'hx-post="{reverse("accounts:inbox_read", args=[line.pk])}"' in page


@pytest.mark.parametrize("row_count", [1, 3])
@pytest.mark.parametrize("state", ["inbox", "snoozed", "done"])
def test_inbox_query_count_does_not_grow_with_its_rows(
    django_assert_num_queries, state, row_count
):
    rep = RepFactory()
    changes = {
        "inbox": {},
        "snoozed": {"surfaces_at": NOW + timedelta(days=1)},
        "done": {"done_at": NOW},
    }
    NotificationFactory.create_batch(row_count, recipient=rep, **changes[state])
    client = signed_in(rep)

    # session, user, rows; of every page: inbox count, pinned views
    with django_assert_num_queries(5):
        response = client.get(f"{reverse('accounts:inbox')}?state={state}")

    assert response.content.decode().count("data-row=") == row_count


def test_an_inbox_with_much_in_it_is_paged():
    rep = RepFactory()
    NotificationFactory.create_batch(30, recipient=rep)
    client = signed_in(rep)

    first = client.get(reverse("accounts:inbox"))
    cursor = first.context["page"].next
    second = client.get(reverse("accounts:inbox"), {"cursor": cursor})

    assert len(first.context["page"].rows) == 25
    assert len(second.context["page"].rows) == 5
    assert client.get(reverse("accounts:inbox"), {"cursor": "x"}).status_code == 404
    assert client.get(reverse("accounts:inbox"), {"state": "x"}).status_code == 404


def test_an_empty_inbox_says_what_comes_back():
    rep = RepFactory()
    NotificationFactory(
        recipient=rep, title="Jonas Weber", surfaces_at=NOW + timedelta(days=1)
    )

    page = signed_in(rep).get(reverse("accounts:inbox")).content.decode()

    assert "Next: Jonas Weber returns" in page


# Polling -------------------------------------------------------------------------


def polled(client: Client, **shown):
    values = {"since": NOW.isoformat(), "count": 0, "new": 0} | shown
    return client.get(reverse("accounts:inbox_poll"), values)


def test_a_poll_with_nothing_new_is_one_query(django_assert_num_queries):
    rep = RepFactory()
    NotificationFactory(recipient=rep, surfaces_at=NOW - timedelta(hours=1))
    client = signed_in(rep)

    with django_assert_num_queries(3):  # session, user, and the one
        assert polled(client, count=1).status_code == 204


def test_a_poll_tells_what_has_come_come_back_or_gone():
    rep = RepFactory()
    NotificationFactory(recipient=rep, surfaces_at=NOW - timedelta(hours=1))
    long_ago = NOW - timedelta(days=3)
    NotificationFactory(
        recipient=rep,
        title="Ada & Co",
        created_at=long_ago,
        surfaces_at=NOW + timedelta(milliseconds=1),
    )

    client = signed_in(rep)
    answer = polled(client, count=1).content.decode()

    assert "1 new" in answer
    assert "Ada &amp; Co" in answer
    assert polled(client, count=2, new=1).status_code == 204
    assert polled(client, count=3, new=1).status_code == 200


def test_nobody_counts_to_ten_thousand():
    rep = RepFactory()
    hour_ago = NOW - timedelta(hours=1)
    NotificationFactory.create_batch(105, recipient=rep, surfaces_at=hour_ago)
    client = signed_in(rep)

    assert polled(client, count=100).status_code == 204
    assert "99+" in client.get(reverse("accounts:inbox")).content.decode()


def test_a_poll_without_a_moment_or_a_user_is_refused():
    assert polled(signed_in(RepFactory()), since="yesterday").status_code == 404
    assert Client().get(reverse("accounts:inbox_poll")).status_code == 302


# Over REST -----------------------------------------------------------------------


def listed(rep, query="") -> list[int]:
    answer = api_of(rep).get(f"/api/v1/notifications/{query}")
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["results"]]


def test_the_api_lists_each_state_newest_first():
    rep = RepFactory()
    NotificationFactory()
    old = NotificationFactory(recipient=rep, surfaces_at=NOW - timedelta(hours=2))
    new = NotificationFactory(recipient=rep, surfaces_at=NOW - timedelta(hours=1))
    snoozed = NotificationFactory(recipient=rep, surfaces_at=NOW + timedelta(days=1))
    done = NotificationFactory(recipient=rep, done_at=NOW)

    assert listed(rep) == listed(rep, "?state=inbox") == [new.pk, old.pk]
    assert listed(rep, "?state=snoozed") == [snoozed.pk]
    assert listed(rep, "?state=done") == [done.pk]
    moment = (NOW - timedelta(minutes=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert listed(rep, f"?since={moment}") == [new.pk]
    [row] = api_of(rep).get("/api/v1/notifications/?state=snoozed").json()["results"]
    assert row["state"] == "snoozed"
    assert datetime.fromisoformat(row["snoozed_until"]) == snoozed.surfaces_at


@pytest.mark.parametrize(
    "query", ["?state=lost", "?since=yesterday", "?since=2026-01-01", "?what=x"]
)
def test_the_api_refuses_questions_it_does_not_know(query):
    answer = api_of(RepFactory()).get(f"/api/v1/notifications/{query}")

    assert answer.status_code == 400


def test_the_api_refuses_to_snooze_into_the_past():
    line = NotificationFactory()
    client = api_of(line.recipient)
    url = f"/api/v1/notifications/{line.pk}/snooze/"

    past = client.post(url, {"until": "2020-01-01T00:00:00Z"}, format="json")
    missing = client.post(url, {}, format="json")
    unknown = client.post(url, {"for": "1 d"}, format="json")

    assert past.json()["errors"][0]["code"] == "bad_snooze"
    assert past.json()["errors"][0]["attr"] == "until"
    assert [past.status_code, missing.status_code, unknown.status_code] == [400] * 3


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_api_takes_two_queries_however_many_rows(
    django_assert_num_queries, row_count
):
    rep = RepFactory()
    NotificationFactory.create_batch(row_count, recipient=rep)
    client = api_of(rep, scopes=["notifications:read"])

    with django_assert_num_queries(2):  # token with its user, rows
        answer = client.get("/api/v1/notifications/")

    assert len(answer.json()["results"]) == row_count


# When it comes back --------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "offered"),
    [
        (
            "2026-03-03 10:20",  # a Tuesday
            {
                "later": "2026-03-03 13:20",
                "tomorrow": "2026-03-04 09:00",
                "monday": "2026-03-09 09:00",
                "week": "2026-03-10 09:00",
            },
        ),
        (
            "2026-03-08 22:30",  # a Sunday evening
            {
                "tomorrow": "2026-03-09 09:00",
                "monday": "2026-03-09 09:00",
                "week": "2026-03-15 09:00",
            },
        ),
        (
            "2026-03-09 08:00",  # a Monday
            {
                "later": "2026-03-09 11:00",
                "tomorrow": "2026-03-10 09:00",
                "monday": "2026-03-16 09:00",
                "week": "2026-03-16 09:00",
            },
        ),
    ],
)
def test_what_is_offered_when_one_snoozes(at, offered):
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=BERLIN)

    choices = snooze_choices(moment(at), zone=BERLIN)

    assert {c.name: c.until for c in choices} == {
        name: moment(until) for name, until in offered.items()
    }
