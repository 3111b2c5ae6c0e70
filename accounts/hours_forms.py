"""Working hours, as people fill them in: a row for each weekday."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.hours import DAYS, Hours

NAMES = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


class HoursForm(forms.Form):
    """From and to of each weekday; a day without them is free. All free: as the firm.

    What is allowed the verb says; ``hours`` has what it takes.
    """

    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)

    def __init__(
        self,
        *args: Any,
        hours: Hours | None,
        timezone: str,
        default: str,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = {"timezone": timezone}
        for day, span in (hours or {}).items():
            initial[f"{day}_from"], initial[f"{day}_to"] = span
        super().__init__(*args, initial=initial, **kwargs)
        zones = [(name, name) for name in sorted(available_timezones())]
        self.fields["timezone"].choices = [("", default), *zones]
        for day in DAYS:
            for end, text in (("from", _("from")), ("to", _("to"))):
                widget = forms.TimeInput(
                    format="%H:%M",
                    attrs={"type": "time", "aria-label": f"{NAMES[day]}, {text}"},
                )
                self.fields[f"{day}_{end}"] = forms.TimeField(
                    required=False, widget=widget, label=f"{NAMES[day]}, {text}"
                )

    def rows(self) -> list[tuple[Any, list[BoundField]]]:
        """Weekday, and the fields from and to."""
        return [
            (NAMES[day], [self[f"{day}_{end}"] for end in ("from", "to")])
            for day in DAYS
        ]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        for day in DAYS:
            begins, ends = clean.get(f"{day}_from"), clean.get(f"{day}_to")
            if f"{day}_from" in self.errors or f"{day}_to" in self.errors:
                continue
            if (begins is None) != (ends is None):
                missing = "from" if begins is None else "to"
                self.add_error(f"{day}_{missing}", _("From and to, or neither."))
            elif begins is not None and begins >= ends:
                self.add_error(f"{day}_to", _("Later than from."))
        return clean

    @property
    def hours(self) -> Hours:
        found: Hours = {}
        for day in DAYS:
            begins: time | None = self.cleaned_data[f"{day}_from"]
            ends: time | None = self.cleaned_data[f"{day}_to"]
            if begins is not None and ends is not None:
                found[day] = [f"{begins:%H:%M}", f"{ends:%H:%M}"]
        return found


def hours_form_of(user: Any, data: Any = None) -> HoursForm:
    """Somebody's own; where they have none those of the firm count."""
    return HoursForm(
        data,
        hours=user.working_hours,
        timezone=user.timezone,
        default=_("As the company"),
        prefix="hours",
    )
