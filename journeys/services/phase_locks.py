"""Who is put into a phase, and who takes it out of the plan, at the same moment.

Whoever puts contacts into a phase holds it there until the end of the transaction, with
others who do; whoever publishes a plan without it waits for them, and then finds their
contacts in it. Those who come while somebody publishes wait for nobody: they are
refused. So nobody who moves contacts ever waits for a lock on a phase, whatever else
they have locked by then, and whoever publishes waits before they write.

These are advisory locks of PostgreSQL: they ask for no row to be written, and whoever
renames a phase is in nobody's way. SQLite has one writer at a time anyway.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from journeys.models import Phase

_KEYS = (
    " (hashtextextended('journeys.phase:' || pk, 0)) FROM unnest(%s::bigint[]) AS pk"
)


def hold_phases(phase_ids: Collection[int]) -> bool:
    """Keep these in the plan until the end of the transaction.

    False if one of them has left it, or is just leaving it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock_shared" + _KEYS, [sorted(phase_ids)]
            )
            if (False,) in cursor.fetchall():
                return False
    # Looked at under the lock: by now it is known who published.
    return Phase.objects.filter(pk__in=phase_ids).count() == len(phase_ids)


def lock_leaving(phase_ids: Collection[int]) -> None:
    """Wait for those who are putting contacts into these; nobody else does from now on.

    Until the end of the transaction. Before it looks who is in them, and with the
    journey locked, so that it is the only one.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock" + _KEYS, [sorted(phase_ids)])
