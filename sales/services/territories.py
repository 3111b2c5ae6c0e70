"""Whose contacts are which: the ordered list that administrators keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.conditions.validation import validate
from contacts.text import clean_text
from journeys.models import Team
from leadhub.errors import DomainError, InvalidValue
from sales.models import Territory


class BadTerritory(InvalidValue):
    code = "bad_territory"


class TerritoryNameTaken(DomainError):
    code = "name_taken"
    attr = "name"


@transaction.atomic
def save_territory(
    *,
    territory: Territory,
    name: str,
    condition: Any,
    rep: User | None,
    team: Team | None,
    by: User | None,
    at: datetime,
) -> Territory:
    """Keep it; a new one is asked last. Raises ``BadTerritory``, ``InvalidCondition``,
    ``TerritoryNameTaken``."""
    name = clean_text(name, attr="name", max_length=80)
    if not name:
        raise BadTerritory(_("A territory needs a name."), attr="name")
    validate(condition)
    if (rep is None) == (team is None):
        raise BadTerritory(_("Choose a rep or a team, one of them."), attr="rep")
    if rep is not None and not User.objects.reps().filter(pk=rep.pk).exists():
        raise BadTerritory(_("Leads go to sales reps and team leads."), attr="rep")
    territory.name, territory.condition = name, condition
    territory.rep, territory.team = rep, team
    territory.updated_at, territory.updated_by = at, by
    if territory.pk is None:
        last = Territory.objects.aggregate(last=Max("position"))["last"]
        territory.position = 0 if last is None else last + 1
    try:
        with transaction.atomic():
            territory.save()
    except IntegrityError as error:
        sentence = _("Another territory is called %(name)s.") % {"name": name}
        raise TerritoryNameTaken(sentence) from error
    return territory


@transaction.atomic
def move_territory(*, territory: Territory, earlier: bool) -> None:
    """Let it be asked one place earlier, or later; at the end nothing happens."""
    rows = list(
        Territory.objects.select_for_update(no_key=True).order_by("position", "pk")
    )
    place = next((n for n, row in enumerate(rows) if row.pk == territory.pk), None)
    if place is None:
        return
    other = place - 1 if earlier else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    for number, row in enumerate(rows):
        row.position = number
    Territory.objects.bulk_update(rows, ["position"])


@transaction.atomic
def delete_territory(*, territory: Territory) -> None:
    """Delete it; a repeat is harmless. Who got leads by it keeps them."""
    Territory.objects.filter(pk=territory.pk).delete()
