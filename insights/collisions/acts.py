"""What each of the players can do, with what it must mean from then on.

An act that the product refuses, with one of its ``DomainError``, is as good as one that
it does.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
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
from contacts.gate import Channel, Purpose, Touch
from contacts.models import Consent
from contacts.services.consents import record_consents
from contacts.services.touches import decide_touch
from insights.collisions.merging import merge, promise_what_stands, unmerge
from insights.collisions.stage import SOURCE
from insights.collisions.turns import Turn
from journeys.models.interaction import Kind
from journeys.senders import Sender
from journeys.services.tracking import Report, track_interactions
from sales.models import Handoff
from sales.services.claims import claim_contact, release_contact
from sales.services.handoffs import accept_handoff, decline_handoff, reassign_handoff
from scoring.services.batches import recompute_batch, stale_batches

HEAVY = (Kind.DEMO_REQUEST, Kind.WEBINAR_ATTENDED, Kind.EMAIL_REPLY)
LIGHT = (Kind.PAGE_VIEW, Kind.PRICING_VIEW, "careers_view")


def visit(turn: Turn) -> None:
    """Something that scores, delivered once or twice."""
    kind = turn.draw.choice(HEAVY if turn.draw.random() < 0.5 else LIGHT)
    now = timezone.now()
    report = Report(
        contact=turn.contact,
        kind=kind,
        source=SOURCE,
        event_id=f"{turn.scene.number}-{turn.number}",
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
        ("unsubscribe", turn.contact.pk),
        contact_id=turn.contact.pk,
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
        key=f"bulk:{turn.scene.number}-{turn.number}:{turn.contact.pk}",
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


def send(turn: Turn) -> None:
    send_due_messages()


def score(turn: Turn) -> None:
    for ids in stale_batches():
        recompute_batch(contact_ids=ids, at=timezone.now())
    with turn.ledger.merging:
        promise_what_stands(turn.ledger, [each.pk for each in turn.scene.contacts])


def claim(turn: Turn) -> None:
    taken = claim_contact(contact=turn.contact, by=turn.rep, at=timezone.now())
    with turn.ledger.merging:
        promise_what_stands(turn.ledger, [taken.contact_id])


def release(turn: Turn) -> None:
    own = turn.contact.claims.filter(rep=turn.rep, released_at=None).first()
    if own is not None:
        turn.ledger.lift(("claim", own.pk))
    release_contact(contact=turn.contact, by=turn.rep, at=timezone.now())


def call(turn: Turn) -> None:
    """Ask the gate, and log the call that it allows."""
    now = timezone.now()
    was_forbidden = turn.ledger.are_calls_forbidden(turn.contact.pk)
    touch = Touch(turn.contact, Channel.PHONE, Purpose.PERSONAL, now, by=turn.rep)
    with transaction.atomic():
        if decide_touch(touch=touch, title="Call"):
            return
        report = Report(
            contact=turn.contact,
            kind=Kind.CALL_OUTBOUND,
            source=SOURCE,
            occurred_at=now,
            by=turn.rep,
        )
        track_interactions(reports=[report], at=now)
    if was_forbidden:
        turn.ledger.broken.append(
            f"Contact {turn.contact.pk}: called after calls were forbidden."
        )


def accept(turn: Turn) -> None:
    if handoff := _open(turn):
        accept_handoff(handoff=handoff, by=turn.rep, at=timezone.now())


def decline(turn: Turn) -> None:
    if handoff := _open(turn):
        reason = turn.draw.choice(
            (Handoff.Reason.NOT_READY, Handoff.Reason.NO_BUDGET, Handoff.Reason.OTHER)
        )
        turn.ledger.lift(("handoff", handoff.pk))
        decline_handoff(handoff=handoff, reason=reason, by=turn.rep, at=timezone.now())


def reassign(turn: Turn) -> None:
    if handoff := _open(turn):
        others = [rep for rep in turn.scene.stage.reps.values() if rep != turn.rep]
        reassign_handoff(
            handoff=handoff,
            assignee=turn.draw.choice(others),
            by=turn.rep,
            at=timezone.now(),
        )


def _open(turn: Turn) -> Handoff | None:
    return Handoff.objects.open().filter(contact=turn.contact).first()


Act = Callable[[Turn], None]
OF_REPS: dict[Act, int] = {
    claim: 4,
    release: 3,
    call: 3,
    accept: 3,
    decline: 3,
    reassign: 1,
}
PLAYERS: dict[str, dict[Act, int]] = {
    "contacts": {visit: 8, fill_form: 2, opt_out: 1, forbid_calls: 1},
    "marketing": {plan_mail: 3, enroll: 3, merge: 1, unmerge: 1},
    "scheduler": {advance: 1},
    "anna": OF_REPS,
    "ben": OF_REPS,
    "scorer": {score: 1},
    "mailer": {send: 1},
    "second mailer": {send: 1},
}
"""Who plays, and what they do how often. Each does one thing after the other."""
