"""``/api/v1/jobs/``."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import Job
from accounts.permissions import scope
from accounts.services.jobs import cancel_job
from leadhub.rest.views import ApiViewSet


@extend_schema_field({"type": ["object", "null"], "description": "What came of it."})
class Result(serializers.JSONField):
    """By the kind of job."""


class JobSerializer(serializers.ModelSerializer):
    result = Result()

    class Meta:
        model = Job
        fields = ("id", "kind", "status", "done", "total", "result", "error")
        read_only_fields = fields


class JobViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, ApiViewSet):
    """Long work: started elsewhere, watched and canceled here."""

    token_scope = "jobs"
    serializer_class = JobSerializer
    ordering = ("-created_at",)

    def get_queryset(self) -> QuerySet[Job]:
        return scope(self.request.user, Job, self.action)

    @extend_schema(responses={200: JobSerializer})
    def destroy(self, request: Request, pk: str) -> Response:
        """Cancel it. What it has done stays done."""
        job = cancel_job(job=self.get_object(), at=timezone.now())
        return Response(JobSerializer(job).data)


def job_accepted(job: Job, request: Request) -> Response:
    """The answer to whoever started a job: 202, and where to watch it."""
    where = reverse("job-detail", args=[job.pk], request=request)
    return Response(
        JobSerializer(job).data,
        status=status.HTTP_202_ACCEPTED,
        headers={"Location": where},
    )
