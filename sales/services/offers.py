"""Offers: written, sent once, answered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from sales.models import Deal, DealEvent, DealSettings, Offer, OfferCounter, OfferLine
from sales.offer_pdf import pdf_of_offer
from sales.services.deal_refusals import (
    BadLines,
    OfferEmpty,
    OfferNotDraft,
    OfferNotOpen,
    OfferOutdated,
)
from sales.services.deals import check_deal_open, locked_deal, note_deal
from sales.totals import totals_of

Status, Happened = Offer.Status, DealEvent.Kind
MOST_LINES = 100
LARGEST = 10**9
FIELDS = ("introduction", "discount", "tax_rate", "valid_until_date", "language")


@transaction.atomic
def save_offer(
    *,
    deal: Deal,
    by: User | None,
    at: datetime,
    offer: Offer | None = None,
    lines: Sequence[Mapping[str, Any]] | None = None,
    **values: Any,
) -> Offer:
    """Write a draft, or change ``offer`` if it still is one; return it.

    ``lines`` replace all there are: ``text``, ``quantity``, ``unit_price``,
    ``discount``. A new offer is in the contact's language, and taxed and valid as laid
    down, unless ``values`` say otherwise.

    Raises ``DealNotOpen``, ``OfferNotDraft``, ``BadLines``.
    """
    _contact, deal = locked_deal(deal)
    check_deal_open(deal)
    if offer is None:
        offer = _new_offer(deal, by, at)
    else:
        offer = locked_offer(offer, deal)
        if not offer.is_draft:
            raise OfferNotDraft(_("What was sent is not changed. Write another offer."))
    for name, value in values.items():
        if name not in FIELDS:
            raise TypeError(f"an offer's {name} is not written like that")
        setattr(offer, name, value)
    offer.save()
    if lines is not None:
        if len(lines) > MOST_LINES:
            raise BadLines(_("At most %(count)s lines.") % {"count": MOST_LINES})
        offer.lines.all().delete()
        OfferLine.objects.bulk_create(
            OfferLine(offer=offer, position=place, **line)
            for place, line in enumerate(lines, 1)
        )
    return _sum_up(offer)


@transaction.atomic
def delete_offer(*, offer: Offer) -> None:
    """Throw a draft away. Raises ``OfferNotDraft``."""
    _contact, deal = locked_deal(offer.deal)
    if not locked_offer(offer, deal).is_draft:
        raise OfferNotDraft(_("What was sent stays."))
    Offer.objects.filter(pk=offer.pk).delete()


@transaction.atomic
def send_offer(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Give a draft its number and freeze it: it counts as sent. Repeating is harmless.

    Handing the file over is the rep's doing. A deal that has not come to the stage of
    offers moves there, if there is one.

    Raises ``DealNotOpen``, ``OfferEmpty``, ``OfferOutdated``, ``LettersMissing``.
    """
    _contact, deal = locked_deal(offer.deal)
    offer = locked_offer(offer, deal)
    if not offer.is_draft:
        return offer
    check_ready(offer, at=at)
    return freeze_offer(offer=offer, by=by, at=at)


def check_ready(offer: Offer, *, at: datetime) -> None:
    """Raise what speaks against sending the draft, whose deal is locked."""
    check_deal_open(offer.deal)
    if not offer.lines.exists():
        raise OfferEmpty(_("An offer has at least one line."))
    if offer.valid_until_date < timezone.localdate(at):
        raise OfferOutdated(_("Choose a day from today on."))


@transaction.atomic
def freeze_offer(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Number the draft and draw its file for good; locked and ready, as checked."""
    deal, today = offer.deal, timezone.localdate(at)
    offer.year, offer.running = today.year, _next_number(today.year)
    offer.status, offer.sent_at = Status.SENT, at
    offer.file = pdf_of_offer(offer, lines=list(offer.lines.order_by("position")))
    offer.save()
    _move_to_offers(deal, at=at)
    note_deal(deal, Happened.OFFERED, by=by, at=at, text=offer.number)
    return offer


@transaction.atomic
def accept_offer(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Note that the contact accepted it; the deal is worth its net amount from now on.

    Repeating is harmless. Raises ``DealNotOpen``, ``OfferNotOpen`` also for one that is
    no longer valid, or if the deal has an accepted offer already.
    """
    _contact, deal = locked_deal(offer.deal)
    offer = locked_offer(offer, deal)
    if offer.status == Status.ACCEPTED:
        return offer
    check_deal_open(deal)
    check_waits_for_answer(offer, at)
    if deal.offers.filter(status=Status.ACCEPTED).exists():
        raise OfferNotOpen(_("Another offer of this deal was accepted."))
    _answer(offer, Status.ACCEPTED, at=at)
    deal.value = offer.net
    deal.save(update_fields=["value"])
    note_deal(deal, Happened.ACCEPTED, by=by, at=at, text=offer.number)
    return offer


@transaction.atomic
def decline_offer(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Note that the contact declined it. Repeating is harmless. Raises ``OfferNotOpen``."""
    _contact, deal = locked_deal(offer.deal)
    offer = locked_offer(offer, deal)
    if offer.status == Status.DECLINED:
        return offer
    check_waits_for_answer(offer, at)
    _answer(offer, Status.DECLINED, at=at)
    note_deal(deal, Happened.DECLINED, by=by, at=at, text=offer.number)
    return offer


def expire_offers(*, at: datetime) -> int:
    """Note of all offers whose last day is over that they are; return how many.

    Each in a transaction of its own; safe to repeat.
    """
    today = timezone.localdate(at)
    over = Offer.objects.filter(status=Status.SENT, valid_until_date__lt=today)
    count = 0
    for offer in over.select_related("deal").order_by("deal__contact_id", "pk")[:500]:
        with transaction.atomic():
            _contact, deal = locked_deal(offer.deal)
            row = locked_offer(offer, deal)
            if row.is_over(on=today):
                _answer(row, Status.EXPIRED, at=at)
                note_deal(deal, Happened.EXPIRED, by=None, at=at, text=row.number)
                count += 1
    return count


@transaction.atomic
def forget_unused_numbers() -> None:
    """Begin again at one in years of which no offer is left."""
    used = Offer.objects.filter(year__isnull=False).values("year")
    OfferCounter.objects.exclude(year__in=used).delete()


def _new_offer(deal: Deal, by: User | None, at: datetime) -> Offer:
    laid_down = DealSettings.current()
    spoken = deal.contact.language[:2].lower()
    return Offer(
        deal=deal,
        currency=settings.CURRENCY,
        language=spoken if spoken in dict(settings.LANGUAGES) else _default_language(),
        tax_rate=laid_down.tax_rate,
        valid_until_date=timezone.localdate(at) + timedelta(days=laid_down.valid_days),
        created_at=at,
        created_by=by,
    )


def _default_language() -> str:
    return settings.LANGUAGE_CODE[:2]


def locked_offer(offer: Offer, deal: Deal) -> Offer:
    """As it is now; lock its deal before it."""
    row = Offer.objects.select_for_update(no_key=True).get(pk=offer.pk, deal=deal)
    row.deal = deal
    return row


def _sum_up(offer: Offer) -> Offer:
    found = totals_of(
        [line.total for line in offer.lines.all()],
        discount=offer.discount,
        tax_rate=offer.tax_rate,
    )
    if not 0 <= found.net <= found.total < LARGEST:
        raise BadLines(_("An offer comes to something between zero and a billion."))
    offer.lines_total, offer.discount_total = found.lines, found.discount
    offer.net, offer.tax, offer.total = found.net, found.tax, found.total
    offer.save(update_fields=["lines_total", "discount_total", "net", "tax", "total"])
    return offer


def _next_number(year: int) -> int:
    """Without gaps: a number is given and used in one transaction, or not at all."""
    OfferCounter.objects.bulk_create([OfferCounter(year=year)], ignore_conflicts=True)
    counter = OfferCounter.objects.select_for_update(no_key=True).get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def check_waits_for_answer(offer: Offer, at: datetime) -> None:
    """Raise ``OfferNotOpen`` unless it was sent and can still be accepted."""
    if offer.status != Status.SENT or offer.is_over(on=timezone.localdate(at)):
        raise OfferNotOpen(_("This offer does not wait for an answer."))


def _answer(offer: Offer, status: Offer.Status, *, at: datetime) -> None:
    offer.status, offer.answered_at = status, at
    offer.save(update_fields=["status", "answered_at"])


def _move_to_offers(deal: Deal, *, at: datetime) -> None:
    keys = [stage.key for stage in DealSettings.current().all_stages()]
    if "offer" not in keys or deal.stage not in keys:
        return
    if keys.index(deal.stage) < keys.index("offer"):
        deal.stage, deal.stage_since = "offer", at
        deal.save(update_fields=["stage", "stage_since"])
