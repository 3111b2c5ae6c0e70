"""``consent-texts/`` of the REST API: what forms ask to agree to, in all versions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from accounts.related import Related
from campaigns.models import ConsentText, Form
from campaigns.services.consent_texts import (
    LONGEST,
    end_consent_text,
    save_consent_text,
)
from contacts.models import Consent
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ApiViewSet

TEXT = {
    "form": 4,
    "name": "newsletter",
    "language": "en",
    "text": "Write to me about your products by e-mail. I can end this at any time.",
    "purposes": ["email_marketing"],
    "is_required": False,
    "position": 1,
}
SHOWN = {"version": 2, "at": "2026-03-02T09:30:00+01:00", "by": 4, "ended_at": None}


@extend_schema_serializer(
    examples=[
        OpenApiExample("Newsletter", value=TEXT, request_only=True),
        OpenApiExample(
            "Newsletter", value={"id": 9, **TEXT, **SHOWN}, response_only=True
        ),
    ]
)
class ConsentTextSerializer(StrictFields, serializers.ModelSerializer):
    form = Related(Form)
    name = serializers.CharField(
        max_length=40, help_text="The same in all languages and versions."
    )
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, help_text="The form's unless given."
    )
    text = serializers.CharField(max_length=LONGEST)
    purposes = serializers.ListField(
        child=serializers.ChoiceField(Consent.Purpose.choices),
        default=list,
        help_text="None: it is agreed to, and no permission.",
    )
    is_required = serializers.BooleanField(default=False)
    position = serializers.IntegerField(default=0, min_value=0, max_value=1000)

    class Meta:
        model = ConsentText
        fields = (
            "id",
            "form",
            "name",
            "language",
            "version",
            "text",
            "purposes",
            "is_required",
            "position",
            "at",
            "by",
            "ended_at",
        )
        read_only_fields = ("version", "at", "by", "ended_at")
        validators = []


class ConsentTextFilter(filters.FilterSet):
    current = filters.BooleanFilter("ended_at", lookup_expr="isnull")

    class Meta:
        model = ConsentText
        fields = ("form", "name", "language")


class ConsentTextViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """What forms ask to agree to. Never edited: another wording is another version.

    ``?form=4&current=true`` is what a form asks now; without ``current`` it is all
    that it ever asked.
    """

    token_scope = "forms"
    lookup_value_converter = "int"
    serializer_class = ConsentTextSerializer
    filterset_class = ConsentTextFilter
    ordering = ("-id",)
    orderings = {"id": "id", "at": "at"}

    def get_queryset(self) -> QuerySet[ConsentText]:
        return scope(self.request.user, ConsentText, self.action)

    def create(self, request: Request) -> Response:
        """Show this wording from now on. The one before it ends and is kept.

        201; or 200 with what the form shows if that is it already.
        """
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(asked.validated_data)
        values.setdefault("language", values["form"].language)
        now = timezone.now()
        text = save_consent_text(**values, by=request.user, at=now)
        answer = self.get_serializer(text).data
        return self.created(answer) if text.at == now else Response(answer)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Ask for it no more. What was agreed to stays agreed to."""
        end_consent_text(text=self.get_object(), at=timezone.now())
        return Response(status=204)
