"""What people fill in about scoring models. The verbs check what it means."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadhub.rest.parsers import parse_json
from scoring.models import Rule, ScoringModel
from scoring.numbers import number, shown
from scoring.services.validation import as_data

NEVER = {"never", "nie", "∞", "-"}
SETTINGS = ("name", "threshold", "rearm_below", "min_fit", "min_engagement")


def half_life_shown(rule: Rule) -> str:
    if rule.uses_model_half_life:
        return ""
    return shown(rule.half_life_days) or _("never")


def half_life_into(data: dict[str, Any], text: str) -> None:
    """Nothing typed: the model's. A word for never: it does not fade."""
    text = text.strip()
    if text.lower() in NEVER or text == _("never"):
        data["half_life_days"] = None
    elif text:
        data["half_life_days"] = number(text)


def table_data(post: Any, rules: list[Rule]) -> list[dict[str, Any]]:
    """The rules with what the table's fields say, as the verbs take them."""
    items = []
    for place, rule in enumerate(rules):
        data = as_data(rule)
        if f"points-{place}" in post:
            data["points"] = number(post[f"points-{place}"])
            data["is_on"] = f"is_on-{place}" in post
            if rule.dimension == Rule.Dimension.ENGAGEMENT:
                data.pop("half_life_days", None)
                half_life_into(data, post.get(f"half_life-{place}", ""))
                data["max_per_day"] = number(post.get(f"max_per_day-{place}", ""))
                data["max_points"] = number(post.get(f"max_points-{place}", ""))
        items.append(data)
    return items


def settings_data(post: Any) -> dict[str, Any]:
    """The model's own fields that were sent."""
    data: dict[str, Any] = {}
    if "name" in post:
        data["name"] = post["name"]
    for attr in (*SETTINGS[1:], "half_life_days"):
        if attr in post:
            data[attr] = number(post[attr])
    return data


def settings_shown(model: ScoringModel, post: Any) -> dict[str, str]:
    """The model's numbers as text, as typed if they were refused."""
    names = (*SETTINGS[1:], "half_life_days")
    return {name: post.get(name, shown(getattr(model, name))) for name in names}


class RuleForm(forms.Form):
    """One rule. Which fields there are depends on its dimension."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    points = forms.CharField(
        label=gettext_lazy("Points"),
        max_length=20,
        help_text=gettext_lazy("Negative ones take away."),
    )
    when = forms.CharField(label=gettext_lazy("When"), widget=forms.Textarea)
    half_life = forms.CharField(
        label=gettext_lazy("Half-life in days"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Empty: the model's. “never”: it does not fade."),
    )
    max_per_day = forms.CharField(
        label=gettext_lazy("At most a day"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("How many count of each calendar day, the latest ones."),
    )
    max_points = forms.CharField(
        label=gettext_lazy("At most in all"), max_length=20, required=False
    )
    disqualifies = forms.BooleanField(
        label=gettext_lazy("Disqualifies"),
        required=False,
        help_text=gettext_lazy("Whoever it holds for never becomes sales-ready."),
    )
    is_on = forms.BooleanField(label=gettext_lazy("On"), required=False)

    def __init__(self, *args: Any, dimension: str, rule: Rule | None = None) -> None:
        initial: dict[str, Any] = {"is_on": True}
        if rule is not None:
            initial = {
                "name": rule.name,
                "points": shown(rule.points),
                "when": json.dumps(rule.when, ensure_ascii=False),
                "half_life": half_life_shown(rule),
                "max_per_day": shown(rule.max_per_day),
                "max_points": shown(rule.max_points),
                "disqualifies": rule.disqualifies,
                "is_on": rule.is_on,
            }
        super().__init__(*args, initial=initial)
        self.dimension = dimension
        without = ("half_life", "max_per_day", "max_points")
        if dimension == Rule.Dimension.ENGAGEMENT:
            without = ("disqualifies",)
        for name in without:
            del self.fields[name]

    def clean_when(self) -> Any:
        try:
            return parse_json(self.cleaned_data["when"].encode())
        except ValueError as error:
            raise forms.ValidationError(_("This is not JSON.")) from error

    def rule_data(self) -> dict[str, Any]:
        """As the verbs take it."""
        given = self.cleaned_data
        data: dict[str, Any] = {
            "dimension": self.dimension,
            "name": given["name"],
            "points": number(given["points"]),
            "when": given["when"],
            "is_on": given["is_on"],
        }
        if self.dimension == Rule.Dimension.ENGAGEMENT:
            half_life_into(data, given["half_life"])
            data["max_per_day"] = number(given["max_per_day"])
            data["max_points"] = number(given["max_points"])
        else:
            data["disqualifies"] = given["disqualifies"]
        return data

    def refuse(self, attr: str | None, sentence: str) -> None:
        """Put a verb's refusal at the field that it is about."""
        name = (attr or "").split(".")[2] if (attr or "").count(".") >= 2 else ""
        name = {"half_life_days": "half_life"}.get(name, name)
        self.add_error(name if name in self.fields else None, sentence)


class PublishForm(forms.Form):
    existing = forms.ChoiceField(
        label=gettext_lazy("Contacts that are ready already"),
        choices=ScoringModel.Existing.choices,
        widget=forms.RadioSelect,
        initial=ScoringModel.Existing.MARK_SEEN,
    )
    note = forms.CharField(
        label=gettext_lazy("What changed"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A note for those who come after you."),
    )
