"""The scores of two contacts that become one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.merging import Merging, Part
from contacts.models import Contact
from contacts.services.late_rows import settle_late_rows
from scoring.counting import DAY
from scoring.models import Crossing, Score, StaleMark
from scoring.selectors.current import curves_of

Curves = list[list[Any]]


class ScorePart(Part):
    """The survivor is counted anew; the other is not counted until it is undone.

    Whoever of the two was handed off keeps the survivor from being handed off again
    before it has cooled.
    """

    def lock(self, contact_ids: Collection[int]) -> None:
        """Made if missing: a row that is not there locks nothing."""
        known = Contact.everyone.filter(pk__in=contact_ids).order_by("pk")
        rows = [Score(contact_id=pk) for pk in known.values_list("pk", flat=True)]
        Score.objects.bulk_create(rows, ignore_conflicts=True)
        rows = Score.objects.select_for_update(no_key=True).order_by("pk")
        list(rows.filter(pk__in=contact_ids))

    def merge(self, merging: Merging) -> dict[str, Any]:
        ours = Score.objects.get(pk=merging.kept.pk)
        theirs = Score.objects.get(pk=merging.gone.pk)
        noted = {
            "gone": _as_json(theirs),
            "armed": ours.is_armed,
            "arming": ours.arming,
        }
        at = merging.at
        # As if it had been counted together, to tell whether it has cooled.
        ours.curves = _curves(ours, at=at) + _curves(theirs, at=at)
        if theirs.curves and (ours.evaluated_at is None or ours.evaluated_at < at):
            ours.evaluated_at = at
        ours.is_armed = ours.is_armed and theirs.is_armed
        ours.save(update_fields=["curves", "evaluated_at", "is_armed"])
        Score(contact_id=theirs.pk).save(force_update=True)
        return noted

    def undo(self, merging: Merging, noted: dict[str, Any]) -> None:
        _from_json(noted["gone"]).save(force_update=True)
        ours = Score.objects.get(pk=merging.kept.pk)
        crossed = Crossing.objects.filter(contact=ours.pk, arming=ours.arming)
        is_as_left = ours.arming == noted["arming"] and not ours.is_armed
        if noted["armed"] and is_as_left and not crossed.exists():
            ours.is_armed = True
            ours.save(update_fields=["is_armed"])


@transaction.atomic
def pass_on_late_marks(*, contact_ids: Collection[int], at: datetime) -> None:
    """Let what was tracked for contacts that were merged meanwhile count elsewhere."""
    merged = Contact.everyone.merged().filter(pk__in=contact_ids)
    if not (ids := list(merged.values_list("pk", flat=True))):
        return
    # The marks first: what they are about is visible then.
    marks = StaleMark.objects.filter(contact__in=ids)
    numbers = dict(marks.values_list("pk", "contact_id"))
    settled = settle_late_rows(contact_ids=ids, at=at)
    done = [pk for pk, contact_id in numbers.items() if contact_id in settled]
    StaleMark.objects.filter(pk__in=done).delete()


def _curves(score: Score, *, at: datetime) -> Curves:
    """What it consists of, as of ``at``."""
    if score.evaluated_at is None or score.evaluated_at >= at:
        return [list(curve) for curve in score.curves]
    days = (at - score.evaluated_at).total_seconds() / DAY
    return [[curve.after(days), *curve[1:]] for curve in curves_of(score)]


def _as_json(score: Score) -> dict[str, Any]:
    fields = Score._meta.concrete_fields
    values = {field.attname: getattr(score, field.attname) for field in fields}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _from_json(values: dict[str, Any]) -> Score:
    fields = Score._meta.concrete_fields
    return Score(**{f.attname: f.to_python(values[f.attname]) for f in fields})
