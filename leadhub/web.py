"""What the HTML doors of all apps share."""

from django.http import HttpRequest


def wants_partial(request: HttpRequest) -> bool:
    """True if htmx asked for a fragment rather than a whole page.

    htmx restoring its history, and boosted links, need the whole page.
    """
    htmx = request.htmx  # type: ignore[attr-defined]  # by its middleware
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request
