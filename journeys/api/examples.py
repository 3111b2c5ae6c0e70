"""What plans look like in the description of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

TIMES = {
    "created_at": "2026-01-12T09:00:00+01:00",
    "updated_at": "2026-03-02T09:30:00+01:00",
}
EXIT = {"did": {"kind": "demo_request", "at_least": 1}}
RUNNING = {
    "name": "Business customers",
    "description": "From the first webinar to the signed offer.",
    "segment": 3,
    "goal": {"did": {"kind": "contract_signed", "at_least": 1}},
    "ends_at_goal": False,
    "target_days": 90,
    "is_active": True,
    "owner": 4,
    "review_date": "2026-06-01",
    "remind_days": 7,
}
PHASE = {
    "name": "Awareness",
    "stage": "marketing",
    "team": 2,
    "entry_condition": {},
    "exit_condition": EXIT,
    "exit_leads": "next",
    "target_days": 21,
    "outcome": "",
}
MEASURE = {
    "name": "Webinar on lead management",
    "direction": "pull",
    "channel": "event",
    "team": 2,
    "url": "https://www.example.com/webinar",
    "utm_campaign": "webinar-march",
}
COST = {
    "amount": "1200.00",
    "per": "month",
    "since_date": "2026-01-01",
    "until_date": "2026-03-31",
    "note": "Platform and moderation",
}
CARRIER = {
    "kind": "Sequence",
    "name": "After the webinar",
    "url": "/sequences/5/",
    "state": "5 mails",
}
CARRIERS = [{"kind": "sequence", "id": 5}]
MEASURE_PART = {"key": "12", **MEASURE, "costs": [COST], "carriers": CARRIERS}
TEAM = {"name": "Hunters", "task": "Finds companies for phase 1.", "members": [4, 6]}

_OF_PLAN = ("name", "description", "segment", "goal", "ends_at_goal", "target_days")
_NEW_PHASE = {"key": "new-decision", "name": "Decision", "stage": "sales"}
PLAN: dict[str, Any] = {
    **{name: RUNNING[name] for name in _OF_PLAN},
    "phases": [
        {"key": "7", **PHASE, "measures": [MEASURE_PART]},
        {**PHASE, **_NEW_PHASE, "exit_condition": {}, "measures": []},
    ],
    "names": {
        "segments": {"3": "From 50 people"},
        "teams": {"2": "Hunters"},
        "carriers": {"sequence:5": "After the webinar"},
    },
}
_NEW_MEASURE = {"name": "Fair", "direction": "push", "channel": "event"}
WRITTEN_DRAFT = {
    "revision": 4,
    "plan": {
        **{name: RUNNING[name] for name in _OF_PLAN},
        "phases": [
            {"key": "7", **PHASE, "measures": [MEASURE_PART]},
            {**_NEW_PHASE, "measures": [_NEW_MEASURE]},
        ],
    },
}
CHANGE = {
    "kind": "added",
    "about": "phase",
    "name": "Decision",
    "key": "new-decision",
    "label": "",
    "old": "",
    "new": "",
    "sentence": "Phase Decision added",
}
DRAFT = {
    "revision": 5,
    "based_on": 2,
    "compared_with": 3,
    "updated_at": TIMES["updated_at"],
    "updated_by": 4,
    "plan": PLAN,
    "changes": [CHANGE],
    "going": [{"key": "8", "name": "Consideration", "contacts": 60}],
}
VERSION = {
    "number": 3,
    "origin": "draft",
    "note": "Demo requests end the first phase.",
    "published_at": TIMES["updated_at"],
    "published_by": 4,
}
PUBLISH = {
    "note": "One phase less: nobody stayed in Consideration.",
    "revision": 5,
    "based_on": 3,
    "moves": {"8": "new-decision"},
}
REVIEW = {"note": "Still right; too few go on.", "next_date": "2026-09-01"}
REVIEWED = {
    "id": 9,
    "at": TIMES["updated_at"],
    "by": 4,
    **REVIEW,
    "due_date": "2026-06-01",
    "version": 3,
}


def both(name: str, sent: dict[str, Any], more: dict[str, Any]) -> list[OpenApiExample]:
    """What is sent, and the answer, which has ``more``."""
    return [
        OpenApiExample(name, value=sent, request_only=True),
        OpenApiExample(name, value={**sent, **more}, response_only=True),
    ]
