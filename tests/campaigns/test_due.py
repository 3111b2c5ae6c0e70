"""The scheduler finds what is due by index, and pays for nothing else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Enrollment, EnrollmentEvent, Message, Sequence
from campaigns.services.advancing import advance_due_enrollments, due_after
from campaigns.services.sequences import set_status
from contacts.models import Consent, Contact
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.journeys import PhaseFactory
from tests.factories.sequences import SequenceVersionFactory, published
from tests.factories.webhooks import WebhookEndpointFactory

pytestmark = pytest.mark.django_db


def enrolled(count: int, version, **fields) -> list[Enrollment]:
    contacts = Contact.objects.bulk_create(
        Contact(email=f"c{version.pk}-{n}@example.org") for n in range(count)
    )
    return Enrollment.objects.bulk_create(
        Enrollment(
            sequence=version.sequence,
            version=version,
            contact=contact,
            entered_at=timezone.now(),
            source="test",
            **fields,
        )
        for contact in contacts
    )


def waiting(*steps) -> Sequence:
    return published(*steps, {"kind": "wait", "settings": {"days": 1}})


@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_due_is_read_along_its_index(is_first):
    now = timezone.now()
    version = SequenceVersionFactory()
    enrolled(3_000, version, due_at=now + timedelta(days=1))
    enrolled(20, SequenceVersionFactory(), due_at=now - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    last = None if is_first else (now - timedelta(hours=2), 1)

    rows = due_after(last, at=now)

    plan = rows[:200].explain()
    assert "campaigns_enrollments_due" in plan
    assert "TEMP B-TREE" not in plan  # sorted by SQLite
    assert "Sort" not in plan.replace("Incremental Sort", "")  # by PostgreSQL
    assert rows.count() == 20


def agreed(rows: list[Enrollment]) -> None:
    Consent.objects.bulk_create(
        Consent(
            contact=row.contact,
            purpose="email_marketing",
            granted=True,
            at=timezone.now() - timedelta(days=1),
            source="test",
        )
        for row in rows
    )


def split_and_mail() -> list[dict]:
    never = {"field": "job_title", "op": "eq", "value": "Nobody"}
    template = MailTemplateFactory()
    half = [{"name": name, "share": 50} for name in "AB"]
    return [
        {"kind": "branch", "settings": {"condition": never, "days": 0}},
        {"kind": "split", "settings": {"variants": half}},
        {"kind": "mail", "settings": {"template": template.pk}},
    ]


@pytest.mark.parametrize("count", [1, 20])
def test_a_batch_costs_as_many_queries_for_many_as_for_one(count):
    SenderFactory()
    sequence, now = waiting(*split_and_mail()), timezone.now()
    Sequence.objects.update(goal={"field": "job_title", "op": "eq", "value": "Boss"})
    rows = enrolled(count, sequence.versions.get(), due_at=now - timedelta(hours=1))
    agreed(rows)

    with CaptureQueriesContext(connection) as queries:
        assert advance_due_enrollments() == count

    assert Message.objects.count() == count
    assert len(queries) <= 30, len(queries)


def test_what_one_run_does_to_a_contact_is_seen_by_its_next():
    tags = {"kind": "tag", "settings": {"add": ["seen"]}}
    first, second = waiting(tags), waiting()
    goal = {"field": "tags", "op": "eq", "value": "seen"}
    Sequence.objects.filter(pk=second.pk).update(goal=goal)
    [run] = enrolled(1, first.versions.get(), due_at=timezone.now())
    later = Enrollment.objects.create(
        sequence=second,
        version=second.versions.get(),
        contact=run.contact,
        due_at=run.due_at,
        entered_at=timezone.now(),
        source="test",
    )
    agreed([run])

    assert advance_due_enrollments() == 2

    later.refresh_from_db()
    assert later.end == "goal"


def test_a_run_takes_all_that_is_due_in_batches(settings):
    settings.ENROLLMENTS_PER_TRANSACTION = 4
    sequence, now = waiting(), timezone.now()
    rows = enrolled(10, sequence.versions.get(), due_at=now - timedelta(hours=1))
    agreed(rows)

    assert advance_due_enrollments() == 10

    assert Enrollment.objects.filter(due_at__gt=now, step__isnull=False).count() == 10
    assert advance_due_enrollments() == 0


def test_a_paused_sequence_costs_the_scheduler_nothing():
    sequence, now = waiting(), timezone.now()
    enrolled(3, sequence.versions.get(), due_at=now - timedelta(hours=1))

    set_status(sequence=sequence, status="paused", at=now)
    assert not Enrollment.objects.due(at=now).exists()

    set_status(sequence=sequence, status="active", at=now)
    assert Enrollment.objects.due(at=now).count() == 3


def step_of(kind: str) -> dict:
    settings = {
        "set_field": lambda: {"field": "job_title", "value": "Head"},
        "tag": lambda: {"add": ["seen"], "remove": ["new"]},
        "move": lambda: {"phase": PhaseFactory().pk},
        "task": lambda: {"text": "Call them."},
        "notify": lambda: {"user": RepFactory().pk, "text": "They are here."},
        "webhook": lambda: {"endpoint": WebhookEndpointFactory().pk},
        # Within its half hour of grace, so that all go on at once.
        "wait_until": lambda: {
            "time": f"{timezone.localtime():%H:%M}",
            "best_hour": True,
        },
    }
    return {"kind": kind, "settings": settings[kind]()}


@pytest.mark.parametrize(
    "kind",
    ["set_field", "tag", "move", "task", "notify", "webhook", "wait_until"],
)
def test_a_step_costs_as_many_queries_for_many_runs_as_for_one(kind):
    sequence, now = waiting(step_of(kind)), timezone.now()
    Sequence.objects.update(created_by=RepFactory())
    version = sequence.versions.get()
    counts, people = [], []
    for count in (1, 1, 3):  # the first makes what is made on first use
        rows = enrolled(count, version, due_at=now - timedelta(hours=1))
        people += rows
        agreed(rows)
        with CaptureQueriesContext(connection) as queries:
            assert advance_due_enrollments() == count
        counts.append(len(queries))

    assert counts[1] == counts[2], counts
    events = EnrollmentEvent.objects.filter(kind="did", step__kind=kind)
    assert events.values("enrollment").distinct().count() == len(people)


def test_what_a_step_sets_is_seen_by_the_condition_behind_it():
    is_head = {"field": "job_title", "op": "eq", "value": "Head"}
    behind = {
        "kind": "branch",
        "settings": {"condition": is_head, "days": 0},
        "branches": {"yes": [{"kind": "tag", "settings": {"add": ["head"]}}]},
    }
    sequence = waiting(step_of("set_field"), behind)
    rows = enrolled(2, sequence.versions.get(), due_at=timezone.now())
    agreed(rows)

    assert advance_due_enrollments() == 2

    assert Contact.objects.filter(tags__name="head").count() == 2
