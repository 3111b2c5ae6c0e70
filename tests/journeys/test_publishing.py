"""Publishing a draft: what contacts follow, and the versions that are kept."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from journeys.models import Measure, Phase, PhaseVisit
from journeys.selectors.snapshots import measure_part, phase_part
from journeys.selectors.versions import changes_between, draft_of, latest_number
from journeys.services.advancing import advance_contacts
from journeys.services.drafts import (
    change_draft,
    drop_measure,
    drop_phase,
    move_phase,
    put_phase,
    restore_version,
)
from journeys.services.plans import save_measure, save_phase
from journeys.services.publishing import (
    ChangedSinceSeen,
    NameTaken,
    NothingToPublish,
    WhereTo,
    publish_draft,
)
from journeys.services.visits import MovedMeanwhile, move_contact
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    journey = JourneyFactory(name="Buyers")
    for position, name in enumerate(("One", "Two", "Three"), start=1):
        PhaseFactory(journey=journey, name=name, position=position)
    return journey


@pytest.fixture
def who():
    return {"by": MarketerFactory(), "at": timezone.now()}


def part_of(journey, called, /, **values):
    return {**phase_part(journey.phases.get(name=called)), **values}


def publish(journey, who, **more):
    """As somebody does who has looked at the draft just now."""
    draft = draft_of(journey)
    seen = {
        "revision": draft.revision if draft else 0,
        "based_on": latest_number(journey),
    }
    return publish_draft(journey=journey, note="Better", **(seen | who | more))


def order(journey):
    rows = journey.phases.order_by("position")
    return [*rows.values_list("name", "position")]


def test_phases_stay_who_they_are_whatever_they_are_called(journey, who):
    one, two = part_of(journey, "One"), part_of(journey, "Two")
    visit = PhaseVisitFactory(phase_id=int(one["key"]))
    # They change names and places: no constraint stands in the way.
    put_phase(journey=journey, part=two | {"name": "Interim"}, **who)
    put_phase(journey=journey, part=one | {"name": "Two"}, **who)
    put_phase(journey=journey, part=two | {"name": "One"}, **who)
    move_phase(journey=journey, key=two["key"], position=1, **who)

    version = publish(journey, who)

    assert order(journey) == [("One", 1), ("Two", 2), ("Three", 3)]
    visit.refresh_from_db()
    assert (visit.phase.name, visit.left_at) == ("Two", None)
    assert (version.number, version.published_by) == (2, who["by"])
    assert draft_of(journey) is None


def test_the_plan_before_the_first_draft_is_a_version_too(journey, who):
    put_phase(journey=journey, part=part_of(journey, "One", target_days=3), **who)

    publish(journey, who)

    first, second = journey.versions.order_by("number")
    [change] = changes_between(first.plan, second.plan)
    assert (change.name, change.old, change.new) == ("One", "", "3 days")


def test_contacts_in_a_phase_that_goes_go_where_somebody_says(journey, who):
    one, two = part_of(journey, "One"), part_of(journey, "Two")
    here, there = PhaseVisitFactory.create_batch(2, phase_id=int(one["key"]))
    drop_phase(journey=journey, key=one["key"], **who)

    for wrong in ({}, {one["key"]: "nowhere"}, {one["key"]: one["key"]}):
        with pytest.raises(WhereTo):
            publish(journey, who, moves=wrong)
    publish(journey, who, moves={one["key"]: two["key"]})

    assert order(journey) == [("Two", 1), ("Three", 2)]
    for visit in (here, there):
        visits = PhaseVisit.objects.filter(contact=visit.contact).order_by("pk")
        assert [v.phase_id for v in visits] == [int(one["key"]), int(two["key"])]
        assert visits[0].left_at == who["at"]


def test_contacts_may_be_let_out_of_the_journey(journey, who):
    one = part_of(journey, "One")
    visit = PhaseVisitFactory(phase_id=int(one["key"]))
    drop_phase(journey=journey, key=one["key"], **who)

    publish(journey, who, moves={one["key"]: "out"})

    assert not PhaseVisit.objects.filter(left_at=None).exists()
    assert Phase.ever.get(pk=visit.phase_id).retired_at == who["at"]


def test_who_comes_into_a_phase_as_it_goes_follows_the_others(journey, who):
    one, two = part_of(journey, "One"), part_of(journey, "Two")
    drop_phase(journey=journey, key=one["key"], **who)
    drop_phase(journey=journey, key=two["key"], **who)
    gone = Phase.objects.get(pk=one["key"])
    three = part_of(journey, "Three")["key"]
    publish(journey, who, moves={one["key"]: three})
    late = PhaseVisitFactory(phase=gone).contact  # committed a moment later
    lost = PhaseVisitFactory(phase_id=int(two["key"])).contact

    moved = advance_contacts(contact_ids=[late.pk, lost.pk], at=timezone.now())

    visit = PhaseVisit.objects.get(left_at=None)
    assert (moved, visit.contact, visit.phase_id) == (2, late, int(three))


def test_nobody_is_put_into_a_phase_that_has_gone(journey, who):

    gone = journey.phases.get(name="One")
    drop_phase(journey=journey, key=str(gone.pk), **who)
    publish(journey, who)

    with pytest.raises(MovedMeanwhile):
        move_contact(contact=ContactFactory(), phase=gone, **who)
    assert not PhaseVisit.objects.exists()


def test_a_measure_that_goes_keeps_what_it_brought_and_may_come_back(journey, who):
    measure = MeasureFactory(phase=journey.phases.get(name="One"))
    touch = InteractionFactory(measure=measure)
    drop_measure(journey=journey, key=measure_part(measure)["key"], **who)

    publish(journey, who)
    assert not Measure.objects.current().exists()
    touch.refresh_from_db()
    assert touch.measure == measure

    restore_version(version=journey.versions.get(number=1), **who)
    publish(journey, who)
    assert Measure.objects.current().get() == measure
    assert journey.versions.count() == 3


def test_a_phase_that_comes_back_is_the_one_that_went(journey, who):
    two = part_of(journey, "Two")
    visit = PhaseVisitFactory(phase_id=int(two["key"]), left_at=who["at"])
    drop_phase(journey=journey, key=two["key"], **who)
    publish(journey, who)
    assert order(journey) == [("One", 1), ("Three", 2)]

    restore_version(version=journey.versions.get(number=1), **who)
    publish(journey, who)

    assert order(journey) == [("One", 1), ("Two", 2), ("Three", 3)]
    assert journey.phases.get(name="Two").pk == visit.phase_id


def test_a_draft_is_published_once_and_as_it_was_seen(journey, who):
    put_phase(journey=journey, part=part_of(journey, "One", target_days=3), **who)
    seen = {"revision": 1, "based_on": 0}
    put_phase(journey=journey, part=part_of(journey, "Two", target_days=3), **who)

    with pytest.raises(ChangedSinceSeen):
        publish(journey, who, **seen)
    publish(journey, who)
    with pytest.raises(NothingToPublish):
        publish(journey, who)
    assert journey.versions.count() == 2


def test_a_draft_that_changes_nothing_is_not_published(journey, who):
    one = part_of(journey, "One")
    put_phase(journey=journey, part=one | {"target_days": 3}, **who)
    put_phase(journey=journey, part=one, **who)

    with pytest.raises(NothingToPublish):
        publish(journey, who)


def test_what_was_written_directly_meanwhile_is_seen_before_it_is_undone(journey, who):
    put_phase(journey=journey, part=part_of(journey, "One", target_days=3), **who)
    draft = draft_of(journey)
    phase = journey.phases.get(name="Two")
    phase.target_days = 9
    save_phase(phase=phase, by=who["by"], at=who["at"])

    with pytest.raises(ChangedSinceSeen):
        publish(journey, who, revision=draft.revision, based_on=draft.based_on)
    publish(journey, who)

    assert journey.phases.get(name="Two").target_days is None


def test_a_journeys_name_is_taken_once(journey, who):
    JourneyFactory(name="Others")
    change_draft(journey=journey, values={"name": "Others"}, **who)

    with pytest.raises(NameTaken):
        publish(journey, who)
    journey.refresh_from_db()
    assert journey.name == "Buyers"


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


def test_the_page_asks_for_a_note_and_where_contacts_go(journey, who, client):
    client.force_login(who["by"])
    one, two = part_of(journey, "One"), part_of(journey, "Two")
    PhaseVisitFactory(phase_id=int(one["key"]))
    drop_phase(journey=journey, key=one["key"], **who)
    url = reverse("journeys:draft_publish", args=[journey.pk])
    page = client.get(url)
    seen = {n: page.context["form"][n].value() for n in ("revision", "based_on")}
    move = f"move_{one['key']}"

    codes = [
        client.post(url, data).status_code
        for data in (
            seen,
            {**seen, "note": "x"},
            {**seen, "note": "x", move: "nowhere"},
            {**seen, "note": "x", move: two["key"], "revision": 99},
            {**seen, "note": "x", move: two["key"], "revision": "many"},
            {**seen, "note": "x", move: two["key"]},
            {**seen, "note": "x", move: two["key"]},
        )
    ]

    assert "Phase One removed" in page.content.decode()
    assert codes == [422, 422, 422, 422, 422, 302, 422]
    assert journey.versions.count() == 2


def test_a_page_that_is_behind_shows_what_is_new_and_lets_one_go_on(
    journey, who, client
):
    client.force_login(who["by"])
    put_phase(journey=journey, part=part_of(journey, "One", target_days=3), **who)
    url = reverse("journeys:draft_publish", args=[journey.pk])

    late = client.post(url, {"note": "x", "revision": 0, "based_on": 0})
    form = late.context["form"]
    shown = {name: form[name].value() for name in ("revision", "based_on")}
    again = client.post(url, {"note": "x", **shown})

    assert "has changed since you looked" in late.content.decode()
    assert (late.status_code, again.status_code) == (422, 302)


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


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_does(journey, who):
    put_phase(journey=journey, part=part_of(journey, "One", target_days=3), **who)
    both, refused = Barrier(2), []

    def go():
        try:
            both.wait()
            publish_draft(journey=journey, note="x", revision=1, based_on=0, **who)
        except NothingToPublish:
            refused.append(1)
        finally:
            connection.close()

    threads = [Thread(target=go) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(refused), latest_number(journey)) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_nobody_is_left_in_a_phase_that_goes_while_contacts_move(journey, who):
    one, two = part_of(journey, "One"), part_of(journey, "Two")
    old = journey.phases.get(name="One")
    people = ContactFactory.create_batch(4)
    for person in people[:2]:
        PhaseVisitFactory(phase=old, contact=person)
    drop_phase(journey=journey, key=one["key"], **who)
    both = Barrier(2)

    def come():
        both.wait()
        for person in people[2:]:
            try:
                move_contact(contact=person, phase=old, **who)
            except Exception as refusal:
                refusals.append(type(refusal).__name__)
        connection.close()

    def go():
        both.wait()
        publish(journey, who, moves={one["key"]: two["key"]})
        connection.close()

    refusals = []
    threads = [Thread(target=come), Thread(target=go)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    advance_contacts(contact_ids=[p.pk for p in people], at=timezone.now())

    here = PhaseVisit.objects.filter(left_at=None)
    assert set(refusals) <= {"MovedMeanwhile"}
    assert set(here.values_list("phase", flat=True)) == {int(two["key"])}
    assert here.count() == 4 - len(refusals)
