"""Laying down what figures should come to, and how they are used."""

from __future__ import annotations

import math
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from insights.kpis.registry import KPIS
from insights.models import FigureSettings, KpiTarget
from insights.models.kpi import HOUSE
from journeys.models import Journey, Team
from leadhub.errors import InvalidValue

LARGEST = 1e12


@transaction.atomic
def set_target(
    *,
    kpi: str,
    value: float | None,
    valid_from: date,
    by: User | None,
    at: datetime,
    journey: Journey | None = None,
    team: Team | None = None,
) -> KpiTarget:
    """Aim at ``value`` from the month of ``valid_from`` on; None: at nothing any more.

    For the whole house, a journey or a team. Setting it again for the same month
    replaces it. Raises ``InvalidValue``.
    """
    definition = KPIS.get(kpi)
    if definition is None:
        raise InvalidValue(_("There is no such figure."), attr="kpi")
    if definition.needs_phase:
        raise InvalidValue(_("It is counted phase by phase."), attr="kpi")
    if journey is not None and team is not None:
        raise InvalidValue(_("Either of a journey or of a team."), attr="team")
    narrowed = {"journey": journey, "team": team}
    scope = HOUSE
    for name, row in narrowed.items():
        if row is None:
            continue
        if reason := definition.lacks.get(name):
            raise InvalidValue(str(reason), attr=name)
        scope = f"{name}:{row.pk}"
    if value is not None:
        most = {"%": 100.0, "stars": 5.0}.get(definition.unit, LARGEST)
        if not math.isfinite(value) or not 0 <= value <= most:
            raise InvalidValue(
                _("From 0 to %(most)s.") % {"most": f"{most:g}"}, attr="value"
            )
    target, _is_new = KpiTarget.objects.update_or_create(
        kpi=kpi,
        scope=scope,
        valid_from=valid_from.replace(day=1),
        defaults={"value": value, "set_by": by, "set_at": at},
    )
    return target


def save_figure_settings(
    *, chosen: FigureSettings, by: User | None, at: datetime
) -> FigureSettings:
    """Store whether reps are compared, and when months are closed."""
    chosen.pk, chosen.updated_by, chosen.updated_at = 1, by, at
    chosen.save()
    return chosen
