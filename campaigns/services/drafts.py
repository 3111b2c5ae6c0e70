"""Single changes to the draft of a sequence, as the builder makes them.

Each begins a draft with the published steps if there is none. Keys stay, so that people
in the middle find their place when it is published.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from secrets import token_hex
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns.models import Sequence
from campaigns.models import SequenceVersion as Version
from campaigns.selectors.sequences import latest_versions, plan_of
from campaigns.services.sequences import CHANGED, save_draft
from campaigns.steps import editing
from campaigns.steps.editing import Spot, Tree
from campaigns.steps.kinds import read_settings
from campaigns.steps.tree import as_json


def add_step(
    *,
    sequence: Sequence,
    kind: str,
    settings: dict[str, Any],
    spot: Spot,
    by: User | None,
    at: datetime,
) -> str:
    """Put a new step into the draft and return its key.

    Raises ``BadStep``, ``NoSuchStep``.
    """
    clean = read_settings(kind, settings)
    step = {"key": token_hex(4), "kind": kind, "settings": clean, "branches": {}}
    with _draft(sequence, by=by, at=at) as tree:
        editing.insert(tree, step, spot)
    return step["key"]


def change_step(
    *,
    sequence: Sequence,
    key: str,
    settings: dict[str, Any],
    by: User | None,
    at: datetime,
) -> None:
    """Raises ``BadStep``, ``NoSuchStep``."""
    with _draft(sequence, by=by, at=at) as tree:
        editing.change(tree, key, settings)


def move_step(
    *, sequence: Sequence, key: str, spot: Spot, by: User | None, at: datetime
) -> None:
    """Put it where ``spot`` is now. Raises ``BadStep``, ``NoSuchStep``."""
    with _draft(sequence, by=by, at=at) as tree:
        editing.move(tree, key, spot)


def shift_step(
    *, sequence: Sequence, key: str, down: bool, by: User | None, at: datetime
) -> None:
    """One place up or down; over the edge of a branch, out of it."""
    with _draft(sequence, by=by, at=at) as tree:
        editing.shift(tree, key, down=down)


def remove_step(
    *, sequence: Sequence, key: str, by: User | None, at: datetime
) -> tuple[Spot, dict[str, Any]]:
    """Take a step out with all that hangs below it; ``put_back_step`` undoes it."""
    with _draft(sequence, by=by, at=at) as tree:
        return editing.take_out(tree, key)


def put_back_step(
    *,
    sequence: Sequence,
    step: dict[str, Any],
    spot: Spot,
    by: User | None,
    at: datetime,
) -> None:
    """Undo ``remove_step``. Done twice, ``BadStep`` says that it is there already."""
    with _draft(sequence, by=by, at=at) as tree:
        editing.insert(tree, step, spot)


@transaction.atomic
def drop_draft(*, sequence: Sequence, by: User, at: datetime) -> None:
    """Forget what was changed since it was published. A sequence that never was keeps
    its draft. Safe to repeat.
    """
    locked = Sequence.objects.select_for_update(no_key=True).get(pk=sequence.pk)
    versions = Version.objects.filter(sequence=sequence)
    if not versions.filter(published_at__isnull=False).exists():
        return
    dropped, _per_model = versions.filter(published_at=None).delete()
    if dropped:
        locked.updated_at, locked.updated_by = at, by
        locked.save(update_fields=CHANGED)


@contextmanager
def _draft(sequence: Sequence, *, by: User | None, at: datetime) -> Iterator[Tree]:
    """The steps to be changed, stored as the draft at the end."""
    with transaction.atomic():
        # Before the look: of two editors the second changes what the first has stored.
        Sequence.objects.select_for_update(no_key=True).get(pk=sequence.pk)
        tree = as_json(plan_of(latest_versions([sequence]).get(sequence.pk)))
        yield tree
        save_draft(sequence=sequence, steps=tree, by=by, at=at)
