"""Steps as nested JSON, the way the editor and the API write them.

``[{"key": "a1", "kind": "wait", "settings": {"days": 2}, "branches": {}}, ...]``; a
step with branches has a list of such steps under each of their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models.sequence import Step
from campaigns.steps.kinds import KINDS, BadStep, read_settings
from campaigns.steps.plan import Plan

MAX_STEPS = 100
MAX_DEPTH = 5
_KEY = re.compile(r"[a-z0-9]{1,12}")


@dataclass(slots=True)
class Draft:
    """A step that is not stored yet; ``parent`` is the key of the one above."""

    key: str
    kind: str
    settings: dict[str, Any]
    parent: str | None
    branch: str
    position: int


def read_steps(raw: Any) -> list[Draft]:
    """The steps, parents first. Keys that are missing are made up.

    Raises ``BadStep``, whose ``attr`` is the path to what is wrong: "steps.1.settings".
    """
    found = list(_read(raw, path="steps", parent=None, branch="", depth=0))
    if len(found) > MAX_STEPS:
        sentence = _("A sequence has at most %(most)s steps.")
        raise BadStep(sentence % {"most": MAX_STEPS}, attr="steps")
    keys = [draft.key for draft in found]
    if twice := {key for key in keys if keys.count(key) > 1}:
        sentence = _("Two steps have the key “%(key)s”.")
        raise BadStep(sentence % {"key": min(twice)}, attr="steps")
    return found


def as_json(plan: Plan, parent: Step | None = None, branch: str = "") -> list[Any]:
    """The other way round: what ``read_steps`` reads."""
    return [
        {
            "key": step.key,
            "kind": step.kind,
            "settings": step.settings,
            "branches": {
                name: as_json(plan, step, name)
                for name in KINDS[step.kind].branches(step.settings)
            },
        }
        for step in plan.line(parent, branch)
    ]


def _read(
    raw: Any, *, path: str, parent: str | None, branch: str, depth: int
) -> Iterator[Draft]:
    if not isinstance(raw, list):
        raise BadStep(_("Steps are a list."), attr=path)
    if depth > MAX_DEPTH:
        sentence = _("Branches go at most %(most)s deep.")
        raise BadStep(sentence % {"most": MAX_DEPTH}, attr=path)
    for place, one in enumerate(raw[: MAX_STEPS + 1]):
        here = f"{path}.{place}"
        known = {"key", "kind", "settings", "branches"}
        if not isinstance(one, dict) or not one.keys() <= known:
            raise BadStep(_("A step has a kind, settings and branches."), attr=here)
        draft = _draft(one, here, parent=parent, branch=branch, position=place)
        yield draft
        names = KINDS[draft.kind].branches(draft.settings)
        branches = one.get("branches") or {}
        if not isinstance(branches, dict) or not branches.keys() <= set(names):
            sentence = _("This step has no such branch.")
            raise BadStep(sentence, attr=f"{here}.branches")
        for name in names:
            yield from _read(
                branches.get(name, []),
                path=f"{here}.branches.{name}",
                parent=draft.key,
                branch=name,
                depth=depth + 1,
            )


def _draft(
    one: dict[str, Any], here: str, *, parent: str | None, branch: str, position: int
) -> Draft:
    key = one.get("key") or token_hex(4)
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        sentence = _("A key has up to twelve small letters and digits.")
        raise BadStep(sentence, attr=f"{here}.key")
    kind = one.get("kind")
    try:
        settings = read_settings(str(kind), one.get("settings", {}))
    except BadStep as error:
        raise BadStep(str(error), attr=f"{here}.{error.attr}") from error
    return Draft(key, str(kind), settings, parent, branch, position)
