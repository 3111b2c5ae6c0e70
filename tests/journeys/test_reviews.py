"""Reviews of journeys: reminded once, finished with a note, and late ones said."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification
from journeys.services.reviews import (
    NextReviewInPast,
    ReviewedMeanwhile,
    finish_review,
    keep_running,
    remind_of_reviews,
)
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.journeys import JourneyFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 10, 12, tzinfo=timezone.get_default_timezone())
TODAY = NOON.date()


def due_in(days, **values):
    review_date = TODAY + timedelta(days=days)
    return JourneyFactory(review_date=review_date, remind_days=7, **values)


def inbox(user, at=NOON):
    return list(Notification.objects.filter(recipient=user).in_inbox(at=at))


def test_somebody_is_reminded_once_and_once_more_when_it_is_late():
    owner = MarketerFactory()
    MarketerFactory()
    journey = due_in(7, owner=owner, name="Buyers")
    due_in(8, owner=owner)
    due_in(7, owner=owner, is_active=False)

    counts = [remind_of_reviews(at=NOON + timedelta(days=n)) for n in (0, 0, 0)]
    [line] = inbox(owner)
    assert counts == [1, 0, 0]
    assert line.title == "Review the journey Buyers"
    assert line.url == reverse("journeys:review", args=[journey.pk])
    line.done_at = NOON
    line.save()

    late = [remind_of_reviews(at=NOON + timedelta(days=n)) for n in (8, 8, 30)]

    assert late == [2, 0, 1]  # the one due a day later is near by then, and late
    found = inbox(owner, at=NOON + timedelta(days=30))
    assert {row.subject_id for row in found} >= {journey.pk}
    [line] = [row for row in found if row.subject_id == journey.pk]
    assert (line.done_at, line.detail) == (
        None,
        "It was to be looked at by 17 Jun 2026.",
    )
    assert Notification.objects.filter(subject_id=journey.pk).count() == 1


def test_without_an_owner_who_changed_it_last_is_asked_else_all_marketers():
    last, other = MarketerFactory.create_batch(2)
    RepFactory()
    due_in(1, updated_by=last)
    remind_of_reviews(at=NOON)
    assert (len(inbox(last)), len(inbox(other))) == (1, 0)

    due_in(1, owner=MarketerFactory(is_active=False))
    remind_of_reviews(at=NOON)
    assert (len(inbox(last)), len(inbox(other))) == (2, 1)


def test_a_review_is_finished_with_a_note_and_the_next_date():
    owner = MarketerFactory()
    journey = due_in(1, owner=owner)
    due = journey.review_date
    remind_of_reviews(at=NOON)
    later = TODAY + timedelta(days=90)

    review = finish_review(
        journey=journey, due=due, note=" Fine ", next_date=later, by=owner, at=NOON
    )

    journey.refresh_from_db()
    assert (review.note, review.due_date, journey.review_date) == ("Fine", due, later)
    assert inbox(owner) == []
    with pytest.raises(ReviewedMeanwhile):
        finish_review(
            journey=journey, due=due, note="", next_date=None, by=owner, at=NOON
        )
    with pytest.raises(NextReviewInPast):
        finish_review(
            journey=journey, due=later, note="", next_date=TODAY, by=owner, at=NOON
        )
    assert journey.reviews.count() == 1
    assert remind_of_reviews(at=NOON + timedelta(days=83)) == 1


def test_another_date_takes_the_reminder_back():
    owner = MarketerFactory()
    journey = due_in(1, owner=owner)
    remind_of_reviews(at=NOON)

    keep_running(
        journey=journey,
        is_active=True,
        owner=owner,
        review_date=TODAY + timedelta(days=60),
        remind_days=3,
        by=owner,
        at=NOON,
    )

    assert inbox(owner) == []
    assert remind_of_reviews(at=NOON) == 0


def test_the_page_finishes_a_review_once(client):
    marketer = MarketerFactory()
    client.force_login(marketer)
    journey = JourneyFactory(review_date=timezone.localdate())
    url = reverse("journeys:review", args=[journey.pk])
    due = str(journey.review_date)
    later = str(timezone.localdate() + timedelta(days=30))
    good = {"due": due, "note": "Phase two is slow.", "next_date": later}

    codes = [
        client.post(url, data).status_code
        for data in (good | {"next_date": due}, good | {"next_date": "x"}, good, good)
    ]

    assert codes == [422, 422, 302, 422]
    assert "Phase two is slow." in client.get(url).content.decode()
    client.force_login(RepFactory())
    assert client.get(url).status_code == 200
    assert "<textarea" not in client.get(url).content.decode()
    assert client.post(url, good).status_code == 404


def test_settings_are_true_at_once_and_leave_the_plan(client):
    marketer = MarketerFactory()
    client.force_login(marketer)
    journey = JourneyFactory(name="Buyers")
    url = reverse("journeys:edit", args=[journey.pk])
    data = {"owner": marketer.pk, "review_date": "2026-09-01", "remind_days": "14"}

    assert client.post(url, data).status_code == 302

    journey.refresh_from_db()
    assert (journey.is_active, journey.owner) == (False, marketer)
    assert (journey.name, journey.remind_days) == ("Buyers", 14)
    assert client.post(url, data | {"remind_days": "999"}).status_code == 422
    assert client.post(url, data | {"owner": RepFactory().pk}).status_code == 422
