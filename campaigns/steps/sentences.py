"""Steps as sentences, for those who read a sequence. No database, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models.sequence import Step
from campaigns.steps.branches import NO, YES
from contacts.models import Contact

Settings = Mapping[str, Any]


@dataclass(slots=True)
class Names:
    """What settings only have the numbers of; loaded once for all steps."""

    templates: dict[int, str] = field(default_factory=dict)
    users: dict[int, str] = field(default_factory=dict)
    phases: dict[int, str] = field(default_factory=dict)
    webhooks: dict[int, str] = field(default_factory=dict)
    # Key of a step -> its condition in words.
    conditions: dict[str, str] = field(default_factory=dict)


def sentence_of(step: Step, names: Names) -> str:
    """What a step does, without a full stop."""
    return _SENTENCES[Step.Kind(step.kind)](step, names)


def span_text(settings: Settings) -> str:
    """ "2 days 3 hours"."""
    days, hours, minutes = (
        settings.get(name, 0) for name in ("days", "hours", "minutes")
    )
    parts = []
    if days:
        parts.append(ngettext("%(n)s day", "%(n)s days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if minutes:
        words = ngettext("%(n)s minute", "%(n)s minutes", minutes)
        parts.append(words % {"n": minutes})
    return " ".join(parts)


def days_text(days: list[int]) -> str:
    """ "Monday to Friday", "Tuesday, Thursday", "any day"."""
    if len(days) == 7:
        return _("any day")
    names = [str(WEEKDAYS[number - 1]) for number in sorted(days)]
    if len(days) > 2 and max(days) - min(days) == len(days) - 1:
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return ", ".join(names)


def branch_label(kind: str, name: str) -> str:
    if kind == Step.Kind.BRANCH:
        return {YES: _("Yes"), NO: _("No")}.get(name, name)
    return _("Variant %(name)s") % {"name": name}


def field_label(name: str) -> str:
    family, _dot, key = name.partition(".")
    if key and family == "custom":
        return key
    known = {row.name: row for row in Contact._meta.get_fields()}
    label = str(getattr(known.get(name), "verbose_name", name))
    return label[:1].upper() + label[1:]


def _mail(step: Step, names: Names) -> str:
    name = names.templates.get(step.settings["template"], _("a template that is gone"))
    return _("Send “%(template)s”") % {"template": name}


def _wait(step: Step, names: Names) -> str:
    return _("Wait %(span)s") % {"span": span_text(step.settings)}


def _wait_until(step: Step, names: Names) -> str:
    clock = time.fromisoformat(step.settings["time"])
    words = {"days": days_text(step.settings["days"]), "time": time_format(clock)}
    if step.settings.get("best_hour"):
        return (
            _("Wait until the contact's best hour (%(time)s if unknown) on %(days)s")
            % words
        )
    return _("Wait until %(time)s on %(days)s, by the contact's clock") % words


def _branch(step: Step, names: Names) -> str:
    condition = names.conditions.get(step.key) or _("a condition holds")
    days = step.settings["days"]
    if not days:
        return _("If it holds now: %(condition)s") % {"condition": condition}
    return ngettext(
        "If it holds within %(n)s day: %(condition)s",
        "If it holds within %(n)s days: %(condition)s",
        days,
    ) % {"n": days, "condition": condition}


def _split(step: Step, names: Names) -> str:
    if winner := step.settings.get("winner"):
        return _("All take variant %(name)s, the winner") % {"name": winner}
    shares = ", ".join(f"{v['name']} {v['share']} %" for v in step.settings["variants"])
    return _("Split by chance: %(shares)s") % {"shares": shares}


def _set_field(step: Step, names: Names) -> str:
    value = step.settings["value"]
    words = {"field": field_label(step.settings["field"]), "value": value}
    if value in (None, ""):
        return _("Empty %(field)s") % words
    return _("Set %(field)s to “%(value)s”") % words


def _tag(step: Step, names: Names) -> str:
    added, removed = ", ".join(step.settings["add"]), ", ".join(step.settings["remove"])
    parts = []
    if added:
        parts.append(_("Add the tags: %(tags)s") % {"tags": added})
    if removed:
        parts.append(_("Remove the tags: %(tags)s") % {"tags": removed})
    return "; ".join(parts)


def _move(step: Step, names: Names) -> str:
    name = names.phases.get(step.settings["phase"], _("a phase that is gone"))
    return _("Move to the phase “%(phase)s”") % {"phase": name}


def _task(step: Step, names: Names) -> str:
    return _("Task for the rep: %(text)s") % {"text": step.settings["text"]}


def _notify(step: Step, names: Names) -> str:
    name = names.users.get(step.settings["user"], _("somebody who is gone"))
    return _("Tell %(name)s: %(text)s") % {"name": name, "text": step.settings["text"]}


def _webhook(step: Step, names: Names) -> str:
    name = names.webhooks.get(step.settings["endpoint"], _("one that is gone"))
    return _("Call the webhook “%(name)s”") % {"name": name}


_SENTENCES: dict[Step.Kind, Callable[[Step, Names], str]] = {
    Step.Kind.MAIL: _mail,
    Step.Kind.WAIT: _wait,
    Step.Kind.WAIT_UNTIL: _wait_until,
    Step.Kind.BRANCH: _branch,
    Step.Kind.SPLIT: _split,
    Step.Kind.SET_FIELD: _set_field,
    Step.Kind.TAG: _tag,
    Step.Kind.MOVE: _move,
    Step.Kind.TASK: _task,
    Step.Kind.NOTIFY: _notify,
    Step.Kind.WEBHOOK: _webhook,
}
