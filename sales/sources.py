"""What is changed by sales without somebody's hand, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.sources import register_words


def register() -> None:
    register_words("handoff", _("Handoff"))
