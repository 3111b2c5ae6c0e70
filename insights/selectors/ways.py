"""The ways contacts took through a journey, read from their stays."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import itemgetter

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import QuerySet

from contacts.models import Contact
from insights.selectors.periods import Period
from insights.ways import Way
from journeys.models import Journey, Phase, PhaseVisit


def stays_of(journey: Journey) -> QuerySet[PhaseVisit]:
    """Those in the phases it has now, of contacts who are not merged into others."""
    phases = Phase.objects.filter(journey=journey)
    stays = PhaseVisit.objects.filter(phase__in=phases.values("pk")).order_by()
    return stays.exclude(contact__in=Contact.everyone.merged().values("pk"))


def ways_of(journey: Journey, period: Period) -> Counter[Way]:
    """Ways of the contacts who entered any phase in the period, up to its end.

    One query. Ways are told from the first stay on, also if that was before the period.
    """
    stays = stays_of(journey).filter(entered_at__lt=period.until)
    moved = stays.filter(entered_at__gte=period.since).values("contact")
    theirs = stays.filter(contact__in=moved)
    if connection.vendor == "postgresql":
        return _counted_by_the_database(theirs)
    return counted_here(theirs)


def counted_here(stays: QuerySet[PhaseVisit]) -> Counter[Way]:
    """For databases that cannot put a group in order: stay by stay."""
    rows = stays.order_by("contact", "entered_at", "pk").values_list("contact", "phase")
    found: Counter[Way] = Counter()
    for _contact, group in groupby(rows.iterator(), key=itemgetter(0)):
        found[tuple(phase for _, phase in group)] += 1
    return found


def _counted_by_the_database(stays: QuerySet[PhaseVisit]) -> Counter[Way]:
    """Way by way, of which there are few, however many contacts there are."""
    in_order = ArrayAgg("phase", order_by=("entered_at", "pk"))
    ways = stays.values("contact").annotate(way=in_order).values("way")
    sql, params = ways.query.sql_with_params()
    with connection.cursor() as cursor:
        counted = f"SELECT way, COUNT(*) FROM ({sql}) AS ways GROUP BY way"  # noqa: S608
        cursor.execute(counted, params)
        return Counter({tuple(way): count for way, count in cursor.fetchall()})
