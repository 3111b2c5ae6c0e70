"""What people fill in to try a draft on the past."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Segment
from scoring.days import read_moment
from scoring.outcomes import outcomes
from scoring.services.backtests import HORIZON_DAYS, MAX_CAPACITY, MAX_HORIZON

WEEKS = 12
# The verb's names for what it refuses, and the fields here.
FIELDS = {"from": "since", "to": "until"}


class BacktestForm(forms.Form):
    """A period, an outcome, and how much sales can take on."""

    since = forms.DateField(
        label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("What came of the latest handoffs nobody knows yet."),
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        help_text=_("What a good lead leads to: a deal, or belonging to a segment."),
    )
    horizon_days = forms.IntegerField(
        label=_("Within days"),
        min_value=1,
        max_value=MAX_HORIZON,
        initial=HORIZON_DAYS,
        help_text=_("An outcome counts that comes within so many days of a handoff."),
    )
    capacity = forms.FloatField(
        label=_("Handoffs a week that sales can take on"),
        required=False,
        min_value=0.1,
        max_value=MAX_CAPACITY,
        help_text=_("May be left empty, and asked for later."),
    )

    def __init__(
        self,
        *args: Any,
        segments: QuerySet[Segment],
        first: datetime | None,
        **kwargs: Any,
    ) -> None:
        """``first``: when the first contact came; nothing can be found before."""
        super().__init__(*args, **kwargs)
        self.segments = {str(row.pk): row for row in segments.order_by("name", "pk")}
        self.fields["outcome"].choices = [
            *((one.name, one.label) for one in outcomes().values()),
            (
                _("Came into the segment"),
                [(f"segment-{pk}", row.name) for pk, row in self.segments.items()],
            ),
        ]
        until = timezone.localdate() - timedelta(days=1)
        since = until - timedelta(weeks=WEEKS) + timedelta(days=1)
        if first is not None and since < timezone.localdate(first) < until:
            since = timezone.localdate(first)
        self.initial = {"since": since, "until": until, "outcome": "deal_won"}

    def asked(self) -> dict[str, Any]:
        """What the verb takes."""
        clean = self.cleaned_data
        outcome = clean["outcome"]
        if outcome.startswith("segment-"):
            outcome = self.segments[outcome.removeprefix("segment-")].condition
        return {
            "since": read_moment(clean["since"].isoformat(), attr="from"),
            "until": read_moment(clean["until"].isoformat(), attr="to", is_end=True),
            "outcome": outcome,
            "horizon_days": clean["horizon_days"],
            "capacity": clean["capacity"],
        }
