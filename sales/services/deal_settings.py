"""Laying down the stages of deals, and what offers begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from sales.models import Deal, DealSettings
from sales.models.deal_settings import STAGES
from sales.services.deal_refusals import StageInUse, UnknownStage

MOST_STAGES = 12


@transaction.atomic
def save_deal_settings(
    *,
    chosen: DealSettings,
    stages: Sequence[Mapping[str, Any]],
    by: User | None,
    at: datetime,
) -> DealSettings:
    """Store them. ``stages`` in order: ``key`` ("" is new), ``name``, ``probability``.

    A stage keeps its key when it is renamed. One that open deals are in stays. Raises
    ``StageInUse``, ``UnknownStage`` for none at all or a name twice.
    """
    names = [stage["name"].casefold() for stage in stages]
    if not stages or len(set(names)) < len(names):
        raise UnknownStage(_("Name one stage at least, and each once."))
    keys: list[str] = []
    rows = []
    for stage in stages:
        key = stage["key"] or _free_key(stage["name"], {*keys, *_keys(stages)})
        keys.append(key)
        # Names that were not changed stay translated.
        shipped = {s.key: str(s.name) for s in STAGES}
        name = "" if shipped.get(key) == stage["name"] else stage["name"]
        rows.append({"key": key, "name": name, "probability": stage["probability"]})
    left = Deal.objects.open().exclude(stage__in=keys)
    if (deal := left.first()) is not None:
        sentence = _("Deals are in a stage that would be gone: %(deal)s.")
        raise StageInUse(sentence % {"deal": deal})
    chosen.pk, chosen.stages = 1, rows
    chosen.updated_by, chosen.updated_at = by, at
    chosen.save()
    return chosen


def _keys(stages: Sequence[Mapping[str, Any]]) -> set[str]:
    return {stage["key"] for stage in stages if stage["key"]}


def _free_key(name: str, taken: set[str]) -> str:
    base = slugify(name)[:34] or "stage"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key
