"""What handoffs say, in the language that is active. No database, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from journeys.models.interaction import Kind

KINDS = dict(Kind.choices)
# What the promise clock says: to the rep, then to who leads.
STEPS = {
    "warned": gettext_lazy("Half of the time to answer is over. %(why)s"),
    "missed": gettext_lazy(
        "The time to answer is over. Without an answer a colleague gets the lead."
        " %(why)s"
    ),
    "touch": gettext_lazy(
        "You accepted: half of the time for a first call, mail or meeting is over."
        " %(why)s"
    ),
    "touch_missed": gettext_lazy(
        "You accepted: the time for a first call, mail or meeting is over. Without one"
        " a colleague gets the lead. %(why)s"
    ),
    "touch_late": gettext_lazy(
        "You accepted: the time for a first call, mail or meeting is over. %(why)s"
    ),
    "hurried": gettext_lazy(
        "%(what)s while you had the lead: please answer soon. %(why)s"
    ),
    "missed_by": gettext_lazy("%(rep)s has not answered in time. %(why)s"),
    "passed_on": gettext_lazy(
        "%(before)s did not answer twice; now it is with %(rep)s. %(why)s"
    ),
    "nobody_left": gettext_lazy(
        "No rep is left who could answer: please give it to somebody. %(why)s"
    ),
    "expired": gettext_lazy(
        "Nobody has answered: the contact is back in marketing and is offered"
        " again in a week. %(why)s"
    ),
    "untouched": gettext_lazy(
        "%(rep)s accepted, but has not called, met or written to them in time. %(why)s"
    ),
    "taken": gettext_lazy(
        "%(before)s accepted, but did not call, meet or write to them; now it is with"
        " %(rep)s. %(why)s"
    ),
    "nobody_free": gettext_lazy(
        "%(rep)s accepted, but has not called, met or written to them, and no other"
        " rep is free: please give it to somebody. %(why)s"
    ),
}


def why_now(
    reasons: Sequence[Mapping[str, Any]], *, points: float, threshold: float
) -> str:
    """One sentence: "Asked for a demo; viewed prices 3 times in 2 days."

    ``reasons`` are those of ``sales.selectors.facts``, the weightiest first.
    """
    parts = [_part(reason) for reason in reasons]
    if not parts:
        return _("Reached %(points)s points; sales takes over from %(threshold)s.") % {
            "points": floor(points),
            "threshold": floor(threshold),
        }
    (first, _ours), *others = parts
    rest = [_inside(text) if is_ours else text for text, is_ours in others]
    return "; ".join([first, *rest]) + "."


def notice(facts: Mapping[str, Any]) -> str:
    """What a rep or team lead is told of a handoff: ``why_now``, and what is special."""
    why = why_now(
        facts["reasons"], points=facts["points"], threshold=facts["threshold"]
    )
    if step := STEPS.get(facts.get("step", "")):
        what = KINDS.get(facts.get("what", ""), facts.get("what", ""))
        return str(step) % {**facts, "what": what, "why": why}
    if facts["again"]:
        sentence = _("Became sales-ready again while you had the lead. %(why)s")
    elif facts["is_with_nobody"]:
        sentence = _(
            "Nobody has room for this lead: please give it to somebody. %(why)s"
        )
    else:
        return why
    return sentence % {"why": why}


# As sales.models.Task.Kind: what is to be done, said to who is to do it.
TASKS = {
    "call": gettext_lazy("Call back"),
    "follow_up": gettext_lazy("Follow up"),
    "other": gettext_lazy("To do"),
}


def tasks_notice(facts: Mapping[str, Any]) -> str:
    """ "Call back: about the offer · Follow up"."""
    said = [
        f"{TASKS[task['kind']]}: {task['text']}"
        if task["text"]
        else TASKS[task["kind"]]
        for task in facts["tasks"]
    ]
    return " · ".join([*map(str, said), *(["…"] if facts["has_more"] else [])])


def mention_notice(facts: Mapping[str, Any]) -> str:
    """Anna Berg: "@ben, can you take this?"."""
    return f"{facts['by']}: {facts['text']}"


def reply_notice(facts: Mapping[str, Any]) -> str:
    """Answered "Re: Your offer": When could we start?"""
    subject, words = facts["subject"], facts["words"]
    if subject and words:
        said = _("Answered “%(subject)s”: %(words)s")
    elif subject:
        said = _("Answered “%(subject)s”.")
    else:
        said = _("Answered: %(words)s") if words else _("Answered a mail of ours.")
    return said % {"subject": subject, "words": words}


def _part(reason: Mapping[str, Any]) -> tuple[str, bool]:
    """What happened, and whether the words are ours (else a rule's name)."""
    is_ours = reason["kind"] in KINDS
    what = str(KINDS[reason["kind"]]) if is_ours else reason["rule"]
    times, days = reason["times"], reason["days"]
    if times < 2:
        return what, is_ours
    if not days:
        return _("%(what)s %(times)s times") % {"what": what, "times": times}, is_ours
    sentence = ngettext(
        "%(what)s %(times)s times in a day",
        "%(what)s %(times)s times in %(days)s days",
        days,
    )
    return sentence % {"what": what, "times": times, "days": days}, is_ours


def _inside(text: str) -> str:
    """As it stands inside of a sentence; German nouns keep their capital."""
    is_english = (get_language() or "en").startswith("en")
    return text[:1].lower() + text[1:] if is_english else text


def greeting(name: str) -> str:
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")


def opening(kind: str | None, *, first_name: str) -> str:
    """How a rep might begin, after what has tipped it."""
    lines = {
        Kind.DEMO_REQUEST: _("you asked for a demo. When would it suit you?"),
        Kind.PRICING_VIEW: _(
            "may I help you find the offer that fits? Which questions are open?"
        ),
        Kind.WEBINAR_ATTENDED: _(
            "you were in our webinar. What would you like to look at more closely?"
        ),
        Kind.EVENT_ATTENDED: _(
            "we met at the event. What would you like to look at more closely?"
        ),
        Kind.CONTENT_DOWNLOAD: _(
            "you downloaded something from us. Did it answer your question?"
        ),
        Kind.FORM_SUBMIT: _("you wrote to us. What may I do for you?"),
        Kind.EMAIL_REPLY: _("thank you for your answer. When may I call you?"),
    }
    return f"{greeting(first_name)} {lines.get(kind) or _('what are you working on just now?')}"
