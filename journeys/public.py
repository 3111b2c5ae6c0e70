"""What sites, mails and browsers reach without signing in. Everything under ``/t/``.

No session, no template, no serializer: these are the busiest doors there are. They act
for nobody who is signed in and give nothing away, so a CSRF token would guard nothing;
what is posted comes from other sites on purpose.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from journeys.beacon import CLICK_PARAMETER, BadBeacon, read_beacon
from journeys.limits import Limiter
from journeys.models import TrackedLink
from journeys.senders import network_of, sender_of, signs_of
from journeys.services.beacons import take_beacon
from journeys.services.clicks import click_id, follow_link, note_open
from journeys.services.links import address_of
from leadhub.answers import answer

SNIPPET = (Path(settings.BASE_DIR) / "static" / "t" / "leadhub.js").read_bytes()
SNIPPET_TAG = f'"{sha256(SNIPPET).hexdigest()[:20]}"'
GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401"
    "003b"
)
MINUTE = 60
# What one network may report in a minute: more than a big office does.
beacons = Limiter(seconds=MINUTE)


@require_safe
def snippet(request: HttpRequest) -> HttpResponse:
    """The script that sites include. Kept by browsers for an hour."""
    response: HttpResponse
    if request.headers.get("If-None-Match") == SNIPPET_TAG:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(SNIPPET, content_type="text/javascript; charset=utf-8")
    response["ETag"] = SNIPPET_TAG
    response["Cache-Control"] = "public, max-age=3600"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@csrf_exempt
@require_http_methods(["POST", "OPTIONS"])
def collect(request: HttpRequest) -> HttpResponse:
    """The beacon: 204 whatever became of it, 400 for what the snippet never sends."""
    if request.method == "OPTIONS":
        return _for_other_sites(HttpResponse(status=204))
    if not beacons.let_through(network_of(request), limit=settings.BEACONS_PER_MINUTE):
        response = _for_other_sites(HttpResponse(status=429))
        response["Retry-After"] = str(MINUTE)
        return response
    try:
        beacon = read_beacon(request.body)
    except BadBeacon as error:
        text = f"This is not what the snippet sends: {error}.\n"
        refused = HttpResponse(text, status=400, content_type="text/plain")
        return _for_other_sites(refused)
    now = timezone.now()
    take_beacon(beacon=beacon, sender=sender_of(request, at=now), at=now)
    return _for_other_sites(HttpResponse(status=204))


@require_safe
def open_pixel(request: HttpRequest, token: str) -> HttpResponse:
    """The invisible image of a mail: the same bytes for every token there could be."""
    link = _link(token, target_url="")
    if link is not None and request.method == "GET":
        now = timezone.now()
        note_open(link=link, signs=signs_of(request, at=now), at=now)
    response = HttpResponse(GIF, content_type="image/gif")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
def tracked_link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on to where the link was made for. HEAD asks, and is not counted.

    The link of a mail that people do not see leads nowhere, and is counted all the same.
    """
    link = _link(token)
    interaction = None
    if link is not None and request.method == "GET":
        now = timezone.now()
        signs = signs_of(request, at=now)
        interaction = follow_link(
            link=link,
            signs=signs,
            referrer=signs.referrer,
            network=network_of(request),
            at=now,
        )
    if link is None or not link.target_url:
        text = _("There is nothing here.")
        return answer(request, status=404, code="not_found", detail=text)
    more = {CLICK_PARAMETER: click_id(interaction)} if interaction else {}
    response = HttpResponse(status=302)
    # Where it leads comes from our own table alone.
    response["Location"] = address_of(link, **more)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _link(token: str, **filters: str) -> TrackedLink | None:
    # One look-up for every token, well-formed or not: they take the same time.
    rows = TrackedLink.objects.filter(token=token[:64].replace("\0", ""), **filters)
    return next(iter(rows), None)


def _for_other_sites(response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "POST"
    response["Access-Control-Allow-Headers"] = "Content-Type"
    response["Access-Control-Max-Age"] = "86400"
    return response
