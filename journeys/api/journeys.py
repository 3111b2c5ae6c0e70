"""``journeys/`` of the REST API: what runs, its versions, its draft and its reviews."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import Max, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.permissions import SAFE, scope
from accounts.related import Related
from contacts.models import Segment
from journeys.api import examples
from journeys.api.plans import ConditionField, PlanViewSet
from journeys.api.version_shapes import (
    DiffSerializer,
    DraftSerializer,
    PublishJourneySerializer,
    ReviewSerializer,
    VersionSerializer,
    WholeVersionSerializer,
    WriteDraftSerializer,
)
from journeys.models import Journey, JourneyVersion
from journeys.plan_diff import Change
from journeys.selectors.snapshots import NOTHING, plan_of
from journeys.selectors.versions import (
    changes_between,
    draft_of,
    latest_number,
    removed_with_contacts,
)
from journeys.services import drafts, plans
from journeys.services.publishing import publish_draft
from journeys.services.reviews import finish_review
from leadhub.rest.fields import StrictFields, checked_body, takes_no_body
from leadhub.rest.pagination import Cursor

# Lists within a journey: how they are ordered.
INNER = {"versions": ("-number",), "reviews": ("-at",)}


@extend_schema_serializer(
    examples=examples.both(
        "A journey", examples.RUNNING, {"id": 1, "version": 3, **examples.TIMES}
    )
)
class JourneySerializer(StrictFields, serializers.ModelSerializer):
    segment = Related(Segment, allow_null=True, required=False)
    goal = ConditionField(required=False)
    owner = Related(User, allow_null=True, required=False)
    version = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="The number of the one in force."
    )

    class Meta:
        model = Journey
        fields = (
            "id",
            "name",
            "description",
            "segment",
            "goal",
            "ends_at_goal",
            "target_days",
            "is_active",
            "owner",
            "review_date",
            "remind_days",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("created_at", "updated_at")
        extra_kwargs = {"name": {"validators": []}}


class JourneyViewSet(PlanViewSet):
    """Journeys. Contacts of a journey's segment enter it by themselves."""

    token_scope = "journeys"
    query_parameters = {
        "diff": ["against"],
        **dict.fromkeys(INNER, Cursor.query_parameters),
    }
    model = Journey
    serializer_class = JourneySerializer

    def get_queryset(self) -> QuerySet[Journey]:
        # Who may not change a plan sees nothing of what it may become, as on pages.
        reads = self.request.method in SAFE and self.action != "draft"
        rows = scope(self.request.user, Journey, "read" if reads else self.action)
        return rows.order_by("pk").annotate(version=Max("versions__number"))

    def store(self, row: Journey, **extra: Any) -> Journey:
        by, now = self.request.user, timezone.now()
        journey = plans.save_journey(journey=row, by=by, at=now)
        return self.get_queryset().get(pk=journey.pk)

    def perform_destroy(self, instance: Journey) -> None:
        plans.delete_journey(journey=instance)

    @property
    def ordering(self) -> tuple[str, ...]:
        return INNER.get(self.action, PlanViewSet.ordering)

    @property
    def orderings(self) -> dict[str, str]:
        return {} if self.action in INNER else PlanViewSet.orderings

    @extend_schema(
        operation_id="journeys_versions_list", responses=VersionSerializer(many=True)
    )
    @action(detail=True, methods=["get"])
    def versions(self, request: Request, pk: int) -> Response:
        """The plans that contacts have followed, the latest first."""
        rows = self.paginate_queryset(self.get_object().versions.defer("plan"))
        return self.get_paginated_response(VersionSerializer(rows, many=True).data)

    @extend_schema(responses=WholeVersionSerializer)
    @action(detail=True, methods=["get"], url_path="versions/<int:number>")
    def version(self, request: Request, pk: int, number: int) -> Response:
        """One of them, with what it says."""
        version = self._version(number)
        return Response(WholeVersionSerializer(version).data)

    @extend_schema(
        responses=DiffSerializer,
        parameters=[OpenApiParameter("against", int, description="Another version.")],
    )
    @action(detail=True, methods=["get"], url_path="versions/<int:number>/diff")
    def diff(self, request: Request, pk: int, number: int) -> Response:
        """What it says that another, at first the one before it, does not; 0: nothing."""
        version = self._version(number)
        against = request.query_params.get("against", str(version.number - 1))
        if not (against.isdecimal() and len(against) < 10):
            raise Http404
        number_of_old, old, at = int(against), NOTHING, version.published_at
        if number_of_old:
            other = self._version(number_of_old)
            old, at = other.plan, max(at, other.published_at)
        changes = _shown(changes_between(old, version.plan, at=at))
        return Response(
            {"from": number_of_old, "to": version.number, "changes": changes}
        )

    @extend_schema(request=None, responses=DraftSerializer)
    @action(
        detail=True,
        methods=["post"],
        url_path="versions/<int:number>/restore",
    )
    def restore(self, request: Request, pk: int, number: int) -> Response:
        """Make the draft say what this version says; nothing is published."""
        takes_no_body(request)
        version = self._version(number)
        drafts.restore_version(version=version, by=request.user, at=timezone.now())
        return Response(self._draft(version.journey))

    @extend_schema(responses=DraftSerializer)
    @action(detail=True, methods=["get"])
    def draft(self, request: Request, pk: int) -> Response:
        """What people are working on, and how it differs from the plan in force."""
        return Response(self._draft(self.get_object()))

    @extend_schema(request=None, responses={200: DraftSerializer, 201: DraftSerializer})
    @draft.mapping.post
    def begin_draft(self, request: Request, pk: int) -> Response:
        """Begin a draft that says what the plan in force says.

        201; 200 with the one there is, if there is one.
        """
        takes_no_body(request)
        journey = self.get_object()
        _draft, is_new = drafts.begin_draft(
            journey=journey, by=request.user, at=timezone.now()
        )
        return Response(self._draft(journey), status=201 if is_new else 200)

    @extend_schema(request=WriteDraftSerializer, responses=DraftSerializer)
    @draft.mapping.put
    def write_draft(self, request: Request, pk: int) -> Response:
        """Replace what the draft says; begin one if there is none.

        What is left out of the plan goes back to what a new one has. Nothing is
        published by it.
        """
        asked = checked_body(WriteDraftSerializer, request)
        journey = self.get_object()
        drafts.write_draft(journey=journey, by=request.user, at=timezone.now(), **asked)
        return Response(self._draft(journey))

    @extend_schema(request=None, responses={204: None})
    @draft.mapping.delete
    def discard_draft(self, request: Request, pk: int) -> Response:
        """Throw the draft away."""
        drafts.discard_draft(journey=self.get_object())
        return Response(status=204)

    @extend_schema(request=PublishJourneySerializer, responses=WholeVersionSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: int) -> Response:
        """Let contacts follow the draft from now on, as the next version."""
        asked = checked_body(PublishJourneySerializer, request)
        version = publish_draft(
            journey=self.get_object(), by=request.user, at=timezone.now(), **asked
        )
        return Response(WholeVersionSerializer(version).data)

    @extend_schema(responses=ReviewSerializer(many=True))
    @action(detail=True, methods=["get"])
    def reviews(self, request: Request, pk: int) -> Response:
        """What reviews have found, the latest first."""
        rows = self.paginate_queryset(self.get_object().reviews.all())
        return self.get_paginated_response(ReviewSerializer(rows, many=True).data)

    @extend_schema(request=ReviewSerializer, responses={201: ReviewSerializer})
    @reviews.mapping.post
    def finish_review(self, request: Request, pk: int) -> Response:
        """Note what a review has found, and by when the next one is."""
        asked = checked_body(ReviewSerializer, request)
        journey = self.get_object()
        review = finish_review(
            journey=journey,
            due=journey.review_date,
            note=asked.get("note", ""),
            next_date=asked.get("next_date"),
            by=request.user,
            at=timezone.now(),
        )
        return Response(ReviewSerializer(review).data, status=201)

    def _version(self, number: int) -> JourneyVersion:
        rows = self.get_object().versions.select_related("published_by", "journey")
        return get_object_or_404(rows, number=number)

    def _draft(self, journey: Journey) -> dict[str, Any]:
        # The number first: who publishes must have seen what it numbers, or be refused.
        now, number = timezone.now(), latest_number(journey)
        draft, plan = draft_of(journey), plan_of(journey, at=now)
        if draft is None:
            raise Http404
        return {
            "revision": draft.revision,
            "based_on": draft.based_on,
            "compared_with": number,
            "updated_at": draft.updated_at,
            "updated_by": draft.updated_by_id,
            "plan": draft.plan,
            "changes": _shown(changes_between(plan, draft.plan, at=now)),
            "going": removed_with_contacts(plan, draft.plan),
        }


def _shown(changes: list[Change]) -> list[dict[str, Any]]:
    return [asdict(change) | {"sentence": change.sentence} for change in changes]
