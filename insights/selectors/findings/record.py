"""One flaw of a journey, as the pages, the API and the file of it say it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeys.models import Measure, Phase
from leadhub.templatetags.ui import percent


class Severity(IntEnum):
    """What does not work at all comes before what works badly."""

    HIGH = 1
    MEDIUM = 2
    LOW = 3

    @property
    def key(self) -> str:
        return self.name.lower()

    @property
    def label(self) -> str:
        return str(LABELS[self])


LABELS = {
    Severity.HIGH: gettext_lazy("Does not work"),
    Severity.MEDIUM: gettext_lazy("Works badly"),
    Severity.LOW: gettext_lazy("Worth a look"),
}
WEAKEST = "weakest_step"
# Of all others; among what is equally grave, in this order.
CODES = (
    "nobody_enters",
    "unreachable",
    "idle_measure",
    "skipped",
    "stalled",
    "fruitless_measure",
    "repeated",
    "review_overdue",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw: its sentence in the reader's language, and the number it is about.

    ``value`` and ``before`` have the ``unit``: per cent, days, or none for a number of
    contacts. ``url`` is the list of the ``contacts`` that it concerns.
    """

    code: str
    severity: Severity
    sentence: str
    value: float
    contacts: int
    url: str
    change: str = ""
    before: float | None = None
    unit: str = ""
    phase: Phase | None = None
    measure: Measure | None = None


def was(share: float | None) -> str:
    """How a share of 1 was in the period before."""
    if share is None:
        return ""
    return _("It was %(before)s in the period before.") % {"before": percent(share)}


def per_cent(share: float | None) -> float | None:
    return None if share is None else 100 * share
