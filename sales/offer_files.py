"""The file of an offer, as it is handed out."""

from __future__ import annotations

from django.http import HttpResponse

from sales.models import Offer
from sales.offer_pdf import PDF, pdf_of_offer


def pdf_answer(offer: Offer) -> HttpResponse:
    """A draft is drawn anew; what was sent comes as it was sent."""
    data = bytes(offer.file)
    if not data:
        data = pdf_of_offer(offer, lines=list(offer.lines.order_by("position")))
    return HttpResponse(
        data,
        content_type=PDF,
        headers={
            "Content-Disposition": f'attachment; filename="{offer.file_name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
