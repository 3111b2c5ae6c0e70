"""The story that must be impossible: mailed by marketing while sales is on the phone."""

import io

import pytest
from django.utils import timezone

from accounts.services.running import run_until_finished
from campaigns.models import AttendanceEntry, Message
from campaigns.services.attendance_files import (
    map_attendance,
    start_attendance,
    upload_attendance,
)
from campaigns.services.follow_ups import plan_due_follow_ups
from campaigns.services.sending import send_due_messages
from contacts.models import Contact
from sales.models import Handoff
from sales.services.claims import claim_contact
from scoring.services.marks import mark_scores_stale
from scoring.tasks import recompute_stale_scores
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.events import EventFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory

pytestmark = pytest.mark.django_db

ATTENDED = ["hot1", "hot2", "warm1", "warm2", "claimed"]
MISSED = ["missed"]


@pytest.fixture
def rep():
    return RepFactory(email="rep@example.com")


@pytest.fixture
def event():
    """A webinar that makes sales-ready whoever saw the prices before."""
    model = ScoringModelFactory(threshold=50)
    RuleFactory(scoring_model=model, points=30, when={"kind": "webinar_attended"})
    RuleFactory(scoring_model=model, points=25, when={"kind": "pricing_view"})
    SenderFactory()
    return EventFactory(
        mail_attended=MailTemplateFactory(name="Thanks", subject="Thanks"),
        mail_missed=MailTemplateFactory(name="Missed", subject="We missed you"),
    )


@pytest.fixture
def people(rep):
    found = {}
    for name in (*ATTENDED, *MISSED):
        contact = ContactFactory(email=f"{name}@example.com", owner=rep)
        ConsentFactory(contact=contact, purpose="email_marketing", granted=True)
        if name.startswith("hot"):
            InteractionFactory(contact=contact, kind="pricing_view")
        found[name] = contact
    return found


@pytest.fixture
def import_list(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def import_list(event):
        lines = ["email,attended", *(f"{name}@example.com,yes" for name in ATTENDED)]
        lines += [f"{name}@example.com,no" for name in MISSED]
        lines += ["new@example.com,yes"]
        now = timezone.now()
        batch = upload_attendance(
            event=event,
            file=io.BytesIO("\n".join(lines).encode()),
            name="webinar.csv",
            by=None,
            at=now,
        )
        map_attendance(
            batch=batch,
            mapping=batch.run.mapping,
            attended_column="attended",
            all_attended=False,
            by=None,
            at=now,
        )
        run_until_finished(start_attendance(batch=batch, by=None, at=now))
        return batch

    return import_list


def mailed():
    """(who, template) of the mails that were handed over."""
    sent = Message.objects.filter(state=Message.State.SENT).order_by("contact__email")
    return [(mail.contact.email.partition("@")[0], mail.template.name) for mail in sent]


def test_nobody_is_both_handed_off_and_mailed(event, people, rep, import_list):
    import_list(event)
    # Whatever order the workers take: mails first, and nothing leaves.
    plan_due_follow_ups()
    send_due_messages()
    assert mailed() == []

    claim_contact(contact=people["claimed"], by=rep, at=timezone.now())
    recompute_stale_scores()
    plan_due_follow_ups()
    send_due_messages()

    handed_off = set(Handoff.objects.values_list("contact__email", flat=True))
    assert handed_off == {"hot1@example.com", "hot2@example.com"}
    assert set(Handoff.objects.values_list("assignee", flat=True)) == {rep.pk}
    assert mailed() == [("missed", "Missed"), ("warm1", "Thanks"), ("warm2", "Thanks")]
    held = AttendanceEntry.objects.filter(follow_up="held_back")
    reasons = {row.contact.email.partition("@")[0]: row.reason["code"] for row in held}
    assert reasons == {
        "hot1": "handed_off",
        "hot2": "handed_off",
        "claimed": "claimed",
        "new": "no_consent",
    }
    assert Contact.objects.get(email="new@example.com").interactions.count() == 1


def test_a_claim_after_the_mail_was_planned_stops_it_for_good(
    event, people, rep, import_list
):
    import_list(event)
    recompute_stale_scores()
    plan_due_follow_ups()

    claim_contact(contact=people["warm1"], by=rep, at=timezone.now())
    send_due_messages()

    mail = Message.objects.get(contact=people["warm1"])
    assert (mail.state, mail.reason) == ("cancelled", "claimed")
    assert ("warm2", "Thanks") in mailed()


def test_becoming_sales_ready_after_the_mail_was_planned_stops_it(
    event, people, rep, import_list
):
    import_list(event)
    recompute_stale_scores()
    plan_due_follow_ups()

    InteractionFactory(contact=people["warm1"], kind="pricing_view")
    mark_scores_stale(contact_ids=[people["warm1"].pk], at=timezone.now())
    recompute_stale_scores()
    send_due_messages()

    mail = Message.objects.get(contact=people["warm1"])
    assert (mail.state, mail.reason) == ("cancelled", "handed_off")
    assert Handoff.objects.filter(contact=people["warm1"]).count() == 1
