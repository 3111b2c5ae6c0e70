"""Who enters a sequence by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.models import Enrollment, Form, Sequence
from campaigns.services.enrollments import enroll_contacts
from contacts.conditions.evaluation import contacts_matching
from contacts.models import Contact, Segment
from journeys.conditions import interaction_q
from journeys.models import Interaction, PhaseVisit
from journeys.models.interaction import Kind
from leadhub.ids import first_id_of

# Rows are stored before they are visible: look back a little, repeats do no harm.
OVERLAP = timedelta(minutes=2)
# What is told us so late is history, and lets nobody in.
TOO_LONG_AGO = timedelta(days=7)
CHUNK = 500


def look_for_entries() -> int:
    """Let in whoever the active sequences are waiting for; return how many came."""
    waiting = Sequence.objects.active().exclude(trigger=Sequence.Trigger.BY_HAND)
    return sum(_look(sequence) for sequence in waiting.order_by("pk"))


def _look(sequence: Sequence) -> int:
    now = timezone.now()
    since = (sequence.looked_until or now) - OVERLAP
    count = 0
    contacts = _entering(sequence, since=since, at=now)
    for ids in _chunks(contacts.order_by("pk").values_list("pk", flat=True).iterator()):
        chosen = list(Contact.objects.filter(pk__in=ids))
        count += len(
            enroll_contacts(
                sequence=sequence,
                contacts=chosen,
                source=sequence.trigger,
                by=None,
                at=now,
            )
        )
    # Unless somebody has paused it meanwhile, which sets the mark itself.
    with transaction.atomic():
        rows = Sequence.objects.filter(pk=sequence.pk, status=sequence.status)
        rows.update(looked_until=now)
    return count


def _entering(
    sequence: Sequence, *, since: datetime, at: datetime
) -> QuerySet[Contact]:
    """Contacts that the trigger names and who are not in the sequence yet."""
    trigger, settings = sequence.trigger, sequence.trigger_settings
    runs = Enrollment.objects.filter(sequence=sequence)
    contacts = Contact.objects.exclude(pk__in=runs.active().values("contact"))
    if trigger == Sequence.Trigger.SEGMENT:
        segment = Segment.objects.filter(pk=settings["segment"]).first()
        if segment is None:
            return contacts.none()
        # Once only: whoever is through with it is still in the segment.
        contacts = contacts.exclude(pk__in=runs.values("contact"))
        return contacts_matching(contacts, segment.condition, at=at)
    if sequence.may_reenter:
        # What let them in the last time does not do so again.
        contacts = contacts.exclude(
            pk__in=runs.filter(entered_at__gte=since).values("contact")
        )
    else:
        contacts = contacts.exclude(pk__in=runs.values("contact"))
    if trigger == Sequence.Trigger.PHASE:
        visits = PhaseVisit.objects.filter(
            phase=settings["phase"], left_at=None, entered_at__gte=since
        )
        return contacts.filter(pk__in=visits.values("contact"))
    acts = Interaction.objects.by_people().filter(
        pk__gte=first_id_of(since),
        occurred_at__gte=since - TOO_LONG_AGO,
        contact__isnull=False,
    )
    return contacts.filter(pk__in=acts.filter(_wanted(sequence)).values("contact"))


def _wanted(sequence: Sequence) -> Q:
    settings = sequence.trigger_settings
    if sequence.trigger == Sequence.Trigger.INTERACTION:
        return interaction_q(settings["when"])
    form = Form.objects.filter(pk=settings["form"]).first()
    if form is None:
        return Q(pk__in=[])
    return Q(kind=Kind.FORM_SUBMIT, source=f"form {form.slug}")


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
