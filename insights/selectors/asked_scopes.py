"""What figures are asked about, as URLs say it: journey, team, rep, measure, phase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import scope as rows_for
from insights.kpis.definitions import DIMENSIONS, Scope
from insights.models import FigureSettings
from insights.selectors.kpi_scopes import reps_ever
from insights.selectors.periods import Period
from journeys.models import Journey, Measure, Phase, Team
from leadhub.errors import DomainError, InvalidValue

MODELS: dict[str, type[Model]] = {
    "journey": Journey,
    "phase": Phase,
    "team": Team,
    "rep": User,
    "measure": Measure,
}


class RepsNotCompared(DomainError):
    """The figures of a colleague are not for this person, or for nobody."""

    code = "reps_not_compared"


def compares_reps(user: User) -> bool:
    """Whether ``user`` may see figures of single reps other than their own.

    Who sees only a part of the leads could see only wrong ones.
    """
    return user.sees_all_sales and FigureSettings.current().compares_reps


def asked_scope(query: Mapping[str, str], *, user: User, period: Period) -> Scope:
    """Raises ``InvalidValue`` for what is not there, and ``RepsNotCompared``."""
    found: dict[str, Any] = {}
    for name in DIMENSIONS:
        if text := query.get(name, "").strip():
            found[name] = _row(name, text, user=user)
    rep = found.get("rep")
    if rep is not None and rep != user and not compares_reps(user):
        raise RepsNotCompared(_("Figures of other reps are not shown."))
    journey, phase = found.get("journey"), found.get("phase")
    if journey and phase and phase.journey_id != journey.pk:
        raise InvalidValue(_("This phase is of another journey."), attr="phase")
    return Scope(period, viewer=user, **found)


def _row(name: str, text: str, *, user: User) -> Model:
    rows = rows_for(user, MODELS[name], "read")
    if name == "phase":
        rows = Phase.ever.visible_to(user, "read")
    if name == "rep":
        text = str(user.pk) if text == "me" else text
        rows = reps_ever(rows)
    is_number = text.isascii() and text.isdigit() and len(text) <= 18
    row = rows.filter(pk=int(text)).first() if is_number else None
    if row is None:
        raise InvalidValue(
            _("This does not exist: %(name)s.") % {"name": name}, attr=name
        )
    return row
