"""Publishing a draft: what contacts follow from then on."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.conditions.parsing import InvalidCondition
from contacts.services.custom_fields import delete_custom_field
from journeys.models import Measure, Phase, PhaseVisit
from journeys.selectors.snapshots import measure_part
from journeys.selectors.versions import draft_of, latest_number
from journeys.services.advancing import advance_contacts
from journeys.services.applying import NameTaken
from journeys.services.drafts import (
    change_draft,
    drop_measure,
    drop_phase,
    move_phase,
    put_phase,
    restore_version,
)
from journeys.services.plans import save_phase
from journeys.services.publishing import (
    ChangedSinceSeen,
    NothingToPublish,
    SegmentGone,
    WhereTo,
    publish_draft,
)
from journeys.services.visits import MovedMeanwhile, move_contact
from leadhub.errors import DomainError
from tests.factories.contacts import (
    ContactFactory,
    CustomFieldFactory,
    SegmentFactory,
)
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseVisitFactory,
)
from tests.journeys.parts import part_of, publish
from tests.threads import at_once

pytestmark = pytest.mark.django_db


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


def test_what_the_goal_of_a_draft_names_must_still_be_there(journey, who):
    field = CustomFieldFactory(key="size")
    goal = {"field": "custom.size", "op": "is_set"}
    change_draft(journey=journey, values={"goal": goal}, **who)
    delete_custom_field(field=field, **who)

    with pytest.raises(InvalidCondition):
        publish(journey, who)

    journey.refresh_from_db()
    assert journey.goal == {}


def test_a_segment_that_is_gone_is_not_left_out_silently(journey, who, client):
    segment = SegmentFactory(name="Firms")
    change_draft(journey=journey, values={"segment": segment.pk}, **who)
    segment.delete()

    with pytest.raises(SegmentGone, match="The segment Firms is gone"):
        publish(journey, who)

    client.force_login(who["by"])
    shown = {"note": "x", "revision": 1, "based_on": 0}
    page = client.post(reverse("journeys:draft_publish", args=[journey.pk]), shown)
    assert page.status_code == 422
    assert "The segment Firms is gone" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_does(journey, who):
    put_phase(journey=journey, part=part_of(journey, "One", target_days=3), **who)
    seen = {"note": "x", "revision": 1, "based_on": 0}

    both = at_once(*[lambda: publish_draft(journey=journey, **seen, **who)] * 2)

    assert sorted(type(one).__name__ for one in both) == [
        *("JourneyVersion", "NothingToPublish")
    ]
    assert latest_number(journey) == 2


@pytest.mark.django_db(transaction=True)
def test_nobody_is_left_in_a_phase_that_goes_while_contacts_move(journey, who):
    one, two = part_of(journey, "One"), part_of(journey, "Two")
    old = journey.phases.get(name="One")
    people = ContactFactory.create_batch(4)
    for person in people[:2]:
        PhaseVisitFactory(phase=old, contact=person)
    drop_phase(journey=journey, key=one["key"], **who)

    def go():
        publish(journey, who, moves={one["key"]: two["key"]})

    def coming(person):
        return lambda: move_contact(contact=person, phase=old, **who)

    _gone, *came = at_once(go, *map(coming, people[2:]))

    here = PhaseVisit.objects.filter(left_at=None)
    refusals = [one for one in came if isinstance(one, DomainError)]
    assert {type(one) for one in refusals} <= {MovedMeanwhile}
    assert set(here.values_list("phase", flat=True)) == {int(two["key"])}
    assert here.count() == 4 - len(refusals)
