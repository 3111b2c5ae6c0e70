"""Redis: a doorbell, which may be lost at any moment."""

from __future__ import annotations

import socket
import time

from tests.faults.registry import row
from tests.faults.world import World
from tests.installation.processes import wait_for

PHASES = ("whole", "flushed", "full", "frozen", "stopped")


@row("F4", size=2_000, on="postgresql")
def redis_in_every_state(world: World) -> None:
    """Redis is flushed, filled, frozen and stopped while clients post."""
    world.add_model()
    contacts = world.add_contacts(max(world.size // 20, 20))
    world.install()
    world.traffic.deliver(world.events(contacts, 20))
    share, slowest = world.size // len(PHASES), {}
    events = world.events(contacts, world.size)
    scored = {}
    for number, phase in enumerate(PHASES):
        break_redis(world, phase)
        world.traffic.seconds.clear()
        part = events[number * share : (number + 1) * share]
        world.traffic.deliver(part, threads=2)
        slowest[phase] = world.traffic.percentile(0.99)
        scored[phase] = world.settle()
        mend_redis(world, phase)
        world.say(f"{phase}: p99 s", slowest[phase], None)
    # One caller in half a minute waits 0.1 s for a line that is dead, and another one
    # for the cache.
    worst = max(slowest[phase] for phase in PHASES[1:])
    world.say("worst p99 s", worst, 2 * slowest["whole"] + 0.2)
    world.say("scored after s", max(scored.values()), 5)
    world.say("failed requests", world.traffic.failures)
    world.judge()


@row("M3", size=1_000, short=60, on="postgresql")
def the_queue_is_emptied(world: World) -> None:
    """All of Redis is flushed while events come, many times over."""
    if not world.redis_url:
        return
    world.add_model()
    contacts = world.add_contacts(20)
    world.install()
    with world.traffic.of(world.events(contacts, world.size), threads=2) as traffic:
        while traffic.is_running:
            flush(world)
            world.faults += 1
            time.sleep(0.05)
    world.say("scored after s", world.settle(), 5)
    world.say("failed requests", world.traffic.failures)
    world.judge()


def break_redis(world: World, phase: str) -> None:
    if phase == "whole":
        return
    world.faults += 1
    if phase == "flushed":
        flush(world)
    elif phase == "full":
        command(world, "CONFIG", "SET", "maxmemory-policy", "noeviction")
        command(world, "CONFIG", "SET", "maxmemory", "1")
    elif phase == "frozen":
        world.redis.freeze()
    else:
        world.redis.end()


def mend_redis(world: World, phase: str) -> None:
    if phase == "full":
        command(world, "CONFIG", "SET", "maxmemory", "0")
    elif phase == "frozen":
        world.redis.thaw()
    elif phase == "stopped":
        world.redis.start()
    wait_for(lambda: flush(world) or True, seconds=5)


def flush(world: World) -> None:
    command(world, "FLUSHALL")


def command(world: World, *words: str) -> None:
    """Apart from the client that the product uses."""
    host, _, port = world.redis_url.split("/")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=2) as line:
        line.sendall(" ".join(words).encode() + b"\r\n")
        line.recv(100)
