"""REST: contacts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from contacts.columns import json_of
from contacts.faults import InvalidContact, UnknownField
from contacts.filters import ContactFilter
from contacts.models.company import Company
from contacts.models.contact import Contact
from contacts.services.contacts import (
    ContactOutcome,
    create_contact,
    delete_contacts,
    update_contact,
    upsert_contacts,
)
from contacts.services.refusals import NotAllowed
from leadhub.errors import InvalidValue
from leadhub.rest.views import ApiViewSet

WRITABLE = {
    "email",
    "first_name",
    "last_name",
    "phone",
    "job_title",
    "company",
    "owner",
    "tags",
    "language",
    "timezone",
    "source",
    "custom",
}
# May be sent back as they came, and change nothing.
READ_ONLY = {"id", "created_at", "updated_at", "score", "phase"}
MAX_ITEMS = 1000


class CompanyField(serializers.ModelSerializer):
    class Meta:
        model = Company
        fields = ["id", "name", "domain", "industry", "employees", "country"]


class ScoreField(serializers.Serializer):
    total = serializers.FloatField()
    fit = serializers.FloatField()
    engagement = serializers.FloatField()
    sales_ready = serializers.BooleanField()


class ContactSerializer(serializers.ModelSerializer):
    """Shapes answers. What comes in is checked by ``contacts.values`` alone."""

    company = CompanyField(required=False, allow_null=True)
    tags = serializers.SerializerMethodField()

    class Meta:
        model = Contact
        fields = [
            "id",
            "email",
            "first_name",
            "last_name",
            "phone",
            "job_title",
            "company",
            "owner",
            "tags",
            "language",
            "timezone",
            "source",
            "custom",
            "created_at",
            "updated_at",
        ]

    def get_tags(self, contact: Contact) -> list[str]:
        return sorted(tag.name for tag in contact.tags.all())


class ListedContactSerializer(ContactSerializer):
    """Shapes the items of lists: with what the apps above add."""

    score = ScoreField(read_only=True, allow_null=True)
    phase = serializers.JSONField(read_only=True)

    class Meta(ContactSerializer.Meta):
        fields = [*ContactSerializer.Meta.fields, "score", "phase"]

    def to_representation(self, contact: Contact) -> dict[str, Any]:
        shaped = ContactSerializer.to_representation(
            ContactSerializer(context=self.context), contact
        )
        return {
            **shaped,
            "score": None,
            "phase": None,
            **self.context["extras"].get(contact.pk, {}),
        }


class ContactViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    ApiViewSet,
):
    """Known people."""

    token_scope = "contacts"
    lookup_value_converter = "int"
    serializer_class = ContactSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = ContactFilter
    ordering = ("-updated_at", "-id")
    orderings = {
        "id": "id",
        "email": "email_key",
        "name": "name_key",
        "last_name": "name_key",
        "score": "score__total",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def get_queryset(self) -> QuerySet[Contact]:
        rows = scope(self.request.user, Contact, self.action)
        return rows.select_related("company").prefetch_related("tags")

    def get_object(self) -> Contact:
        """404 if it may not be seen, 403 if it may but this may not be done to it."""
        number = self.kwargs["pk"]
        contact = self.get_queryset().filter(pk=number).first()
        if contact is None:
            if scope(self.request.user, Contact, "read").filter(pk=number).exists():
                raise PermissionDenied(_("You may not change this contact."))
            raise Http404
        return contact

    @extend_schema(responses=ListedContactSerializer(many=True))
    def list(self, request: Request) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        extras = json_of(rows, at=timezone.now())
        context = {**self.get_serializer_context(), "extras": extras}
        shaped = ListedContactSerializer(rows, many=True, context=context)
        return self.get_paginated_response(shaped.data)

    def create(self, request: Request) -> Response:
        contact = create_contact(
            data=writable(request.data),
            by=request.user,
            at=timezone.now(),
            source=source_of(request),
        )
        answer = self.shape(contact)
        location = request.build_absolute_uri(f"{request.path}{contact.pk}/")
        return Response(answer, status=201, headers={"Location": location})

    def partial_update(self, request: Request, pk: int) -> Response:
        contact = update_contact(
            contact=self.get_object(),
            data=writable(request.data),
            by=request.user,
            at=timezone.now(),
            source=source_of(request),
        )
        return Response(self.shape(contact))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        delete_contacts(contact_ids=[self.get_object().pk], by=request.user)
        return Response(status=204)

    @extend_schema(responses={200: ContactSerializer, 201: ContactSerializer})
    @action(detail=False, methods=["put"], url_path="by-email/<path:email>")
    def by_email(self, request: Request, email: str) -> Response:
        """Create the contact with this address, or change what the body names."""
        data = {"email": email, **writable(request.data)}
        sent = data["email"]
        if not isinstance(sent, str) or Contact.key_of(sent) != Contact.key_of(email):
            sentence = _("The body has another address than the path.")
            raise InvalidValue(sentence, attr="email")
        [outcome] = upsert_contacts(
            items=[data],
            by=request.user,
            at=timezone.now(),
            source=source_of(request),
        )
        if isinstance(outcome.refusal, NotAllowed):
            raise PermissionDenied(str(outcome.refusal))
        if isinstance(outcome.refusal, InvalidValue):
            raise InvalidContact(outcome.errors)
        if outcome.refusal:
            raise outcome.refusal
        status = 201 if outcome.result == "created" else 200
        return Response(self.shape(outcome.contact), status=status)

    @extend_schema(
        request=inline_serializer(
            "ContactBatch", {"items": ContactSerializer(many=True)}
        ),
        responses=inline_serializer(
            "ContactBatchAnswer",
            {
                "results": serializers.ListField(
                    child=inline_serializer(
                        "ContactOutcome",
                        {
                            "index": serializers.IntegerField(),
                            "result": serializers.CharField(),
                            "id": serializers.IntegerField(allow_null=True),
                            "errors": serializers.ListField(
                                child=serializers.DictField()
                            ),
                        },
                    )
                )
            },
        ),
    )
    @action(detail=False, methods=["post"])
    def batch(self, request: Request) -> Response:
        """Create or update up to 1,000 by e-mail. One bad item never fails the rest."""
        body = request.data
        if not isinstance(body, dict) or not isinstance(body.get("items"), list):
            raise InvalidValue(_("This must be a list."), attr="items")
        if unknown := sorted(set(body) - {"items"}):
            raise UnknownField(_("There is no such field."), attr=unknown[0][:80])
        if len(body["items"]) > MAX_ITEMS:
            sentence = _("At most %(count)s items.") % {"count": MAX_ITEMS}
            raise InvalidValue(sentence, attr="items")
        outcomes = upsert_contacts(
            items=[lenient(item) for item in body["items"]],
            by=request.user,
            at=timezone.now(),
            source=source_of(request),
        )
        results = [outcome_json(i, outcome) for i, outcome in enumerate(outcomes)]
        return Response({"results": results})

    def shape(self, contact: Contact) -> dict[str, Any]:
        return self.get_serializer(contact).data


def writable(body: Any) -> dict[str, Any]:
    """What of ``body`` is to be written. Raises ``InvalidValue``."""
    if not isinstance(body, dict):
        raise InvalidValue(_("This must be an object."))
    faults: list[InvalidValue] = [
        UnknownField(_("There is no such field."), attr=name[:80])
        for name in sorted(set(body) - WRITABLE - READ_ONLY)
    ]
    if faults:
        raise InvalidContact(faults)
    return {name: value for name, value in body.items() if name in WRITABLE}


def lenient(item: Any) -> Any:
    """The same for an item of a batch; unknown fields are left for its errors."""
    if not isinstance(item, dict):
        return item
    return {
        # A verb's own key is no field of the API.
        name if name in WRITABLE else f"{name} ": value
        for name, value in item.items()
        if name not in READ_ONLY
    }


def outcome_json(index: int, outcome: ContactOutcome) -> dict[str, Any]:
    return {
        "index": index,
        "result": outcome.result,
        "id": outcome.contact.pk if outcome.contact else None,
        "errors": [
            {
                "code": error.code,
                "detail": str(error),
                "attr": getattr(error, "attr", None),
            }
            for error in outcome.errors
        ],
    }


def source_of(request: Request) -> str:
    """The token's name, or "browser"."""
    return getattr(request.auth, "name", "browser")
