"""What conditions may say about scores: as they were last counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from contacts.conditions import registry
from contacts.conditions.fields import FieldSpec
from contacts.conditions.value_types import NUMBER
from contacts.models.contact import Contact
from scoring.models import Score


def scores_of(contacts: Sequence[Contact], at: datetime) -> dict[int, Score]:
    return Score.objects.in_bulk([contact.pk for contact in contacts])


FIELDS = [
    FieldSpec(
        f"score.{name}",
        label,
        NUMBER,
        F(f"score__{name}"),
        attrgetter(name),
        source=scores_of,
    )
    for name, label in (
        ("total", _("Score")),
        ("fit", _("Score for fit")),
        ("engagement", _("Score for engagement")),
    )
]


def register() -> None:
    for spec in FIELDS:
        registry.register_field(spec)
