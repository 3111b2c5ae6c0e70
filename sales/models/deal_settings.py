"""What the firm has laid down for its deals and offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Stage:
    """A step on the way to won; ``probability`` in per cent that it gets there."""

    key: str
    name: str | Promise
    probability: int

    def __str__(self) -> str:
        return str(self.name)


# Those that there are until somebody lays down others.
STAGES = (
    Stage("needs_analysis", _("Needs analysis"), 20),
    Stage("offer", _("Offer"), 50),
    Stage("negotiation", _("Negotiation"), 75),
)


class DealSettingsQuerySet(models.QuerySet["DealSettings"]):
    def visible_to(self, user: User, action: str) -> DealSettingsQuerySet:
        """Everybody may know them; those who lead lay them down."""
        return self if action == "read" or user.leads else self.none()


class DealSettings(models.Model):
    """Stages of deals, and what offers begin with. One row; without it, as it says."""

    # [{"key", "name", "probability"}] in order; empty: STAGES.
    stages = models.JSONField(default=list)
    tax_rate = models.DecimalField(
        _("tax rate in per cent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(19),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    valid_days = models.PositiveSmallIntegerField(
        _("days an offer is valid"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    offer_footer = models.TextField(
        _("at the foot of offers"), blank=True, default="", max_length=2_000
    )
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = DealSettingsQuerySet.as_manager()

    def __str__(self) -> str:
        return ", ".join(str(stage) for stage in self.all_stages())

    @classmethod
    def current(cls) -> DealSettings:
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    def all_stages(self) -> Sequence[Stage]:
        """In their order; never none."""
        return [read_stage(row) for row in self.stages] or STAGES


def read_stage(row: dict[str, Any]) -> Stage:
    """A stage that still has the name it came with is named in the reader's language."""
    shipped = {stage.key: stage for stage in STAGES}.get(row["key"])
    name = row["name"] or (shipped.name if shipped else row["key"])
    return Stage(row["key"], name, row["probability"])
