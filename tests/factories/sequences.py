"""Sequences and who goes through them."""

from datetime import time

import factory
from django.utils import timezone

from campaigns.models import Enrollment, Sequence, SequenceVersion, Step
from campaigns.services.sequences import publish_draft, save_draft
from campaigns.timing import EVERY_DAY
from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ContactFactory


class SequenceFactory(factory.django.DjangoModelFactory):
    """An active sequence that mails at any time of any day and has no steps."""

    class Meta:
        model = Sequence

    name = factory.Sequence(lambda n: f"Sequence {n}")
    status = Sequence.Status.ACTIVE
    send_days = factory.LazyFunction(lambda: sorted(EVERY_DAY))
    send_from = time(0)
    send_until = time(23, 59, 59)


class SequenceVersionFactory(factory.django.DjangoModelFactory):
    """Published just now."""

    class Meta:
        model = SequenceVersion

    sequence = factory.SubFactory(SequenceFactory)
    number = factory.Sequence(lambda n: n + 1)
    published_at = factory.LazyFunction(timezone.now)


class StepFactory(factory.django.DjangoModelFactory):
    """Wait for a day."""

    class Meta:
        model = Step

    version = factory.SubFactory(SequenceVersionFactory)
    key = factory.Sequence(lambda n: f"k{n}")
    position = factory.Sequence(lambda n: n)
    kind = Step.Kind.WAIT
    settings = factory.LazyFunction(lambda: {"days": 1, "hours": 0, "minutes": 0})


class EnrollmentFactory(factory.django.DjangoModelFactory):
    """Entered just now and due."""

    class Meta:
        model = Enrollment

    version = factory.SubFactory(SequenceVersionFactory)
    sequence = factory.SelfAttribute("version.sequence")
    contact = factory.SubFactory(ContactFactory)
    entered_at = factory.LazyFunction(timezone.now)
    due_at = factory.SelfAttribute("entered_at")
    source = "test"


def drafted(*steps: dict, **fields) -> Sequence:
    """A sequence whose draft has these steps, by the verb."""
    sequence = SequenceFactory(status=Sequence.Status.DRAFT, **fields)
    save_draft(sequence=sequence, steps=list(steps), by=None, at=timezone.now())
    return sequence


def published(*steps: dict, **fields) -> Sequence:
    """A sequence of these steps, by the verbs, whose first version is out."""
    sequence = drafted(*steps, **fields)
    publish_draft(
        sequence=sequence,
        moves_people=False,
        note="",
        by=MarketerFactory(),
        at=timezone.now(),
    )
    sequence.refresh_from_db()
    return sequence
