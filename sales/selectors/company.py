"""What both teams do with the people of a company."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q

from campaigns.models import Enrollment
from campaigns.objectors import TOUCHES
from contacts.models import Company, Contact
from journeys.models import Interaction
from journeys.models.interaction import Kind
from sales.models import Claim, Handoff

WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(slots=True)
class Person:
    """Somebody at whom one of us is."""

    contact: Contact
    claim: Claim | None = None
    handoff: Handoff | None = None
    sequences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pressure:
    """Touches in 7 and 30 days: by marketing (mails), by sales, and of both."""

    people: list[Person]
    marketing: tuple[int, int]
    sales: tuple[int, int]

    @property
    def total(self) -> tuple[int, int]:
        week, month = zip(self.marketing, self.sales, strict=True)
        return sum(week), sum(month)


def pressure_on(company: Company, *, at: datetime) -> Pressure:
    """In four queries, however many people it has."""
    found: dict[int, Person] = {}

    def person(contact: Contact) -> Person:
        return found.setdefault(contact.pk, Person(contact))

    theirs = {"contact__company": company}
    claims = Claim.objects.live(at=at).filter(**theirs).select_related("contact", "rep")
    for claim in claims.order_by("at", "pk"):
        person(claim.contact).claim = claim
    handoffs = Handoff.objects.open().filter(**theirs)
    for handoff in handoffs.select_related("contact", "assignee").order_by("pk"):
        person(handoff.contact).handoff = handoff
    runs = Enrollment.objects.active().filter(**theirs)
    for run in runs.select_related("contact", "sequence").order_by("pk"):
        person(run.contact).sequences.append(run.sequence.name)
    touches = Interaction.objects.filter(
        **theirs, kind__in=TOUCHES, occurred_at__gt=at - MONTH, occurred_at__lte=at
    ).order_by()
    # A mail of a colleague's own is sales', and so are calls and meetings.
    is_marketing = Q(kind=Kind.EMAIL_SENT, by=None)
    lately = Q(occurred_at__gt=at - WEEK)
    counts = touches.aggregate(
        marketing_week=Count("pk", filter=is_marketing & lately),
        marketing_month=Count("pk", filter=is_marketing),
        all_week=Count("pk", filter=lately),
        all_month=Count("pk"),
    )
    mailed = counts["marketing_week"], counts["marketing_month"]
    return Pressure(
        people=list(found.values()),
        marketing=mailed,
        sales=(counts["all_week"] - mailed[0], counts["all_month"] - mailed[1]),
    )
