"""What all viewsets have in common: strictness, and repeats that do no harm."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import mixins
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from leadhub.rest.idempotency import idempotent


class StrictQuery(APIView):
    """Answers an unknown query parameter with 400 instead of ignoring it.

    Known are those of ``filterset_class``, of the pages of lists, and
    ``query_parameters`` of the view: an iterable, or action -> iterable.
    """

    query_parameters: Any = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = set(request.query_params) - self.known_query_parameters()
        if unknown:
            raise ValidationError(
                {
                    name: [
                        ErrorDetail(_("There is no such parameter."), code="unknown")
                    ]
                    for name in sorted(unknown)
                }
            )
        handler = getattr(self, "post", None) if request.method == "POST" else None
        if handler and "Idempotency-Key" in request.headers:
            # dispatch() looks the handler up on the instance after this.
            self.post = idempotent(handler, failed=self.handle_exception)

    def known_query_parameters(self) -> set[str]:
        action = getattr(self, "action", None)
        own = self.query_parameters
        known = set(own.get(action, ()) if isinstance(own, dict) else own)
        if action == "list":
            known |= set(getattr(self.paginator, "query_parameters", ()))
            filters = getattr(self, "filterset_class", None)
            known |= set(filters.base_filters if filters else ())
        return known


class ApiViewSet(StrictQuery, GenericViewSet):
    """The base of every resource.

    ``token_scope`` names what a token must be allowed to read or write;
    ``get_queryset`` goes through ``accounts.permissions.scope``, so that what the
    caller may not see is 404. ``ordering`` is the default order of the list,
    ``orderings`` maps what ``?ordering=`` may say to columns.
    """

    token_scope: str
    ordering: tuple[str, ...] = ("-id",)
    orderings: dict[str, str] = {}

    def filter_queryset(self, queryset: Any) -> Any:
        """Filter lists only: a detail is found whatever the filters would say."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def created(self, answer: Any) -> Response:
        """201 with the new resource, and where it is."""
        name, number = f"{self.basename}-detail", answer["id"]
        where = reverse(name, args=[number], request=self.request)
        return Response(answer, status=201, headers={"Location": where})


class ReadsFigures:
    """Reads figures once for all rows of an answer, into the serializer's context."""

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer:
        serializer = super().get_serializer(*args, **kwargs)
        if args:
            rows = args[0] if kwargs.get("many") else [args[0]]
            for name, figures in self.figures_of(rows).items():
                serializer.context[name] = figures
        return serializer

    def figures_of(self, rows: list[Any]) -> dict[str, Any]:
        """Names in the context, each with figures by key of the row."""
        raise NotImplementedError


class Creates:
    """POST: the serializer checks, ``perform_create`` calls the verb.

    DRF's mixin takes a field named "url" for where the resource is.
    """

    def create(self: Any, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self.perform_create(serializer)
        return self.created(serializer.data)


class KeptViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    Creates,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ApiViewSet,
):
    """A resource that is read, made, changed in part and deleted, by number."""

    lookup_value_converter = "int"
    http_method_names = ("get", "head", "options", "post", "patch", "delete")

    def perform_create(self, serializer: BaseSerializer) -> None:
        row = serializer.Meta.model()
        serializer.instance = self.store(row, serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer) -> None:
        row = serializer.instance
        serializer.instance = self.store(row, serializer.validated_data)

    def store(self, row: Any, values: dict[str, Any]) -> Model:
        """Call the verb that stores a new row, or one that is known, with ``values``."""
        raise NotImplementedError


def filled(row: Model, values: dict[str, Any]) -> Model:
    """The row with ``values``, not stored: for verbs that take it so."""
    for name, value in values.items():
        setattr(row, name, value)
    return row
