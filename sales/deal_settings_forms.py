"""What the page asks that lays down how deals go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from contacts.text import PlainText
from sales.models import DealSettings
from sales.services.deal_settings import MOST_STAGES


class DealSettingsForm(forms.ModelForm):
    class Meta:
        model = DealSettings
        fields = ("tax_rate", "valid_days", "offer_footer")
        widgets = {"offer_footer": forms.Textarea(attrs={"rows": 3})}


class StageForm(forms.Form):
    """A stage; without a name there is none."""

    key = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput())
    name = forms.CharField(
        label=_("Stage"),
        required=False,
        max_length=60,
        validators=[PlainText(max_length=60)],
    )
    probability = forms.IntegerField(
        label=_("Probability in %"), required=False, min_value=0, max_value=100
    )

    def stage(self) -> dict[str, Any] | None:
        given = self.cleaned_data
        if not given.get("name"):
            return None
        probability = given["probability"] or 0
        return {
            "key": given["key"],
            "name": given["name"],
            "probability": probability,
        }


StageFormSet = formset_factory(
    StageForm, extra=2, max_num=MOST_STAGES, absolute_max=MOST_STAGES
)
