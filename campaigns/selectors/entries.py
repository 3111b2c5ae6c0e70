"""Whom a sequence's trigger names."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from campaigns.models import Enrollment, Form, Sequence
from contacts.conditions.evaluation import contacts_matching
from contacts.models import Contact, Segment
from journeys.conditions import interaction_q
from journeys.models import Interaction, PhaseVisit
from journeys.models.interaction import Kind
from leadhub.ids import first_id_of

# What is told us so late is history, and lets nobody in.
TOO_LONG_AGO = timedelta(days=7)


def entering(sequence: Sequence, *, since: datetime, at: datetime) -> QuerySet[Contact]:
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
