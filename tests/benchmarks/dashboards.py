"""Today and its panels for each role, and the health of a journey.

There are ten interactions for every contact, of which a fifth come by one of twelve
measures, and two stays in phases for most. Goal: at 100,000 contacts and 1,000,000
interactions the 95th percentile of the server's time stays below 300 ms, for every
period that is offered; on SQLite figures are printed beside that.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from statistics import median

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from insights.selectors.periods import CHOICES
from insights.services.rollups import recount, roll_up
from journeys.models import Interaction, Journey, Measure, Phase, PhaseVisit
from journeys.models.interaction import Channel
from leadhub.copying import insert_rows
from leadhub.ids import new_id
from sales.models import Deal, Handoff
from tests.benchmarks import contact_list
from tests.benchmarks._report import SIZE, only, percentile, seconds, within
from tests.benchmarks.pages import server_times
from tests.benchmarks.scoring import KINDS
from tests.factories.accounts import LeadFactory, MarketerFactory

ON = ("postgresql", "sqlite")
INTERACTIONS = 10
CHUNK = 2_000
COLUMNS = (
    "id contact_id kind channel source event_id occurred_at recorded_at is_machine"
    " measure_id"
).split()
GOAL_MS = 300


def run() -> bool:
    fill()
    contact_list.settle()
    contact_list.as_the_web_process_does()
    met = True
    for user in people():
        client = Client()
        client.force_login(user)
        for name, path in paths_of(user).items():
            met = measured(client, name, path) and met
    return met


def measured(client: Client, name: str, path: str) -> bool:
    times = server_times(client, path)
    # Far apart they say that the machine had other things to do.
    typical = f"median {median(times):.0f} ms"
    p95 = percentile(times, 95)
    return within(f"{name}, p95", p95, most=GOAL_MS, unit="ms", limit=typical)


def fill() -> None:
    contact_list.fill(SIZE)
    fill_ways()
    fill_interactions(fill_measures())
    fill_sales()
    only("counting everything beforehand", f"{seconds(_roll_up):.0f} s")


def paths_of(user: User) -> dict[str, str]:
    """What is measured: name -> address."""
    journey = Journey.objects.get()
    paths = {f"today, {user.role}": "/"}
    for days in CHOICES:
        of = f"of {days} days, {user.role}"
        paths[f"its figures {of}"] = f"/today/numbers/?period={days}"
        if user.role == User.Role.MARKETER:
            health = reverse("insights:journey_health", args=[journey.pk])
            paths[f"journey health {of}"] = f"{health}?period={days}"
    return paths


def _roll_up() -> None:
    recount(at=timezone.now())
    roll_up(at=timezone.now())


def people() -> list[User]:
    rep = User.objects.filter(role=User.Role.REP).first()
    return [MarketerFactory(), rep, LeadFactory()]


def fill_ways() -> None:
    """Where a contact is in a phase, it was in most of the phases before that."""
    random = Random(8)
    phases = list(Phase.objects.order_by("position"))
    stays = PhaseVisit.objects.order_by("pk").select_related("phase")
    made = []
    for stay in stays.iterator(chunk_size=2_000):
        until = stay.entered_at
        for phase in reversed(phases[: stay.phase.position]):
            if random.random() < 0.2:
                continue
            since = until - timedelta(minutes=random.randrange(40_000))
            visit = PhaseVisit(contact_id=stay.contact_id, phase=phase)
            visit.entered_at, visit.left_at = since, until
            made.append(visit)
            until = since
    PhaseVisit.objects.bulk_create(made, batch_size=5_000)


def fill_measures() -> list[int]:
    """Two of each phase; their numbers."""
    made = Measure.objects.bulk_create(
        Measure(phase=phase, name=f"Measure {phase.position}{letter}", direction=way)
        for phase in Phase.objects.order_by("position")
        for letter, way in zip("ab", Measure.Direction.values, strict=True)
    )
    return [measure.pk for measure in made]


def fill_interactions(measures: list[int]) -> None:
    """Ten for each contact since it was created; one of twelve is a machine's, and

    one of five came by a measure.
    """
    random, now = Random(5), timezone.now()
    contacts = Contact.objects.order_by("pk").values_list("pk", "created_at")
    rows = []
    for pk, created_at in contacts.iterator(chunk_size=2_000):
        for number in range(INTERACTIONS):
            moment = created_at + (now - created_at) * random.random()
            rows.append(
                (
                    str(new_id()),
                    pk,
                    random.choice(KINDS),
                    random.choice(Channel.values),
                    "bench",
                    f"{pk}-{number}",
                    moment,
                    moment,
                    random.random() < 1 / 12,
                    random.choice(measures) if random.random() < 0.2 else None,
                )
            )
        if len(rows) >= CHUNK:
            insert_rows(Interaction, COLUMNS, rows)
            rows = []
    insert_rows(Interaction, COLUMNS, rows)


def fill_sales() -> None:
    """Of twenty contacts one was handed over, and half of those became a deal."""
    random, now = Random(6), timezone.now()
    reps = list(User.objects.filter(role=User.Role.REP))
    contacts = Contact.objects.order_by("pk").values_list("pk", flat=True)
    for start in range(0, SIZE, SIZE // 10):
        made = Handoff.objects.bulk_create(
            _handoff(pk, random.choice(reps), now, random)
            for pk in contacts[start : start + SIZE // 10 : 20]
        )
        Deal.objects.bulk_create(
            _deal(handoff, random)
            for handoff in made
            if handoff.status == Handoff.Status.ACCEPTED and random.random() < 0.7
        )


def _handoff(pk: int, rep: User, now: datetime, random: Random) -> Handoff:
    offered_at = now - timedelta(minutes=random.randrange(525_600))
    status = random.choice(["accepted"] * 14 + ["declined"] * 5 + ["offered"])
    answered_at = offered_at + timedelta(minutes=random.randrange(600))
    return Handoff(
        contact_id=pk,
        assignee=rep,
        status=status,
        offered_at=offered_at,
        accept_by=offered_at + timedelta(hours=4),
        accepted_at=answered_at if status == "accepted" else None,
        touch_by=answered_at + timedelta(hours=24) if status == "accepted" else None,
        closed_at=answered_at if status == "declined" else None,
        decline_reason="no_budget" if status == "declined" else "",
        points=70,
        threshold=60,
    )


def _deal(handoff: Handoff, random: Random) -> Deal:
    status = random.choice(["open", "won", "lost"])
    opened_at = handoff.accepted_at
    return Deal(
        contact_id=handoff.contact_id,
        handoff=handoff,
        owner=handoff.assignee,
        title="Benchmark",
        value=random.randrange(1_000, 50_000),
        stage="offer",
        stage_since=opened_at,
        status=status,
        reason={"open": "", "won": "fit", "lost": "price"}[status],
        opened_at=opened_at,
        closed_at=None if status == "open" else opened_at + timedelta(days=9),
    )
