"""Order of arrival, models that change, contacts that cannot be scored, and lies."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from journeys.services.tracking import Report, track_interactions
from scoring.models import Crossing, Score, ScoringModel, StaleMark
from scoring.selectors.verification import wrong_crossings, wrong_scores
from scoring.services.activation import activate_model
from scoring.services.marks import mark_scores_stale
from scoring.tasks import recompute_stale_scores
from tests.faults.registry import row
from tests.faults.world import World
from tests.installation.processes import wait_for


@row("F10", size=10_000, short=300)
def late_shuffled_and_repeated(world: World) -> None:
    """Events in any order, one to five times each, up to two days late, in batches."""
    world.add_model()
    contacts = world.add_contacts(max(world.size // 50, 5))
    world.install()
    events = world.events(contacts, world.size)
    copies = [event for event in events for _ in range(world.random.randint(1, 5))]
    world.random.shuffle(copies)
    world.faults = len(copies) - len(events)
    world.traffic.deliver(copies, threads=2, batch=max(world.size // 50, 20))
    world.say("settled after s", world.settle(), None)
    world.judge()


@row("F33", size=2_000)
def models_change_under_load(world: World) -> None:
    """Twenty versions of the model are activated, and everything rescored, under load."""
    models = [world.add_model()]
    contacts = world.add_contacts(100)
    installation = world.install()
    ScoringModel.objects.update(is_active=False)
    models += [add_inactive(world, threshold) for threshold in range(40, 135, 5)]
    times = len(models)
    with world.traffic.of(world.events(contacts, world.size), threads=2) as traffic:
        for number, model in enumerate(models):
            due = world.size * number // times
            wait_for(
                lambda due=due: traffic.sent >= due or not traffic.is_running,
                seconds=60,
            )
            activate_model(
                model=model,
                existing=["mark_seen", "hand_off"][number % 2],
                by=None,
                at=timezone.now(),
            )
            world.faults += 1
    rescoring = installation.manage("rescore", "--all")
    rescoring.running.wait(120)
    world.say("rescore failed", rescoring.running.returncode)
    world.say("settled after s", world.settle(), None)
    world.judge()


def add_inactive(world: World, threshold: float) -> ScoringModel:
    model = world.add_model(threshold=threshold)
    ScoringModel.objects.filter(pk=model.pk).update(is_active=False)
    return model


@row("F34", size=200, short=20)
def one_contact_is_poison(world: World) -> None:
    """The database refuses one contact's score, each time; the others share its batch."""
    world.add_model()
    contacts = world.add_contacts(world.size)
    ids = [contact.pk for contact in contacts]
    recompute_all(ids)
    mark_scores_stale(contact_ids=ids, at=timezone.now())
    with poisoned(ids[0]):
        world.faults += 1
        began = time.monotonic()
        recompute_stale_scores()
        waiting = StaleMark.objects.values("contact").distinct().count()
        world.say("others delayed", waiting - 1)
        world.say("first run s", time.monotonic() - began, None)
        for _attempt in range(10):
            recompute_stale_scores()
        world.say("not parked", 1 - StaleMark.objects.parked().count())
        world.say("still tried", StaleMark.objects.to_do().count())
    # Healed, the next thing that happens to it counts all again.
    mark_scores_stale(contact_ids=ids[:1], at=timezone.now())
    recompute_stale_scores()
    world.say("marks left", StaleMark.objects.count())


def recompute_all(ids: list[int]) -> None:
    mark_scores_stale(contact_ids=ids, at=timezone.now())
    recompute_stale_scores()


POISON = {
    "postgresql": [
        (
            "CREATE FUNCTION faults_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'poison' USING ERRCODE = 'data_exception'; END $$"
        ),
        (
            "CREATE TRIGGER faults_refuse BEFORE INSERT OR UPDATE ON scoring_score"
            " FOR EACH ROW WHEN (NEW.contact_id = {contact})"
            " EXECUTE FUNCTION faults_refuse()"
        ),
    ],
    "sqlite": [
        (
            "CREATE TRIGGER faults_refuse BEFORE UPDATE ON scoring_score"
            " WHEN NEW.contact_id = {contact}"
            " BEGIN SELECT RAISE(ABORT, 'poison'); END"
        ),
    ],
}
CURE = {
    "postgresql": [
        "DROP TRIGGER faults_refuse ON scoring_score",
        "DROP FUNCTION faults_refuse",
    ],
    "sqlite": ["DROP TRIGGER faults_refuse"],
}


@contextmanager
def poisoned(contact_id: int) -> Iterator[None]:
    execute([part.format(contact=contact_id) for part in POISON[connection.vendor]])
    try:
        yield
    finally:
        execute(CURE[connection.vendor])


def execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@row("F36", size=10, short=10)
def scores_and_crossings_are_edited(world: World) -> None:
    """Scores are edited and crossings taken back behind the product's back."""
    world.add_model(threshold=5)
    contacts = world.add_contacts(world.size)
    now = timezone.now()
    reports = [
        Report(contact=contact, kind="chat", source="faults", occurred_at=now)
        for contact in contacts
    ]
    track_interactions(reports=reports, at=now)
    recompute_stale_scores()
    world.say("found before", len([*wrong_scores(), *wrong_crossings()]))
    half = world.size // 2
    for contact in contacts[:half]:
        score = Score.objects.get(pk=contact.pk)
        score.engagement += 3
        score.save(update_fields=["engagement"])
        world.faults += 1
    for contact in contacts[half:]:
        Crossing.objects.filter(contact=contact).delete()
        Score.objects.filter(pk=contact.pk).update(is_armed=True, is_ready=True)
        world.faults += 1
    found = {sentence.split(":")[0] for sentence in wrong_scores()}
    found |= {sentence.split(":")[0] for sentence in wrong_crossings()}
    world.say("not found", world.size - len(found))
