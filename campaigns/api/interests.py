"""REST: ``contacts/{id}/interests/``."""

from __future__ import annotations

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
from campaigns.selectors.interests import interests_of
from campaigns.selectors.next_content import next_best_contents
from contacts.models import Contact
from journeys.models.interaction import Channel
from leadhub.rest.views import StrictQuery

ADA = {
    "favorite_channel": "email",
    "best_hour": 9,
    "interests": [
        {
            "topic": "pumps",
            "name": "Pumps",
            "strength": 7.25,
            "share": 1.0,
            "count": 6,
            "last_at": "2026-03-05T14:12:07+01:00",
        }
    ],
    "next_contents": [
        {
            "content": 5,
            "title": "Choosing a pump",
            "topics": ["Pumps"],
            "phase": "Consideration",
            "url": "https://leads.example.com/p/choosing-a-pump/",
        }
    ],
}


class InterestSerializer(serializers.Serializer):
    topic = serializers.CharField(source="slug")
    name = serializers.CharField(source="topic")
    strength = serializers.FloatField(help_text="Now; it fades.")
    share = serializers.FloatField(help_text="Of the strongest, 0 to 1.")
    count = serializers.IntegerField(help_text="Interactions that it is made of.")
    last_at = serializers.DateTimeField()


class NextContentSerializer(serializers.Serializer):
    content = serializers.IntegerField(source="content.pk")
    title = serializers.CharField(source="content.title")
    topics = serializers.ListField(
        child=serializers.CharField(), help_text="Those of it that interest."
    )
    phase = serializers.CharField(help_text="The contact's, if it suits that one.")
    url = serializers.CharField(help_text="Where it is offered; empty: nowhere.")


@extend_schema_serializer(
    examples=[OpenApiExample("Ada's", value=ADA, response_only=True)]
)
class InterestsAnswer(serializers.Serializer):
    favorite_channel = serializers.ChoiceField(Channel.choices, allow_null=True)
    best_hour = serializers.IntegerField(
        allow_null=True, help_text="0 to 23, in the contact's zone."
    )
    interests = InterestSerializer(many=True, help_text="Strongest first.")
    next_contents = NextContentSerializer(many=True, help_text="Best first.")


class ContactInterests(StrictQuery):
    """What interests a contact, how to reach them, and what to offer next."""

    token_scope = "contacts"

    @extend_schema(operation_id="contacts_interests", responses=InterestsAnswer)
    def get(self, request: Request, pk: int) -> Response:
        rows = scope(request.user, Contact, "read").select_related("interest_profile")
        contact = get_object_or_404(rows, pk=pk)
        interests = interests_of(contact, at=timezone.now())
        # Too little to tell is null, as if nothing had been counted yet.
        profile = getattr(contact, "interest_profile", None)
        answer = {
            "favorite_channel": (profile and profile.favorite_channel) or None,
            "best_hour": profile and profile.best_hour,
            "interests": interests,
            "next_contents": next_best_contents(contact, interests),
        }
        return Response(InterestsAnswer(answer).data)
