"""Exit conditions and goals: who is done, and who has reached what it is for."""

import pytest
from django.utils import timezone

from accounts.models import Job
from contacts.services.merging import merge_contacts, undo_merge
from journeys.models import JourneyGoal, Phase, PhaseVisit
from journeys.selectors.numbers import goal_numbers
from journeys.services.advancing import advance_contacts
from journeys.services.following import follow_time
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.journeys import JourneyFactory, PhaseFactory, PhaseVisitFactory

pytestmark = pytest.mark.django_db
DONE = {"field": "job_title", "op": "contains", "value": "done"}
FAR = {"field": "job_title", "op": "contains", "value": "far"}


@pytest.fixture
def phases():
    """Three of marketing, and no segment."""
    journey = JourneyFactory()
    return [
        PhaseFactory(journey=journey, name=name, position=position)
        for position, name in enumerate("abc", start=1)
    ]


def advance(*contacts):
    pks = [contact.pk for contact in contacts]
    return advance_contacts(contact_ids=pks, at=timezone.now())


def place(contact):
    visit = PhaseVisit.objects.filter(contact=contact, left_at=None).first()
    return visit.phase.name if visit else None


def let_out(phase, condition=DONE, **values):
    Phase.objects.filter(pk=phase.pk).update(exit_condition=condition, **values)


def test_who_is_done_goes_on_to_the_next_phase_and_further_while_it_holds(phases):
    let_out(phases[0])
    let_out(phases[1])
    done = PhaseVisitFactory(phase=phases[0], contact__job_title="done").contact
    other = PhaseVisitFactory(phase=phases[0], contact__job_title="").contact

    assert (advance(done, other), advance(done, other)) == (1, 0)
    assert (place(done), place(other)) == ("c", "a")


def test_the_entry_condition_of_a_later_phase_wins(phases):
    let_out(phases[0], exit_leads=Phase.ExitLeads.OUT)
    Phase.objects.filter(pk=phases[2].pk).update(entry_condition=FAR)
    far = PhaseVisitFactory(phase=phases[0], contact__job_title="done far").contact
    out = PhaseVisitFactory(phase=phases[0], contact__job_title="done").contact

    assert advance(far, out) == 2
    assert (place(far), place(out)) == ("c", None)


def test_the_journey_ends_behind_its_last_phase(phases):
    let_out(phases[2])
    done = PhaseVisitFactory(phase=phases[2], contact__job_title="done").contact

    assert advance(done) == 1
    assert place(done) is None


def test_before_a_handoff_only_the_handoff_leads_on(phases):
    PhaseFactory(journey=phases[0].journey, position=4, stage="handoff")
    let_out(phases[2])
    done = PhaseVisitFactory(phase=phases[2], contact__job_title="done").contact

    assert advance(done) == 0
    assert place(done) == "c"


def test_who_has_left_a_journey_does_not_enter_it_again_by_themselves(phases):
    everybody = SegmentFactory(condition={"field": "email", "op": "is_set"})
    journey = phases[0].journey
    journey.segment = everybody
    journey.save()
    let_out(phases[0], exit_leads=Phase.ExitLeads.OUT)
    contact = ContactFactory(job_title="")
    advance(contact)
    assert place(contact) == "a"
    contact.job_title = "done"
    contact.save()

    assert (advance(contact), advance(contact)) == (1, 0)
    assert place(contact) is None


def test_no_exit_moves_anybody_out_of_sales(phases):
    let_out(phases[1], stage=Phase.Stage.SALES)
    sold = PhaseVisitFactory(phase=phases[1], contact__job_title="done").contact

    assert advance(sold) == 0
    assert place(sold) == "b"


def test_a_goal_is_noted_once_and_wherever_they_are(phases):
    journey = phases[0].journey
    journey.goal = DONE
    journey.save()
    Phase.objects.filter(pk=phases[2].pk).update(stage=Phase.Stage.SALES)
    here = PhaseVisitFactory(phase=phases[0], contact__job_title="done").contact
    sold = PhaseVisitFactory(phase=phases[2], contact__job_title="done").contact
    PhaseVisitFactory(phase=phases[0], contact__job_title="")
    ContactFactory(job_title="done")  # in no journey
    everybody = [*map(lambda v: v.contact, PhaseVisit.objects.all())]  # noqa: C417
    since = timezone.now()

    assert (advance(*everybody), advance(*everybody)) == (0, 0)

    reached = JourneyGoal.objects.order_by("contact")
    assert [goal.contact for goal in reached] == [here, sold]
    numbers = goal_numbers(journey, since=since)
    assert (numbers.total, numbers.lately) == (2, 2)
    assert (place(here), place(sold)) == ("a", "c")


def test_a_goal_may_end_the_journey_but_not_for_whom_sales_has(phases):
    journey = phases[0].journey
    journey.goal, journey.ends_at_goal = DONE, True
    journey.save()
    Phase.objects.filter(pk=phases[1].pk).update(entry_condition=DONE)
    Phase.objects.filter(pk=phases[2].pk).update(stage=Phase.Stage.SALES)
    here = PhaseVisitFactory(phase=phases[0], contact__job_title="done").contact
    sold = PhaseVisitFactory(phase=phases[2], contact__job_title="done").contact

    assert advance(here, sold) == 1

    assert (place(here), place(sold)) == (None, "c")
    # Who is put into it by hand again stays.
    PhaseVisitFactory(phase=phases[0], contact=here)
    advance(here)
    assert place(here) == "b"


def test_time_is_followed_where_a_live_plan_asks_for_it(phases):
    assert follow_time(at=timezone.now()) is None

    let_out(phases[0])
    assert follow_time(at=timezone.now()).kind == Job.Kind.ADVANCE
    journey = phases[0].journey
    journey.is_active = False
    journey.save()
    assert follow_time(at=timezone.now()) is None


def test_merged_contacts_have_reached_a_goal_once_and_that_can_be_undone(phases):
    now, journey = timezone.now(), phases[0].journey
    kept, gone = ContactFactory.create_batch(2)
    goals = [
        JourneyGoal.objects.create(journey=journey, contact=contact, reached_at=moment)
        for contact, moment in ((kept, now), (gone, now - timezone.timedelta(days=1)))
    ]
    elsewhere = JourneyGoal.objects.create(
        journey=JourneyFactory(), contact=gone, reached_at=now
    )

    merge = merge_contacts(keep=kept, merge=gone, by=None, at=now, source="test")
    rows = set(kept.journey_goals.values_list("journey", "reached_at"))
    assert rows == {(journey.pk, goals[1].reached_at), (elsewhere.journey_id, now)}

    undo_merge(merge=merge, by=None, at=now)
    assert kept.journey_goals.get().reached_at == now
    assert gone.journey_goals.count() == 2
