"""What a request asks figures about."""

from __future__ import annotations

from django.http import HttpRequest

from insights.kpis.definitions import Scope
from insights.selectors.asked_scopes import asked_scope
from insights.views.periods import period_of
from leadhub.errors import DomainError


def scope_of(request: HttpRequest) -> tuple[Scope, str]:
    """What is asked for; what cannot be read is left out and said."""
    period = period_of(request)
    try:
        return asked_scope(request.GET, user=request.user, period=period), ""
    except DomainError as refusal:
        return Scope(period, viewer=request.user), str(refusal)
