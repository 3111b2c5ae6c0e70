"""What conditions may say about scores: as they were last counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contacts.conditions import registry, usage
from contacts.conditions.fields import FieldSpec
from contacts.conditions.value_types import NUMBER
from contacts.models.contact import Contact
from scoring.models import Rule, Score


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
    usage.register_holder(_rules_in_use)


def _rules_in_use() -> list[tuple[str, Any]]:
    """Those of what is live, and of drafts; what was live once has had its time."""
    is_draft = Q(scoring_model__activated_at=None)
    rules = Rule.objects.filter(is_draft | Q(scoring_model__is_active=True))
    named = rules.values_list("scoring_model__name", "name", "when")
    return [(f"{model}: {rule}", when) for model, rule, when in named]
