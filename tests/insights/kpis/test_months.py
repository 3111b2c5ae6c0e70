"""Months that are closed stay as they were, and say what has changed since."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from insights.kpis.definitions import Scope
from insights.kpis.registry import KPIS
from insights.models import FigureSettings, KpiMonth, KpiTarget
from insights.selectors.kpi_months import months_of
from insights.selectors.periods import last_days, month_of
from insights.services.demo import create_demo
from insights.services.demo_removal import remove_demo
from insights.services.kpi_months import freeze_due_month, freeze_month
from insights.services.targets import save_figure_settings, set_target
from tests.factories.accounts import LeadFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import JourneyFactory, TeamFactory
from tests.factories.sales import HandoffFactory

BERLIN = ZoneInfo("Europe/Berlin")
pytestmark = pytest.mark.django_db


def at(year, month, day, hour=12):
    return datetime(year, month, day, hour, tzinfo=BERLIN)


NOW = at(2026, 11, 20)
OCTOBER = date(2026, 10, 1)


def frozen(key="new_contacts", scope="", month=OCTOBER):
    return KpiMonth.objects.get(kpi=key, scope=scope, month=month)


def month_shown(key, *, now=NOW, viewer=None, **dimensions):
    scope = Scope(last_days(30, at=now), viewer=viewer, at=now, **dimensions)
    months = months_of(KPIS[key], scope)
    return next(row for row in months if row.month == OCTOBER)


def test_a_closed_month_stays_and_says_what_changed_since():
    ContactFactory.create_batch(2, created_at=at(2026, 10, 5))
    freeze_month(month=OCTOBER, at=NOW)
    before = month_shown("new_contacts")

    ContactFactory(created_at=at(2026, 10, 31, 23))

    after = month_shown("new_contacts")
    assert (before.value, before.now, before.has_changed) == (2, 2, False)
    assert (after.value, after.now, after.has_changed) == (2, 3, True)
    assert after.frozen_at == NOW
    assert freeze_month(month=OCTOBER, at=NOW) == 0
    assert frozen().value == 2


def test_what_a_fact_was_is_not_rewritten_when_it_changes():
    handoff = HandoffFactory(
        status="closed", offered_at=at(2026, 10, 5), accepted_at=at(2026, 10, 6)
    )
    freeze_month(month=OCTOBER, at=NOW)

    handoff.status, handoff.accepted_at = "declined", None
    handoff.save()

    shown = month_shown("accepted")
    assert (shown.value, shown.now) == (100, 0)
    row = frozen("accepted")
    assert (row.numerator, row.denominator, row.n) == (1, 1, 1)


def test_the_page_and_the_api_tell_both(client):
    client.force_login(LeadFactory())
    now = timezone.now()
    last = month_of(timezone.localdate(now), at=now).earlier()
    ContactFactory(created_at=last.since + timedelta(days=3))
    freeze_month(month=last.first, at=now)
    ContactFactory(created_at=last.since + timedelta(days=4))

    page = client.get(reverse("insights:figure", args=["new_contacts"]))
    answer = client.get("/api/v1/kpis/new_contacts/months/").json()

    assert "was 1, now 2" in page.content.decode()
    # The months stand in one table: the chart has none of its own.
    assert "Show as table" not in page.content.decode()
    found = next(row for row in answer["months"] if row["month"] == str(last.first))
    assert (found["value"], found["now"], found["has_changed"]) == (1, 2, True)
    assert [row["month"] for row in answer["months"]][0] == str(last.first)
    assert answer["months"][-1]["closed_at"] is None


def test_the_sweep_closes_one_due_month_a_run_back_to_the_first_contact():
    ContactFactory(created_at=at(2026, 8, 15))

    closed = []
    while freeze_due_month(at=NOW):
        closed.append(set(KpiMonth.objects.values_list("month", flat=True)))

    assert [len(months) for months in closed] == [1, 2, 3]
    assert closed[0] == {OCTOBER}
    assert min(closed[-1]) == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("days", "now", "is_due"),
    [
        (3, at(2026, 11, 3, 23), False),
        (3, at(2026, 11, 4, 1), True),
        (0, at(2026, 11, 1, 1), True),
        (10, at(2026, 11, 10, 23), False),
    ],
)
def test_a_month_waits_for_latecomers(days, now, is_due):
    ContactFactory(created_at=at(2026, 10, 5))
    save_figure_settings(chosen=FigureSettings(freeze_after_days=days), by=None, at=NOW)

    freeze_due_month(at=now)

    assert KpiMonth.objects.filter(month=OCTOBER).exists() is is_due


def test_nothing_is_closed_before_there_is_anybody():
    assert freeze_due_month(at=NOW) == 0
    assert not KpiMonth.objects.exists()


def test_who_closes_it_second_changes_nothing():
    ContactFactory(created_at=at(2026, 10, 5))
    freeze_month(month=OCTOBER, at=NOW)
    rows = KpiMonth.objects.order_by("pk")
    first = list(rows.values())

    # As one would that had looked before the other one had written.
    again = [KpiMonth(kpi=row.kpi, scope=row.scope, month=row.month) for row in rows]
    KpiMonth.objects.bulk_create(again, ignore_conflicts=True)

    assert list(rows.values()) == first


def test_the_house_its_journeys_and_teams_are_closed_but_not_what_is_of_now():
    journey, team = JourneyFactory(), TeamFactory()
    ContactFactory(created_at=at(2026, 10, 5))

    freeze_month(month=OCTOBER, at=NOW)

    scopes = set(KpiMonth.objects.values_list("scope", flat=True))
    assert scopes == {"", f"journey:{journey.pk}", f"team:{team.pk}"}
    keys = set(KpiMonth.objects.values_list("kpi", flat=True))
    assert keys == {
        key for key, kpi in KPIS.items() if not kpi.is_of_now and not kpi.needs_phase
    }
    of_team = KpiMonth.objects.filter(scope=f"team:{team.pk}")
    assert not of_team.filter(kpi="new_contacts").exists()


def test_a_rep_sees_their_months_counted_not_those_of_the_house():
    rep = RepFactory()
    for assignee in (rep, RepFactory()):
        HandoffFactory(assignee=assignee, offered_at=at(2026, 10, 5))
    freeze_month(month=OCTOBER, at=NOW)

    of_rep = month_shown("handoffs_offered", viewer=rep)
    of_lead = month_shown("handoffs_offered", viewer=LeadFactory())

    assert (of_rep.value, of_rep.frozen_at) == (1, None)
    assert (of_lead.value, of_lead.frozen_at) == (2, NOW)


def test_a_month_of_an_earlier_definition_is_told_apart():
    ContactFactory(created_at=at(2026, 10, 5))
    freeze_month(month=OCTOBER, at=NOW)
    KpiMonth.objects.filter(kpi="new_contacts").update(version=0)

    assert month_shown("new_contacts").is_other_definition
    assert not month_shown("became_ready").is_other_definition


def test_the_command_closes_all_that_is_due_or_one(capsys):
    now = timezone.now()
    last = month_of(timezone.localdate(now), at=now).earlier()
    ContactFactory(created_at=last.since)

    call_command("freeze_kpis", "--month", f"{last.first:%Y-%m}")
    call_command("freeze_kpis")

    first, second = capsys.readouterr().out.splitlines()
    assert int(first.split()[0]) > 10
    assert int(second.split()[0]) >= 0
    for month in ("2026-13", "0001-01", "x", f"{timezone.localdate(now):%Y-%m}"):
        with pytest.raises(CommandError):
            call_command("freeze_kpis", "--month", month)


def test_as_many_queries_for_many_facts_as_for_one():
    def queries():
        KpiMonth.objects.all().delete()
        with CaptureQueriesContext(connection) as found:
            freeze_month(month=OCTOBER, at=NOW)
        return len(found)

    HandoffFactory(offered_at=at(2026, 10, 5))
    with_one = queries()
    HandoffFactory.create_batch(3, offered_at=at(2026, 10, 6))
    Contact.objects.update(created_at=at(2026, 10, 5))

    # Shares count their part only where there is a whole.
    assert queries() <= with_one + 2


def test_the_demo_has_figures_of_its_own_and_leaves_none():
    create_demo(contacts=12, interactions=40, seed=1, at=timezone.now())
    assert KpiTarget.objects.exists()
    ours = set_target(
        kpi="new_contacts",
        value=5,
        valid_from=date(2020, 1, 1),
        by=None,
        at=timezone.now(),
    )
    freeze_due_month(at=timezone.now())

    remove_demo(by=None, at=timezone.now())

    assert list(KpiTarget.objects.all()) == [ours]
    assert not KpiMonth.objects.exists()
