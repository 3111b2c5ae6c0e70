"""A tick of the scheduler of sequences: what it costs with few and with many enrolled.

1,000 runs are due, each at a wait that is over before another one. ``claim`` is finding
and locking them in their batches; the tick is all of it, the gate's answers included.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Enrollment, Sequence
from campaigns.services.advancing import advance_due_enrollments, due_after
from contacts.models import Consent, Contact
from tests.benchmarks._report import SIZE, only, seconds, within
from tests.factories.sequences import published

ON = ("postgresql", "sqlite")
DUE = 1_000
FEW, MANY = 2_000, 5 * SIZE


def run() -> bool:
    sequence = _sequence()
    _enroll(sequence, FEW, prefix="few")
    _make_due()
    few = _tick()
    _enroll(sequence, MANY - FEW, prefix="many")
    _make_due()
    claim = seconds(_claim)
    many = _tick()
    only(f"tick with {FEW:,} enrolled, {DUE:,} due", f"{few:.2f} s")
    path = "tick with many enrolled, of one with few"
    return all(
        [
            within(f"tick with {MANY:,} enrolled, {DUE:,} due", many, most=3, unit="s"),
            within(f"claim {DUE:,} of {MANY:,} enrolled", claim, most=1, unit="s"),
            within(path, many / few, most=1.5, unit="times"),
        ]
    )


def _sequence() -> Sequence:
    waits = [{"kind": "wait", "settings": {"days": days}} for days in (1, 30)]
    return published(*waits)


def _enroll(sequence: Sequence, count: int, *, prefix: str) -> None:
    """Nobody of them is due for the next ten days."""
    version, now = sequence.versions.get(), timezone.now()
    contacts = Contact.objects.bulk_create(
        (
            Contact(
                email=f"{prefix}{n}@example.org", email_key=f"{prefix}{n}@example.org"
            )
            for n in range(count)
        ),
        batch_size=2_000,
    )
    Consent.objects.bulk_create(
        (
            Consent(
                contact=contact,
                purpose=Consent.Purpose.EMAIL_MARKETING,
                granted=True,
                source="bench",
                at=now - timedelta(days=40),
            )
            for contact in contacts
        ),
        batch_size=2_000,
    )
    Enrollment.objects.bulk_create(
        (
            Enrollment(
                sequence=sequence,
                version=version,
                contact=contact,
                entered_at=now - timedelta(days=2),
                due_at=now + timedelta(days=10),
                source="bench",
            )
            for contact in contacts
        ),
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _make_due() -> None:
    now = timezone.now()
    later = Enrollment.objects.filter(step=None, due_at__gt=now).order_by("-pk")
    ids = list(later.values_list("pk", flat=True)[:DUE])
    Enrollment.objects.filter(pk__in=ids).update(due_at=now - timedelta(minutes=1))


def _claim() -> None:
    """Find and lock what is due, batch by batch; let go of it without a change."""
    skips = connection.features.has_select_for_update_skip_locked
    last, count, now = None, 0, timezone.now()
    while True:
        with transaction.atomic():
            rows = due_after(last, at=now).select_for_update(
                no_key=True, skip_locked=skips, of=("self",)
            )
            batch = list(rows[: settings.ENROLLMENTS_PER_TRANSACTION])
        if not batch:
            break
        count += len(batch)
        last = batch[-1].due_at, batch[-1].pk
    assert count == DUE, count


def _tick() -> float:
    """Seconds of a run over what ``_make_due`` has left."""
    took = seconds(advance_due_enrollments)
    assert not Enrollment.objects.due(at=timezone.now()).exists()
    return took
