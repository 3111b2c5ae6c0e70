"""``/api/v1/report-subscriptions/``: reports that come by mail."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.permissions import scope
from accounts.related import Related
from insights.models import ReportSubscription
from insights.reports.registry import REPORTS
from insights.services.subscriptions import send_now, subscribe, unsubscribe
from journeys.models import Journey
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ApiViewSet, Creates

EXAMPLE = {
    "user": 4,
    "report": "figures",
    "journey": None,
    "every": "week",
    "weekday": 0,
    "hour": 8,
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("Mondays", value=EXAMPLE, request_only=True),
        OpenApiExample("Mondays", value={"id": 7, **EXAMPLE}, response_only=True),
    ]
)
class SubscriptionSerializer(StrictFields, serializers.ModelSerializer):
    user = Related(
        User, required=False, help_text="Who gets it; the caller if left out."
    )
    report = serializers.ChoiceField(choices=list(REPORTS))
    journey = Related(
        Journey,
        required=False,
        allow_null=True,
        help_text="Of the report on a journey, and of no other.",
    )
    weekday = serializers.IntegerField(
        min_value=0,
        max_value=6,
        help_text="0 is Monday. Every month: the first of its kind.",
    )
    hour = serializers.IntegerField(
        min_value=0, max_value=23, help_text="By the clock of who gets it."
    )

    class Meta:
        model = ReportSubscription
        fields = ("id", "user", "report", "journey", "every", "weekday", "hour")
        # The verb takes a subscription there is for one that is changed.
        validators = []


class SubscriptionViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    Creates,
    mixins.DestroyModelMixin,
    ApiViewSet,
):
    """Who gets which report by mail: only people who work here."""

    token_scope = "kpis"
    lookup_value_converter = "int"
    serializer_class = SubscriptionSerializer
    ordering = ("id",)
    orderings = {"id": "id"}

    def get_queryset(self) -> QuerySet[ReportSubscription]:
        return scope(self.request.user, ReportSubscription, self.action)

    def perform_create(self, serializer: SubscriptionSerializer) -> None:
        data = dict(serializer.validated_data)
        user = data.pop("user", self.request.user)
        [serializer.instance] = subscribe(
            **data, users=[user], by=self.request.user, at=timezone.now()
        )

    def perform_destroy(self, instance: ReportSubscription) -> None:
        unsubscribe(subscription=instance)

    @extend_schema(request=None, responses={202: None})
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: int) -> Response:
        """Mail one to the caller now, as it would come today."""
        send_now(subscription=self.get_object(), by=request.user, at=timezone.now())
        return Response(status=202)
