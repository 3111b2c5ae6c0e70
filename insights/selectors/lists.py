"""The lists that numbers are made of."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse


def contacts_url(**query: str | int) -> str:
    return f"{reverse('contacts:list')}?{urlencode(query)}"


def handoffs_url(**query: str | int) -> str:
    return f"{reverse('sales:list')}?{urlencode(query)}"


def deals_url(**query: str | int) -> str:
    return f"{reverse('sales:deal_list')}?{urlencode(query)}"
