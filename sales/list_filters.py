"""What lists of sales have in common: what narrows them, and how the page says it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.models import User
from contacts.lists import Chip
from contacts.origin_filters import OriginFilters, name_of
from journeys.models import Team

ROWS = {"assignee": User, "team": Team}


class ListFilters(OriginFilters):
    """Filters of a page whose ``status`` has its tabs; the others show as chips."""

    def chips(self) -> list[Chip]:
        """The filters that are set, each with the address of the list without it."""
        found = []
        for name, definition in self.filters.items():
            value = self.form.cleaned_data.get(name)
            if not value or name == "status":
                continue
            rest = self.data.copy()
            for gone in (name, "cursor"):
                rest.pop(gone, None)
            shown = str(self.shown(name, value))
            found.append(Chip(str(definition.label), shown, f"?{rest.urlencode()}"))
        return found

    def shown(self, name: str, value: Any) -> Any:
        """What a filter is set to, in words."""
        if name in ("journey", "brought_by"):
            return name_of(name, value)
        if isinstance(value, datetime):
            return date_format(localtime(value), "DATETIME_FORMAT")
        if model := ROWS.get(name):
            return model._default_manager.filter(pk=value).first() or value
        choices = dict(getattr(self.form.fields[name], "choices", ()))
        return choices.get(value, value) if isinstance(value, str) else value
