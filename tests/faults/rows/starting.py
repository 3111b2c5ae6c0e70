"""Databases that would lose what they acknowledge."""

from __future__ import annotations

import subprocess

from django.db import connections

from tests.faults.registry import row
from tests.faults.world import World

UNSAFE = ("fsync", "full_page_writes", "synchronous_commit")


@row("F39", size=9, on="postgresql")
def unsafe_databases(world: World) -> None:
    """PostgreSQL runs with fsync and the like switched off; each process is started."""
    started = []
    for name in UNSAFE:
        connections.close_all()
        world.postgres.end()
        world.postgres.start(**{name: "off"})
        for role in ("web", "worker", "scheduler"):
            world.faults += 1
            started += [role] if starts(world, role) else []
    world.postgres.end()
    world.postgres.start()
    for role in sorted(set(started)):
        world.say(f"{role} started", started.count(role))
    world.say("started", len(started))


def starts(world: World, role: str) -> bool:
    """True if it is still running after half a minute."""
    installation = world.prepare(LEADHUB_ALLOW_UNSAFE_DATABASE="")
    process = installation.add(role).running
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        return True
    return False
