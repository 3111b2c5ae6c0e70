"""The versions of a plan: what makes one, and the pages that show them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from journeys.selectors.versions import changes_between, draft_of, latest_number
from journeys.services.drafts import (
    put_phase,
)
from journeys.services.plans import save_measure, save_phase
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.journeys import (
    MeasureFactory,
)
from tests.journeys.parts import part_of, publish
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def test_the_plan_before_the_first_draft_is_a_version_too(journey, who):
    put_phase(journey=journey, part=part_of(journey, "One", target_days=3), **who)

    publish(journey, who)

    first, second = journey.versions.order_by("number")
    [change] = changes_between(first.plan, second.plan, at=second.published_at)
    assert (change.name, change.old, change.new) == ("One", "", "3 days")


def test_what_one_person_writes_directly_within_an_hour_is_one_version(journey, who):
    now, other = who["at"], MarketerFactory()
    phase = journey.phases.get(name="One")
    measure = MeasureFactory.build(phase=phase)

    def write(days, by, at):
        phase.target_days = days
        save_phase(phase=phase, by=by, at=at)
        return latest_number(journey)

    numbers = [
        write(1, who["by"], now),
        write(2, who["by"], now + timedelta(minutes=59)),
        write(2, who["by"], now + timedelta(hours=9)),
        write(3, who["by"], now + timedelta(hours=10)),
        write(4, other, now + timedelta(hours=10)),
    ]
    save_measure(measure=measure, by=other, at=now + timedelta(hours=10))

    assert numbers == [2, 2, 2, 3, 4]
    assert latest_number(journey) == 4
    plans = [version.plan for version in journey.versions.order_by("number")]
    days = [plan["phases"][0]["target_days"] for plan in plans]
    assert days == [None, 2, 3, 4]
    assert plans[-1]["phases"][0]["measures"][0]["name"] == measure.name


@pytest.mark.django_db(transaction=True)
def test_pieces_of_a_plan_that_are_first_written_at_once_are_one_version(journey, who):
    phase = journey.phases.get(name="One")
    measures = [MeasureFactory(phase=phase) for _n in range(3)]

    saved = at_once(*[lambda m=m: save_measure(measure=m, **who) for m in measures])

    assert {row.pk for row in saved} == {row.pk for row in measures}
    assert latest_number(journey) == 1


def test_versions_are_read_compared_and_restored_on_pages(journey, who, client):
    put_phase(journey=journey, part=part_of(journey, "One", target_days=3), **who)
    publish(journey, who)
    client.force_login(RepFactory())

    def page(name, *args, query=""):
        url = reverse(f"journeys:{name}", args=[journey.pk, *args])
        return client.get(f"{url}{query}")

    assert "Better" in page("versions").content.decode()
    assert "3 days at most" in page("version", 2).content.decode()
    assert "3 days" in page("compare_versions", query="?from=1&to=2").content.decode()
    for query in ("", "?from=1", "?from=1&to=9", "?from=x&to=1", "?from=1&to=²"):
        assert page("compare_versions", query=query).status_code == 404
    assert page("version", 9).status_code == 404
    restore = reverse("journeys:version_restore", args=[journey.pk, 1])
    assert client.post(restore).status_code == 404
    client.force_login(who["by"])
    assert client.post(restore).status_code == 302
    assert draft_of(journey).plan["phases"][0]["target_days"] is None


@pytest.mark.parametrize("count", [1, 3])
def test_versions_take_as_many_queries_for_many(
    journey, who, client, django_assert_num_queries, count
):
    for number in range(count):
        title = {"field": "owner", "op": "in", "value": [who["by"].pk, number + 1]}
        part = part_of(journey, "One", entry_condition=title)
        put_phase(journey=journey, part=part, **who)
        publish(journey, who)
    client.force_login(who["by"])
    url = reverse("journeys:versions", args=[journey.pk])
    client.get(url)

    with django_assert_num_queries(8):  # session, user, journey, versions, draft ...
        assert client.get(url).content.decode().count("entry condition") == count
