"""``/api/v1/contacts/{id}/claim/``: who talks to a contact."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from contacts.api.access import must_be_theirs
from contacts.models import Contact
from leadhub.rest.fields import takes_no_body
from leadhub.rest.views import StrictQuery
from sales.models import Claim
from sales.services.claims import claim_contact, release_contact


class ClaimSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="rep")

    class Meta:
        model = Claim
        fields = ("id", "contact", "rep", "name", "at", "until")
        read_only_fields = fields


class ContactClaim(StrictQuery):
    """A rep's exclusive conversation: nothing automated, and no colleague, meanwhile."""

    token_scope = "contacts"

    @extend_schema(
        operation_id="contacts_claim", request=None, responses={201: ClaimSerializer}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Claim for four hours, or begin them anew. 409 names who has claimed it."""
        takes_no_body(request)
        contact = _claimable(request, pk)
        claim = claim_contact(contact=contact, by=request.user, at=timezone.now())
        return Response(ClaimSerializer(claim).data, status=201)

    @extend_schema(operation_id="contacts_release", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Release. Nothing happens if nobody has claimed the contact."""
        contact = _claimable(request, pk)
        release_contact(contact=contact, by=request.user, at=timezone.now())
        return Response(status=204)


def _claimable(request: Request, pk: int) -> Contact:
    readable = get_object_or_404(scope(request.user, Contact, "read"), pk=pk)
    must_be_theirs(readable, request.user)
    return readable
