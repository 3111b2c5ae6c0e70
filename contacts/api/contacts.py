"""REST: contacts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from contacts.api.bodies import items_of, outcome_json, source_of, writable
from contacts.api.contact_shapes import (
    ContactBatch,
    ContactResults,
    ContactSerializer,
    ContactValues,
    ListedContactSerializer,
)
from contacts.columns import json_of
from contacts.faults import InvalidContact
from contacts.filters import ContactFilter
from contacts.models.contact import Contact
from contacts.models.merge import Merge
from contacts.services.contacts import (
    create_contact,
    delete_contacts,
    update_contact,
    upsert_contacts,
)
from contacts.services.refusals import Merged, NotAllowed
from leadhub.errors import InvalidValue
from leadhub.rest.errors import Gone
from leadhub.rest.views import ApiViewSet


class ContactViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    ApiViewSet,
):
    """Known people."""

    token_scope = "contacts"
    may_be_merged = True
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
        """404 if it may not be seen, 403 if it may but this may not be done to it.

        410 with who goes on for it if it was merged.
        """
        number = self.kwargs["pk"]
        contact = self.get_queryset().filter(pk=number).first()
        if contact is None:
            if scope(self.request.user, Contact, "read").filter(pk=number).exists():
                raise PermissionDenied(_("You may not change this contact."))
            if merge := scope(self.request.user, Merge, "read").of(number).first():
                said = Merged(merge.gone, merge.gone.merged_into_id)
                raise Gone(str(said), code=said.code)
            raise Http404
        return contact

    @extend_schema(responses=ListedContactSerializer(many=True))
    def list(self, request: Request) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        extras = json_of(rows, at=timezone.now())
        context = {**self.get_serializer_context(), "extras": extras}
        shaped = ListedContactSerializer(rows, many=True, context=context)
        return self.get_paginated_response(shaped.data)

    @extend_schema(request=ContactValues, responses={201: ContactSerializer})
    def create(self, request: Request) -> Response:
        """Add a contact. An e-mail address that is known is 409 and names who has it."""
        contact = create_contact(
            data=writable(request.data, {}),
            by=request.user,
            at=timezone.now(),
            source=source_of(request),
        )
        return self.created(self.shape(contact))

    @extend_schema(request=ContactValues)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what the body names and leave the rest."""
        contact = self.get_object()
        contact = update_contact(
            contact=contact,
            data=writable(request.data, self.shape(contact)),
            by=request.user,
            at=timezone.now(),
            source=source_of(request),
        )
        return Response(self.shape(contact))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        delete_contacts(contact_ids=[self.get_object().pk], by=request.user)
        return Response(status=204)

    @extend_schema(
        request=ContactValues,
        responses={200: ContactSerializer, 201: ContactSerializer},
    )
    @action(detail=False, methods=["put"], url_path="by-email/<path:email>")
    def by_email(self, request: Request, email: str) -> Response:
        """Create the contact with this address, or change what the body names."""
        data = {"email": email, **writable(request.data, {})}
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

    @extend_schema(request=ContactBatch, responses=ContactResults)
    @action(detail=False, methods=["post"])
    def batch(self, request: Request) -> Response:
        """Create or update up to 1,000 by e-mail. One bad item never fails the rest."""
        outcomes = upsert_contacts(
            items=items_of(request.data),
            by=request.user,
            at=timezone.now(),
            source=source_of(request),
        )
        results = [outcome_json(i, outcome) for i, outcome in enumerate(outcomes)]
        return Response({"results": results})

    def shape(self, contact: Contact) -> dict[str, Any]:
        return self.get_serializer(contact).data
