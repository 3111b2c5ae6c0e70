"""What measures are to cost: written in a draft, in force once it is published."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from journeys.models import JourneyDraft, MeasureCost
from journeys.plan_costs import cost_part
from journeys.selectors.costs import measure_costs
from journeys.selectors.snapshots import measure_part, plan_of
from journeys.selectors.versions import changes_between, draft_of
from journeys.services.costs import change_costs, set_costs
from journeys.services.drafts import (
    drop_measure,
    put_measure,
    put_phase,
    restore_version,
)
from journeys.services.planned_costs import BadPeriod, CostIsSettled
from journeys.services.publishing import (
    ChangedSinceSeen,
    NothingToPublish,
    keep_first_version,
)
from tests.factories.journeys import MeasureFactory
from tests.journeys.parts import part_of, publish
from tests.threads import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def ads(journey, today):
    """A measure that costs 600 a month since forty days ago."""
    measure = MeasureFactory(phase=journey.phases.get(name="One"), name="Ads")
    monthly(today - 40 * DAY, 600, measure=measure).save()
    return measure


def monthly(since, amount, until=None, **more):
    values = {"since_date": since, "until_date": until, "per": "month"}
    return MeasureCost(amount=Decimal(amount), **values, **more)


def once(day, amount, until=None):
    return MeasureCost(amount=Decimal(amount), since_date=day, until_date=until)


def write(journey, measure, costs, who, **values):
    part = measure_part(measure) | values | {"costs": [cost_part(c) for c in costs]}
    return put_measure(
        journey=journey, phase_key=str(measure.phase_id), part=part, **who
    )


def rows(measure):
    found = measure.costs.order_by("since_date", "pk")
    return [(c.amount, c.since_date, c.until_date) for c in found]


def test_another_price_from_a_day_on_leaves_what_was_spent_as_it_is(
    journey, who, ads, today
):
    past = once(today - 9 * DAY, 90, today - 5 * DAY)
    past.measure = ads
    past.save()
    ever = timezone.now() - 100 * DAY
    before = measure_costs(ever, timezone.now())
    ends, dearer = (
        monthly(today - 40 * DAY, 600, today + 9 * DAY),
        monthly(today + 10 * DAY, 800),
    )

    write(journey, ads, [ends, dearer], who)
    assert rows(ads)[0] == (600, today - 40 * DAY, None)  # nothing yet
    version = publish(journey, who)

    assert rows(ads) == [
        (600, today - 40 * DAY, today + 9 * DAY),
        (90, today - 9 * DAY, today - 5 * DAY),
        (800, today + 10 * DAY, None),
    ]
    assert measure_costs(ever, timezone.now()) == before
    [phase, *_others] = version.plan["phases"]
    assert phase["measures"][0]["costs"] == [cost_part(ends), cost_part(dearer)]


def test_the_difference_says_what_it_costs_from_now_on(journey, who, ads, today):
    write(journey, ads, [monthly(today - 40 * DAY, 600, today)], who)
    fair = MeasureFactory.build(phase=journey.phases.get(name="Two"), name="Fair")
    write(journey, fair, [once(today + DAY, 5200)], who)
    plan = plan_of(journey, at=who["at"])

    told = changes_between(plan, draft_of(journey).plan, at=who["at"])

    said = [(c.kind, c.name, c.label) for c in told]
    assert said == [
        ("changed", "Ads", "costs"),
        ("added", "Fair", ""),
        ("changed", "Fair", "costs"),
    ]
    assert told[0].old.startswith("600\u202f€ a month from")
    assert told[2].new.startswith("5,200\u202f€ on")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda day: [],  # taken out
        lambda day: [monthly(day - 40 * DAY, 500)],
        lambda day: [monthly(day - 41 * DAY, 600)],
        lambda day: [monthly(day - 40 * DAY, 600, day - 2 * DAY)],
        lambda day: [monthly(day - 40 * DAY, 600), once(day - DAY, 1)],
    ],
)
def test_what_was_spent_cannot_be_changed_by_a_plan(journey, who, ads, today, wrong):
    with pytest.raises(CostIsSettled) as refusal:
        write(journey, ads, wrong(today), who)

    assert refusal.value.attr.startswith("costs")
    assert "Ads" in str(refusal.value)
    assert draft_of(journey) is None


def test_a_period_ends_after_it_begins(journey, who, ads, today):
    kept = monthly(today - 40 * DAY, 600)

    with pytest.raises(BadPeriod) as refusal:
        write(journey, ads, [kept, once(today + 2 * DAY, 1, today + DAY)], who)

    assert refusal.value.attr == "costs.1.until_date"


def test_days_that_pass_before_it_is_published_are_named_at_their_place(
    journey, who, ads, today
):
    kept = monthly(today - 40 * DAY, 600)
    write(journey, ads, [kept, once(today + DAY, 70)], who)
    later = who | {"at": who["at"] + 3 * DAY}

    with pytest.raises(CostIsSettled) as refusal:
        publish(journey, later)

    assert refusal.value.attr == "plan.phases.0.measures.0.costs.1.since_date"
    assert len(draft_of(journey).plan["phases"][0]["measures"][0]["costs"]) == 2
    write(journey, ads, [kept, once(today + 3 * DAY, 70)], later)
    publish(journey, later)
    assert rows(ads)[1] == (70, today + 3 * DAY, None)


def test_what_is_over_by_then_is_no_difference(journey, who, ads, today):
    fair = once(today, 50, today + DAY)
    set_costs(measure=ads, costs=[fair, monthly(today - 40 * DAY, 600)], **who)
    put_phase(journey=journey, part=part_of(journey, "One", name="First"), **who)

    publish(journey, who | {"at": who["at"] + 9 * DAY})

    assert len(rows(ads)) == 2
    [old, new] = journey.versions.order_by("-number")[:2][::-1]
    told = changes_between(old.plan, new.plan, at=new.published_at)
    assert [c.label for c in told] == ["name"]


def test_what_is_written_down_meanwhile_is_not_undone_unseen(journey, who, ads, today):
    kept = monthly(today - 40 * DAY, 600)
    keep_first_version(journey=journey, at=who["at"])
    write(journey, ads, [kept, once(today + DAY, 70)], who)
    seen = {"revision": 1, "based_on": 1}

    # What is over is no plan; what is to come changes it.
    change_costs(measure=ads, costs=[once(today - 3 * DAY, 5)], **who)
    assert journey.versions.count() == 1
    change_costs(measure=ads, costs=[once(today + 5 * DAY, 30)], **who)
    assert journey.versions.latest("number").origin == "pieces"
    with pytest.raises(ChangedSinceSeen):
        publish(journey, who, **seen)

    publish(journey, who)  # after another look
    assert [amount for amount, *_days in rows(ads)] == [600, 5, 70]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_makes_the_costs(journey, who, ads, today):
    write(journey, ads, [monthly(today - 40 * DAY, 600), once(today, 70)], who)
    done = []

    def go():
        with suppress(NothingToPublish, ChangedSinceSeen):
            done.append(publish(journey, who, revision=1, based_on=0))

    at_once(go, go)

    assert len(done) == 1
    assert [amount for amount, *_days in rows(ads)] == [600, 70]


def test_what_goes_on_ends_when_its_measure_leaves_the_plan(journey, who, ads, today):
    drop_measure(journey=journey, key=str(ads.pk), **who)
    version = publish(journey, who)
    assert rows(ads) == [(600, today - 40 * DAY, today)]

    # It comes back after a while: nothing was spent in between.
    later = who | {"at": who["at"] + 20 * DAY}
    first = journey.versions.get(number=version.number - 1)
    restore_version(version=first, **later)
    assert draft_of(journey).plan["phases"][0]["measures"][0]["costs"] == []
    publish(journey, later)
    assert rows(ads) == [(600, today - 40 * DAY, today)]


def test_a_draft_from_before_costs_stood_in_plans_keeps_them(journey, who, ads):
    put_phase(journey=journey, part=part_of(journey, "One", name="First"), **who)
    draft = draft_of(journey)
    for name in ("costs", "carriers"):
        del draft.plan["phases"][0]["measures"][0][name]
    del draft.plan["names"]["carriers"]
    draft.save()

    publish(journey, who)

    assert len(rows(ads)) == 1


def test_so_does_one_from_before_that_had_no_measure_yet(journey, who):
    JourneyDraft.objects.create(
        journey=journey,
        plan=plan_of(journey, at=who["at"]) | {"names": {"segments": {}, "teams": {}}},
        based_on=0,
    )
    fair = MeasureFactory.build(phase=journey.phases.get(name="Two"), name="Fair")

    write(journey, fair, [], who)

    assert draft_of(journey).plan["phases"][1]["measures"][0]["name"] == "Fair"


def test_what_went_on_for_measures_that_had_left_before_has_ended(journey, ads, today):
    ads.retired_at = timezone.now() - 5 * DAY
    ads.save()
    later = monthly(today, 5)
    later.measure = ads
    later.save()
    migration = import_module("journeys.migrations.0010_costs_end_with_their_measure")

    migration.end(apps, None)

    assert rows(ads) == [(600, today - 40 * DAY, timezone.localdate(ads.retired_at))]


def on_pages(marketer, journey, measure, costs):
    from django.test import Client

    client = Client()
    client.force_login(marketer)
    data = measure_part(measure) | {"phase": measure.phase_id, "team": ""}
    data |= {"costs-TOTAL_FORMS": 3, "costs-INITIAL_FORMS": 1}
    for number, cost in enumerate(costs):
        for name, value in cost_part(cost).items():
            data[f"costs-{number}-{name}"] = value or ""
    url = reverse("journeys:draft_measure", args=[journey.pk, measure.pk])
    return client.post(url, data)


def over_rest(marketer, journey, measure, costs):
    client = APIClient()
    client.force_authenticate(marketer)
    plan = plan_of(journey, at=timezone.now())
    plan["phases"][0]["measures"][0]["costs"] = [cost_part(cost) for cost in costs]
    url = f"/api/v1/journeys/{journey.pk}/draft/"
    return client.put(url, {"revision": 0, "plan": plan}, format="json")


@pytest.mark.parametrize("door", [on_pages, over_rest])
def test_costs_are_written_in_a_draft_through_any_door(journey, who, ads, today, door):
    kept = monthly(today - 40 * DAY, 600, today + 9 * DAY)
    costs = [kept, monthly(today + 10 * DAY, 800)]

    refused = door(who["by"], journey, ads, [costs[0], once(today - DAY, 1)])
    assert refused.status_code in (400, 422)
    assert "what was spent before today stays" in refused.content.decode()
    assert door(who["by"], journey, ads, costs).status_code in (200, 302)

    part = draft_of(journey).plan["phases"][0]["measures"][0]
    assert part["costs"] == [cost_part(cost) for cost in costs]


def test_over_rest_what_is_wrong_is_named_and_what_is_left_out_is_kept(
    journey, who, ads, today
):
    client = APIClient()
    client.force_authenticate(who["by"])
    url = f"/api/v1/journeys/{journey.pk}/draft/"
    plan = client.post(url).json()["plan"]
    part = plan["phases"][0]["measures"][0]
    costs = part.pop("costs")

    kept = client.put(url, {"revision": 1, "plan": plan}, format="json").json()
    part["costs"] = [*costs, {"amount": "5.00", "since_date": str(today - DAY)}]
    refused = client.put(url, {"revision": 2, "plan": plan}, format="json").json()
    part["costs"] = [{"amount": "x", "since_date": str(today)}]
    unreadable = client.put(url, {"revision": 2, "plan": plan}, format="json").json()

    assert kept["plan"]["phases"][0]["measures"][0]["costs"] == costs
    assert [(e["attr"], e["code"]) for e in refused["errors"]] == [
        ("plan.phases.0.measures.0.costs.1.since_date", "cost_is_settled")
    ]
    [fault] = unreadable["errors"]
    assert fault["attr"] == "plan.phases.0.measures.0.costs.0.amount"
