"""Lines that wait for what a contact does: an answer, or another score."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Notification
from accounts.services.snoozes import snooze_notification
from accounts.services.tokens import create_token
from contacts.services.merging import merge_contacts
from journeys.services.tracking import Report, track_interactions
from sales.models import ReplyMark
from sales.services.replies import tell_replies
from sales.services.tasks import plan_task
from scoring.models import Score
from scoring.services.batches import recompute_batch
from scoring.services.scores import recompute_scores
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    NotificationFactory,
    RepFactory,
)
from tests.factories.contacts import ContactFactory
from tests.factories.sales import HandoffFactory
from tests.factories.scoring import RuleFactory, StaleMarkFactory
from tests.factories.sequences import EnrollmentFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def rep():
    return RepFactory()


@pytest.fixture
def contact(rep):
    return ContactFactory(owner=rep)


def track(contact, kind="email_reply", *, at=NOW, **values):
    report = Report(
        contact=contact, kind=kind, source="mailer", occurred_at=at, **values
    )
    track_interactions(reports=[report], at=at)


def waiting(contact, event, *, at=NOW, **values) -> Notification:
    line = NotificationFactory(contact_id=contact.pk, **values)
    return snooze_notification(notification=line, event=event, at=at)


def state(line: Notification, *, at=NOW) -> str:
    line.refresh_from_db()
    return line.state(at=at)


def score(contact, *, at=NOW) -> None:
    recompute_scores(contact_ids=[contact.pk], at=at)


def test_what_waits_for_an_answer_is_back_when_there_is_one(contact):
    line, other = waiting(contact, "reply"), waiting(ContactFactory(), "reply")
    later = NOW + HOUR

    track(contact, at=later)
    tell_replies(at=later)

    assert state(line, at=later) == "inbox"
    assert (line.surfaces_at, line.waits_for, line.read_at) == (later, "", None)
    assert state(other, at=later) == "snoozed"


def test_what_waits_for_another_score_is_back_when_it_is_one(contact):
    RuleFactory(points=10)
    track(contact, "page_view")
    score(contact)
    line = waiting(contact, "score")
    assert line.waits_points == 10
    soon = NOW + timedelta(minutes=1)

    StaleMarkFactory(contact=contact, at=soon)
    score(contact, at=soon)
    # 10 points have faded a little, and are shown as 9 since the first moment.
    assert state(line, at=soon) == "inbox"


def test_a_score_that_is_shown_as_before_wakes_nothing(contact):
    RuleFactory(points=10.5)
    track(contact, "page_view")
    score(contact)
    line = waiting(contact, "score")
    foreseen = line.surfaces_at

    RuleFactory(
        points=0.2, when={"kind": "chat"}, scoring_model=Score.objects.get().model
    )
    track(contact, "chat", at=NOW + HOUR)
    score(contact, at=NOW + HOUR)

    assert state(line, at=NOW + HOUR) == "snoozed"
    # It takes longer now until time alone makes it another.
    assert line.surfaces_at > foreseen


def test_nothing_is_looked_for_where_nothing_waits(contact, django_assert_num_queries):
    NotificationFactory.create_batch(3, contact_id=contact.pk)
    from sales.services.scores import wake_where_score_changed

    with django_assert_num_queries(1):
        wake_where_score_changed(contact_ids=[contact.pk], at=NOW)


def test_a_model_that_is_gone_takes_the_score_with_it(contact):
    rule = RuleFactory(points=10.5)
    track(contact, "page_view")
    score(contact)
    line = waiting(contact, "score")

    rule.scoring_model.is_active = False
    rule.scoring_model.save()
    StaleMarkFactory(contact=contact)
    recompute_batch(contact_ids=[contact.pk], at=NOW)

    assert state(line) == "inbox"


def test_tasks_are_due_when_their_line_is_back(contact, rep):
    due_at = NOW + HOUR
    task = plan_task(
        contact=contact, kind="call", due_at=due_at, assignee=rep, by=rep, at=NOW
    )
    line = snooze_notification(
        notification=Notification.objects.get(kind="task"), event="reply", at=due_at
    )
    task.refresh_from_db()
    assert task.due_at == line.surfaces_at
    assert line.waits_for == "reply"

    later = due_at + HOUR
    track(contact, at=later)
    tell_replies(at=later)

    task.refresh_from_db()
    assert task.due_at == later
    assert state(line, at=later) == "inbox"


# Answers are lines ------------------------------------------------------------------


def test_an_answer_is_told_to_the_owner_once(contact, rep):
    words = {"text": "When could we start?\x07\u202e\n Ada"}
    track(contact, title="Re: Your offer", properties=words)

    assert tell_replies(at=NOW) == 1
    assert tell_replies(at=NOW) == 0

    line = Notification.objects.get()
    assert (line.recipient, line.kind, line.contact_id) == (rep, "reply", contact.pk)
    assert line.detail == "Answered “Re: Your offer”: When could we start? Ada"
    assert not ReplyMark.objects.exists()


def test_a_second_answer_renews_the_line_in_its_place(contact):
    track(contact, title="Re: First")
    tell_replies(at=NOW)
    Notification.objects.update(read_at=NOW, done_at=NOW)

    track(contact, title="Re: Second", at=NOW + HOUR)
    tell_replies(at=NOW + HOUR)

    line = Notification.objects.get()
    assert line.detail == "Answered “Re: Second”."
    assert (line.read_at, line.done_at, line.surfaces_at) == (None, None, NOW + HOUR)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("email_reply", {"is_machine": True}),
        ("email_click", {}),
        ("email_reply", {"occurred_at": NOW - timedelta(days=30)}),
    ],
)
def test_no_answer_of_a_person_and_no_history_is_told(contact, kind, values):
    given = {"contact": contact, "kind": kind, "source": "m", "occurred_at": NOW}

    track_interactions(reports=[Report(**(given | values))], at=NOW)

    assert not ReplyMark.objects.exists()


def test_an_answer_goes_to_who_has_the_handoff_if_nobody_owns_the_contact(rep):
    contact = ContactFactory(owner=None)
    HandoffFactory(contact=contact, assignee=rep)

    track(contact)
    tell_replies(at=NOW)

    assert Notification.objects.get(kind="reply").recipient == rep


def test_an_answer_to_nobody_goes_to_whose_the_contact_would_be():
    gone = RepFactory(is_active=False)
    free = RepFactory()

    track(ContactFactory(owner=gone))
    tell_replies(at=NOW)

    assert Notification.objects.get(kind="reply").recipient == free


def test_without_any_rep_those_who_decide_are_told():
    lead = LeadFactory(capacity=0)

    track(ContactFactory(owner=None))
    tell_replies(at=NOW)

    assert Notification.objects.get(kind="reply").recipient == lead


def test_an_answer_of_who_was_merged_meanwhile_is_the_survivors(contact, rep):
    other = ContactFactory(owner=rep)
    track(other)
    admin = AdminFactory()
    merge_contacts(keep=contact, merge=other, by=admin, at=NOW, source="browser")

    tell_replies(at=NOW)

    assert Notification.objects.get(kind="reply").contact_id == contact.pk


def test_one_that_fails_holds_up_nobody_and_is_tried_ten_times(contact, rep):
    track(ContactFactory(owner=rep), at=NOW)
    broken = ReplyMark.objects.get()
    broken.attempts = 10
    broken.save()
    track(contact)

    assert tell_replies(at=NOW) == 1

    assert ReplyMark.objects.get() == broken


def test_an_answer_over_the_api_stops_the_sequence_and_reaches_the_rep(
    rep, contact, django_capture_on_commit_callbacks, run_tasks_inline
):
    """The whole way: a mail program of theirs reports it."""
    enrollment = EnrollmentFactory(contact=contact)
    key = create_token(user=rep, name="mailbox", at=NOW, scopes=["interactions:write"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    body = {
        "contact": {"id": contact.pk},
        "kind": "email_reply",
        "title": "Re: Your questions",
        "properties": {"text": "When could we start?"},
    }

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/api/v1/interactions/", body, format="json")

    assert answer.status_code == 201, answer.json()
    enrollment.refresh_from_db()
    assert enrollment.end == "replied"
    line = rep.notifications.get()
    assert line.detail == "Answered “Re: Your questions”: When could we start?"
