"""What both teams do with the people of a company."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from campaigns.models import Enrollment
from campaigns.objectors import TOUCHES
from contacts.models import Company, Contact
from journeys.models import Interaction
from journeys.models.interaction import Kind
from sales.models import Claim, Handoff

# So many people are named at most, those touched lately first.
MOST_PEOPLE = 50
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(slots=True)
class Person:
    """Somebody at whom one of us is, or whom one of us touched."""

    contact: Contact
    claim: Claim | None = None
    handoff: Handoff | None = None
    sequences: list[str] = field(default_factory=list)
    # The last touch of either team, with who it was by; None: never.
    last: Interaction | None = None

    @property
    def last_words(self) -> str:
        return str(Kind(self.last.kind).label) if self.last else ""

    @property
    def last_by(self) -> str:
        """Who touched last: a colleague, or marketing's mails."""
        if self.last is None:
            return ""
        return str(self.last.by) if self.last.by else _("Marketing")


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
    """In six queries, however many people it has."""
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
    for touch in _last_touches(company, at=at):
        person(touch.contact).last = touch
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


def _last_touches(company: Company, *, at: datetime) -> list[Interaction]:
    """The last one of each person, the latest first."""
    touches = Interaction.objects.filter(
        contact=OuterRef("pk"), kind__in=TOUCHES, occurred_at__lte=at
    ).order_by("-occurred_at", "-pk")
    people = Contact.objects.filter(company=company).annotate(
        last_touch=Subquery(touches.values("pk")[:1]),
        last_touched_at=Subquery(touches.values("occurred_at")[:1]),
    )
    latest = people.exclude(last_touch=None).order_by("-last_touched_at", "pk")
    pks = list(latest.values_list("last_touch", flat=True)[:MOST_PEOPLE])
    rows = Interaction.objects.filter(pk__in=pks).select_related("contact", "by")
    return list(rows.order_by("-occurred_at", "-pk"))
