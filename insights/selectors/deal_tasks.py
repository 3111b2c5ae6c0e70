"""What deals want of somebody today."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import scope
from campaigns.wording import reason_text
from insights.selectors.tasks import SHOWN, Task
from leadhub.moments import span_text
from leadhub.money import money_text
from sales.models import Deal, NeedsAnswer, Offer, Question
from sales.models.deal_settings import STAGES

# After that long an offer without an answer, or a deal without a word of what is
# needed, wants somebody.
SILENT_AFTER = timedelta(days=7)
UNKNOWN_AFTER = timedelta(days=2)


def deal_tasks(user: User, *, at: datetime) -> tuple[list[Task], int]:
    """Steps that are due, offers that are silent or did not get there, needs nobody has

    asked for; of one's own.
    """
    mine = scope(user, Deal, "read").filter(owner=user, status=Deal.Status.OPEN)
    offers = Offer.objects.wanting(since=at - SILENT_AFTER).filter(deal__in=mine)
    due = mine.filter(next_step_date__lte=localdate(at))
    unknown = _without_needs(mine, at)
    groups = [
        [_step(deal, at) for deal in _first(due, "next_step_date")],
        [_offer(offer, at) for offer in _first_offers(offers)],
        [_needs(deal, at) for deal in _first(unknown, "opened_at")],
    ]
    count = due.count() + offers.count() + unknown.count()
    return [task for group in groups for task in group], count


def _without_needs(deals: QuerySet[Deal], at: datetime) -> QuerySet[Deal]:
    """In the stage of the needs analysis for days, and not one answer."""
    asked = Question.objects.filter(
        Q(team=None) | Q(team=OuterRef("team")), is_active=True
    )
    answered = NeedsAnswer.objects.filter(deal=OuterRef("pk"))
    rows = deals.filter(stage=STAGES[0].key, opened_at__lt=at - UNKNOWN_AFTER)
    return rows.filter(Exists(asked), ~Exists(answered))


def _first(deals: QuerySet[Deal], order: str) -> QuerySet[Deal]:
    return deals.select_related("contact").order_by(order, "pk")[:SHOWN]


def _first_offers(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    rows = offers.select_related("deal__contact", "mail").defer("file")
    return rows.order_by("sent_at", "pk")[:SHOWN]


def _step(deal: Deal, at: datetime) -> Task:
    is_late = bool(deal.next_step_date and deal.next_step_date < localdate(at))
    title = deal.next_step or _("Go on")
    return _task(
        deal, title=f"{title}: {deal}", context=str(deal.contact), late=is_late
    )


def _offer(offer: Offer, at: datetime) -> Task:
    if offer.mail is not None and offer.was_held_back:
        title = _("Offer was not mailed: %s") % offer.deal
        context = reason_text(offer.mail.reason, offer.mail.detail)
        return _task(offer.deal, title=title, context=context, late=True)
    context = _("Offer %(number)s over %(net)s, no answer for %(span)s") % {
        "number": offer.number,
        "net": money_text(offer.net),
        "span": span_text(at - (offer.sent_at or at)),
    }
    title = _("Ask about the offer: %s") % offer.deal
    return _task(offer.deal, title=title, context=context)


def _needs(deal: Deal, at: datetime) -> Task:
    title = _("Ask what they need: %s") % deal
    context = _("%(contact)s, deal open for %(span)s") % {
        "contact": deal.contact,
        "span": span_text(at - deal.opened_at),
    }
    return _task(deal, title=title, context=context)


def _task(deal: Deal, *, title: str, context: str, late: bool = False) -> Task:
    return Task(
        title=title,
        context=context,
        url=reverse("sales:deal", args=[deal.pk]),
        button=_("Open"),
        due_at=None,
        is_late=late,
    )
