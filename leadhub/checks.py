"""What keeps LeadHub from starting in a way that would lose or leak data."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import OperationalError

LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1", "testserver"}
NETWORK_DISKS = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs"}


@register(Tags.security, deploy=True)
def secrets(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # what Django says to none at all
        key = ""
    is_weak = len(key) < 50 or len(set(key)) < 5 or key.startswith("insecure")
    if is_weak and not settings.DEBUG:
        hint = (
            "Set SECRET_KEY, e.g. to what this prints: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
        found.append(Error("SECRET_KEY is missing or weak.", hint, id="leadhub.E001"))
    return found


@register(Tags.security, deploy=True)
def hosts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    names = set(settings.ALLOWED_HOSTS)
    if "*" in names and not settings.DEBUG:
        hint = "Name the hosts under which people reach LeadHub."
        found.append(Error("ALLOWED_HOSTS is *.", hint, id="leadhub.E002"))
    if settings.DEBUG and (names - LOOPBACK or settings.IS_HTTPS):
        hint = "Take DEBUG out of the environment."
        found.append(
            Error(
                "DEBUG is on, and not only for this machine.", hint, id="leadhub.E003"
            )
        )
    return found


@register(Tags.compatibility)
def processes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.WEB_CONCURRENCY > 1:
        if not settings.IS_POSTGRESQL:
            hint = "Set DATABASE_URL to a PostgreSQL, or WEB_CONCURRENCY to 1."
            found.append(
                Error("SQLite serves one process only.", hint, id="leadhub.E004")
            )
        if not settings.REDIS_URL:
            hint = "Set REDIS_URL, or WEB_CONCURRENCY to 1."
            found.append(
                Error("Without Redis only one process works.", hint, id="leadhub.E005")
            )
    return found


@register(Tags.compatibility)
def sqlite_disk(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.IS_POSTGRESQL:
        return []
    path = Path(settings.DATABASES["default"]["NAME"]).resolve()
    if _file_system(path) in NETWORK_DISKS:
        hint = "Put LEADHUB_DATA_DIR on a disk of this machine."
        return [Error("SQLite is on a network disk.", hint, id="leadhub.E006")]
    return []


def _file_system(path: Path) -> str:
    """The kind of file system ``path`` lies on; "" where that cannot be told."""
    try:
        mounts = [
            line.split() for line in Path("/proc/mounts").read_text().splitlines()
        ]
    except OSError:
        return ""
    places = [
        (len(place), kind)
        for _, place, kind, *_ in mounts
        if path.is_relative_to(place.replace("\\040", " "))
    ]
    return max(places, default=(0, ""))[1]


@register(Tags.database)
def durability(
    app_configs: Any, *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A commit that PostgreSQL acknowledges must survive a power cut."""
    if not settings.IS_POSTGRESQL or not databases:
        return []
    if os.environ.get("LEADHUB_ALLOW_UNSAFE_DATABASE") == "1":
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE setting = 'off' "
            "AND name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
        )
        off = [name for name, _ in cursor.fetchall()]
    hint = "Switch it on in postgresql.conf: acknowledged data could be lost."
    return [
        Error(f"PostgreSQL runs with {name}=off.", hint, id="leadhub.E007")
        for name in off
    ]


@register(Tags.security, deploy=True)
def https(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.IS_HTTPS or set(settings.ALLOWED_HOSTS) <= LOOPBACK:
        return []
    hint = "Set SITE_URL to the https:// address, behind a proxy that ends TLS."
    return [checks.Warning("LeadHub is served without HTTPS.", hint, id="leadhub.W001")]


def refuse_to_start_unsafely() -> None:
    """Exit with a line per error that our own checks find.

    A database that is down is no reason to stay down as well: what does not need it
    works, and the rest comes back with it.
    """
    own = [secrets, hosts, processes, sqlite_disk]
    found = [message for check in own for message in check(None)]
    try:
        found += durability(None, databases=["default"])
    except OperationalError as error:
        print(f"The database does not answer yet: {error}", file=sys.stderr)
    finally:
        connections.close_all()
    if found:
        for message in found:
            print(f"{message.id}: {message.msg} {message.hint}", file=sys.stderr)
        # What gunicorn takes as "do not try again"; to all others it is a failure.
        sys.exit(3)
