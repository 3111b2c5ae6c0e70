"""``/api/v1/enrollments/``: contacts on their way through sequences."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from accounts.related import Related
from campaigns.models import Enrollment, Sequence
from campaigns.services.enrollments import enroll_contacts, stop_enrollments
from contacts.api.access import must_be_theirs
from contacts.models import Contact
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ApiViewSet


class EnrollmentSerializer(StrictFields, serializers.ModelSerializer):
    contact = Related(Contact)
    sequence = Related(Sequence)
    step = serializers.CharField(source="step.key", read_only=True, default=None)
    version = serializers.IntegerField(source="version.number", read_only=True)

    class Meta:
        model = Enrollment
        fields = (
            "id",
            "sequence",
            "contact",
            "version",
            "state",
            "step",
            "due_at",
            "entered_at",
            "source",
            "ended_at",
            "end",
        )
        read_only_fields = (
            "state",
            "due_at",
            "entered_at",
            "source",
            "ended_at",
            "end",
        )
        # Entering a second time is no mistake.
        validators = []


class EnrollmentFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=Enrollment.State.choices)
    end = filters.ChoiceFilter(choices=Enrollment.End.choices)

    class Meta:
        model = Enrollment
        fields = ("sequence", "contact", "state", "end")


class EnrollmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Contacts' runs through sequences. DELETE takes a contact out."""

    token_scope = "enrollments"
    lookup_value_converter = "int"
    serializer_class = EnrollmentSerializer
    filterset_class = EnrollmentFilter
    ordering = ("-id",)
    orderings = {"id": "id", "entered_at": "entered_at"}

    def get_queryset(self) -> QuerySet[Enrollment]:
        rows = scope(self.request.user, Enrollment, self.action)
        return rows.select_related("step", "version")

    def create(self, request: Request) -> Response:
        """Let a contact in: 201, or 200 with the run of who is or was in it."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        sequence = asked.validated_data["sequence"]
        contact = asked.validated_data["contact"]
        must_be_theirs(contact, request.user)
        new = enroll_contacts(
            sequence=sequence,
            contacts=[contact],
            source="API",
            by=request.user,
            at=timezone.now(),
        )
        if new:
            return self.created(self.get_serializer(new[0]).data)
        runs = self.get_queryset().filter(sequence=sequence, contact=contact)
        return Response(self.get_serializer(runs.order_by("-pk").first()).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        run = self.get_object()
        stop_enrollments(
            contact_ids=[run.contact_id],
            sequence=run.sequence,
            end=Enrollment.End.BY_HAND,
            at=timezone.now(),
        )
        return Response(status=204)
