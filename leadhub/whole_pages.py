"""Parts of pages, for whoever opens one by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.html import strip_tags

HEADING = re.compile(r"<h[1-3][^>]*>(.*?)</h[1-3]>", re.DOTALL)
PLACE = "<div data-part></div>"


class WholePages:
    """Put a part of a page into a page of its own where a browser opens it as one.

    Scripts ask for parts by htmx; without script the link in their place leads there.
    What neither says that it is htmx nor that it wants a page gets the part as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not _is_part(response):
            return response
        if _is_visit(request) and request.user.is_authenticated:
            response.content = _page_with(response.content.decode(), request)
            patch_vary_headers(response, ["HX-Request", "Accept"])
        return response


def _is_visit(request: HttpRequest) -> bool:
    """A browser goes there; what is shown in a frame is complete without us."""
    headers = request.headers
    wants_page = "text/html" in headers.get("Accept", "")
    is_own = "HX-Request" not in headers and headers.get("Sec-Fetch-Dest") != "iframe"
    return request.method == "GET" and wants_page and is_own


def _is_part(response: HttpResponse) -> bool:
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return response.status_code == 200 and is_html and b"<html" not in response.content


def _page_with(part: str, request: HttpRequest) -> str:
    heading = HEADING.search(part)
    title = unescape(strip_tags(heading[1])).strip() if heading else ""
    page = render_to_string("leadhub/part.html", {"part_title": title}, request)
    return page.replace(PLACE, part, 1)
