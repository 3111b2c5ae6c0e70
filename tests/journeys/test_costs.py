"""What measures cost: by days, on the page and over REST."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from journeys.models import MeasureCost
from journeys.selectors.costs import measure_costs, spent_so_far
from journeys.services.costs import (
    CostsByPeriod,
    change_costs,
    set_cost,
    set_costs,
)
from journeys.services.planned_costs import BadPeriod
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.journeys import MeasureFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
BERLIN = timezone.get_default_timezone()
WHO = {"by": None, "at": timezone.now()}


def day(number, month=6):
    return datetime(2026, month, number, tzinfo=BERLIN)


def cost(amount, since, until=None, per="total"):
    return MeasureCost(
        amount=Decimal(amount), since_date=since, until_date=until, per=per
    )


def test_an_amount_is_shared_out_over_the_days_of_its_period():
    measure = MeasureFactory()
    set_costs(
        **WHO, measure=measure, costs=[cost(100, date(2026, 6, 1), date(2026, 6, 10))]
    )

    assert measure_costs(day(1), day(30)) == {measure.pk: 100}
    assert measure_costs(day(3), day(5)) == {measure.pk: 20}
    assert measure_costs(day(10), day(20)) == {measure.pk: 10}
    assert measure_costs(day(11), day(20)) == {}


def test_times_next_to_each_other_add_up():
    measure = MeasureFactory()
    set_costs(
        **WHO, measure=measure, costs=[cost(90, date(2026, 6, 1), date(2026, 6, 9))]
    )
    noon = day(4) + timedelta(hours=12)

    before, after = measure_costs(day(1), noon), measure_costs(noon, day(30))

    assert (before[measure.pk], after[measure.pk]) == (40, 50)


def test_days_are_those_of_the_time_zone():
    measure = MeasureFactory()
    set_costs(**WHO, measure=measure, costs=[cost(7, date(2026, 6, 1))])

    begins = datetime(2026, 5, 31, 22, tzinfo=UTC)  # in Berlin: June 1, 0:00

    assert measure_costs(begins, begins + timedelta(seconds=1)) == {measure.pk: 7}
    assert measure_costs(begins + timedelta(seconds=1), day(9)) == {}


def test_an_amount_for_each_month_goes_on_until_its_last_day_if_it_has_one():
    measure = MeasureFactory()
    goes_on = cost(300, date(2026, 5, 17), per="month")
    ends = cost(310, date(2026, 5, 1), date(2026, 5, 10), per="month")
    set_costs(**WHO, measure=measure, costs=[goes_on])

    assert measure_costs(day(1), day(1, month=8)) == {measure.pk: 600}
    assert measure_costs(day(1, month=5), day(1)) == {
        measure.pk: Decimal(300) * 15 / 31
    }
    set_costs(**WHO, measure=measure, costs=[ends])
    assert measure_costs(day(1, month=5), day(1, month=9)) == {measure.pk: 100}


def test_what_goes_on_ends_when_its_measure_leaves_the_plan():
    measure = MeasureFactory(retired_at=day(16))
    goes_on = cost(300, date(2026, 6, 1), per="month")
    whole = cost(30, date(2026, 6, 1), date(2026, 6, 30))
    set_costs(**WHO, measure=measure, costs=[goes_on, whole])

    assert measure_costs(day(1), day(1, month=8)) == {measure.pk: 150 + 30}


def test_periods_that_overlap_add_up():
    measure, other, _free = MeasureFactory.create_batch(3)
    first, last = date(2026, 6, 1), date(2026, 6, 2)
    set_costs(
        **WHO, measure=measure, costs=[cost(10, first, last), cost(5, first, last)]
    )
    set_costs(**WHO, measure=other, costs=[cost(1, first)])

    assert measure_costs(day(1), day(2)) == {measure.pk: Decimal("7.5"), other.pk: 1}


def test_what_it_cost_so_far_leaves_out_days_to_come():
    rows = [cost(100, date(2026, 6, 1), date(2026, 6, 10)), cost(3, date(2026, 7, 1))]

    assert spent_so_far(rows, today=date(2026, 6, 4)) == Decimal("40.00")
    assert spent_so_far([], today=date(2026, 6, 4)) is None


def test_a_period_ends_after_it_begins():
    measure = MeasureFactory()

    with pytest.raises(BadPeriod):
        change_costs(
            **WHO, measure=measure, costs=[cost(1, date(2026, 6, 2), date(2026, 6, 1))]
        )
    with pytest.raises(BadPeriod):
        change_costs(**WHO, measure=measure, costs=[cost(1, date(9999, 12, 31))])
    assert not measure.costs.exists()


def test_what_somebody_else_wrote_down_meanwhile_stays():
    measure = MeasureFactory()
    mine, theirs = cost(1, date(2026, 6, 1)), cost(2, date(2026, 6, 2))
    change_costs(**WHO, measure=measure, costs=[mine])
    change_costs(**WHO, measure=measure, costs=[theirs])
    mine.amount = 3
    change_costs(**WHO, measure=measure, costs=[], gone=[theirs.pk])

    theirs.amount = 5
    change_costs(**WHO, measure=measure, costs=[mine, theirs])

    assert [row.amount for row in measure.costs.all()] == [3]


def test_one_number_is_spent_on_one_day_and_wipes_out_no_periods():
    measure, today, who = MeasureFactory(), date(2026, 6, 3), {"by": None, "at": day(3)}
    later = {"by": None, "at": day(12)}
    set_cost(measure=measure, amount=Decimal("90.50"), **who)
    set_cost(measure=measure, amount=Decimal(80), **later)
    [row] = measure.costs.all()
    assert (row.amount, row.since_date) == (80, today)

    set_costs(**WHO, measure=measure, costs=[cost(30, date(2026, 6, 1), per="month")])
    spent = spent_so_far(measure.costs.all(), today=today)
    set_cost(measure=measure, amount=spent, **who)  # sent back as it was read
    with pytest.raises(CostsByPeriod):
        set_cost(measure=measure, amount=Decimal(4), **who)
    assert measure.costs.get().per == "month"


@pytest.mark.django_db(transaction=True)
def test_one_number_said_by_several_at_once_is_spent_once():
    measure = MeasureFactory()

    at_once(*[lambda: set_cost(**WHO, measure=measure, amount=90)] * 4)

    assert [cost.amount for cost in measure.costs.all()] == [90]


def rows_of_form(**rows):
    data = {"costs-TOTAL_FORMS": "3", "costs-INITIAL_FORMS": "0"}
    for name, value in rows.items():
        number, _, field = name[1:].partition("_")
        data[f"costs-{number}-{field}"] = value
    return data


def test_costs_are_written_down_on_a_page(client):
    client.force_login(MarketerFactory())
    measure = MeasureFactory()
    url = reverse("journeys:measure_costs", args=[measure.pk])
    good = rows_of_form(
        _0_amount="90.50", _0_per="total", _0_since_date="2026-06-01", _0_note="Stand"
    )

    assert client.post(url, good).status_code == 302
    [row] = measure.costs.all()
    assert (row.amount, row.note) == (Decimal("90.50"), "Stand")
    assert "90.50" in client.get(url).content.decode()
    for wrong in (
        {"_0_since_date": "2026-06-02", "_0_until_date": "2026-06-01"},
        {"_0_amount": "-1"},
        {"_0_since_date": "0001-01-01"},
    ):
        assert client.post(url, good | rows_of_form(**wrong)).status_code == 422
    assert client.post(url, {"costs-TOTAL_FORMS": "x"}).status_code == 422
    gone = rows_of_form(
        _0_id=str(row.pk),
        _0_amount="90.50",
        _0_per="total",
        _0_since_date="2026-06-01",
        _0_DELETE="on",
    )
    gone["costs-INITIAL_FORMS"] = "1"
    assert client.post(url, gone).status_code == 302
    assert not measure.costs.exists()


def test_reps_read_costs_and_do_not_write_them_down(client):
    client.force_login(RepFactory())
    measure = MeasureFactory()
    url = reverse("journeys:measure_costs", args=[measure.pk])

    assert client.get(url).status_code == 200
    assert "<form class=" not in client.get(url).content.decode()
    assert client.post(url, rows_of_form()).status_code == 404


def test_costs_are_read_and_replaced_over_rest(api):
    measure = MeasureFactory()
    url = f"/api/v1/measures/{measure.pk}/"
    today = timezone.localdate()
    monthly = {"amount": "31.00", "per": "month", "since_date": str(today)}

    one = api.patch(url, {"cost": "90.50"}, format="json")
    again = api.patch(url, {"cost": "90.50"}, format="json")
    many = api.patch(url, {"costs": [monthly, monthly]}, format="json")
    whole = api.put(url, api.get(url).json() | {"name": "Fair"}, format="json")
    refused = api.patch(url, {"cost": "1.00"}, format="json")
    wrong = api.patch(
        url, {"costs": [monthly | {"until_date": "2001-01-01"}]}, format="json"
    )
    negative = api.patch(url, {"cost": "-1"}, format="json")

    assert one.json()["cost"] == again.json()["cost"] == "90.50"
    assert one.json()["costs"][0]["since_date"] == str(today)
    assert [row["per"] for row in many.json()["costs"]] == ["month", "month"]
    assert (whole.status_code, whole.json()["name"]) == (200, "Fair")
    assert (refused.status_code, wrong.status_code) == (409, 400)
    assert negative.status_code == 400
    assert refused.json()["errors"][0]["code"] == "costs_by_period"
    assert measure.costs.count() == 2


@pytest.mark.parametrize("row_count", [1, 3])
def test_measures_over_rest_take_as_many_queries_for_many(
    api, django_assert_num_queries, row_count
):
    for measure in MeasureFactory.create_batch(row_count):
        set_costs(**WHO, measure=measure, costs=[cost(1, date(2026, 6, 1))])

    with django_assert_num_queries(8):  # measures, costs, and what carries them out
        found = api.get("/api/v1/measures/").json()["results"]

    assert [row["cost"] for row in found] == ["1.00"] * row_count
