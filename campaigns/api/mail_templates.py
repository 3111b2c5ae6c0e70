"""REST: mails to be filled in."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from campaigns.models.mail_template import MailTemplate
from campaigns.services.templates import archive_template, save_template
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ApiViewSet


class MailTemplateSerializer(StrictFields, serializers.ModelSerializer):
    """Shapes; what may stand in it, the verb says."""

    name = serializers.CharField()
    subject = serializers.CharField()
    preheader = serializers.CharField(required=False, allow_blank=True)
    body = serializers.CharField(trim_whitespace=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)

    class Meta:
        model = MailTemplate
        fields = (
            "id",
            "name",
            "subject",
            "preheader",
            "body",
            "language",
            "created_at",
            "updated_at",
            "archived_at",
        )
        read_only_fields = ("id", "created_at", "updated_at", "archived_at")
        validators = []


class MailTemplateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Mails to be filled in for each contact: Markdown with placeholders."""

    token_scope = "campaigns"
    lookup_value_converter = "int"
    serializer_class = MailTemplateSerializer
    ordering = ("-updated_at",)
    orderings = {"id": "id", "name": "name", "updated_at": "updated_at"}

    def get_queryset(self) -> QuerySet[MailTemplate]:
        rows = scope(self.request.user, MailTemplate, self.action)
        return rows.in_use() if self.action == "list" else rows

    def create(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        template = save_template(
            template=MailTemplate(),
            by=request.user,
            at=timezone.now(),
            **asked.validated_data,
        )
        location = request.build_absolute_uri(f"{request.path}{template.pk}/")
        answer = self.get_serializer(template).data
        return Response(answer, status=201, headers={"Location": location})

    def partial_update(self, request: Request, pk: int) -> Response:
        template = self.get_object()
        asked = self.get_serializer(template, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        template = save_template(
            template=template,
            by=request.user,
            at=timezone.now(),
            **asked.validated_data,
        )
        return Response(self.get_serializer(template).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Offer it no more. What was planned with it is still sent."""
        archive_template(template=self.get_object(), at=timezone.now())
        return Response(status=204)
