"""Contacts whose outcome follows a law that is known, to be learned."""

from __future__ import annotations

from math import exp
from random import Random

from contacts.models import Contact
from contacts.models.custom_field import CustomField

OUTCOME = {"field": "custom.bought", "op": "eq", "value": True}
# Weight of what is true of a contact, on the scale of log odds; the rest is noise.
LAW = {"trade": 2.0, "visits": 1.5, "free_mail": -1.5}
BASE = -1.0

# What a run may have learned, as its result says it.
CHIEF = {"field": "job_title", "op": "contains", "value": "chief"}
RULES = [
    {"dimension": "fit", "name": "Job title is “Chief”", "points": 90, "when": CHIEF},
    {
        "dimension": "engagement",
        "name": "Attended a webinar",
        "points": 20,
        "when": {"kind": "webinar_attended"},
        "max_per_day": 1,
        "max_points": 60,
    },
]
EVIDENCE = {
    "with": 422,
    "without": 5118,
    "rate_with": 0.93,
    "rate_without": 0.34,
    "points_low": 80,
    "points_high": 102,
    "same_sign": 1.0,
    "folds": 5,
    "is_nearly_all": False,
}
LESSON = {
    "outcome": "Bought a course",
    "n": 5540,
    "with_outcome": 2129,
    "learned_from": 5540,
    "rules": RULES,
    "evidence": [EVIDENCE, {**EVIDENCE, "points_low": -3, "is_nearly_all": True}],
    "auc": 0.8745,
    "auc_error": 0.005,
    "threshold": 60.0,
    "cuts": [{"threshold": 100.0, "share": 0.1, "precision": 0.94, "recall": 0.25}],
    "fields": [
        {"field": "tags", "label": "Tag", "auc": 0.915, "is_left_out": True},
        {"field": "job_title", "label": "Job title", "auc": 0.7, "is_left_out": False},
    ],
    "behavior_left_out": False,
    "reason": "",
}


def make_learning_fields() -> None:
    CustomField.objects.bulk_create(
        CustomField(key=key, label=label, type=type_)
        for key, label, type_ in (
            ("bought", "Bought", "boolean"),
            ("visits", "Visits", "number"),
            ("free_mail", "Free mail", "boolean"),
            ("trade", "Trade", "text"),
            ("shoe_size", "Shoe size", "number"),
        )
    )


def law_says(custom: dict) -> float:
    """The log odds that somebody with these fields buys."""
    return (
        BASE
        + LAW["trade"] * (custom["trade"] == "Machines")
        + LAW["visits"] * (custom["visits"] >= 10)
        + LAW["free_mail"] * custom["free_mail"]
    )


def make_examples(number: int, *, seed: int = 1) -> list[Contact]:
    """Contacts with the fields above; the law says who bought, shoe size is noise."""
    draw = Random(seed)
    contacts = []
    for place in range(number):
        custom = {
            "trade": draw.choice(["Machines", "Food", "Software"]),
            "visits": draw.randrange(20),
            "free_mail": draw.random() < 0.3,
            "shoe_size": draw.randrange(36, 48),
        }
        custom["bought"] = draw.random() < 1 / (1 + exp(-law_says(custom)))
        email = f"e{seed}-{place}@example.com"
        contacts.append(Contact(email=email, email_key=email, custom=custom))
    return Contact.objects.bulk_create(contacts)
