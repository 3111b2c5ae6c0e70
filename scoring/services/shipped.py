"""The model that ships: a start that practitioners found to work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from scoring.models import ScoringModel
from scoring.services.models import create_model

FREE_MAIL = "@gmail.com @googlemail.com @gmx. @web.de @yahoo. @hotmail. @outlook.com"
SENIOR = "head chief director vp president ceo cto cmo cfo owner founder leiter"
DEPARTMENT = "marketing sales digital growth revenue vertrieb"
INDUSTRY = "software manufacturing engineering logistics services"


def create_default_model(*, by: User | None, at: datetime) -> ScoringModel:
    """Make the model that ships as a draft. Activate it to let it count."""
    data = {
        "name": _("Standard"),
        "threshold": 60,
        "rearm_below": 48,
        "half_life_days": 30,
        "rules": [*_engagement_rules(), *_fit_rules()],
    }
    return create_model(data=data, by=by, at=at)


def _engagement_rules() -> list[dict[str, Any]]:
    return [
        _does(_("Asked for a demo"), 50, "demo_request", half_life_days=14),
        _does(_("Viewed prices"), 10, "pricing_view", half_life_days=14, max_per_day=1),
        _does(_("Attended a webinar"), 25, "webinar_attended", half_life_days=30),
        _does(_("Registered for a webinar"), 5, "webinar_registered"),
        _does(
            _("Downloaded content"),
            15,
            "content_download",
            half_life_days=30,
            max_points=45,
        ),
        _does(_("Sent a form"), 10, "form_submit"),
        _does(
            _("Clicked in an e-mail"),
            5,
            "email_click",
            half_life_days=21,
            max_per_day=2,
        ),
        _does(
            _("Viewed a page"),
            1,
            "page_view",
            half_life_days=7,
            max_per_day=5,
            max_points=10,
        ),
        _does(_("Replied to an e-mail"), 20, "email_reply"),
        _does(_("Met us"), 30, "meeting"),
        _does(_("Opened an e-mail"), 0, "email_open"),
        _does(_("Unsubscribed"), -30, "unsubscribe"),
        _does(_("E-mail bounced"), -20, "email_bounce"),
        {
            **_does(_("Looked for a job"), -10, "page_view"),
            "when": {
                "kind": "page_view",
                "where": [{"field": "url", "op": "contains", "value": "/careers"}],
            },
        },
    ]


def _fit_rules() -> list[dict[str, Any]]:
    return [
        _is(_("Decides"), 15, _any_of("job_title", SENIOR)),
        _is(_("Right department"), 10, _any_of("job_title", DEPARTMENT)),
        _is(
            _("Company size in range"),
            15,
            {"field": "company.employees", "op": "between", "value": [20, 2_000]},
        ),
        _is(_("Right industry"), 10, _any_of("company.industry", INDUSTRY)),
        _is(_("Free-mail address"), -5, _any_of("email", FREE_MAIL)),
        _is(_("Student"), -20, _any_of("job_title", "student intern praktikant")),
        {
            **_is(
                _("Competitor"),
                -100,
                {"field": "tags", "op": "eq", "value": "competitor"},
            ),
            "disqualifies": True,
        },
    ]


def _does(name: str, points: float, kind: str, **limits: Any) -> dict[str, Any]:
    return {
        "dimension": "engagement",
        "name": name,
        "points": points,
        "when": {"kind": kind},
        **limits,
    }


def _is(name: str, points: float, when: dict[str, Any]) -> dict[str, Any]:
    return {"dimension": "fit", "name": name, "points": points, "when": when}


def _any_of(field: str, words: str) -> dict[str, Any]:
    return {
        "any": [
            {"field": field, "op": "contains", "value": word} for word in words.split()
        ]
    }
