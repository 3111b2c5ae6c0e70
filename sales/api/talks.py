"""``/api/v1/contacts/{id}/talks/`` and ``.../mail/``: what a rep does with a contact."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from accounts.related import Related
from campaigns.api.messages import MessageSerializer
from campaigns.models import Content
from contacts.models import Contact
from journeys.api.interactions import InteractionSerializer
from journeys.models.interaction import CallOutcome
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import StrictQuery
from sales.services.mails import mail_contact
from sales.services.talks import MAX_MINUTES, MAX_TEXT, TALKS, log_talk

# As the interactions that tokens report say where they come from, if not by name.
SOURCE = "api"


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A call",
            value={
                "kind": "call_outbound",
                "outcome": "reached",
                "minutes": 12,
                "text": "Wants an offer by Friday. @ben can you?",
            },
            request_only=True,
        )
    ]
)
class TalkSerializer(StrictFields, serializers.Serializer):
    kind = serializers.CharField(max_length=40, help_text=f"One of {', '.join(TALKS)}.")
    occurred_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Now, if left out."
    )
    outcome = serializers.CharField(
        max_length=20,
        required=False,
        allow_blank=True,
        help_text=f"Of a call: {', '.join(CallOutcome.values)}.",
    )
    minutes = serializers.IntegerField(
        min_value=0, max_value=MAX_MINUTES, required=False, allow_null=True
    )
    text = serializers.CharField(
        max_length=MAX_TEXT,
        required=False,
        allow_blank=True,
        help_text="`@name` puts it into a colleague's inbox.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "In one's own words",
            value={"subject": "Our talk", "body": "Hello Ada,\n\nas promised."},
            request_only=True,
        )
    ]
)
class OwnMailSerializer(StrictFields, serializers.Serializer):
    subject = serializers.CharField(max_length=200)
    body = serializers.CharField(
        max_length=10_000,
        help_text="Markdown; `{{ full_name }}` and the like are filled in.",
    )
    content = Related(
        Content,
        pk_field=serializers.IntegerField(min_value=1),
        required=False,
        allow_null=True,
        help_text="The mail has your tracked link to it.",
    )


class ContactTalks(StrictQuery):
    """Calls, meetings and notes. They are read as interactions."""

    token_scope = "contacts"

    @extend_schema(
        operation_id="contacts_talk",
        request=TalkSerializer,
        responses={201: InteractionSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Log a call, a meeting or a note.

        A call claims the contact. One that we make is asked of the gate, its answer
        kept: 409 with its reason if it says no.
        """
        contact, asked = _asked(request, pk, TalkSerializer)
        talk = log_talk(
            contact=contact,
            by=request.user,
            at=timezone.now(),
            source=request.auth.name if request.auth else SOURCE,
            **asked,
        )
        return Response(InteractionSerializer(talk).data, status=201)


class ContactMail(StrictQuery):
    """A colleague's own mail to one contact."""

    token_scope = "contacts"

    @extend_schema(
        operation_id="contacts_mail",
        request=OwnMailSerializer,
        responses={201: MessageSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Write to the contact in your own name; answers go to you.

        It claims the contact. The gate is asked: 409 with its reason if it says no.
        """
        contact, asked = _asked(request, pk, OwnMailSerializer)
        message = mail_contact(
            contact=contact,
            subject=asked["subject"],
            text=asked["body"],
            content=asked.get("content"),
            action=token_hex(8),
            by=request.user,
            at=timezone.now(),
        )
        return Response(MessageSerializer(message).data, status=201)


def _asked(
    request: Request, pk: int, shape: type[serializers.Serializer]
) -> tuple[Contact, dict[str, Any]]:
    """Whom it is about, and what was asked; whose the contact is does not matter."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=pk)
    asked = shape(data=request.data, context={"request": request})
    asked.is_valid(raise_exception=True)
    return contact, {
        name: value for name, value in asked.validated_data.items() if value is not None
    }
