"""Drafts: what people write before contacts follow it, two at a time."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.conditions.parsing import InvalidCondition
from journeys.models import JourneyDraft, Phase
from journeys.selectors.snapshots import measure_part, phase_part, plan_of, seen
from journeys.selectors.versions import changes_between, draft_of
from journeys.services.drafts import (
    DraftChanged,
    NoSuchPart,
    begin_draft,
    change_draft,
    discard_draft,
    drop_measure,
    drop_phase,
    move_phase,
    put_measure,
    put_phase,
)
from journeys.services.plan_checks import NameTwice, NoExitFromSales
from tests.factories.journeys import (
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    TeamFactory,
)
from tests.journeys.parts import furnish, part_of

pytestmark = pytest.mark.django_db
CONDITION = {"field": "job_title", "op": "is_set"}


def names(plan):
    return [phase["name"] for phase in plan["phases"]]


def test_contacts_notice_nothing_of_a_draft(journey, who):
    put_phase(journey=journey, part=part_of(journey, "Two", name="Second"), **who)
    new = {**phase_part(Phase(journey=journey, name="Four"))}
    put_phase(journey=journey, part=new, **who)
    move_phase(journey=journey, key=new["key"], position=1, **who)
    drop_phase(journey=journey, key=part_of(journey, "Three")["key"], **who)

    draft = draft_of(journey)
    assert names(draft.plan) == ["Four", "One", "Second"]
    assert (draft.revision, draft.based_on) == (4, 0)
    assert [*journey.phases.order_by("position").values_list("name", flat=True)] == [
        *("One", "Two", "Three")
    ]


def test_two_may_write_different_parts_and_not_the_same_one(journey, who):
    one, two = part_of(journey, "One"), part_of(journey, "Two")
    put_phase(journey=journey, part=one | {"target_days": 9}, mark=seen(one), **who)
    put_phase(journey=journey, part=two | {"target_days": 8}, mark=seen(two), **who)

    with pytest.raises(DraftChanged):
        put_phase(journey=journey, part=one | {"name": "A"}, mark=seen(one), **who)

    days = [phase["target_days"] for phase in draft_of(journey).plan["phases"]]
    assert days == [9, 8, None]


def test_what_somebody_removed_is_not_brought_back_by_a_late_form(journey, who):
    measure = MeasureFactory(phase=journey.phases.get(name="One"))
    one, part = part_of(journey, "One"), measure_part(measure)
    drop_phase(journey=journey, key=one["key"], **who)
    drop_phase(journey=journey, key=one["key"], **who)

    with pytest.raises(NoSuchPart):
        put_phase(journey=journey, part=one, mark=seen(one), **who)
    with pytest.raises(NoSuchPart):
        put_measure(
            journey=journey, phase_key=one["key"], part=part, mark=seen(part), **who
        )
    with pytest.raises(NoSuchPart):
        move_phase(journey=journey, key=one["key"], position=1, **who)


def test_a_measure_changes_its_phase(journey, who):
    measure = MeasureFactory(phase=journey.phases.get(name="One"), name="Fair")
    part, two = measure_part(measure), part_of(journey, "Two")["key"]

    put_measure(journey=journey, phase_key=two, part=part | {"name": "Big fair"}, **who)

    [first, second, _third] = draft_of(journey).plan["phases"]
    assert (first["measures"], [m["name"] for m in second["measures"]]) == (
        [],
        ["Big fair"],
    )
    drop_measure(journey=journey, key=part["key"], **who)
    assert draft_of(journey).plan["phases"][1]["measures"] == []


def test_what_is_wrong_is_refused(journey, who):
    bad = {"field": "nope", "op": "is_set"}

    with pytest.raises(InvalidCondition):
        change_draft(journey=journey, values={"goal": bad}, **who)
    with pytest.raises(InvalidCondition):
        put_phase(
            journey=journey, part=part_of(journey, "One", exit_condition=bad), **who
        )
    with pytest.raises(NameTwice):
        put_phase(journey=journey, part=part_of(journey, "One", name="two"), **who)
    with pytest.raises(NoExitFromSales):
        part = part_of(journey, "One", stage="sales", exit_condition=CONDITION)
        put_phase(journey=journey, part=part, **who)
    assert not JourneyDraft.objects.exists()


def test_an_outcome_of_deals_leads_to_one_phase(journey, who):
    put_phase(journey=journey, part=part_of(journey, "One", outcome="won"), **who)
    put_phase(journey=journey, part=part_of(journey, "Two", outcome="won"), **who)

    plan = draft_of(journey).plan
    assert [phase["outcome"] for phase in plan["phases"]] == ["", "won", ""]


def test_differences_are_said_in_words(journey, who):
    team = TeamFactory(name="Hunters")
    two = part_of(
        journey, "Two", name="Second", team=team.pk, entry_condition=CONDITION
    )
    put_phase(journey=journey, part=two, **who)
    new = phase_part(Phase(journey=journey, name="Four", target_days=1))
    put_phase(journey=journey, part=new, **who)
    drop_phase(journey=journey, key=part_of(journey, "Three")["key"], **who)
    move_phase(journey=journey, key=two["key"], position=1, **who)
    change_draft(journey=journey, values={"goal": CONDITION}, **who)
    changes = changes_between(
        plan_of(journey, at=timezone.now()), draft_of(journey).plan, at=timezone.now()
    )

    assert [change.sentence for change in changes] == [
        "goal: Job title is known instead of –",
        "Phase Second moved: number 1 instead of number 2",
        "Phase Second, name: Second instead of Two",
        "Phase Second, team: Hunters instead of –",
        "Phase Second, entry condition: Job title is known instead of –",
        "Phase Four added",
        "Phase Three removed",
    ]


def test_discarding_a_draft_leaves_the_plan(journey, who, client):
    client.force_login(who["by"])
    drop_phase(journey=journey, key=part_of(journey, "One")["key"], **who)

    url = reverse("journeys:draft_discard", args=[journey.pk])
    assert client.post(url).status_code == 302

    discard_draft(journey=journey)
    assert draft_of(journey) is None
    assert journey.phases.count() == 3


def test_a_form_that_comes_late_says_so_and_may_be_sent_again(journey, who, client):
    client.force_login(who["by"])
    key = part_of(journey, "One")["key"]
    url = reverse("journeys:draft_phase", args=[journey.pk, key])
    mark = client.get(url).context["mark"]
    put_phase(journey=journey, part=part_of(journey, "One", target_days=3), **who)
    mine = {"name": "Mine", "stage": "marketing", "exit_leads": "next"}

    late = client.post(url, mine | {"mark": mark})
    again = client.post(url, mine | {"mark": late.context["mark"]})

    assert (late.status_code, again.status_code) == (409, 302)
    assert "Somebody else has changed this" in late.content.decode()
    assert names(draft_of(journey).plan) == ["Mine", "Two", "Three"]


def test_an_unknown_part_is_not_found(journey, who, client):
    client.force_login(who["by"])

    for name, key in (("draft_phase", "new-nothing"), ("draft_measure", "0")):
        url = reverse(f"journeys:{name}", args=[journey.pk, key])
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_plan_takes_as_many_queries_for_many(
    client, who, count, django_assert_num_queries
):
    journey = JourneyFactory()
    for position in range(count):
        phase = PhaseFactory(journey=journey, position=position, team=TeamFactory())
        for measure in MeasureFactory.create_batch(
            count, phase=phase, team=TeamFactory()
        ):
            furnish(measure)
    client.force_login(who["by"])
    begin_draft(journey=journey, **who)
    found = {}

    for name, queries in PAGES.items():
        url = reverse(f"journeys:{name}", args=[journey.pk])
        client.get(url)
        with django_assert_num_queries(queries, info=name):
            found[name] = client.get(url).status_code

    assert set(found.values()) == {200}


# session and user, journey, and what each page shows
PAGES = {"detail": 25, "draft": 27, "process": 22}
