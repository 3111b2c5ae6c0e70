"""``/api/v1/scoring-models/`` and ``/api/v1/contacts/{id}/score/``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.jobs import JobSerializer, job_accepted
from accounts.permissions import scope
from contacts.models import Contact
from journeys.models import Journey
from leadhub.errors import InvalidValue
from leadhub.rest.fields import refuse_changes, takes_no_body
from leadhub.rest.views import ApiViewSet, StrictQuery
from scoring.api_learning import LearnValues
from scoring.api_shapes import (
    BacktestValues,
    ScoringModelSerializer,
    ScoringModelValues,
)
from scoring.days import read_moment
from scoring.models import Rule, ScoringModel
from scoring.selectors.explain import explain
from scoring.services.activation import activate_model
from scoring.services.backtests import HORIZON_DAYS, start_backtest
from scoring.services.learning import ASKED, start_learning
from scoring.services.models import copy_model, create_model, delete_model, update_model

READ_ONLY = {"id", *ScoringModelSerializer.Meta.read_only_fields}


class ScoringModelViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Rules that rate contacts. What is live is changed by publishing another."""

    token_scope = "scoring-models"
    lookup_value_converter = "int"
    serializer_class = ScoringModelSerializer
    orderings = {"id": "id", "name": "name", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[ScoringModel]:
        rows = scope(self.request.user, ScoringModel, self.action)
        return rows.with_rules()

    @extend_schema(request=ScoringModelValues, responses={201: ScoringModelSerializer})
    def create(self, request: Request) -> Response:
        model = create_model(
            data=self._writable(request), by=request.user, at=timezone.now()
        )
        return self.created(self.get_serializer(model).data)

    @extend_schema(request=ScoringModelValues)
    def update(self, request: Request, pk: int) -> Response:
        """Replace it: what is left out goes back to what a new one has."""
        model = self.get_object()
        data = {"rules": [], **self._writable(request, model)}
        for attr in ("rearm_below", "min_fit", "min_engagement", "journey"):
            data.setdefault(attr, None)
        for attr in ("threshold", "half_life_days"):
            data.setdefault(attr, ScoringModel._meta.get_field(attr).default)
        data.setdefault("name", "")
        return self._change(model, data, request)

    @extend_schema(request=ScoringModelValues)
    def partial_update(self, request: Request, pk: int) -> Response:
        model = self.get_object()
        return self._change(model, self._writable(request, model), request)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        delete_model(model=self.get_object(), by=request.user, at=timezone.now())
        return Response(status=204)

    @extend_schema(
        request=inline_serializer(
            "Activation",
            {
                "existing": serializers.ChoiceField(
                    ScoringModel.Existing.choices, default="mark_seen"
                ),
                "note": serializers.CharField(required=False),
            },
        ),
        responses={202: JobSerializer},
    )
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: int) -> Response:
        """Let it count from now on, and rescore everybody."""
        data = _known(request, {"existing", "note"})
        job = activate_model(
            model=self.get_object(),
            existing=data.get("existing", ScoringModel.Existing.MARK_SEEN),
            note=data.get("note", ""),
            by=request.user,
            at=timezone.now(),
        )
        return job_accepted(job, request)

    @extend_schema(request=None, responses={201: ScoringModelSerializer})
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: int) -> Response:
        """Make a draft that is like it."""
        takes_no_body(request)
        copy = copy_model(model=self.get_object(), by=request.user, at=timezone.now())
        return self.created(self.get_serializer(copy).data)

    @extend_schema(request=LearnValues, responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def learn(self, request: Request, pk: int) -> Response:
        """Learn rules that tell who will have an outcome. Changes no model."""
        job = start_learning(
            model=self.get_object(),
            data=_known(request, set(ASKED)),
            by=request.user,
            at=timezone.now(),
        )
        return job_accepted(job, request)

    @extend_schema(request=BacktestValues, responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def backtest(self, request: Request, pk: int) -> Response:
        """Try it on the past: what it would have handed off, and what came of those.

        The job's ``result`` has the figures, beside those of what is live.
        """
        model = self.get_object()
        data = _known(request, {"from", "to", "outcome", "horizon_days", "capacity"})
        made = start_backtest(
            model=model,
            since=read_moment(data.get("from"), attr="from"),
            until=read_moment(data.get("to"), attr="to", is_end=True),
            outcome=data.get("outcome"),
            horizon_days=data.get("horizon_days", HORIZON_DAYS),
            capacity=data.get("capacity"),
            by=request.user,
            at=timezone.now(),
        )
        return job_accepted(made.job, request)

    def _change(
        self, model: ScoringModel, data: dict[str, Any], request: Request
    ) -> Response:
        model = update_model(model=model, data=data, by=request.user, at=timezone.now())
        return Response(self.get_serializer(model).data)

    def _writable(
        self, request: Request, model: ScoringModel | None = None
    ) -> dict[str, Any]:
        fields = set(ScoringModelSerializer.Meta.fields)
        data = _known(request, fields)
        shown = self.get_serializer(model).data if model else {}
        refuse_changes(data, READ_ONLY, shown)
        data = {attr: data[attr] for attr in data if attr not in READ_ONLY}
        if data.get("journey") is not None:
            data["journey"] = self._journey(data["journey"])
        if isinstance(data.get("rules"), list):
            data["rules"] = [
                {k: v for k, v in rule.items() if k != "id"}
                if isinstance(rule, dict)
                else rule
                for rule in data["rules"]
            ]
        return data

    def _journey(self, number: Any) -> Journey:
        journeys = scope(self.request.user, Journey, "read")
        is_number = isinstance(number, int) and not isinstance(number, bool)
        journey = journeys.filter(pk=number).first() if is_number else None
        if journey is None:
            raise InvalidValue(_("There is no such journey."), attr="journey")
        return journey


def _known(request: Request, fields: set[str]) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise InvalidValue(_("This must be an object."))
    for attr in request.data:
        if attr not in fields:
            raise InvalidValue(_("There is no such field."), attr=str(attr)[:80])
    return request.data


class ContributionSerializer(serializers.Serializer):
    rule = serializers.CharField()
    rule_id = serializers.IntegerField(allow_null=True)
    dimension = serializers.ChoiceField(Rule.Dimension.choices)
    points = serializers.FloatField()
    interactions = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)


class ExplanationSerializer(serializers.Serializer):
    model = inline_serializer(
        "ScoredBy",
        {"id": serializers.IntegerField(), "name": serializers.CharField()},
        allow_null=True,
    )
    at = serializers.DateTimeField()
    fit = serializers.FloatField()
    engagement = serializers.FloatField()
    total = serializers.FloatField()
    threshold = serializers.FloatField(allow_null=True)
    sales_ready = serializers.BooleanField()
    grade = serializers.CharField(allow_null=True)
    armed = serializers.BooleanField()
    falls_below_at = serializers.DateTimeField(allow_null=True)
    contributions = ContributionSerializer(many=True)


class ContactScoreView(StrictQuery):
    """A contact's score at a moment, and what it consists of."""

    token_scope = "contacts"
    query_parameters = ("at",)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "at",
                OpenApiTypes.DATETIME,
                description="Any moment, past or future; now unless told.",
            )
        ],
        responses=ExplanationSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        contact = get_object_or_404(scope(request.user, Contact, "read"), pk=pk)
        return Response(explain(contact, self._moment(request)).as_json())

    def _moment(self, request: Request) -> datetime:
        wanted = request.query_params.get("at")
        if wanted is None:
            return timezone.now()
        try:
            # A plus sign that was not encoded has become a space.
            moment = parse_datetime(wanted.replace(" ", "+"))
        except ValueError:
            moment = None
        if moment is None or not 1900 <= moment.year <= 2200:
            sentence = _("A moment looks like 2026-03-01T12:00:00Z.")
            raise InvalidValue(sentence, attr="at")
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
