"""Merges, and undoing them, while the two are tracked, scored and handed off."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError, connections
from django.utils import timezone

from accounts.models import Notification
from contacts.models import Contact, Merge
from contacts.services.merging import MergedAgain, merge_contacts, undo_merge
from contacts.services.refusals import Merged
from journeys.models import Interaction
from sales.models import Handoff
from scoring.models import Crossing, Score, StaleMark
from scoring.selectors.verification import wrong_crossings, wrong_scores
from tests.faults.registry import row
from tests.faults.world import RULES, World
from tests.oracle import score as oracle

WORKERS = 3


@row("F32", size=1_000, short=60, on="postgresql")
def merges_under_load(world: World) -> None:
    """Merges and undos by three at once, under the traffic of four clients."""
    world.add_model()
    contacts = world.add_contacts(max(6, world.size // 10))
    world.install()
    events = world.events(contacts, world.size * 3)
    with world.traffic.of(events), ThreadPoolExecutor(WORKERS) as pool:
        share = world.size // WORKERS
        seeds = range(world.seed, world.seed + WORKERS)
        found = pool.map(lambda seed: _merge_and_undo(contacts, share, seed), seeds)
        tried = [sum(column) for column in zip(*found, strict=True)]
    world.settle()
    world.faults = tried[0]
    stored = set(Interaction.objects.values_list("event_id", flat=True))
    world.say("lost", len(world.traffic.acknowledged.keys() - stored))
    world.say("double", Interaction.objects.count() - len(stored))
    world.say("with the merged", _left_behind())
    world.say("wrong", _wrong())
    world.say("mismatches", len(list(chain(wrong_scores(), wrong_crossings()))))
    world.say("unscored", StaleMark.objects.count())
    told = Notification.objects.filter(kind="handoff").count()
    world.say("notifications - crossings", abs(told - Crossing.objects.count()))
    by_contact = Handoff.objects.open().values_list("contact_id", flat=True)
    world.say("second handoffs", len(by_contact) - len(set(by_contact)))
    world.say("deadlocks", tried[1])
    world.say("5xx", len(world.traffic.errors))
    world.say("standing merges", Merge.objects.standing().count(), None)


def _merge_and_undo(contacts: list[Contact], number: int, seed: int) -> tuple[int, int]:
    """How often it was done, and how often the database gave up."""
    draw, done, given_up = Random(seed), 0, 0
    try:
        while done < number:
            try:
                _one(contacts, draw)
                done += 1
            except (Merged, MergedAgain):
                continue
            except OperationalError as error:
                given_up += "deadlock" in str(error)
    finally:
        connections.close_all()
    return done, given_up


def _one(contacts: list[Contact], draw: Random) -> None:
    now = timezone.now()
    standing = list(Merge.objects.standing())
    if standing and draw.random() < 0.5:
        undo_merge(merge=draw.choice(standing), by=None, at=now)
        return
    keep, merge = draw.sample(contacts, 2)
    merge_contacts(keep=keep, merge=merge, by=None, at=now, source="faults")


def _left_behind() -> int:
    """Interactions that are still with somebody who was merged."""
    merged = Contact.everyone.merged()
    return Interaction.objects.filter(contact__in=merged).count()


def _wrong() -> int:
    """Scores that are not what the oracle makes of the interactions they own."""
    happened, wrong = defaultdict(list), 0
    for one in Interaction.objects.all():
        happened[one.contact_id].append(oracle.Happened(one.kind, one.occurred_at))
    zone = ZoneInfo(settings.TIME_ZONE)
    for score in Score.objects.filter(evaluated_at__isnull=False):
        expected = oracle.engagement(
            RULES, happened[score.pk], at=score.evaluated_at, zone=zone
        )
        wrong += abs(score.engagement - expected) > 1e-6
    return wrong
