"""Files that everybody with their address gets: downloads, pictures, the color."""

from __future__ import annotations

import logging

from csp.decorators import csp
from django.core.files import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from campaigns.colors import darker
from campaigns.models import Content, DownloadGrant, Upload
from campaigns.public_choices import dead_end
from campaigns.selectors.showing import company_shown
from campaigns.services.downloads import take_download
from campaigns.tokens import Door, read_token
from journeys.senders import sender_of

logger = logging.getLogger(__name__)
# Whatever somebody has uploaded: it cannot do anything here.
POLICY = {"default-src": ["'none'"], "frame-ancestors": ["'none'"], "sandbox": True}


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give what was granted, as a file to keep. HEAD asks, and is not counted."""
    now = timezone.now()
    grant = _grant(token)
    if grant is None or now >= grant.expires_at or not grant.left:
        return dead_end()
    upload = grant.content.upload
    file = None
    if request.method == "GET":
        if upload is not None:
            try:
                file = upload.file.open("rb")
            except OSError:
                logger.exception("The file of upload %s is not there.", upload.pk)
                return dead_end()
        sender = sender_of(request, at=now)
        if take_download(grant=grant, sender=sender, at=now) is None:
            if file is not None:
                file.close()
            return dead_end()
    response = _handed_over(request, grant.content, file)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@csp(POLICY)
def _handed_over(
    request: HttpRequest, content: Content, file: File | None
) -> HttpResponseBase:
    """The file, or only its headers without one; or the way to a page elsewhere."""
    upload = content.upload
    if upload is None:
        response = HttpResponse(status=302)
        # It comes from our own table alone.
        response["Location"] = content.url
        return response
    response = FileResponse(file) if file else HttpResponse()
    response["Content-Type"] = upload.media_type
    response["Content-Length"] = str(upload.size)
    response["Content-Disposition"] = content_disposition_header(True, upload.name)
    return response


@require_safe
@csp(POLICY)
@cache_control(public=True, max_age=86_400, immutable=True)
def picture(request: HttpRequest, key: str) -> HttpResponseBase:
    """An image of a public page. Its address is random, and never another image's."""
    upload = get_object_or_404(Upload, key=key[:64], width__gt=0)
    try:
        file = upload.file.open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=upload.media_type)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
@cache_control(public=True, max_age=300)
def company_style(request: HttpRequest) -> HttpResponse:
    """The company's color, as a style sheet: pages have no styles in them."""
    color = company_shown().get("color", "")
    text = ""
    if color:
        text = f":root{{--accent:{color};--accent-dark:{darker(color)}}}\n"
    return HttpResponse(text, content_type="text/css; charset=utf-8")


def _grant(token: str) -> DownloadGrant | None:
    """One look-up for every token, good or bad: they take the same time."""
    reading = read_token(Door.DOWNLOAD, token, at=timezone.now())
    rows = DownloadGrant.objects.filter(key=reading.key).select_related(
        "contact", "content__upload", "content__measure", "submission__link"
    )
    row = next(iter(rows), None)
    return row if reading.is_good else None
