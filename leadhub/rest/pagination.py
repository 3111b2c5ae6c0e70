"""Pages of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from leadhub.keyset import page_of

MAX_PAGE_SIZE = 500


class Cursor(BasePagination):
    """``{"results", "next", "previous"}``; with ``?count=exact`` also ``"count"``.

    The view names the order it takes: ``ordering`` is its default, ``orderings`` maps
    what ``?ordering=`` may say to columns. The primary key is always added.
    """

    page_size = 50
    query_parameters = ("cursor", "page_size", "ordering", "count")

    def paginate_queryset(
        self, queryset: QuerySet, request: Request, view: Any = None
    ) -> list[Any]:
        self.request = request
        self.count = queryset.count() if self._wants_count(request) else None
        self.page = page_of(
            queryset,
            ordering=self._ordering(request, view),
            size=self._size(request),
            cursor=request.query_params.get("cursor", ""),
            never_null=getattr(view, "never_null", ()),
        )
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        body = {
            "results": data,
            "next": self._link(self.page.next),
            "previous": self._link(self.page.previous),
        }
        if self.count is not None:
            body["count"] = self.count
        return Response(body)

    def _link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        here = self.request.build_absolute_uri()
        return replace_query_param(here, "cursor", cursor)

    def _size(self, request: Request) -> int:
        wanted = request.query_params.get("page_size", str(self.page_size))
        if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= MAX_PAGE_SIZE:
            return int(wanted)
        raise _refusal(
            "page_size",
            _("A whole number from 1 to %(most)s.") % {"most": MAX_PAGE_SIZE},
        )

    def _wants_count(self, request: Request) -> bool:
        wanted = request.query_params.get("count")
        if wanted not in (None, "exact"):
            raise _refusal("count", _("The only count there is: exact."))
        return wanted == "exact"

    def _ordering(self, request: Request, view: Any) -> Sequence[str]:
        columns = list(view.ordering)
        if wanted := request.query_params.get("ordering"):
            offered: dict[str, str] = getattr(view, "orderings", {})
            columns = []
            for name in wanted.split(","):
                if name.lstrip("-") not in offered or name.startswith("--"):
                    choices = ", ".join(sorted(offered)) or "–"
                    sentence = _("What there is to order by: %(names)s.")
                    raise _refusal("ordering", sentence % {"names": choices})
                sign = "-" if name.startswith("-") else ""
                columns.append(sign + offered[name.lstrip("-")])
        if not {"id", "pk"} & {name.lstrip("-") for name in columns}:
            descends = columns[-1].startswith("-") if columns else True
            columns.append("-id" if descends else "id")
        return columns

    def get_paginated_response_schema(self, schema: dict) -> dict:
        url = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": {
                    **url,
                    "description": "Where it goes on; null on the last page.",
                    "example": None,
                },
                "previous": {
                    **url,
                    "description": "The page before; null on the first.",
                    "example": None,
                },
                "count": {
                    "type": "integer",
                    "description": "Only with count=exact.",
                    "example": 1,
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict]:
        def parameter(name: str, description: str, schema: dict) -> dict:
            return {
                "name": name,
                "in": "query",
                "required": False,
                "description": description,
                "schema": schema,
            }

        offered = sorted(getattr(view, "orderings", {}))
        size = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE}
        return [
            parameter("cursor", "From next or previous.", {"type": "string"}),
            parameter("page_size", "Rows a page; 50 unless told.", size),
            parameter(
                "ordering",
                f"Comma-separated, '-' for descending: {', '.join(offered) or 'none'}.",
                {"type": "string"},
            ),
            parameter(
                "count", "Adds an exact count.", {"type": "string", "enum": ["exact"]}
            ),
        ]


def _refusal(name: str, sentence: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(sentence, code="invalid")]})
