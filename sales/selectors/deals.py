"""What pages show of deals: the board, a card's urgency, sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import Message
from contacts.gate import Channel, Purpose, Touch, reasons_against_each
from contacts.models import Contact
from journeys.models import Interaction
from journeys.models.interaction import InteractionQuerySet, Kind
from leadhub.keyset import KeysetPage, page_of
from sales.models import Deal, DealSettings
from sales.models.deal_settings import Stage

CARDS = 20
# What people do of their own accord that says more than a page they looked at.
DONE = (
    Kind.FORM_SUBMIT,
    Kind.CONTENT_DOWNLOAD,
    Kind.EMAIL_REPLY,
    Kind.WEBINAR_REGISTERED,
    Kind.WEBINAR_ATTENDED,
    Kind.EVENT_ATTENDED,
    Kind.CHAT,
    Kind.CALL_INBOUND,
    Kind.DEMO_REQUEST,
    Kind.PRICING_VIEW,
)
LATEST = 12


@dataclass(frozen=True, slots=True)
class DealCard:
    """A deal, and whether something about it is late."""

    deal: Deal
    # overdue, today, later, or unplanned.
    urgency: str
    words: str
    days: int
    may_call: bool = False
    stage: str = ""


@dataclass(frozen=True, slots=True)
class StageColumn:
    """The open deals of a stage: how many, what they are worth, the first cards."""

    stage: Stage
    count: int
    total: Decimal
    cards: list[DealCard]
    next: str | None

    @property
    def forecast(self) -> Decimal:
        """What it is worth by the probability of the stage."""
        return self.total * self.stage.probability / 100


def deal_board(deals: QuerySet[Deal], *, at: datetime) -> list[StageColumn]:
    """All stages with the open ones of ``deals``. A query a stage, and two in all."""
    open_ones = deals.filter(status=Deal.Status.OPEN)
    grouped = open_ones.order_by().values("stage")
    sums = {
        row["stage"]: (row["count"], row["total"] or Decimal(0))
        for row in grouped.annotate(count=Count("pk"), total=Sum("value"))
    }
    columns = []
    for stage in DealSettings.current().all_stages():
        count, total = sums.get(stage.key, (0, Decimal(0)))
        page = deal_cards(open_ones, stage=stage.key, at=at) if count else None
        cards, after = (page.rows, page.next) if page else ([], None)
        columns.append(StageColumn(stage, count, total, cards, after))
    return columns


def deal_cards(
    deals: QuerySet[Deal], *, stage: str, at: datetime, cursor: str = ""
) -> KeysetPage:
    """Cards of a column, the most urgent first, those without a next step last."""
    rows = deals.filter(status=Deal.Status.OPEN, stage=stage)
    page = page_of(
        rows.select_related("contact__company", "owner"),
        ordering=("next_step_date", "id"),
        size=CARDS,
        cursor=cursor,
    )
    cards = [card_of(deal, at=at) for deal in page.rows]
    return KeysetPage(rows=cards, next=page.next, previous=page.previous)


def card_of(
    deal: Deal, *, at: datetime, may_call: bool = False, stage: str = ""
) -> DealCard:
    urgency, words = urgency_of(deal, on=timezone.localdate(at))
    days = (at - deal.stage_since).days
    return DealCard(deal, urgency, words, days, may_call, stage)


def urgency_of(deal: Deal, *, on: date) -> tuple[str, str]:
    """How urgent it is, in one of four words and as people say it."""
    if not deal.is_open:
        return "later", str(deal.get_status_display())
    due, close = deal.next_step_date, deal.expected_close_date
    if due is not None and due < on:
        return "overdue", _("since %(day)s") % {"day": _day(due, on)}
    if close is not None and close < on:
        return "overdue", _("was to close %(day)s") % {"day": _day(close, on)}
    if due is None:
        return "unplanned", _("nothing planned")
    if due == on:
        return "today", _("today")
    return "later", _day(due, on)


def callable_contacts(
    contacts: Sequence[Contact], *, user: User, at: datetime
) -> set[int]:
    """Whom ``user`` may call now: as many queries for many as for one."""
    touches = [
        Touch(
            contact=contact,
            channel=Channel.PHONE,
            purpose=Purpose.PERSONAL,
            at=at,
            by=user,
        )
        for contact in contacts
        if contact.phone
    ]
    against = reasons_against_each(touches) if touches else {}
    return {touch.contact.pk for touch in touches if not against[touch]}


def sent_on_the_way(deal: Deal) -> QuerySet[Interaction]:
    """Marketing's latest mails to the contact, until the deal was closed."""
    rows = _on_the_way(deal).filter(kind=Kind.EMAIL_SENT)
    kind = KeyTextTransform("mail", "properties")
    rows = rows.annotate(mail=Coalesce(kind, Value("", TextField())))
    return rows.exclude(mail=Message.Kind.PERSONAL)[:LATEST]


def done_on_the_way(deal: Deal) -> list[tuple[str, Interaction]]:
    """What the contact did, in words, with its interaction, until the deal was closed."""
    rows = _on_the_way(deal).filter(kind__in=DONE).by_people()
    return [(str(Kind(row.kind).label), row) for row in rows[:LATEST]]


def _on_the_way(deal: Deal) -> InteractionQuerySet:
    rows = Interaction.objects.filter(contact=deal.contact_id)
    if deal.closed_at is not None:
        rows = rows.filter(occurred_at__lte=deal.closed_at)
    return rows.order_by("-occurred_at", "-pk")


def stage_chances() -> dict[str, int]:
    """Stage -> how many of 100 deals in it are won; one query."""
    return {s.key: s.probability for s in DealSettings.current().all_stages()}


def _day(day: date, on: date) -> str:
    name = "DAY_FORMAT" if day.year == on.year else "SHORT_DATE_FORMAT"
    return date_format(day, name)
