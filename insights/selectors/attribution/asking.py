"""What a URL asks of attribution, for the page as for REST."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from insights.attribution.catalog import MODELS
from insights.attribution.markov import TooManyStates
from insights.models import FigureSettings
from insights.selectors.attribution.conversions import CONVERSIONS
from insights.selectors.attribution.dimensions import DIMENSIONS
from insights.selectors.attribution.others import MOST_STATES
from leadhub.errors import InvalidValue

PARAMETERS = ("model", "conversion", "by", "order", "window")
MOST_DAYS = 730
ORDERS = (1, 2, 3)


class Unanswerable(InvalidValue):
    """``attr`` names the parameter."""

    def __init__(self, detail: str, attr: str) -> None:
        super().__init__(detail)
        self.attr = attr


@dataclass(frozen=True, slots=True)
class Asked:
    model: str
    conversion: str
    by: str
    order: int
    window_days: int


def asked(query: Mapping[str, str], *, model: str = "linear") -> Asked:
    """Read the parameters; ``model`` and what else has a default need not be there.

    Raises ``Unanswerable``.
    """
    window = settings.ATTRIBUTION_WINDOW_DAYS
    by = one_of(query, "by", DIMENSIONS, default="channel")
    if by == "rep" and not FigureSettings.current().compares_reps:
        raise Unanswerable(_("Figures of single reps are switched off."), "by")
    return Asked(
        model=one_of(query, "model", MODELS, default=model),
        conversion=one_of(query, "conversion", CONVERSIONS, default="handoff_accepted"),
        by=by,
        order=int(one_of(query, "order", map(str, ORDERS), default="1")),
        window_days=_days(query.get("window", "").strip(), default=window),
    )


def one_of(
    query: Mapping[str, str], name: str, choices: Iterable[str], *, default: str
) -> str:
    """Raises ``Unanswerable``."""
    wanted, known = query.get(name, "").strip() or default, list(choices)
    if wanted not in known:
        raise Unanswerable(_("One of: %s.") % ", ".join(known), name)
    return wanted


def too_many(error: TooManyStates) -> str:
    """Why a Markov chain was not computed, in words."""
    sentence = _(
        "This Markov chain has at least %(states)d states, and %(most)d are computed "
        "here. Let it remember fewer touches, or ask for a shorter period."
    )
    return sentence % {"states": error.states, "most": MOST_STATES}


def _days(text: str, *, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= MOST_DAYS:
        raise Unanswerable(_("A number of days from 1 to %d.") % MOST_DAYS, "window")
    return int(text)
