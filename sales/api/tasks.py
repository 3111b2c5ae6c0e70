"""``/api/v1/tasks/``: what is to be done about contacts, by whom and by when."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
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
from contacts.models import Contact
from leadhub.rest.fields import StrictFields, refuse_changes, takes_no_body
from leadhub.rest.views import ApiViewSet
from sales.models import Task
from sales.services.tasks import change_task, finish_task, plan_task, reopen_task

FIXED = ("contact", "kind", "text")
TASK = {
    "id": 12,
    "contact": 1207,
    "kind": "call",
    "text": "About the offer",
    "assignee": 4,
    "due_at": "2026-03-06T09:00:00+01:00",
    "created_at": "2026-03-05T14:12:08+01:00",
    "by": 4,
    "done_at": None,
    "cancelled_at": None,
    "cancelled_because": "",
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("A call", value=TASK, response_only=True),
        OpenApiExample(
            "Plan a call",
            value={
                "contact": 1207,
                "kind": "call",
                "text": "About the offer",
                "due_at": "2026-03-06T09:00:00+01:00",
            },
            request_only=True,
        ),
    ]
)
class TaskSerializer(StrictFields, serializers.ModelSerializer):
    contact = Related(Contact)
    assignee = Related(User, required=False, help_text="Left out: the caller.")
    kind = serializers.CharField(
        max_length=10, help_text=f"One of {', '.join(Task.Kind.values)}."
    )

    class Meta:
        model = Task
        fields = (
            "id",
            "contact",
            "kind",
            "text",
            "assignee",
            "due_at",
            "created_at",
            "by",
            "done_at",
            "cancelled_at",
            "cancelled_because",
        )
        read_only_fields = (
            "created_at",
            "by",
            "done_at",
            "cancelled_at",
            "cancelled_because",
        )


class TaskFilter(filters.FilterSet):
    open = filters.BooleanFilter(
        method="only_open", help_text="Neither done nor cancelled, or one of both."
    )

    class Meta:
        model = Task
        fields = ("contact", "assignee", "kind")

    def only_open(self, rows: QuerySet[Task], name: str, value: bool) -> QuerySet[Task]:
        open_ones = rows.filter(done_at=None, cancelled_at=None)
        return open_ones if value else rows.exclude(done_at=None, cancelled_at=None)


class TaskViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Tasks end by being done or cancelled; none is deleted."""

    token_scope = "tasks"
    lookup_value_converter = "int"
    serializer_class = TaskSerializer
    filterset_class = TaskFilter
    ordering = ("due_at",)
    orderings = {"id": "id", "due_at": "due_at"}

    def get_queryset(self) -> QuerySet[Task]:
        return scope(self.request.user, Task, self.action)

    def create(self, request: Request) -> Response:
        """Plan one. A call to whoever does not want to be called is refused: 409."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = {"assignee": request.user} | serializer.validated_data
        task = plan_task(**asked, by=request.user, at=timezone.now())
        return self.created(self.get_serializer(task).data)

    def partial_update(self, request: Request, pk: int) -> Response:
        """Put it off, or give it to somebody else. The rest stays as it was planned."""
        task = self.get_object()
        asked = self.get_serializer(task, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        changes = asked.validated_data
        refuse_changes(request.data, FIXED, self.get_serializer(task).data)
        changes = {name: changes[name] for name in changes.keys() - set(FIXED)}
        task = change_task(task=task, at=timezone.now(), **changes)
        return Response(self.get_serializer(task).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: int) -> Response:
        """It is done."""
        takes_no_body(request)
        task = self.get_object()
        task = finish_task(task=task, by=request.user, at=timezone.now())
        return Response(self.get_serializer(task).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        """Take back that it is done."""
        takes_no_body(request)
        task = self.get_object()
        task = reopen_task(task=task, by=request.user, at=timezone.now())
        return Response(self.get_serializer(task).data)
