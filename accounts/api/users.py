"""``/api/v1/users/``."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.permissions import scope
from accounts.services.users import (
    create_user,
    deactivate_user,
    reactivate_user,
    update_user,
)
from leadhub.rest.fields import StrictFields, checked_body, takes_no_body
from leadhub.rest.views import ApiViewSet

# What everybody knows of a colleague.
NAMES = {"id", "username", "first_name", "last_name", "role", "is_active"}


@extend_schema_field(
    {
        "type": "object",
        "description": 'Weekday to from and to, like {"mon": ["09:00", "17:00"]}; '
        "null is as the firm.",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    }
)
class HoursField(serializers.JSONField):
    """Checked by the verb."""


class UserSerializer(StrictFields, serializers.ModelSerializer):
    """Values are checked by the verbs alone."""

    working_hours = HoursField(required=False, allow_null=True)
    timezone = serializers.CharField(max_length=64, required=False, allow_blank=True)
    digest_hour = serializers.IntegerField(
        required=False, help_text="0 to 23, by the user's clock, on days of work."
    )
    username = serializers.CharField(max_length=150)
    email = serializers.CharField(max_length=254)
    role = serializers.CharField(max_length=12)
    theme = serializers.CharField(max_length=6, required=False)
    language = serializers.CharField(max_length=5, required=False, allow_blank=True)
    password = serializers.CharField(
        max_length=200,
        required=False,
        write_only=True,
        help_text="Only when somebody is added.",
    )

    class Meta:
        model = User
        fields = (
            "id",
            "username",
            "email",
            "password",
            "first_name",
            "last_name",
            "role",
            "is_active",
            "capacity",
            "absent_until",
            "working_hours",
            "timezone",
            "language",
            "theme",
            "mails_notifications",
            "mails_digest",
            "digest_hour",
        )
        read_only_fields = ("is_active",)

    def to_representation(self, user: User) -> dict[str, Any]:
        """Administrators and team leads see all, everybody their own, else names."""
        shaped = super().to_representation(user)
        asking = self.context["request"].user
        if asking.leads or asking == user:
            return shaped
        return {name: shaped[name] for name in shaped if name in NAMES}


class NewUserSerializer(UserSerializer):
    class Meta(UserSerializer.Meta):
        fields = (
            "username",
            "email",
            "password",
            "first_name",
            "last_name",
            "role",
            "capacity",
            "language",
        )


class ChangedUserSerializer(UserSerializer):
    username = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True)

    class Meta(UserSerializer.Meta):
        fields = (
            "id",
            "username",
            "email",
            "is_active",
            "first_name",
            "last_name",
            "role",
            "capacity",
            "absent_until",
            "working_hours",
            "timezone",
            "language",
            "theme",
            "mails_notifications",
            "mails_digest",
            "digest_hour",
        )


class UserViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Who works here. Only administrators change it."""

    token_scope = "users"
    lookup_value_converter = "int"
    serializer_class = UserSerializer
    ordering = ("id",)
    orderings = {"id": "id", "username": "username"}

    def get_queryset(self) -> QuerySet[User]:
        return scope(self.request.user, User, self.action)

    @extend_schema(request=NewUserSerializer)
    def create(self, request: Request) -> Response:
        """Add somebody. Without a password they set one by the link they are given."""
        asked = checked_body(NewUserSerializer, request)
        user = create_user(**asked, by=request.user, at=timezone.now())
        return self.created(self.get_serializer(user).data)

    @extend_schema(request=ChangedUserSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        user = self.get_object()
        asked = ChangedUserSerializer(
            user,
            data=request.data,
            partial=True,
            context=self.get_serializer_context(),
        )
        asked.is_valid(raise_exception=True)
        user = update_user(user=user, values=asked.validated_data, by=request.user)
        return Response(self.get_serializer(user).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: int) -> Response:
        """Shut somebody out at once. What waits for them goes to others."""
        takes_no_body(request)
        user = deactivate_user(
            user=self.get_object(), by=request.user, at=timezone.now()
        )
        return Response(self.get_serializer(user).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Request, pk: int) -> Response:
        """Let somebody in again."""
        takes_no_body(request)
        user = reactivate_user(user=self.get_object(), by=request.user)
        return Response(self.get_serializer(user).data)
