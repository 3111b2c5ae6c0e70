"""What is frozen at a handoff, so that a rep sees what was known then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.utils import translation

from campaigns.models import MessageCopy
from contacts.models import Consent, Contact
from journeys.models import Interaction
from journeys.models.interaction import Kind
from sales.selectors.causes import causes_of, when_of
from sales.sentences import opening
from scoring.models import Crossing, Rule

LOOK_BACK = timedelta(days=90)
MOST_READ = 300
REASONS, INTERACTIONS, MAILS = 3, 10, 5


def facts_of(contact: Contact, *, crossing: Crossing, at: datetime) -> dict[str, Any]:
    """Why now, what was said, what is permitted and how to begin, as JSON.

    ``reasons`` are the weightiest contributions: ``rule``, its ``kind`` of interaction
    if it has but one, ``times``, and in how many ``days`` (0: not known).
    ``causes`` are pairs of kind and name, as ``HandoffCause`` has them.
    """
    latest = list(
        Interaction.objects.filter(contact=contact, occurred_at__lte=at)
        .by_people()
        .filter(occurred_at__gt=at - LOOK_BACK)
        .order_by("-occurred_at", "-pk")[:MOST_READ]
    )
    counted = [line for line in crossing.contributions if line["points"] > 0]
    counted.sort(key=lambda line: -line["points"])
    rules = Rule.objects.in_bulk({line.get("rule_id") for line in counted} - {None})
    reasons = _reasons(counted, rules, latest)
    said = [row for row in latest if row.kind == Kind.EMAIL_SENT]
    done = [row for row in latest if row.kind != Kind.EMAIL_SENT]
    with translation.override(language_of(contact)):
        begin = opening(
            reasons[0]["kind"] if reasons else None, first_name=contact.first_name
        )
    return {
        "fit": crossing.fit,
        "engagement": crossing.engagement,
        "total": crossing.total,
        "threshold": crossing.threshold,
        "contributions": crossing.contributions,
        "reasons": reasons,
        "causes": causes_of(counted, rules, latest),
        "interactions": [_line(row) for row in done[:INTERACTIONS]],
        "mails": _mails(said[:MAILS]),
        "consent": _consent(contact),
        "opening": begin,
    }


def _reasons(
    counted: Sequence[dict[str, Any]],
    rules: Mapping[int, Rule],
    latest: Sequence[Interaction],
) -> list[dict[str, Any]]:
    doings = [line for line in counted if line["dimension"] == "engagement"][:REASONS]
    reasons = []
    for line in doings:
        rule = rules.get(line.get("rule_id"))
        kind, days = _kind_and_days(rule, latest) if rule else (None, 0)
        reasons.append(
            {
                "rule": line["rule"],
                "kind": kind,
                "times": line["interactions"],
                "days": days,
                "points": line["points"],
            }
        )
    if reasons:
        return reasons
    return [
        {
            "rule": line["rule"],
            "kind": None,
            "times": 1,
            "days": 0,
            "points": line["points"],
        }
        for line in counted[:REASONS]
    ]


def _kind_and_days(rule: Rule, latest: Sequence[Interaction]) -> tuple[str | None, int]:
    """The only kind that the rule is about, and within how many days it happened."""
    when = when_of(rule)
    if when is None:
        return None, 0
    moments = [row.occurred_at for row in latest if when.holds(row)]
    days = ceil((max(moments) - min(moments)) / timedelta(days=1)) if moments else 0
    kind = None if when.where or len(when.kinds) > 1 else min(when.kinds, default=None)
    return kind, max(days, 1) if moments else 0


def _consent(contact: Contact) -> dict[str, Any]:
    """purpose -> what the contact said about it last."""
    said: dict[str, Any] = {}
    rows = Consent.objects.filter(contact=contact).order_by("-at", "-pk")
    for row in rows:
        said.setdefault(
            row.purpose,
            {"granted": row.granted, "at": row.at.isoformat(), "source": row.source},
        )
    return said


def _line(row: Interaction) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "channel": row.channel,
        "title": row.title,
        "url": row.url,
        "at": row.occurred_at.isoformat(),
    }


def _mails(said: Sequence[Interaction]) -> list[dict[str, Any]]:
    """By the subject that stood above the mail, as long as there is a copy of it."""
    asked_for = [(row.properties or {}).get("message") for row in said]
    copies = MessageCopy.objects.filter(pk__in=[pk for pk in asked_for if pk])
    subjects = dict(copies.values_list("pk", "subject"))
    return [
        {**_line(row), "title": subjects.get(pk, row.title)}
        for row, pk in zip(said, asked_for, strict=True)
    ]


def language_of(contact: Contact) -> str:
    offered = dict(settings.LANGUAGES)
    language = contact.language[:2].lower()
    return language if language in offered else settings.LANGUAGE_CODE
