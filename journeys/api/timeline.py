"""``/api/v1/contacts/{id}/timeline/``."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.permissions import scope
from contacts.models import Contact
from journeys.services.tracking import KIND
from journeys.timeline import Entry, timeline_of
from leadhub.rest.pagination import MAX_PAGE_SIZE
from leadhub.rest.views import StrictQuery


class EntrySerializer(serializers.Serializer):
    id = serializers.CharField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    lane = serializers.ChoiceField(choices=["contact", "marketing", "sales"])
    title = serializers.CharField()
    detail = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField()
    by = serializers.CharField()
    is_machine = serializers.BooleanField()
    data = serializers.DictField()


class TimelinePage(serializers.Serializer):
    results = EntrySerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ContactTimeline(StrictQuery):
    """What happened with a contact in both teams, newest first."""

    token_scope = "contacts"
    query_parameters = ("kinds", "cursor", "page_size")

    @extend_schema(
        operation_id="contacts_timeline",
        parameters=[
            OpenApiParameter("kinds", str, description="Kinds, by commas."),
            OpenApiParameter("cursor", str, description="From next."),
            OpenApiParameter("page_size", int, description="Entries a page; 50."),
        ],
        responses=TimelinePage,
    )
    def get(self, request: Request, pk: int) -> Response:
        contact = get_object_or_404(scope(request.user, Contact, "read"), pk=pk)
        query = request.query_params
        entries, cursor = timeline_of(
            contact,
            size=_size(query.get("page_size", "50")),
            cursor=query.get("cursor", ""),
            kinds=_kinds(query.get("kinds")),
        )
        here = request.build_absolute_uri()
        link = replace_query_param(here, "cursor", cursor) if cursor else None
        return Response(
            {
                "results": [entry_json(entry) for entry in entries],
                "next": link,
                "previous": None,
            }
        )


def entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.key,
        "kind": entry.kind,
        "at": entry.at,
        "lane": entry.lane,
        "title": entry.title,
        "detail": entry.detail,
        "text": entry.text,
        "url": entry.url,
        "by": entry.by,
        "is_machine": entry.is_machine,
        "data": entry.data,
    }


def _size(wanted: str) -> int:
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:9]) <= MAX_PAGE_SIZE:
        return int(wanted)
    raise _refusal(
        "page_size", _("A whole number from 1 to %(most)s.") % {"most": MAX_PAGE_SIZE}
    )


def _kinds(wanted: str | None) -> frozenset[str] | None:
    if wanted is None:
        return None
    kinds = wanted.split(",")
    if len(kinds) > 50 or not all(KIND.fullmatch(kind) for kind in kinds):
        raise _refusal("kinds", _("Kinds like page_view, separated by commas."))
    return frozenset(kinds)


def _refusal(name: str, sentence: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(sentence, code="invalid")]})
