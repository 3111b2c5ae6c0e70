"""What each role finds on Today, beyond what all of them do."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Message
from insights.models import FigureSettings, KpiTarget
from insights.selectors.marketing_tasks import marketing_tasks
from insights.selectors.measure_activity import measure_activities
from insights.selectors.periods import last_days
from insights.selectors.queue import tasks_of
from insights.selectors.workload import workloads
from tests.factories.accounts import (
    LeadFactory,
    MarketerFactory,
    NotificationFactory,
    RepFactory,
    UserFactory,
)
from tests.factories.campaigns import MessageFactory
from tests.factories.journeys import InteractionFactory, MeasureFactory
from tests.factories.sales import HandoffFactory
from tests.factories.sequences import EnrollmentFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def titles(user):
    return [task.title for task in tasks_of(user, at=timezone.now())[0]]


def numbers(client, user):
    client.force_login(user)
    return client.get(reverse("insights:numbers"))


def test_a_rep_finds_answers_that_nobody_has_read(client):
    rep = RepFactory()
    line = NotificationFactory(
        recipient=rep, kind="reply", title="Ada Byron", surfaces_at=timezone.now()
    )
    NotificationFactory(
        kind="reply", title="Somebody else's", surfaces_at=line.surfaces_at
    )
    done = timezone.now()
    NotificationFactory(recipient=rep, kind="reply", surfaces_at=done, done_at=done)

    tasks, count = tasks_of(rep, at=timezone.now())

    assert [task.title for task in tasks] == ["Read the answer of Ada Byron"]
    assert count == 1
    client.force_login(rep)
    assert client.get(tasks[0].url).status_code == 200


def test_a_marketer_finds_sequences_that_fail_and_mails_of_unknown_fate(client):
    now = timezone.now()
    stuck = EnrollmentFactory(failures=2)
    EnrollmentFactory(
        state="finished",
        end="failed",
        ended_at=now - DAY,
        due_at=None,
        sequence=stuck.sequence,
        version=stuck.version,
    )
    EnrollmentFactory()  # goes on as it should
    EnrollmentFactory(
        state="finished", end="failed", ended_at=now - 30 * DAY, due_at=None
    )
    MessageFactory(state=Message.State.UNKNOWN)
    marketer = MarketerFactory()

    tasks, count = marketing_tasks(marketer, at=now)

    assert count == 2
    failing, unknown = tasks
    assert failing.title == f"Mend the sequence {stuck.sequence.name}"
    assert (
        failing.context == "A step fails for 1 contact, 1 were lost to it this week"
        or (failing.context == "A step fails for 1 contact, 1 was lost to it this week")
    )
    assert unknown.title == "Decide about 1 mail"
    client.force_login(marketer)
    rows = client.get(failing.url).context["page"].rows
    assert stuck in rows
    assert client.get(unknown.url).status_code == 200
    assert titles(marketer)[:2] == [failing.title, unknown.title]
    assert marketing_tasks(RepFactory(), at=now) == ([], 0)


def test_a_marketer_sees_which_measures_nobody_touches(client):
    silent, busy = MeasureFactory(name="Trade fair"), MeasureFactory(name="Newsletter")
    now = timezone.now()
    InteractionFactory(measure=busy, occurred_at=now)
    InteractionFactory(measure=silent, occurred_at=now, is_machine=True)
    InteractionFactory(measure=silent, occurred_at=now - 40 * DAY)
    marketer = MarketerFactory()

    found = measure_activities(marketer, last_days(30, at=now))

    assert [(row.measure, row.before) for row in found.silent] == [(silent, 1)]
    assert found.count == 2
    page = numbers(client, marketer).content.decode()
    assert "1 of 2 measures brought no interaction" in page
    assert "Trade fair" in page


def test_a_lead_sees_who_has_too_much(client):
    full = RepFactory(first_name="Anna", last_name="Keller", capacity=2)
    idle = RepFactory(capacity=5, absent_until=timezone.localdate())
    now = timezone.now()
    for status, accept_by in (("offered", now - HOUR), ("accepted", now + HOUR)):
        HandoffFactory(assignee=full, status=status, accept_by=accept_by)
    HandoffFactory(assignee=full, status="closed")
    lead = LeadFactory()

    first, second = workloads(at=now)

    assert (first.rep, first.waiting, first.late, first.accepted) == (full, 1, 1, 1)
    assert (first.is_overloaded, first.is_absent) == (True, False)
    assert (second.rep, second.is_overloaded, second.is_absent) == (idle, False, True)
    response = numbers(client, lead)
    page = response.content.decode()
    assert "overloaded" in page
    assert "Why leads were declined" in page
    assert len(client.get(first.waiting_url).context["page"].rows) == 1


def test_nobody_compares_reps_where_that_is_off(client):
    RepFactory()
    FigureSettings.objects.create(pk=1, compares_reps=False)

    assert "workloads" not in numbers(client, LeadFactory()).context


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (
            "admin",
            {
                "Promises kept and missed",
                "Open handoffs by rep",
                "Measures without activity",
            },
        ),
        (
            "lead",
            {
                "Promises kept and missed",
                "Open handoffs by rep",
                "Measures without activity",
            },
        ),
        ("marketer", {"Measures without activity"}),
        ("rep", set()),
        ("read_only", set()),
    ],
)
def test_each_role_has_panels_of_its_own(client, role, seen):
    RepFactory()
    MeasureFactory()
    user = UserFactory(role=role)

    page = numbers(client, user).content.decode()

    panels = {
        "Promises kept and missed",
        "Open handoffs by rep",
        "Measures without activity",
    }
    assert {name for name in panels if name in page} == seen


def test_a_tile_says_whether_its_target_is_met(client):
    KpiTarget.objects.create(kpi="ready_now", value=5, valid_from=date(2020, 1, 1))

    page = numbers(client, MarketerFactory()).content.decode()

    assert "Target missed:" in page
