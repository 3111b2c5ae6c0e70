"""Models in words: what they are called, and how each shares a conversion."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MODELS = {
    "first": (pgettext_lazy("a model", "First touch"), _("The first touch gets all.")),
    "last": (pgettext_lazy("a model", "Last touch"), _("The last touch gets all.")),
    "linear": (pgettext_lazy("a model", "Linear"), _("All touches get the same.")),
    "time_decay": (
        pgettext_lazy("a model", "Time decay"),
        _("A touch counts half as much for every half-life before the conversion."),
    ),
    "position": (
        pgettext_lazy("a model", "Position"),
        _("40 % for the first touch, 40 % for the last, 20 % for those between."),
    ),
    "w_shaped": (
        pgettext_lazy("a model", "W-shaped"),
        _(
            "30 % each for the first touch, the one that made the contact known and the "
            "last one before the handoff, 10 % for all others."
        ),
    ),
    "markov": (
        pgettext_lazy("a model", "Markov chain"),
        _(
            "In proportion to the conversions that would be lost without it, counting "
            "those who did not convert, too."
        ),
    ),
    "shapley": (
        pgettext_lazy("a model", "Shapley value"),
        _("What it adds to the others, over all orders in which they could join."),
    ),
}


def label_of(model: str) -> str:
    return str(MODELS[model][0])
