"""Months are closed for each rep and each measure too, and shown to whom they concern."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.users import deactivate_user
from contacts.models import Contact
from insights.kpis.registry import KPIS
from insights.models import FigureSettings, KpiMonth
from insights.selectors.kpi_scopes import CLOSABLE
from insights.selectors.periods import last_months, month_of
from insights.services.kpi_months import freeze_due_month, freeze_month
from insights.services.targets import save_figure_settings
from insights.tasks import erase_rep_months
from journeys.models import Measure
from leadhub.schedule import SCHEDULE
from tests.factories.accounts import LeadFactory, MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
)
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def last(now):
    """The calendar month before this one."""
    return month_of(timezone.localdate(now), at=now).earlier()


@pytest.fixture
def rep(last):
    """Who was offered two leads in it, with a colleague who got one."""
    found = RepFactory(first_name="Zenobia", last_name="Quill", date_joined=last.since)
    other = RepFactory(date_joined=last.since)
    for number, assignee in enumerate((found, found, other)):
        offered = last.since + timedelta(days=3 + number)
        HandoffFactory(assignee=assignee, offered_at=offered)
    return found


@pytest.fixture
def measure(last):
    """That brought somebody in it."""
    found = MeasureFactory(name="Zeppelin over the fair")
    brought_by(found, last)
    return found


def brought_by(measure, last):
    moment = last.since + timedelta(days=4)
    contact = ContactFactory(created_at=moment)
    InteractionFactory(contact=contact, measure=measure, occurred_at=moment)


def table(response):
    text = b"".join(response).decode("utf-8-sig")
    return {row["key"]: row for row in csv.DictReader(StringIO(text))}


def doors(client, key, query, last):
    """What each door says of a closed month: as it was closed, and as of now."""
    of_month = query | {"period": last.name}
    page = client.get(reverse("insights:figures"), of_month)
    lines = [line for part in page.context["sections"] for line in part.lines]
    figure = next(line.figure for line in lines if line.figure.key == key)
    alone = client.get(reverse("insights:figure", args=[key]), of_month)
    month = next(row for row in alone.context["months"] if row.month == last.first)
    cells = table(client.get(reverse("insights:figure_file"), of_month))[key]
    months = client.get(reverse("insights:figure_months_file", args=[key]), query)
    of_file = next(
        row
        for row in csv.DictReader(StringIO(b"".join(months).decode("utf-8-sig")))
        if row["month"] == str(last.first)
    )
    told = client.get("/api/v1/kpis/", of_month).json()["figures"]
    told = next(row for row in told if row["key"] == key)
    answer = client.get(f"/api/v1/kpis/{key}/months/", query).json()["months"]
    answer = next(row for row in answer if row["month"] == str(last.first))
    return {
        "page": (figure.closed, figure.value),
        "page of the figure": (
            alone.context["figure"].closed,
            alone.context["figure"].value,
        ),
        "its months": (month.value, month.now),
        "CSV": (float(cells["closed value"]), float(cells["value"])),
        "CSV of months": (float(of_file["value"]), float(of_file["counted now"])),
        "REST": (told["closed"], told["value"]),
        "REST of months": (answer["value"], answer["now"]),
    }


def test_a_month_of_a_rep_stays_as_it_was_closed_at_every_door(client, rep, last, now):
    freeze_month(month=last.first, at=now)
    HandoffFactory(assignee=rep, offered_at=last.since + timedelta(days=9))

    for viewer in (LeadFactory(), MarketerFactory(), rep):
        client.force_login(viewer)
        found = doors(client, "handoffs_offered", {"rep": rep.pk}, last)
        assert set(found.values()) == {(2, 3)}, found


def test_a_month_of_a_measure_stays_as_it_was_closed_at_every_door(
    client, measure, last, now
):
    freeze_month(month=last.first, at=now)
    brought_by(measure, last)

    for viewer in (MarketerFactory(), RepFactory()):
        client.force_login(viewer)
        found = doors(client, "new_contacts", {"measure": measure.pk}, last)
        assert set(found.values()) == {(1, 2)}, found


def test_a_month_of_a_phase_is_closed_with_its_own_figures(client, last, now):
    phase = PhaseFactory()
    PhaseVisitFactory(phase=phase, entered_at=last.since + timedelta(days=2))
    freeze_month(month=last.first, at=now)
    PhaseVisitFactory(phase=phase, entered_at=last.since + timedelta(days=3))
    client.force_login(LeadFactory())

    url = "/api/v1/kpis/entered_phase/months/"
    [row, _running] = client.get(url, {"phase": phase.pk}).json()["months"]

    assert (row["value"], row["now"], row["has_changed"]) == (1, 2, True)
    kept = KpiMonth.objects.filter(scope=f"phase:{phase.pk}")
    assert set(kept.values_list("kpi", flat=True)) == {
        key for key, kpi in KPIS.items() if kpi.needs_phase
    }


def test_closed_months_of_reps_are_hidden_once_reps_are_not_compared(
    client, rep, last, now
):
    freeze_month(month=last.first, at=now)
    save_figure_settings(chosen=FigureSettings(compares_reps=False), by=None, at=now)
    query = {"rep": rep.pk, "period": last.name}
    key = "handoffs_offered"

    for viewer in (LeadFactory(), MarketerFactory(), RepFactory()):
        client.force_login(viewer)
        for page in ("insights:figures", "insights:figure"):
            args = [key] if page == "insights:figure" else []
            shown = client.get(reverse(page, args=args), query)
            assert shown.context["scope"].rep is None
            assert "Zenobia" not in shown.content.decode()
        for name, args in (("figure_file", []), ("figure_months_file", [key])):
            url = reverse(f"insights:{name}", args=args)
            assert client.get(url, query).status_code == 404
        assert client.get("/api/v1/kpis/", query).status_code == 403
        url = f"/api/v1/kpis/{key}/months/"
        assert client.get(url, {"rep": rep.pk}).status_code == 403

    client.force_login(rep)
    assert set(doors(client, key, {"rep": "me"}, last).values()) == {(2, 2)}


def test_a_rep_who_was_shut_out_keeps_the_months_that_were_closed(
    client, rep, last, now
):
    freeze_month(month=last.first, at=now)
    deactivate_user(user=rep, by=None, at=now)
    never = RepFactory(is_active=False, first_name="Nobody", last_name="Knows")
    client.force_login(LeadFactory())

    found = doors(client, "handoffs_offered", {"rep": rep.pk}, last)
    page = client.get(reverse("insights:figures")).content.decode()

    assert {closed for closed, _now in found.values()} == {2}
    assert "Zenobia Quill (no longer there)" in page
    assert "Nobody Knows" not in page
    gone = client.get("/api/v1/kpis/", {"rep": never.pk})
    assert gone.status_code == 400


def test_a_measure_that_left_the_plan_keeps_the_months_that_were_closed(
    client, measure, last, now
):
    freeze_month(month=last.first, at=now)
    Measure.objects.filter(pk=measure.pk).update(retired_at=now)
    client.force_login(LeadFactory())

    found = doors(client, "new_contacts", {"measure": measure.pk}, last)
    page = client.get(reverse("insights:figures")).content.decode()

    assert set(found.values()) == {(1, 1)}
    assert "Zeppelin over the fair (no longer there)" in page


def test_nothing_is_closed_of_who_had_not_come_yet(last, now):
    ContactFactory(created_at=last.since)
    late = RepFactory(date_joined=last.until)
    unused, brings = MeasureFactory(), MeasureFactory()
    InteractionFactory(measure=brings, occurred_at=last.until)

    freeze_month(month=last.first, at=now)

    absent = {f"rep:{late.pk}", f"measure:{unused.pk}", f"measure:{brings.pk}"}
    assert not KpiMonth.objects.filter(scope__in=absent).exists()


def test_the_sweep_closes_so_many_a_run_the_house_first(rep, measure, last, now):
    Contact.objects.update(created_at=last.since)
    JourneyFactory()
    save_figure_settings(chosen=FigureSettings(freeze_after_days=0), by=None, at=now)
    house = len(CLOSABLE[""])

    assert freeze_due_month(at=now, most=house) == house
    assert set(KpiMonth.objects.values_list("scope", flat=True)) == {""}
    while freeze_due_month(at=now, most=50):
        pass

    by_scope = {
        name: KpiMonth.objects.filter(scope__startswith=f"{name}:").count()
        for name in ("rep", "measure")
    }
    sellers = User.objects.reps().filter(date_joined__lt=last.until).count()
    assert by_scope == {
        "rep": sellers * len(CLOSABLE["rep"]),
        "measure": len(CLOSABLE["measure"]),
    }
    assert set(KpiMonth.objects.values_list("month", flat=True)) == {last.first}


def test_of_reps_two_years_are_kept_and_of_all_others_everything(now):
    old, new = last_months(25, at=now)[:2]
    rep = RepFactory(date_joined=old.since)
    kept = {"kpi": "handoffs_offered", "value": 1, "month": new.first}
    for scope in ("", "team:1", f"rep:{rep.pk}"):
        KpiMonth.objects.create(**kept, scope=scope)
        KpiMonth.objects.create(**kept | {"month": old.first}, scope=scope)

    erase_rep_months()
    # Closing it by hand does not bring it back.
    freeze_month(month=old.first, at=now)

    rows = KpiMonth.objects.filter(scope=f"rep:{rep.pk}")
    assert list(rows.values_list("month", flat=True)) == [new.first]
    assert KpiMonth.objects.filter(month=old.first, scope="team:1").exists()
    freeze_month(month=new.first, at=now)
    assert rows.filter(month=new.first).count() == len(CLOSABLE["rep"])


def test_the_scheduler_erases_what_is_too_old():
    assert erase_rep_months.name in {each["task"] for each in SCHEDULE.values()}
