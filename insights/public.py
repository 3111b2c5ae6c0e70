"""The board on the wall: whoever has its address sees it, without signing in.

It shows sums and nothing about a person outside. No session, no cookie, no form.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from insights.selectors.boards import live_board, wall_of
from journeys.limits import Limiter
from journeys.senders import network_of

MINUTE = 60
# How often one network may look: many televisions, and no one who guesses.
LOOKS_PER_MINUTE = 60
looks = Limiter(seconds=MINUTE)


@require_safe
def wall(request: HttpRequest, token: str) -> HttpResponse:
    """The same answer for every token that opens nothing, whatever the reason."""
    if not looks.let_through(network_of(request), limit=LOOKS_PER_MINUTE):
        response = _shown("insights/wall_gone.html", {"is_busy": True}, status=429)
        response["Retry-After"] = str(MINUTE)
        return response
    now = timezone.now()
    board = live_board(token, at=now)
    if board is None:
        return _shown("insights/wall_gone.html", {}, status=404)
    with translation.override(board.language):
        context = {"board": board, "wall": wall_of(board, at=now), "now": now}
        return _shown("insights/wall.html", context)


def _shown(
    template: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """A page without what a request would add: nobody is signed in here."""
    response = HttpResponse(render_to_string(template, context), status=status)
    # The address opens the page for whoever learns it.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
