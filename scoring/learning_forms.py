"""What people fill in to have weights learned, and about what was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Job
from contacts.segment_forms import read_condition
from scoring.numbers import number
from scoring.outcomes import outcomes
from scoring.selectors.learnable import (
    BEHAVIOR,
    fields_in,
    learnable_fields,
    usual_fields,
)
from scoring.services.learning import EVERYBODY

CONDITION = "condition"


class LearnForm(forms.Form):
    """The outcome, whom to learn from, and the fields to look at."""

    outcome = forms.ChoiceField(label=_("What you want to foretell"))
    condition = forms.CharField(label=_("The outcome, as a condition"), required=False)
    among = forms.CharField(label=_("Whom to learn from"), required=False)
    fields_chosen = forms.MultipleChoiceField(
        label=_("What may tell"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "Leave out what was filled in because of how it ended: a model that uses it "
            "looks brilliant and is useless on the day a lead comes in."
        ),
    )
    insist = forms.MultipleChoiceField(
        label=_("Use all the same"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "These told the outcome nearly by themselves, as a consequence of it would."
        ),
    )

    def __init__(self, *args: Any, before: Job | None) -> None:
        asked = before.params if before else {}
        told = [*asked["fields"]] if asked.get("fields") is not None else None
        usual = [spec.name for spec in usual_fields()] + [BEHAVIOR]
        outcome = asked.get("outcome")
        is_condition = isinstance(outcome, dict)
        super().__init__(
            *args,
            initial={
                "outcome": CONDITION if is_condition else outcome,
                "condition": json.dumps(outcome) if is_condition else "",
                "among": json.dumps(asked.get("among", EVERYBODY)),
                "fields_chosen": usual if told is None else told,
                "insist": asked.get("insist", []),
            },
        )
        self.fields["outcome"].choices = [
            *((one.name, one.label) for one in outcomes().values()),
            (CONDITION, _("Something else, as a condition")),
        ]
        labels = [(spec.name, spec.label) for spec in learnable_fields()]
        labels.append((BEHAVIOR, _("What contacts did")))
        self.fields["fields_chosen"].choices = labels
        left_out = _left_out(before)
        self.fields["insist"].choices = left_out
        if not left_out:
            del self.fields["insist"]

    def clean_among(self) -> Any:
        text = self.cleaned_data["among"]
        return read_condition(text) if text else EVERYBODY

    def clean(self) -> None:
        """A condition only where that is the outcome."""
        if self.cleaned_data.get("outcome") == CONDITION:
            try:
                condition = read_condition(self.cleaned_data.get("condition", ""))
            except forms.ValidationError as error:
                self.add_error("condition", error)
            else:
                self.cleaned_data["condition"] = condition

    def asked(self) -> dict[str, Any]:
        """As the verb takes it. What tells the outcome itself is left out unsaid."""
        given = self.cleaned_data
        is_condition = given["outcome"] == CONDITION
        outcome = given["condition"] if is_condition else given["outcome"]
        told = set(fields_in(outcome)) if is_condition else set()
        return {
            "outcome": outcome,
            "among": given["among"],
            "fields": [name for name in given["fields_chosen"] if name not in told],
            "insist": given.get("insist", []),
        }

    def refuse(self, attr: str | None, sentence: str) -> None:
        """Put the verb's refusal at the field that it is about."""
        name = (attr or "").partition(".")[0]
        name = {"outcome": CONDITION, "fields": "fields_chosen"}.get(name, name)
        self.add_error(name if name in self.fields else None, sentence)


def taken_points(post: Mapping[str, str], result: Any) -> dict[int, Any]:
    """Place of each learned rule that was ticked -> the points that were typed."""
    rules = (result or {}).get("rules", [])
    return {
        place: number(post.get(f"points-{place}", "")[:20])
        for place in range(len(rules))
        if f"take-{place}" in post
    }


def _left_out(before: Job | None) -> list[tuple[str, str]]:
    found = (before.result or {}).get("fields", []) if before else []
    insisted = before.params.get("insist", []) if before else []
    return [
        (one["field"], one["label"])
        for one in found
        if one["is_left_out"] or one["field"] in insisted
    ]
