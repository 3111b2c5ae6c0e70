"""The process page: who does what when; and what carries measures out."""

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Sequence
from journeys.carriers import carriers_of
from journeys.services.drafts import drop_phase
from journeys.services.publishing import publish_draft
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.campaigns import ContentFactory, FormFactory, LandingPageFactory
from tests.factories.contacts import SegmentFactory
from tests.factories.events import EventFactory
from tests.factories.journeys import (
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    TeamFactory,
    TrackedLinkFactory,
)
from tests.factories.sequences import SequenceFactory

pytestmark = pytest.mark.django_db
CONDITION = {"field": "job_title", "op": "is_set"}


@pytest.fixture
def measure():
    ada = MarketerFactory(first_name="Ada", last_name="Byron")
    team = TeamFactory(name="Hunters")
    team.memberships.create(user=ada)
    journey = JourneyFactory(
        name="Buyers",
        segment=SegmentFactory(name="Firms"),
        goal=CONDITION,
        target_days=90,
        owner=ada,
    )
    phase = PhaseFactory(
        journey=journey,
        name="Know us",
        position=1,
        team=team,
        target_days=30,
        exit_condition=CONDITION,
    )
    PhaseFactory(journey=journey, name="Weigh", position=2, entry_condition=CONDITION)
    PhaseFactory(journey=journey, name="Passing on", position=3, stage="handoff")
    return MeasureFactory(phase=phase, name="Fair", team=team)


def texts(client, journey, query=""):
    url = reverse("journeys:process", args=[journey.pk])
    return " ".join(client.get(f"{url}{query}").content.decode().split())


def test_the_process_page_says_who_does_what_when(measure, client):
    client.force_login(RepFactory())

    text = texts(client, measure.phase.journey)

    for part in (
        "Firms",
        "Hunters (Ada Byron)",
        "Contacts come in as soon as they belong to the segment.",
        "They leave when Job title is known: on to the next phase.",
        "Contacts come in when Job title is known.",
        "Contacts come in when they become sales-ready.",
        "Target: 30 days at most.",
        "90 days at most",
        "The rep answers within 4 hours of working time",
        "Pull, Website",
        "not published as a version yet",
    ):
        assert part in text


def test_the_process_page_of_an_old_version_says_that_it_is_one(measure, client):
    journey = measure.phase.journey
    client.force_login(MarketerFactory())
    who = {"by": MarketerFactory(), "at": timezone.now()}
    last = str(journey.phases.get(name="Weigh").pk)
    drop_phase(journey=journey, key=last, **who)
    publish_draft(journey=journey, note="Shorter", revision=1, based_on=0, **who)

    new, old = texts(client, journey), texts(client, journey, "?version=1")

    assert ("Weigh" in new, "Weigh" in old) == (False, True)
    assert "not in force any more" not in new
    assert "not in force any more" in old
    url = reverse("journeys:process", args=[journey.pk])
    assert client.get(f"{url}?version=x").status_code == 404
    assert client.get(f"{url}?version=99").status_code == 404


def test_what_carries_a_measure_out_stands_with_it(measure, client):
    client.force_login(MarketerFactory())
    other = MeasureFactory(phase=measure.phase)
    content = ContentFactory(measure=measure, title="Guide")
    form = FormFactory(content=content, name="Guide form")
    LandingPageFactory(form=form, title="Guide page", is_published=False)
    SequenceFactory(measure=measure, name="Follow-up", status=Sequence.Status.PAUSED)
    EventFactory(measure=measure, name="Open day")
    by = MarketerFactory()
    for name in ("a", "b", "c", "d"):
        TrackedLinkFactory(measure=measure, name=name, created_by=by)
    TrackedLinkFactory(measure=measure, name="personal", created_by=by, rep=by)

    found = carriers_of([measure.pk, other.pk])

    assert [carrier.name for carrier in found[measure.pk]] == [
        *("a", "b", "c", "1 more link"),
        *("Guide", "Guide form", "Guide page", "Follow-up", "Open day"),
    ]
    assert other.pk not in found
    text = texts(client, measure.phase.journey)
    for part in ("Guide page", "not published", "Follow-up", "Paused", "Open day"):
        assert part in text
    answer = client.get(f"/api/v1/measures/{measure.pk}/").json()["carriers"]
    assert {"kind", "name", "url", "state"} == set(answer[0])
    assert [line["name"] for line in answer] == [c.name for c in found[measure.pk]]
