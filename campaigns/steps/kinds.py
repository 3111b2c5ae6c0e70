"""What kinds of steps there are: each reads its settings and takes one step.

A kind is registered by the module that has it; ``campaigns.steps.catalog`` imports them
all. A step is taken within a transaction that holds the contact and the enrollment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.models.enrollment import Enrollment
from campaigns.models.sequence import Step
from campaigns.timing import Window, zone_of
from contacts.models import Contact
from leadhub.errors import InvalidValue


class BadStep(InvalidValue):
    code = "bad_step"
    attr = "settings"


@dataclass(frozen=True, slots=True)
class Run:
    """One contact at one step. ``step_at`` is when it came there."""

    enrollment: Enrollment
    step: Step
    contact: Contact
    step_at: datetime
    at: datetime
    window: Window
    zone: tzinfo

    @property
    def is_new(self) -> bool:
        """Whether the step is looked at for the first time."""
        return self.enrollment.step_at is None


def run_of(row: Enrollment, step: Step, *, at: datetime) -> Run:
    """``row`` at that step; its sequence and contact should be loaded."""
    sequence = row.sequence
    return Run(
        enrollment=row,
        step=step,
        contact=row.contact,
        step_at=row.step_at or at,
        at=at,
        window=Window(
            frozenset(sequence.send_days), sequence.send_from, sequence.send_until
        ),
        zone=zone_of(row.contact.timezone, default=settings.TIME_ZONE),
    )


@dataclass(frozen=True, slots=True)
class Go:
    """The step is done; on to the next, or into ``branch``."""

    branch: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not done yet: look again then. ``note`` says what for, once."""

    until: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """The run is over."""

    end: Enrollment.End
    note: str = ""


Outcome = Go | Wait | End
Take = Callable[[Sequence[Run]], Sequence[Outcome]]
"""What becomes of runs that are at one step, one outcome for each, in their order."""


def each(take: Callable[[Run], Outcome]) -> Take:
    """For steps that have nothing to ask, or nothing that could be asked together."""
    return lambda runs: [take(run) for run in runs]


@dataclass(frozen=True, slots=True)
class StepKind:
    """``read`` returns clean settings or raises ``BadStep``; ``take`` takes the step.

    ``foresee`` says what ``take`` would, and writes nothing.
    """

    read: Callable[[dict[str, Any]], dict[str, Any]]
    take: Take
    foresee: Take = lambda runs: [Go() for _run in runs]
    # The branches that settings have, in order; () for a step without.
    branches: Callable[[dict[str, Any]], tuple[str, ...]] = lambda settings: ()


KINDS: dict[str, StepKind] = {}


def register_kind(kind: Step.Kind, step_kind: StepKind) -> None:
    KINDS[kind.value] = step_kind


def read_settings(kind: str, settings: Any) -> dict[str, Any]:
    """Clean settings of a step of that kind. Raises ``BadStep``."""
    if kind not in KINDS:
        sentence = _("There is no step of the kind “%(kind)s”.")
        raise BadStep(sentence % {"kind": str(kind)[:40]}, attr="kind")
    if not isinstance(settings, dict):
        raise BadStep(_("Settings are names and values."))
    return KINDS[kind].read(settings)


def only(settings: dict[str, Any], *names: str) -> None:
    """Raise ``BadStep`` if there is a setting that the kind does not know."""
    for name in settings:
        if name not in names:
            sentence = _("There is no setting “%(name)s” here.")
            raise BadStep(sentence % {"name": str(name)[:40]})


def whole_number(
    settings: dict[str, Any], name: str, *, least: int, most: int, default: int
) -> int:
    value = settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        value = None
    if value is None or not least <= value <= most:
        sentence = _("“%(name)s” is a whole number from %(least)s to %(most)s.")
        raise BadStep(sentence % {"name": name, "least": least, "most": most})
    return value
