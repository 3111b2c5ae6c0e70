"""From an interaction to the rep's inbox and mail, and what a decline does to it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification
from journeys.services.tracking import Report, track_interactions
from sales.models import Handoff
from sales.services.handoffs import decline_handoff
from sales.services.returns import return_declined_leads
from scoring.models import Crossing
from scoring.tasks import recompute_stale_scores
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.scoring import RuleFactory

pytestmark = pytest.mark.django_db


def ask_for_a_demo(contact, *, at):
    report = Report(
        contact=contact, kind="demo_request", source="website", occurred_at=at
    )
    track_interactions(reports=[report], at=at)


@pytest.fixture
def contact():
    RuleFactory(points=60, when={"kind": "demo_request"}, scoring_model__threshold=50)
    rep = RepFactory(email="rep@example.com")
    return ContactFactory(owner=rep, first_name="Ada", last_name="Byron")


def test_a_demo_request_reaches_the_reps_inbox_and_mail(
    client, contact, django_capture_on_commit_callbacks, run_tasks_inline, mailoutbox
):
    with django_capture_on_commit_callbacks(execute=True):
        ask_for_a_demo(contact, at=timezone.now())

    client.force_login(contact.owner)
    assert "Ada Byron" in client.get("/inbox/").content.decode()
    assert [mail.to for mail in mailoutbox] == [["rep@example.com"]]
    assert "Asked for a demo." in mailoutbox[0].body


def test_a_lead_declined_for_a_time_is_offered_again_then(contact):
    ask_for_a_demo(contact, at=timezone.now())
    recompute_stale_scores()
    handoff = Handoff.objects.get()
    now = timezone.now()
    soon = now + timedelta(days=1)
    decline_handoff(
        handoff=handoff, reason="not_ready", return_at=soon, by=contact.owner, at=now
    )
    recompute_stale_scores()
    assert Handoff.objects.count() == 1

    return_declined_leads(at=soon)
    recompute_stale_scores()

    assert Handoff.objects.open().count() == 1
    assert Crossing.objects.count() == Handoff.objects.count() == 2
    assert Notification.objects.in_inbox(at=timezone.now()).count() == 1


def test_a_competitor_is_never_offered_again(contact):
    ask_for_a_demo(contact, at=timezone.now())
    recompute_stale_scores()
    handoff, now = Handoff.objects.get(), timezone.now()

    decline_handoff(handoff=handoff, reason="competitor", by=contact.owner, at=now)
    ask_for_a_demo(contact, at=timezone.now())
    recompute_stale_scores()

    assert not Handoff.objects.open().exists()
