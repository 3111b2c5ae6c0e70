"""REST: merging contacts, taking it back, and who may be one person twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.permissions import scope
from contacts.api.access import must_be_theirs
from contacts.api.bodies import source_of
from contacts.duplicates import Pair, likely_pairs, pairs_of
from contacts.models.contact import Contact
from contacts.models.merge import Merge
from contacts.services.distinct import keep_apart
from contacts.services.merging import merge_contacts, undo_merge
from leadhub.errors import InvalidValue
from leadhub.rest.fields import StrictFields, checked_body, takes_no_body
from leadhub.rest.views import ApiViewSet, StrictQuery

MAX_PAGE_SIZE = 500
MERGE = {
    "id": 12,
    "kept": 1207,
    "gone": 1311,
    "by": 4,
    "at": "2026-03-05T14:12:07+01:00",
    "changes": {"phone": ["", "+442079460018"]},
    "moved": {"journeys.interaction.contact": 14},
    "undone_at": None,
    "undone_by": None,
    "left": [],
}
DUPLICATE = {
    "first": 1207,
    "second": 1311,
    "reasons": ["email", "name_company"],
    "strength": 0.9875,
}


@extend_schema_serializer(
    examples=[OpenApiExample("Of Ada", value=MERGE, response_only=True)]
)
class MergeSerializer(serializers.ModelSerializer):
    """Shapes answers."""

    changes = serializers.SerializerMethodField(
        help_text="What the survivor got: field -> [before, after]."
    )
    moved = serializers.SerializerMethodField(help_text="Rows that moved, by table.")
    left = serializers.ListField(
        child=serializers.CharField(),
        help_text="What undoing left, because it had changed since.",
    )

    class Meta:
        model = Merge
        fields = [
            *("id", "kept", "gone", "by", "at", "changes", "moved"),
            *("undone_at", "undone_by", "left"),
        ]

    @extend_schema_field({"type": "object"})
    def get_changes(self, merge: Merge) -> dict[str, Any]:
        return merge.changes

    @extend_schema_field(
        {"type": "object", "additionalProperties": {"type": "integer"}}
    )
    def get_moved(self, merge: Merge) -> dict[str, int]:
        return {name: len(numbers) for name, numbers in merge.moved.items()}


@extend_schema_serializer(
    component_name="MergeValues",
    examples=[
        OpenApiExample(
            "The other's phone number stays",
            value={"keep": 1207, "merge": 1311, "values": {"phone": "merge"}},
            request_only=True,
        )
    ],
)
class MergeBody(StrictFields, serializers.Serializer):
    keep = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    merge = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    values = serializers.DictField(
        child=serializers.ChoiceField(["keep", "merge"]),
        required=False,
        help_text="Field -> whose value stays. Left out: the kept contact's, if any.",
    )


@extend_schema_serializer(
    component_name="Duplicate",
    examples=[OpenApiExample("Ada twice", value=DUPLICATE, response_only=True)],
)
class PairSerializer(serializers.Serializer):
    first = serializers.IntegerField()
    second = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField(), source="signs")
    strength = serializers.FloatField(help_text="From 0 to 1.")


class PairPage(serializers.Serializer):
    results = PairSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two people", value={"first": 1207, "second": 1311}, request_only=True
        )
    ]
)
class ApartBody(StrictFields, serializers.Serializer):
    first = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    second = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class MergeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Contacts that were merged into others, and what takes it back."""

    token_scope = "contacts"
    lookup_value_converter = "int"
    serializer_class = MergeSerializer
    ordering = ("-id",)
    orderings = {"id": "id", "at": "at"}

    def get_queryset(self) -> QuerySet[Merge]:
        return scope(self.request.user, Merge, self.action)

    @extend_schema(request=None, responses=MergeSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: int) -> Response:
        """Let the two be two again. What has happened since stays with the survivor."""
        takes_no_body(request)
        merge = scope(request.user, Merge, "read").filter(pk=pk).first()
        if merge is None:
            raise Http404
        if merge.undone_at is None:
            must_be_theirs(merge.kept, request.user)
        merge = undo_merge(merge=merge, by=request.user, at=timezone.now())
        return Response(self.get_serializer(merge).data)


class ContactMerge(StrictQuery):
    """Two contacts are one person."""

    token_scope = "contacts"

    @extend_schema(
        operation_id="contacts_merge",
        request=MergeBody,
        responses={201: MergeSerializer},
    )
    def post(self, request: Request) -> Response:
        """Merge one contact into another. The strictest consent wins; can be undone."""
        given = checked_body(MergeBody, request)
        keep, merge = _pair(request, given["keep"], given["merge"], "keep", "merge")
        row = merge_contacts(
            keep=keep,
            merge=merge,
            values=given.get("values"),
            by=request.user,
            at=timezone.now(),
            source=source_of(request),
        )
        return Response(MergeSerializer(row).data, status=201)


class Duplicates(StrictQuery):
    """Who may be one person twice."""

    token_scope = "contacts"
    query_parameters = ("contact", "cursor", "page_size")

    @extend_schema(
        operation_id="duplicates_list",
        parameters=[
            OpenApiParameter("contact", int, description="Only those like this one."),
            OpenApiParameter("cursor", str, description="From next or previous."),
            OpenApiParameter("page_size", int, description="Pairs a page; 50."),
        ],
        responses=PairPage,
    )
    def get(self, request: Request) -> Response:
        """Pairs that look alike and were not told apart, the surest first."""
        query = request.query_params
        size = _number(query, "page_size", 50, least=1, most=MAX_PAGE_SIZE)
        start = _number(query, "cursor", 0, least=0, most=10**9)
        pairs = _pairs(request)
        page = PairSerializer(pairs[start : start + size], many=True).data
        here = request.build_absolute_uri()

        def link(cursor: int) -> str:
            return replace_query_param(here, "cursor", cursor)

        more = start + size < len(pairs)
        return Response(
            {
                "results": page,
                "next": link(start + size) if more else None,
                "previous": link(max(0, start - size)) if start else None,
            }
        )


class KeepApart(StrictQuery):
    """Two who look alike and are two people."""

    token_scope = "contacts"

    @extend_schema(
        operation_id="duplicates_apart", request=ApartBody, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Never propose these two again."""
        given = checked_body(ApartBody, request)
        one, other = _pair(request, *given.values(), "first", "second")
        if one == other:
            raise InvalidValue(_("These are one and the same contact."), attr="second")
        keep_apart(one=one, other=other, by=request.user, at=timezone.now())
        return Response(status=204)


def _pair(request: Request, one: int, other: int, *attrs: str) -> list[Contact]:
    """Both, if both may be seen and changed. Raises ``InvalidValue``, 403."""
    seen = scope(request.user, Contact, "read").in_bulk([one, other])
    found = []
    for number, attr in zip((one, other), attrs, strict=True):
        contact = seen.get(number) or _merged(request, number)
        if contact is None:
            error = InvalidValue(_("There is no such contact."), attr=attr)
            error.code = "does_not_exist"
            raise error
        found.append(contact)
    for contact in found:
        if contact.merged_into_id is None:
            must_be_theirs(contact, request.user)
    return found


def _merged(request: Request, number: int) -> Contact | None:
    """Somebody who was merged already; the verb says so, or that it was this merge."""
    merge = scope(request.user, Merge, "read").of(number).first()
    return merge.gone if merge else None


def _pairs(request: Request) -> Sequence[Pair]:
    if "contact" not in request.query_params:
        return likely_pairs()
    number = _number(request.query_params, "contact", 0, least=1, most=2**63 - 1)
    contact = scope(request.user, Contact, "read").filter(pk=number).first()
    return pairs_of(contact) if contact else []


def _number(query: Any, name: str, default: int, *, least: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and least <= int(text[:20]) <= most:
        return int(text)
    sentence = _("A whole number from %(least)s to %(most)s.")
    raise InvalidValue(sentence % {"least": least, "most": most}, attr=name)
