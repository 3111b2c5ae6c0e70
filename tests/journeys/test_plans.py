"""Journeys, phases, measures and teams: their verbs, on pages and over REST."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from journeys.models import Journey, JourneyDraft, Measure, Phase, PhaseVisit, Team
from journeys.selectors.numbers import contacts_in, measure_numbers
from journeys.services.applying import NameTaken
from journeys.services.plans import (
    JourneyInUse,
    PhaseInUse,
    delete_journey,
    delete_phase,
    place_phase,
    save_journey,
    save_team,
)
from tests.factories.accounts import RepFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db
CONDITION = {"field": "job_title", "op": "is_set"}
BAD_CONDITION = {"field": "nope", "op": "is_set"}


def names(journey):
    return list(journey.phases.order_by("position").values_list("name", "position"))


def test_phases_keep_an_order_without_gaps():
    journey = JourneyFactory()
    _a, b, c = (
        PhaseFactory(journey=journey, name=name, position=n)
        for n, name in enumerate("abc", start=1)
    )

    place_phase(phase=c, position=1)
    assert names(journey) == [("c", 1), ("a", 2), ("b", 3)]
    place_phase(phase=c, position=99)
    assert names(journey) == [("a", 1), ("b", 2), ("c", 3)]
    place_phase(phase=b, position=-5)
    assert names(journey) == [("b", 1), ("a", 2), ("c", 3)]


def test_what_contacts_have_been_in_is_not_deleted():
    visit = PhaseVisitFactory()
    phase = visit.phase

    with pytest.raises(PhaseInUse):
        delete_phase(phase=phase, by=None, at=timezone.now())
    with pytest.raises(JourneyInUse):
        delete_journey(journey=phase.journey)
    delete_phase(phase=PhaseFactory(journey=phase.journey), by=None, at=timezone.now())
    delete_journey(journey=JourneyFactory())

    assert (Phase.objects.get(), Journey.objects.get()) == (phase, phase.journey)


def test_names_are_taken_once():
    JourneyFactory(name="Buyers")
    TeamFactory(name="Hunters")

    with pytest.raises(NameTaken):
        save_journey(journey=Journey(name="Buyers"), by=None, at=timezone.now())
    with pytest.raises(NameTaken):
        save_team(team=Team(name="Hunters"))


def test_members_are_replaced_or_left():
    ada, bo, cy = RepFactory.create_batch(3)
    team = save_team(team=Team(name="Hunters"), members=[ada, bo])

    save_team(team=team)
    assert set(team.members.all()) == {ada, bo}
    save_team(team=team, members=[bo, cy])
    assert set(team.members.all()) == {bo, cy}


def test_measures_count_people_and_not_machines():
    measure = MeasureFactory()
    first = InteractionFactory(measure=measure)
    InteractionFactory(measure=measure, contact=first.contact)
    InteractionFactory(measure=measure)
    InteractionFactory(measure=measure, is_machine=True)
    InteractionFactory()
    nothing = MeasureFactory()

    numbers = measure_numbers([measure.pk, nothing.pk])

    found = numbers[measure.pk]
    assert (found.interactions, found.contacts) == (3, 2)
    assert (numbers[nothing.pk].interactions, numbers[nothing.pk].contacts) == (0, 0)


def test_phases_count_who_is_there():
    now = timezone.now()
    phase, empty = PhaseFactory(), PhaseFactory()
    PhaseVisitFactory(phase=phase, entered_at=now - timedelta(days=40))
    PhaseVisitFactory(phase=phase, entered_at=now - timedelta(days=40), left_at=now)
    PhaseVisitFactory(phase=phase)

    assert contacts_in([phase, empty]) == {phase.pk: 2, empty.pk: 0}


def on_pages(client, **given):
    """What is laid out on pages is a draft until it is published."""
    [(what, data)] = given.items()
    journey = Journey.objects.filter(name="Buyers").first()
    if what == "journey":
        return client.post(reverse("journeys:create"), data).status_code
    if what == "team":
        return client.post(reverse("journeys:team_create"), data).status_code
    data = {**data, "exit_leads": "next"}
    args = [journey.pk]
    if what == "phase":
        data["entry_condition"] = json.dumps(data.get("entry_condition", {}))
        url = reverse("journeys:draft_phase_new", args=args)
    else:
        data["phase"] = key_of_phase(journey)
        data |= {"costs-TOTAL_FORMS": 0, "costs-INITIAL_FORMS": 0}
        url = reverse("journeys:draft_measure_new", args=[*args, data["phase"]])
    return client.post(url, data).status_code


def key_of_phase(journey):
    draft = JourneyDraft.objects.filter(journey=journey).first()
    return draft.plan["phases"][0]["key"] if draft else str(journey.phases.get().pk)


def publish(client, journey):
    url = reverse("journeys:draft_publish", args=[journey.pk])
    form = client.get(url).context["form"]
    shown = {name: form[name].value() for name in ("revision", "based_on")}
    return client.post(url, {"note": "As agreed", **shown}).status_code


def test_a_form_offers_to_take_away_nothing_but_what_it_edits(client, marketer):
    measure = MeasureFactory()
    phase = measure.phase
    pages = {
        "journeys:edit": [phase.journey_id],
        "journeys:draft_phase_new": [phase.journey_id],
        "journeys:draft_phase": [phase.journey_id, phase.pk],
        "journeys:draft_measure_new": [phase.journey_id, phase.pk],
        "journeys:draft_measure": [phase.journey_id, measure.pk],
    }

    shown = {
        name: re.findall(
            r"Delete this \w+|Remove from the draft",
            client.get(reverse(name, args=args)).content.decode(),
        )
        for name, args in pages.items()
    }

    assert shown == {
        "journeys:edit": ["Delete this journey"],
        "journeys:draft_phase_new": [],
        "journeys:draft_phase": ["Remove from the draft"],
        "journeys:draft_measure_new": [],
        "journeys:draft_measure": ["Remove from the draft"],
    }


def over_rest(client, **given):
    [(what, data)] = given.items()
    data = {**data}
    if what == "phase":
        data["journey"] = Journey.objects.get(name="Buyers").pk
    if what == "measure":
        data["phase"] = Phase.objects.get(journey__name="Buyers").pk
    return client.post(f"/api/v1/{what}s/", data, format="json").status_code


@pytest.mark.parametrize("door", [on_pages, over_rest])
def test_a_plan_is_made_through_any_door(door, client, api, marketer):
    person = client if door is on_pages else api
    rep = RepFactory()
    phase = {"name": "Know us", "stage": "marketing", "entry_condition": CONDITION}
    measure = {"name": "Fair", "direction": "push", "channel": "event"}

    codes = [
        door(person, journey={"name": "Buyers", "is_active": True}),
        door(person, phase=phase),
        door(person, measure=measure),
        door(person, team={"name": "Hunters", "members": [rep.pk]}),
    ]

    assert codes == ([302] * 4 if door is on_pages else [201] * 4)
    if door is on_pages:
        assert not Phase.objects.exists()
        assert publish(client, Journey.objects.get()) == 302
    stored = Measure.objects.get()
    assert (stored.phase.journey.name, stored.name) == ("Buyers", "Fair")
    assert (stored.phase.position, stored.phase.entry_condition) == (1, CONDITION)
    assert [*Team.objects.get().members.all()] == [rep]


@pytest.mark.parametrize("door", [on_pages, over_rest])
def test_what_is_wrong_is_refused_at_any_door(door, client, api, marketer):
    person = client if door is on_pages else api
    PhaseFactory(journey=JourneyFactory(name="Buyers"), name="Know us", position=1)
    TeamFactory(name="Hunters")
    phase = {"name": "Next", "stage": "marketing"}
    measure = {"name": "Fair", "direction": "push", "channel": "event"}

    codes = [
        door(person, journey={"name": "", "is_active": True}),
        door(person, phase=phase | {"entry_condition": BAD_CONDITION}),
        door(person, phase=phase | {"stage": "nowhere"}),
        door(person, measure=measure | {"direction": "up"}),
        door(person, measure=measure | {"channel": "pigeon"}),
        door(person, team={"name": "Dogs", "members": [99999]}),
        door(person, journey={"name": "Buyers", "is_active": True}),
        door(person, phase=phase | {"name": "Know us"}),
        door(person, team={"name": "Hunters", "members": []}),
    ]

    if door is on_pages:
        assert codes == [422] * 9
    else:
        assert codes == [400] * 6 + [409] * 3
    assert (Journey.objects.count(), Phase.objects.count()) == (1, 1)
    assert (Measure.objects.count(), Team.objects.count()) == (0, 1)


def test_plans_are_deleted_on_pages_and_over_rest(client, api, marketer):
    used = PhaseVisitFactory().phase
    measures = MeasureFactory.create_batch(2, phase=used)
    teams = TeamFactory.create_batch(2)

    def post(name, row):
        return client.post(reverse(f"journeys:{name}", args=[row.pk])).status_code

    assert api.delete(f"/api/v1/measures/{measures[0].pk}/").status_code == 204
    assert post("team_delete", teams[0]) == 302
    assert api.delete(f"/api/v1/measures/{measures[1].pk}/").status_code == 204
    assert api.delete(f"/api/v1/teams/{teams[1].pk}/").status_code == 204
    assert api.delete(f"/api/v1/phases/{used.pk}/").status_code == 409
    assert api.delete(f"/api/v1/journeys/{used.journey_id}/").status_code == 409
    assert post("delete", used.journey) == 302
    assert Phase.objects.get() == used
    assert not Measure.objects.exists()
    assert not Team.objects.exists()


def test_reps_read_plans_and_do_not_change_them(client):
    phase = PhaseFactory()
    client.force_login(RepFactory())
    api = APIClient()
    api.force_authenticate(RepFactory())

    assert (
        client.get(reverse("journeys:detail", args=[phase.journey_id])).status_code
        == 200
    )
    assert client.get(reverse("journeys:create")).status_code == 403
    assert client.get(reverse("journeys:team_create")).status_code == 403
    for name in ("draft", "draft_settings", "draft_publish", "draft_phase_new"):
        url = reverse(f"journeys:{name}", args=[phase.journey_id])
        assert client.get(url).status_code == 404
    args = [phase.journey_id, phase.pk]
    refused = client.post(reverse("journeys:draft_phase_drop", args=args))
    assert refused.status_code == 404
    assert api.get("/api/v1/phases/").status_code == 200
    refused = api.post("/api/v1/journeys/", {"name": "X"}, format="json")
    assert refused.status_code == 403
    assert Phase.objects.count() == 1
    assert not PhaseVisit.objects.exists()
