"""What the people of the demo have laid out: teams, segments, journeys, a form."""

from __future__ import annotations

from typing import Any

SEGMENTS = {
    "Learning and education": {
        "field": "company.industry",
        "op": "eq",
        "value": "Education",
    },
    "Business customers": {
        "all": [
            {"field": "email", "op": "is_set"},
            {
                "not": {
                    "field": "company.industry",
                    "op": "eq",
                    "value": "Education",
                }
            },
        ]
    },
}

TEAMS = {
    # name -> (task, members)
    "Hunting team": (
        "Finds contacts and stays with them until they are interested.",
        ("marketer", "lead"),
    ),
    "Inside sales": ("Takes leads over and brings them to an offer.", ("rep", "rep2")),
}


def did(kinds: list[str], at_least: int = 1, **limits: Any) -> dict[str, Any]:
    return {"did": {"kind": kinds, "at_least": at_least, **limits}}


INTEREST = {
    "any": [
        did(["content_download", "webinar_registered", "email_click"]),
        did(["page_view"], 4, within_days=30),
    ]
}
DECISION = {"any": [did(["pricing_view", "demo_request", "webinar_attended"])]}

Costs = tuple[tuple[int, str, int, int | None, str], ...]
"""(euros, "total" or "month", first day and last day in days ago, what for)"""
Measures = tuple[tuple[str, str, str, Costs, str], ...]
"""(name, direction, channel, costs, utm_campaign)"""

ATTRACTION: Measures = (
    (
        "Articles on lead management",
        "pull",
        "organic_search",
        ((600, "month", 84, None, "Author"),),
        "expert-articles",
    ),
    (
        "Search ads: lead scoring",
        "push",
        "paid_search",
        (
            (1400, "month", 84, None, "Clicks"),
            (450, "total", 84, 54, "Agency: setting up"),
        ),
        "lead-scoring-ads",
    ),
    (
        "Posts of our experts",
        "pull",
        "social",
        ((300, "month", 84, None, "Editing"),),
        "expert-posts",
    ),
    (
        "Autumn fair",
        "push",
        "event",
        (
            (5200, "total", 40, 38, "Stand"),
            (2300, "total", 41, 37, "Travel and staff"),
        ),
        "autumn-fair",
    ),
)
GUIDE_COSTS: Costs = ((1200, "total", 84, 56, "Writing and layout"),)
WEBINAR_COSTS: Costs = (
    (400, "total", 30, None, "Speaker"),
    (250, "month", 84, None, "Webinar service"),
)
# A flaw, planted for journey health to name (docs/journey-health.md): the phase waits
# for an interaction that nothing reports, so everybody comes past it, and a measure in
# it is paid for month by month.
TRIAL: tuple[Any, ...] = (
    "Trial",
    "marketing",
    "Hunting team",
    14,
    did(["trial_started"]),
    (
        (
            "Guided trial accounts",
            "push",
            "email",
            ((640, "month", 84, None, "Hosting and support"),),
            "guided-trial",
        ),
    ),
)
JOURNEYS: tuple[dict[str, Any], ...] = (
    {
        "name": "Business customers",
        "description": "From the first visit to the signed offer.",
        "segment": "Business customers",
        "review_in_days": 45,
        "phases": (
            # (name, stage, team, target days, entry condition, measures)
            ("Awareness", "marketing", "Hunting team", 30, {}, ATTRACTION),
            (
                "Consideration",
                "marketing",
                "Hunting team",
                21,
                INTEREST,
                (("Buyer's guide", "pull", "website", GUIDE_COSTS, "buyers-guide"),),
            ),
            (
                "Decision",
                "marketing",
                "Hunting team",
                14,
                DECISION,
                (("Webinar: one team", "pull", "event", WEBINAR_COSTS, "one-team"),),
            ),
            TRIAL,
            ("Handoff", "handoff", "Inside sales", 1, {}, ()),
            ("Needs analysis", "sales", "Inside sales", 10, {}, ()),
            ("Offer", "sales", "Inside sales", 20, {}, ()),
            ("Customer", "sales", "Inside sales", None, {}, ()),
        ),
    },
    {
        "name": "Learning and education",
        "description": "Academies and schools, who decide slowly and together.",
        "segment": "Learning and education",
        "review_in_days": -3,
        "phases": (
            ("Getting to know", "marketing", "Hunting team", 60, {}, ()),
            ("Trying out", "marketing", "Hunting team", 45, INTEREST, ()),
            ("Handoff", "handoff", "Inside sales", 1, {}, ()),
            ("Talks", "sales", "Inside sales", 60, {}, ()),
        ),
    },
)

GONE = did(["unsubscribe"])

# What the first version of a journey said otherwise: field -> (then, now).
EARLIER: dict[tuple[str, str], dict[str, tuple[Any, Any]]] = {
    ("Business customers", "Consideration"): {
        "name": ("Interest", "Consideration"),
        "target_days": (28, 21),
    },
    ("Business customers", "Decision"): {
        "entry_condition": (
            {"any": [did(["pricing_view", "demo_request"])]},
            DECISION,
        ),
    },
    ("Learning and education", "Trying out"): {"target_days": (30, 45)},
}
EXITS: dict[tuple[str, str], dict[str, Any]] = {
    ("Business customers", "Awareness"): {
        "exit_condition": GONE,
        "exit_leads": "out",
    },
    ("Learning and education", "Getting to know"): {
        "exit_condition": did(["webinar_registered", "event_attended"]),
        "exit_leads": "next",
    },
}
# journey -> (phase that is the goal, target time in days, why there is a new version)
GOALS = {
    "Business customers": (
        "Customer",
        120,
        "Who attends the webinar is ready to decide. Nobody is kept who has unsubscribed.",
    ),
    "Learning and education": (
        "Talks",
        180,
        "Schools need longer to try out than we thought.",
    ),
}
# journey -> (who, days ago, what was found)
REVIEWS = {
    "Business customers": (
        "lead",
        20,
        "The way to a decision holds. Watch how long people stay in Consideration.",
    ),
    "Learning and education": (
        "marketer",
        94,
        "First draft with Ben and Lena. We do not know yet how long schools take.",
    ),
}
# What somebody is working on: journey, phase, its target time, a new measure and what
# it is to cost a month.
DRAFT = (
    *("Learning and education", "Trying out", 60),
    *(("Newsletter for schools", "push", "email"), 180),
)

FORM = {
    "slug": "demo",
    "name": "Demo request",
    "fields": [
        {"name": "first_name", "label": "First name", "required": True},
        {"name": "last_name", "label": "Last name", "required": True},
        {"name": "email", "label": "Work e-mail", "required": True},
        {"name": "company", "label": "Company", "required": False},
    ],
    "button": "Request a demo",
    "thanks": "Somebody who knows the product will call you shortly.",
    "interaction_kind": "demo_request",
}
# What the demo form is not sent without; it permits nothing else.
AGREEMENT = (
    "I agree that Example GmbH stores what I have typed in order to answer me. "
    "I can withdraw this at any time."
)
PAGE = {
    "slug": "see-leadhub",
    "title": "See how your two teams work as one",
    "lead": "Half an hour, your own questions, no slides.",
    "body": (
        "We show you on your own case how a lead goes from the first visit to the "
        "right rep.\n\n- How a score explains itself\n- What a handoff tells your rep\n"
        "- How nobody is called while a campaign still mails them"
    ),
    "company": "Example GmbH",
    "about": (
        "Example GmbH makes LeadHub possible in this demo. Nobody works there, and "
        "nothing you type leaves this machine.\n\nExample GmbH, Musterstraße 1, "
        "10115 Berlin"
    ),
    "language": "en",
}

# Where a lead of the rep works; the README's story is about a colleague of hers.
COMPANY = {
    "name": "Hansen Logistics",
    "domain": "hansen-logistics.example",
    "industry": "Logistics",
    "employees": 240,
    "country": "DE",
}

# What the contacts and interactions of the demo come from.
SOURCE = "demo"

USERS = (
    # (user name, role, first name, last name)
    ("admin", "admin", "Robin", "Albers"),
    ("marketer", "marketer", "Mara", "Voss"),
    ("rep", "rep", "Anna", "Keller"),
    ("rep2", "rep", "Ben", "Ortiz"),
    ("lead", "lead", "Lena", "Brandt"),
)
VIEWS = (("Hot leads", "sales_ready=true&sort=-score"),)
