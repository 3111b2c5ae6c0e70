"""``/api/v1/deals/{deal}/offers/``: what is offered."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.permissions import scope
from campaigns.models import Message
from campaigns.wording import reason_text
from leadhub.rest.fields import StrictFields, checked_body, takes_no_body
from leadhub.rest.views import ApiViewSet, StrictQuery
from sales.models import Deal, Offer, OfferLine
from sales.offer_files import pdf_answer
from sales.offer_words import words_for_offer
from sales.services.offer_mails import mail_offer
from sales.services.offers import (
    MOST_LINES,
    accept_offer,
    decline_offer,
    delete_offer,
    save_offer,
    send_offer,
)

LINE = {
    "text": "Pump P200",
    "quantity": "3.000",
    "unit_price": "99.95",
    "discount": "0.00",
}
OFFER = {
    "id": 5,
    "deal": 12,
    "number": "2026-0001",
    "status": "sent",
    "currency": "EUR",
    "language": "en",
    "introduction": "As we discussed:",
    "lines": [LINE | {"total": "299.85"}],
    "discount": "0.00",
    "tax_rate": "19.00",
    "valid_until_date": "2026-04-08",
    "lines_total": "299.85",
    "discount_total": "0.00",
    "net": "299.85",
    "tax": "56.97",
    "total": "356.82",
    "created_at": "2026-03-09T09:58:00+01:00",
    "sent_at": "2026-03-09T10:02:11+01:00",
    "answered_at": None,
    "mail": {"id": 31, "state": "sent", "reason": "", "reason_text": ""},
}


class OfferMailSerializer(serializers.ModelSerializer):
    """What became of the mail that took it to the contact."""

    reason_text = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = ("id", "state", "reason", "reason_text")
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_reason_text(self, message: Message) -> str:
        return reason_text(message.reason, message.detail)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "In one's own words",
            value={"subject": "Our offer", "body": "Hello Ada,\n\nas we discussed."},
            request_only=True,
        )
    ]
)
class OfferWordsSerializer(StrictFields, serializers.Serializer):
    subject = serializers.CharField(
        max_length=200, required=False, help_text="Left out: words of ours."
    )
    body = serializers.CharField(
        max_length=10_000,
        required=False,
        help_text="Markdown; `{{ offer_number }}` is filled in.",
    )


class OfferLineSerializer(StrictFields, serializers.ModelSerializer):
    total = serializers.DecimalField(max_digits=16, decimal_places=2, read_only=True)

    class Meta:
        model = OfferLine
        fields = ("text", "quantity", "unit_price", "discount", "total")


@extend_schema_serializer(
    examples=[
        OpenApiExample("Sent", value=OFFER, response_only=True),
        OpenApiExample("A draft", value={"lines": [LINE]}, request_only=True),
    ]
)
class OfferSerializer(StrictFields, serializers.ModelSerializer):
    number = serializers.CharField(read_only=True, help_text="Empty for a draft.")
    lines = OfferLineSerializer(many=True, required=False, max_length=MOST_LINES)
    introduction = serializers.CharField(
        max_length=5_000, required=False, allow_blank=True
    )
    mail = OfferMailSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Offer
        fields = tuple(OFFER)
        read_only_fields = (
            *("deal", "status", "currency", "lines_total", "discount_total"),
            *("net", "tax", "total", "created_at", "sent_at", "answered_at"),
        )
        extra_kwargs = {
            name: {"required": False}
            for name in ("tax_rate", "valid_until_date", "language")
        }

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["language"] = serializers.ChoiceField(["en", "de"], required=False)
        return fields


class OfferViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Offers of a deal. They are drafts until they are sent, and then stay."""

    token_scope = "deals"
    lookup_url_kwarg = "offer"
    lookup_value_converter = "int"
    serializer_class = OfferSerializer
    ordering = ("-id",)
    orderings = {"id": "id"}

    def get_queryset(self) -> QuerySet[Offer]:
        rows = scope(self.request.user, Offer, self.action)
        rows = rows.filter(deal=self.kwargs.get("deal"))
        return rows.select_related("deal__contact", "mail").prefetch_related("lines")

    @extend_schema(responses={201: OfferSerializer})
    def create(self, request: Request, deal: int) -> Response:
        """Write a draft. Language, tax and validity are as laid down unless told."""
        rows = scope(request.user, Deal, "update")
        asked = self.get_serializer(data=request.data)
        row = get_object_or_404(rows, pk=deal)
        asked.is_valid(raise_exception=True)
        offer = save_offer(deal=row, **self._acting(), **asked.validated_data)
        where = reverse("offer-detail", args=[deal, offer.pk], request=request)
        answer = self.get_serializer(offer).data
        return Response(answer, status=201, headers={"Location": where})

    def partial_update(self, request: Request, deal: int, offer: int) -> Response:
        """Change a draft. ``lines`` replace all there are."""
        row = self.get_object()
        asked = self.get_serializer(row, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        return self._answer(
            save_offer(
                deal=row.deal, offer=row, **self._acting(), **asked.validated_data
            )
        )

    def destroy(self, request: Request, deal: int, offer: int) -> Response:
        """Throw a draft away."""
        delete_offer(offer=self.get_object())
        return Response(status=204)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def send(self, request: Request, deal: int, offer: int) -> Response:
        """Give it its number and freeze it; it counts as sent."""
        takes_no_body(request)
        return self._answer(send_offer(offer=self.get_object(), **self._acting()))

    @extend_schema(request=OfferWordsSerializer)
    @action(detail=True, methods=["post"])
    def mail(self, request: Request, deal: int, offer: int) -> Response:
        """Send it as your own mail, the PDF attached; a draft is frozen by it.

        The gate is asked: 409 with its reason if it says no. What becomes of the mail
        is told by `mail`.
        """
        asked = checked_body(OfferWordsSerializer, request)
        row = self.get_object()
        words = words_for_offer(row, by=request.user)
        return self._answer(
            mail_offer(
                offer=row,
                subject=asked.get("subject", words.subject),
                text=asked.get("body", words.body),
                action=token_hex(8),
                **self._acting(),
            )
        )

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, deal: int, offer: int) -> Response:
        """Note that the contact accepted it."""
        takes_no_body(request)
        return self._answer(accept_offer(offer=self.get_object(), **self._acting()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, deal: int, offer: int) -> Response:
        """Note that the contact declined it."""
        takes_no_body(request)
        return self._answer(decline_offer(offer=self.get_object(), **self._acting()))

    def _acting(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now()}

    def _answer(self, offer: Offer) -> Response:
        fresh = self.get_queryset().filter(pk=offer.pk).first() or offer
        return Response(self.get_serializer(fresh).data)


class OfferFile(StrictQuery):
    """The PDF of an offer."""

    token_scope = "deals"

    @extend_schema(
        operation_id="deals_offers_pdf",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, deal: int, offer: int) -> HttpResponse:
        """Download it; a draft says that it is one."""
        rows = scope(request.user, Offer, "read").filter(deal=deal)
        rows = rows.select_related("deal__contact__company", "deal__company")
        return pdf_answer(get_object_or_404(rows, pk=offer))
