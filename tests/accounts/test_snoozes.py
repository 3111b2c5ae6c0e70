"""Lines that are put off, and what brings them back."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification
from accounts.services.answers import reopen_notification
from accounts.services.snoozes import (
    BEFORE_PROMISE,
    LONGEST_WAIT,
    BadSnooze,
    PromiseEnds,
    snooze_lines,
    snooze_notification,
)
from accounts.snoozing import choice_named
from tests.accounts.test_inbox import api_of, signed_in
from tests.factories.accounts import NotificationFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.scoring import ScoreFactory, ScoringModelFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)


def about(contact, **values) -> Notification:
    moments = {"created_at": NOW, "surfaces_at": NOW}
    return NotificationFactory(contact_id=contact.pk, **(moments | values))


def scored(**values):
    """A contact with 86.5 points that fade within a month."""
    made = {"evaluated_at": NOW, "total": 86.5, "fit": 20, "engagement": 66.5}
    made |= {"curves": [[66.5, 30, None]], **values}
    if "model" not in made:
        made["model"] = ScoringModelFactory()
    return ScoreFactory(**made).contact


def test_who_never_answers_is_not_forgotten():
    line = about(ContactFactory())

    line = snooze_notification(notification=line, event="reply", at=NOW)

    assert line.waits_for == "reply"
    assert line.surfaces_at == NOW + LONGEST_WAIT


def test_waiting_for_another_score_ends_when_time_alone_makes_it_one():
    """66.5 points are 66 after 30 days * log2(66.5 / 66)."""
    line = about(scored())

    line = snooze_notification(notification=line, event="score", at=NOW)

    assert line.waits_points == 86
    days = (line.surfaces_at - NOW) / DAY
    assert days == pytest.approx(0.3267, abs=1e-3)


def test_a_score_of_fit_alone_changes_by_nothing_that_time_does():
    contact = scored(fit=40, engagement=0, total=40, curves=[])

    line = snooze_notification(notification=about(contact), event="score", at=NOW)

    assert line.surfaces_at == line.waits_until == NOW + LONGEST_WAIT


@pytest.mark.parametrize("event", ["reply", "score"])
def test_what_is_about_nobody_waits_for_nothing_they_do(event):
    with pytest.raises(BadSnooze):
        snooze_notification(notification=NotificationFactory(), event=event, at=NOW)


def test_without_a_score_there_is_none_to_change():
    with pytest.raises(BadSnooze):
        snooze_notification(notification=about(ContactFactory()), event="score", at=NOW)


@pytest.mark.parametrize(
    "values",
    [{}, {"event": "rain"}, {"until": NOW + DAY, "event": "reply"}, {"event": ""}],
)
def test_one_waits_for_a_moment_or_for_an_event(values):
    with pytest.raises(BadSnooze):
        snooze_notification(notification=about(ContactFactory()), at=NOW, **values)


def test_a_line_that_was_taken_back_waits_for_nothing():
    line = about(ContactFactory())
    snooze_notification(notification=line, event="reply", at=NOW)

    line = reopen_notification(notification=line, at=NOW)

    assert (line.waits_for, line.waits_until) == ("", None)
    assert line.state(at=NOW) == "inbox"


# Promises -------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{"until": NOW + 7 * DAY}, {"event": "reply"}])
def test_a_handoff_is_back_before_its_promise_ends(how):
    due_at = NOW + timedelta(hours=4)
    line = about(ContactFactory(), kind="handoff", due_at=due_at)

    line = snooze_notification(notification=line, at=NOW, **how)

    assert line.surfaces_at == due_at - BEFORE_PROMISE


def test_a_handoff_is_not_hidden_when_its_promise_ends_within_minutes():
    due_at = NOW + timedelta(minutes=5)
    line = about(ContactFactory(), kind="handoff", due_at=due_at)

    with pytest.raises(PromiseEnds):
        snooze_notification(notification=line, until=NOW + DAY, at=NOW)

    line.refresh_from_db()
    assert line.state(at=NOW) == "inbox"


def test_a_promise_that_is_over_or_none_holds_nothing_back():
    over = about(ContactFactory(), kind="handoff", due_at=NOW - timedelta(hours=1))
    task = about(ContactFactory(), kind="task", due_at=NOW + timedelta(hours=1))

    for line in (over, task):
        line = snooze_notification(notification=line, until=NOW + DAY, at=NOW)
        assert line.surfaces_at == NOW + DAY


def test_of_many_those_that_cannot_wait_stay_and_are_counted():
    rep = RepFactory()
    waits = about(ContactFactory(), recipient=rep)
    promised = about(
        ContactFactory(),
        recipient=rep,
        kind="handoff",
        due_at=NOW + timedelta(minutes=5),
    )
    nobody = NotificationFactory(recipient=rep, surfaces_at=NOW)

    told = snooze_lines(lines=rep.notifications.all(), event="reply", at=NOW)

    assert (told.count, told.promised, told.waitless) == (1, 1, 1)
    assert set(rep.notifications.in_inbox(at=NOW)) == {promised, nobody}
    assert rep.notifications.snoozed(at=NOW).get() == waits


@pytest.mark.parametrize("count", [1, 3])
def test_putting_many_off_takes_as_many_queries_as_one(
    django_assert_num_queries, count
):
    rep, model = RepFactory(), ScoringModelFactory()
    for _number in range(count):
        about(scored(model=model), recipient=rep)

    # their contacts, their scores; lines locked and written; savepoints of two
    with django_assert_num_queries(8):
        snooze_lines(lines=rep.notifications.all(), event="score", at=NOW)


# Through the doors ----------------------------------------------------------------


def test_the_page_offers_events_for_lines_about_a_contact_only():
    line, system = about(ContactFactory()), NotificationFactory()

    def page(line):
        url = reverse("accounts:inbox_item", args=[line.pk])
        headers = {"HX-Request": "true"}
        return signed_in(line.recipient).get(url, headers=headers).content.decode()

    assert "Until they reply" in page(line)
    assert "Until they reply" not in page(system)
    assert 'type="date"' in page(system)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("reply", "returns when they reply, or"),
        ("score", "returns when the score is not 86 any more, or"),
        ("tomorrow", "returns"),
    ],
)
def test_the_snoozed_tab_says_what_each_waits_for(choice, said):
    line = about(scored())
    client = signed_in(line.recipient)

    client.post(reverse("accounts:inbox_snooze", args=[line.pk]), {"choice": choice})

    page = client.get(f"{reverse('accounts:inbox')}?state=snoozed").content.decode()
    assert said in page


def test_a_day_is_chosen_in_the_page_and_a_wrong_one_refused():
    line = NotificationFactory()
    client = signed_in(line.recipient)
    url = reverse("accounts:inbox_snooze", args=[line.pk])
    day = timezone.localdate() + timedelta(days=12)

    for wrong in ("", "2001-01-01", "9999-12-31", "0001-01-01", "soon"):
        client.post(url, {"choice": "date", "day": wrong})
        line.refresh_from_db()
        assert line.state(at=timezone.now()) == "inbox"
    client.post(url, {"choice": "date", "day": day.isoformat()})

    line.refresh_from_db()
    here = timezone.localtime(line.surfaces_at)
    assert (here.date(), here.hour) == (day, 9)


def test_what_htmx_may_not_hide_is_said_in_a_toast():
    line = about(ContactFactory(), kind="handoff", due_at=timezone.now())
    line.due_at += timedelta(minutes=5)
    line.save()
    url = reverse("accounts:inbox_snooze", args=[line.pk])

    answer = signed_in(line.recipient).post(
        url, {"choice": "tomorrow"}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 204
    assert "ends within minutes" in answer["HX-Trigger"]
    assert "inbox:gone" not in answer["HX-Trigger"]


def test_ticked_lines_wait_for_an_event_together():
    rep = RepFactory()
    waits = about(ContactFactory(), recipient=rep)
    stays = NotificationFactory(recipient=rep)
    values = {"ids": [waits.pk, stays.pk], "choice": "reply"}

    client = signed_in(rep)
    page = client.post(reverse("accounts:inbox_bulk"), values, follow=True)

    assert "1 line is snoozed." in page.content.decode()
    assert "1 stays: nobody could reply" in page.content.decode()
    waits.refresh_from_db()
    assert waits.waits_for == "reply"


def test_the_api_waits_for_events_and_says_so():
    line, nobody = about(scored()), NotificationFactory()
    url = f"/api/v1/notifications/{line.pk}/snooze/"
    client = api_of(line.recipient)

    answer = client.post(url, {"event": "score"}, format="json")
    wrong = client.post(url, {"event": "rain"}, format="json")
    both = {"event": "reply", "until": (timezone.now() + DAY).isoformat()}
    two = client.post(url, both, format="json")
    refused = api_of(nobody.recipient).post(
        f"/api/v1/notifications/{nobody.pk}/snooze/", {"event": "reply"}, format="json"
    )

    assert answer.status_code == 200, answer.json()
    assert answer.json()["state"] == "snoozed"
    assert answer.json()["waits_for"] == "score"
    assert [wrong.status_code, two.status_code, refused.status_code] == [400] * 3
    assert refused.json()["errors"][0]["code"] == "bad_snooze"


def test_the_api_says_that_a_promise_ends():
    line = about(
        ContactFactory(), kind="handoff", due_at=timezone.now() + timedelta(minutes=5)
    )

    answer = api_of(line.recipient).post(
        f"/api/v1/notifications/{line.pk}/snooze/",
        {"until": (timezone.now() + DAY).isoformat()},
        format="json",
    )

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "promise_ends"


def test_a_day_begins_at_nine_by_the_clock_it_was_chosen_by():
    berlin = ZoneInfo("Europe/Berlin")

    choice = choice_named("date", day="2026-03-29", at=NOW, zone=berlin)

    assert choice.until.isoformat() == "2026-03-29T09:00:00+02:00"
    assert choice.until.date() == date(2026, 3, 29)
