"""What is to carry measures out: chosen in a draft, in force once it is published."""

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.services.contents import archive_content, save_content
from journeys.selectors.snapshots import measure_part, plan_of
from journeys.selectors.versions import changes_between, draft_of, latest_number
from journeys.services.drafts import put_measure, put_phase
from journeys.services.planned_carriers import CarrierGone, CarrierTaken
from tests.factories.campaigns import ContentFactory
from tests.factories.events import EventFactory
from tests.factories.journeys import (
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    TrackedLinkFactory,
)
from tests.factories.sequences import SequenceFactory
from tests.journeys.parts import furnish, part_of, publish
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair(journey):
    return MeasureFactory(phase=journey.phases.get(name="One"), name="Fair")


@pytest.fixture
def guide():
    return ContentFactory(title="Guide")


def ref(kind, row):
    return {"kind": kind, "id": row.pk}


def write(measure, carriers, who):
    return put_measure(
        journey=measure.phase.journey,
        phase_key=str(measure.phase_id),
        part=measure_part(measure) | {"carriers": carriers},
        **who,
    )


def test_each_kind_carries_a_measure_out_once_it_is_published(journey, who, fair):
    link = TrackedLinkFactory(created_by=who["by"])
    chosen = {
        "content": ContentFactory(title="Guide"),
        "sequence": SequenceFactory(name="Nurture"),
        "event": EventFactory(name="Open day"),
        "link": link,
    }
    had = ContentFactory(title="Old guide", measure=fair)
    personal = TrackedLinkFactory(measure=fair, rep=who["by"], created_by=who["by"])

    write(fair, [ref(kind, row) for kind, row in chosen.items()], who)
    told = changes_between(
        plan_of(journey, at=who["at"]), draft_of(journey).plan, at=who["at"]
    )
    assert all(row.measure is None for row in chosen.values())
    version = publish(journey, who)

    for row in chosen.values():
        row.refresh_from_db()
        assert row.measure == fair
    had.refresh_from_db()
    personal.refresh_from_db()
    assert (had.measure, personal.measure) == (None, fair)
    [change] = told
    assert (change.label, change.old) == ("carried out by", "Content Old guide")
    assert "Content Guide; Sequence Nurture; Event Open day" in change.new
    assert version.plan["names"]["carriers"][f"link:{link.pk}"] == link.name


@pytest.mark.parametrize("how", ["deleted", "withdrawn"])
def test_one_that_has_gone_by_then_is_named_and_nothing_is_lost(
    journey, who, fair, guide, how
):
    write(fair, [ref("content", guide)], who)
    if how == "deleted":
        guide.delete()
    else:
        archive_content(content=guide, **who)

    with pytest.raises(CarrierGone) as refusal:
        publish(journey, who)

    assert refusal.value.attr == "plan.phases.0.measures.0.carriers.0"
    assert "Fair: Guide is not there any more" in str(refusal.value)
    draft = draft_of(journey)
    assert draft.plan["phases"][0]["measures"][0]["carriers"]
    put_phase(journey=journey, part=part_of(journey, "One", name="First"), **who)
    write(fair, [], who)
    publish(journey, who)


def test_another_journeys_is_not_taken_away(journey, who, fair, guide):
    other = MeasureFactory(name="Theirs")
    guide.measure = other
    guide.save()

    with pytest.raises(CarrierTaken) as refusal:
        write(fair, [ref("content", guide)], who)

    assert refusal.value.attr == "carriers.0"


@pytest.mark.django_db(transaction=True)
def test_of_two_journeys_that_take_one_at_once_one_gets_it(journey, who, fair, guide):
    phase = PhaseFactory(journey=JourneyFactory(), position=1)
    other = MeasureFactory(phase=phase)
    for measure in (fair, other):
        write(measure, [ref("content", guide)], who)
    refused = []

    def go(which):
        try:
            publish(which, who)
        except CarrierTaken as refusal:
            refused.append(refusal)

    at_once(lambda: go(journey), lambda: go(phase.journey))

    guide.refresh_from_db()
    assert (len(refused), guide.measure in (fair, other)) == (1, True)
    assert {latest_number(journey), latest_number(phase.journey)} == {0, 2}


def test_it_carries_out_one_measure_of_a_draft(journey, who, fair, guide):
    guide.measure = fair
    guide.save()
    talk = MeasureFactory(phase=journey.phases.get(name="Two"), name="Talk")

    write(talk, [ref("content", guide)], who)

    [one, two, _three] = draft_of(journey).plan["phases"]
    assert one["measures"][0]["carriers"] == []
    assert two["measures"][0]["carriers"] == [ref("content", guide)]
    publish(journey, who)
    guide.refresh_from_db()
    assert guide.measure == talk


def test_what_is_chosen_directly_is_kept_as_a_version(journey, who, fair, guide):
    save_content(content=guide, measure=fair, **who)
    [first, second] = journey.versions.order_by("number")
    save_content(content=guide, title="Better guide", **who)
    [change] = changes_between(first.plan, second.plan, at=who["at"])
    assert (change.old, change.new) == ("", "Content Guide")
    assert journey.versions.count() == 2

    archive_content(content=guide, **who)

    second.refresh_from_db()
    assert changes_between(first.plan, second.plan, at=who["at"]) == []


def on_pages(marketer, measure, carriers):
    from django.test import Client

    client = Client()
    client.force_login(marketer)
    data = measure_part(measure) | {"phase": measure.phase_id, "team": ""}
    data |= {"costs-TOTAL_FORMS": 0, "costs-INITIAL_FORMS": 0}
    for number, part in enumerate(carriers):
        data[f"carrier_{number}"] = f"{part['kind']}:{part['id']}"
    args = [measure.phase.journey_id, measure.pk]
    return client.post(reverse("journeys:draft_measure", args=args), data)


def over_rest(marketer, measure, carriers):
    client = APIClient()
    client.force_authenticate(marketer)
    plan = plan_of(measure.phase.journey, at=timezone.now())
    plan["phases"][0]["measures"][0]["carriers"] = carriers
    url = f"/api/v1/journeys/{measure.phase.journey_id}/draft/"
    return client.put(url, {"revision": 0, "plan": plan}, format="json")


@pytest.mark.parametrize("door", [on_pages, over_rest])
def test_it_is_chosen_through_any_door(journey, who, fair, guide, door):
    nothing = {"kind": "content", "id": 2**40}
    assert door(who["by"], fair, [nothing]).status_code in (400, 422)
    assert door(who["by"], fair, [ref("content", guide)]).status_code in (200, 302)

    part = draft_of(journey).plan["phases"][0]["measures"][0]
    assert part["carriers"] == [ref("content", guide)]


def test_over_rest_what_is_wrong_is_named(journey, who, fair, guide):
    def faults(carriers):
        answer = over_rest(who["by"], fair, carriers)
        return [(e["attr"], e["code"]) for e in answer.json()["errors"]]

    path = "plan.phases.0.measures.0.carriers"
    here = ref("content", guide)
    assert faults([here, here]) == [(f"{path}.1", "carrier_twice")]
    assert faults([{"kind": "nope", "id": 1}]) == [(f"{path}.0", "carrier_gone")]
    assert faults([{"kind": "content"}]) == [(f"{path}.0.id", "required")]
    assert faults([here | {"more": 1}])[0][0] == f"{path}.0.more"


def test_pages_say_what_carries_out_what_and_what_it_costs(journey, who, fair, client):
    client.force_login(who["by"])
    furnish(fair)
    urls = {
        n: reverse(f"journeys:{n}", args=[journey.pk]) for n in ("draft", "process")
    }
    for name, url in urls.items():
        text = client.get(url).content.decode()
        assert "Open" in text or "Event" in text, name
        assert "9\u202f€ on" in text, name
    put_phase(journey=journey, part=part_of(journey, "One", name="First"), **who)
    publish(journey, who)
    fair.sequences.all().delete()

    old = client.get(f"{urls['process']}?version=2").content.decode()

    assert "Sequence:" in old
    assert "Sequence:" not in client.get(urls["process"]).content.decode()


def test_a_draft_says_what_has_gone(journey, who, fair, guide, client):
    write(fair, [ref("content", guide)], who)
    guide.delete()
    client.force_login(who["by"])

    page = client.get(reverse("journeys:draft", args=[journey.pk])).content.decode()
    url = reverse("journeys:draft_measure", args=[journey.pk, fair.pk])

    assert "gone" in page
    assert "Not there any more" in client.get(url).content.decode()
