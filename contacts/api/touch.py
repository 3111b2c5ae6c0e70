"""REST: ``contacts/{id}/touch/``, the gate's answer."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models.contact import Contact
from leadhub.errors import InvalidValue
from leadhub.rest.views import StrictQuery


class ReasonSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)


class TouchAnswer(serializers.Serializer):
    allowed = serializers.BooleanField()
    reasons = ReasonSerializer(many=True)


class ContactTouch(StrictQuery):
    """May we touch this person now, and if not, why? Asking changes nothing."""

    token_scope = "contacts"
    query_parameters = ("channel", "purpose")

    @extend_schema(
        operation_id="contacts_touch",
        parameters=[
            OpenApiParameter("channel", str, enum=[each.value for each in Channel]),
            OpenApiParameter(
                "purpose",
                str,
                enum=[each.value for each in Purpose],
                description="personal: as you would do it yourself.",
            ),
        ],
        responses=TouchAnswer,
    )
    def get(self, request: Request, pk: int) -> Response:
        contact = get_object_or_404(scope(request.user, Contact, "read"), pk=pk)
        query = request.query_params
        purpose = _one_of(Purpose, query.get("purpose", "marketing"), attr="purpose")
        touch = Touch(
            contact,
            _one_of(Channel, query.get("channel", "email"), attr="channel"),
            purpose,
            at=timezone.now(),
            by=request.user if purpose == Purpose.PERSONAL else None,
        )
        reasons = reasons_against(touch)
        answer = {"allowed": not reasons, "reasons": reasons}
        return Response(TouchAnswer(answer).data)


def _one_of(
    kinds: type[Channel] | type[Purpose], value: str, *, attr: str
) -> Channel | Purpose:
    try:
        return kinds(value)
    except ValueError:
        names = ", ".join(each.value for each in kinds)
        sentence = _("One of: %(names)s.") % {"names": names}
        raise InvalidValue(sentence, attr=attr) from None
