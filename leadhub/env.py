"""What the environment says, in the form that Django wants."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ

SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
# Seconds are given as PostgreSQL writes them. A page at random costs hardly more than the
# next one on the disks of today; PostgreSQL's default of 4 is of those that turn, and
# makes it read a whole table where an index would do.
POSTGRESQL = {
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "15s",
    "random_page_cost": "1.1",
}
# Whoever waits for a page waits longer for more processes to start than for one that works
# alone; and where two work for one page, another one waits.
WEB_ONLY = {"statement_timeout": "15s", "max_parallel_workers_per_gather": "0"}


def secret_key_from(env: environ.Env, *, data_dir: Path, debug: bool) -> str:
    """``SECRET_KEY``, else the one that ``make run`` has put into the data directory."""
    stored = data_dir / "secret_key"
    if given := env("SECRET_KEY", default=""):
        return given
    if stored.is_file():
        return stored.read_text().strip()
    return "insecure-key-for-development-only" if debug else ""


def database_from(env: environ.Env, *, data_dir: Path) -> dict[str, Any]:
    """``DATABASE_URL`` with the options that our guarantees need; SQLite without it."""
    default = f"sqlite:///{data_dir / 'leadhub.sqlite3'}"
    database = env.db("DATABASE_URL", default=default)
    options = database.setdefault("OPTIONS", {})
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["ENGINE"] = "leadhub.sqlite"
        options.update(SQLITE)
    elif database["ENGINE"] == "django.db.backends.postgresql":
        # Long statements are the worker's and the command line's business only.
        is_web = os.environ.get("LEADHUB_ROLE") == "web"
        limits = POSTGRESQL | (WEB_ONLY if is_web else {})
        flags = " ".join(f"-c {name}={value}" for name, value in limits.items())
        options.setdefault("connect_timeout", 3)
        options["options"] = f"{options.get('options', '')} {flags}".strip()
        database.setdefault("CONN_MAX_AGE", 60)
        database["CONN_HEALTH_CHECKS"] = True
    return database


def email_from(env: environ.Env, *, data_dir: Path) -> dict[str, Any]:
    """``EMAIL_URL`` as Django's settings. Without it mails are kept as files.

    ``anymail+postmark://?server_token=...`` is a provider's API: the rest of the scheme
    names the provider as anymail does, the parameters are anymail's settings for it.
    """
    url = env("EMAIL_URL", default="")
    if url.startswith("anymail+"):
        parts = urlsplit(url)
        provider = parts.scheme.removeprefix("anymail+").replace("-", "_")
        given = {
            f"{provider}_{name}".upper(): value
            for name, value in parse_qsl(parts.query)
        }
        secret = env("MAIL_WEBHOOK_SECRET", default="")
        return {
            "EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend",
            "ANYMAIL": given | ({"WEBHOOK_SECRET": secret} if secret else {}),
            # Whose reports are taken; without a secret anybody could make them up.
            "MAIL_PROVIDER": provider if secret else "",
        }
    if url:
        return env.email_url("EMAIL_URL")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": data_dir / "outbox",
    }
