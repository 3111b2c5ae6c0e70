"""What contacts, marketing and LeadHub's own work do, and what it means from then on.

An act that the product refuses, with one of its ``DomainError``, is as good as one that
it does.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from campaigns.evidence import Evidence
from campaigns.models import Message
from campaigns.rendering.mails import Draft
from campaigns.services.addresses import key_of
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.choices import unsubscribe
from campaigns.services.enrollments import enroll_contacts
from campaigns.services.messages import plan_message
from campaigns.services.sending import send_due_messages
from campaigns.services.submissions import Origin, new_token, submit_form
from contacts.gate import Purpose
from contacts.models import Consent
from contacts.services.consents import record_consents
from insights.collisions.promising import UNSUBSCRIBE, promise_what_stands
from insights.collisions.stage import SOURCE
from insights.collisions.turns import Turn
from journeys.models.interaction import Kind
from journeys.senders import Sender
from journeys.services.tracking import Report, track_interactions
from sales.services.promises import keep_promises
from scoring.services.batches import recompute_batch, stale_batches

HEAVY = (Kind.DEMO_REQUEST, Kind.WEBINAR_ATTENDED, Kind.EMAIL_REPLY)
LIGHT = (Kind.PAGE_VIEW, Kind.PRICING_VIEW, "careers_view")
Act = Callable[[Turn], None]


def visit(turn: Turn) -> None:
    """Something that scores, delivered once or twice."""
    kind = turn.draw.choice(HEAVY if turn.draw.random() < 0.5 else LIGHT)
    now = timezone.now()
    report = Report(
        contact=turn.contact,
        kind=kind,
        source=SOURCE,
        event_id=turn.name,
        occurred_at=now,
    )
    for _delivery in range(turn.draw.choice((1, 2))):
        track_interactions(reports=[report], at=now)


def fill_form(turn: Turn) -> None:
    form = turn.scene.stage.form
    values = {
        "first_name": "Ada",
        "last_name": "Byron",
        "email": turn.contact.email,
        "company": "",
    }
    submit_form(
        form=form,
        values=values,
        token=new_token(form),
        origin=Origin(),
        sender=Sender(network="", user_agent="", machine_reason=""),
        visitor=None,
        at=timezone.now(),
    )


def opt_out(turn: Turn) -> None:
    address = key_of(turn.contact)
    unsubscribe(address=address, evidence=Evidence(), at=timezone.now())
    turn.ledger.promise(
        (UNSUBSCRIBE, turn.contact.pk),
        contact_ids=[turn.contact.pk],
        what="the unsubscribe",
    )


def forbid_calls(turn: Turn) -> None:
    record_consents(
        contact=turn.contact,
        decisions={Consent.Purpose.PHONE: False},
        source=SOURCE,
        proof={"text": "Do not call me."},
        at=timezone.now(),
    )
    turn.ledger.forbid_calls(turn.contact.pk)


def plan_mail(turn: Turn) -> None:
    now = timezone.now()
    plan_message(
        key=f"bulk:{turn.name}:{turn.contact.pk}",
        contact=turn.contact,
        purpose=Purpose.MARKETING,
        kind=Message.Kind.CAMPAIGN,
        title="News",
        draft=Draft(subject="News", body="Hello, there is news."),
        at=now,
    )


def enroll(turn: Turn) -> None:
    stage = turn.scene.stage
    enroll_contacts(
        sequence=stage.sequence,
        contacts=[turn.contact],
        source=SOURCE,
        by=stage.marketer,
        at=timezone.now(),
    )


def advance(turn: Turn) -> None:
    advance_due_enrollments()


def watch_promises(turn: Turn) -> None:
    keep_promises(at=timezone.now())


def send(turn: Turn) -> None:
    send_due_messages()


def score(turn: Turn) -> None:
    for ids in stale_batches():
        recompute_batch(contact_ids=ids, at=timezone.now())
    promise_what_stands(turn)
