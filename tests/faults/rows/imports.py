"""Files that are broken, and imports that are killed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Job
from accounts.services.running import run_next_job, run_until_finished
from contacts.models import Company, Contact, ContactIdentifier
from contacts.models.imports import Import, ImportRow
from contacts.services.imports import (
    map_import,
    start_import,
    try_import,
    upload_import,
)
from contacts.services.undoing import undo_import
from leadhub.errors import DomainError
from tests.faults.registry import row
from tests.faults.world import World

MARK = re.compile(rb"m\d+@example\.com")
SPLICES = [b'"', b",", b";", b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"'=", b""]


class Killed(BaseException):
    """The process ends here, as far as the database can tell."""


@row("F30", size=1_500, short=8)
def broken_files(world: World) -> None:
    """Files with bytes put in, taken out and turned, each tried and brought twice."""
    failures = untold = lost = doubles = 0
    for number in range(world.size):
        data = mutated(world, sheet(12, world.random.choice(",;\t")))
        world.faults += 1
        try:
            tried, run = bring(data, number)
        except DomainError:
            continue
        except Exception:
            failures += 1
            continue
        untold += tried != counts_of(run)
        lost += bool(set(MARK.findall(data)) - told(run))
        before = Contact.objects.count()
        bring(data, number)
        doubles += Contact.objects.count() - before
    world.say("failures", failures)
    world.say("dry runs that were wrong", untold)
    world.say("rows lost without a word", lost)
    world.say("doubled by the second run", doubles)


def sheet(rows: int, delimiter: str) -> bytes:
    lines = [["email", "first_name", "company", "tags"]]
    for n in range(rows):
        lines.append([f"m{n}@example.com", f"Zoë {n}", f'"Acme {n % 3}"', "vip"])
    return "\n".join(delimiter.join(line) for line in lines).encode()


def mutated(world: World, data: bytes) -> bytes:
    draw = world.random
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data))
        data = data[:at] + draw.choice(SPLICES) + data[at + draw.randint(0, 2) :]
    return data


def bring(data: bytes, number: int) -> tuple[dict[str, int], Import]:
    """What a trial says of it, and the import of it."""
    now = timezone.now()
    name = f"broken-{number}.csv"
    run = upload_import(file=io.BytesIO(data), name=name, by=None, at=now)
    run = map_import(
        run=run, mapping=run.mapping, updates_existing=True, by=None, at=now
    )
    tried = try_import(run=run, by=None, at=now, rows=None)
    job = run_until_finished(start_import(run=run, by=None, at=now))
    if job.status != Job.Status.DONE:
        raise RuntimeError(job.error)
    run.refresh_from_db()
    return tried.counts, run


def counts_of(run: Import) -> dict[str, int]:
    return {name: getattr(run, name) for name in ImportRow.Result.values}


def told(run: Import) -> set[bytes]:
    """The addresses that a contact has, or that stand among what was not taken."""
    said = [*Contact.objects.values_list("email", flat=True), *run.columns]
    said += [cell for _n, cells, _why in run.rejected_rows() for cell in cells]
    return set(MARK.findall("\n".join(said).encode()))


@row("F31", size=20_000, short=520)
def imports_are_killed(world: World) -> None:
    """An import and its undo are killed after some statements, again and again."""
    known = world.size // 10
    start = "email,first_name,company\n" + "".join(
        f"m{n}@example.com,Old,Blue {n % 7}\n" for n in range(known)
    )
    bring(start.encode(), 0)
    before = everything()
    lines = "".join(
        f"m{n}@example.com,New,{'Blue' if n % 2 else 'Red'} {n % 5},{n}\n"
        for n in range(world.size)
    )
    now = timezone.now()
    data = f"email,first_name,company,employees\n{lines}".encode()
    run = upload_import(file=io.BytesIO(data), name="killed.csv", by=None, at=now)
    run = map_import(
        run=run, mapping=run.mapping, updates_existing=True, by=None, at=now
    )
    run_with_kills(world, start_import(run=run, by=None, at=now))
    run.refresh_from_db()
    world.say("rows missing", world.size - run.rows.count())
    world.say("wrong counts", counts_of(run)["created"] != world.size - known)
    world.say("contacts too many", Contact.objects.count() - world.size)
    run_with_kills(world, undo_import(run=run, by=None, at=timezone.now()))
    world.say("not undone", before != everything())


def run_with_kills(world: World, job: Job) -> None:
    kills = 0
    while Job.objects.unfinished().filter(pk=job.pk).exists():
        try:
            # Later and later, so that it comes to an end.
            with killed_after(world.random.randint(3, 60 + 40 * kills)):
                run_next_job()
        except Killed:
            kills += 1
            world.faults += 1
            past = timezone.now() - timedelta(seconds=1)
            Job.objects.filter(lease_until__isnull=False).update(lease_until=past)
    job.refresh_from_db()
    world.say("jobs that failed", job.status != Job.Status.DONE)


@contextmanager
def killed_after(statements: int) -> Iterator[None]:
    left = statements

    def kill(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return execute(*args)

    with connection.execute_wrapper(kill):
        yield


def everything() -> list[Any]:
    people = Contact.objects.order_by("pk")
    facts = ("pk", "name", "domain", "industry", "employees", "country")
    return [
        *people.values_list("pk", "email", "first_name", "company_id", "search_text"),
        *Company.objects.order_by("pk").values_list(*facts),
        *ContactIdentifier.objects.order_by("pk").values_list("pk", "value"),
    ]
