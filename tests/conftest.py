"""What all tests share."""

from __future__ import annotations

import mailbox
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from django.core.cache import cache
from django.core.management import CommandError
from django.db import connection
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import expect
from rest_framework.test import APIClient

from accounts.models import User
from leadhub import cache as leadhub_cache
from leadhub.breaker import Breaker
from leadhub.celery import app
from tests import mail_reader, services
from tests.factories.accounts import MarketerFactory

# A busy machine is slow; that makes no law untrue.
hypothesis_settings.register_profile(
    "leadhub", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("leadhub")

# How long a browser is waited for, in milliseconds: what comes is seen at once.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

CHROMIUM_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


# Database, cache, queue ----------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Keep PostgreSQL from looking in, and throw out who stays until the end.

    What a test writes, only that test sees. A vacuum in between finds empty pages, and
    the planner then takes each table for empty: the demo took minutes, not seconds.

    A browser that was closed in the middle of something leaves a request behind, and
    its connection would keep PostgreSQL from dropping the database.
    """
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                name = connection.ops.quote_name(table)
                cursor.execute(f"ALTER TABLE {name} SET (autovacuum_enabled = false)")
        connection.close()
    yield
    if connection.vendor == "postgresql":
        connection.close()  # it may have been thrown out itself
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True, scope="session")
def _empty_database_patiently() -> Iterator[None]:
    """Try again where such a request still reads the tables that are to be emptied.

    It has one and waits for another, and PostgreSQL lets one of both go on.
    """
    empty = TransactionTestCase._fixture_teardown

    def patiently(case: TransactionTestCase, tries: int = 10) -> None:
        try:
            empty(case)
        except CommandError:
            if tries == 1:
                raise
            patiently(case, tries - 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", patiently)
        yield


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of another test is left, not even that it found Redis gone."""
    monkeypatch.setattr(leadhub_cache, "breaker", Breaker(pause=30))
    cache.clear()


@pytest.fixture
def run_tasks_inline() -> Iterator[None]:
    """Run each queued task at once, in the test's own process."""
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False


# Who is there --------------------------------------------------------------------


@pytest.fixture
def marketer(client: Client) -> User:
    """Mara Lind, who is signed in."""
    user = MarketerFactory(first_name="Mara", last_name="Lind")
    client.force_login(user)
    return user


@pytest.fixture
def api() -> APIClient:
    """REST, as a marketer asks."""
    client = APIClient()
    client.force_authenticate(MarketerFactory())
    return client


# Mail ----------------------------------------------------------------------------


@dataclass
class MailServer:
    """A mail server that takes everything."""

    address: str
    maildir: Path

    def mails_to(self, recipient: str) -> list[Message]:
        """What has arrived for ``recipient``; other tests' mails lie there too."""
        found = mailbox.Maildir(self.maildir, create=True)
        return [mail for mail in found if recipient in mail["X-RcptTo"].split(", ")]

    def received(self, recipient: str) -> list[mail_reader.Mail]:
        """The same, read without the library that made them."""
        found = mailbox.Maildir(self.maildir, create=True)
        keys = [
            key
            for key in found.keys()  # noqa: SIM118 -- of a mailbox, not of a dictionary
            if recipient in found[key]["X-RcptTo"].split(", ")
        ]
        return [mail_reader.read_mail(found.get_bytes(key)) for key in keys]


@pytest.fixture(scope="session")
def _mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    if "TEST_SMTP" in os.environ:
        yield MailServer(os.environ["TEST_SMTP"], Path(os.environ["TEST_MAILDIR"]))
        return
    maildir = tmp_path_factory.mktemp("mail") / "dir"
    controller = Controller(
        Mailbox(maildir), hostname="127.0.0.1", port=services.free_port()
    )
    controller.start()
    yield MailServer(f"127.0.0.1:{controller.port}", maildir)
    controller.stop()


@pytest.fixture
def mail_server(_mail_server: MailServer, settings) -> MailServer:
    """Mails go over SMTP to a real server. (Else they stay in ``mailoutbox``.)"""
    host, _, port = _mail_server.address.partition(":")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, int(port)
    return _mail_server


# Browser -------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    program = services.browser_on_path()
    if program is None:
        pytest.fail("No browser: set CHROMIUM, or run make test, which gets one.")
    found = {**browser_type_launch_args, "executable_path": program}
    found["args"] = CHROMIUM_FLAGS
    if libraries := os.environ.get("CHROMIUM_LIBRARIES"):
        found["env"] = {**os.environ, "LD_LIBRARY_PATH": libraries}
    return found


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "locale": "en-US", "timezone_id": "Europe/Berlin"}


@pytest.fixture
def expected_in_console() -> list[str]:
    """Patterns of errors that a test provokes; it appends them itself."""
    return []


@pytest.fixture
def page(page, expected_in_console: list[str]):
    """Playwright's page; errors in its console, CSP violations included, fail."""
    errors = []

    def note(message) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            errors.append(f"{message.text} ({where})")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(PATIENCE)
    yield page
    surprises = [
        error
        for error in errors
        if not any(re.search(pattern, error) for pattern in expected_in_console)
    ]
    assert surprises == []


# Which tests run -----------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what is for the other database or for a server that is not there.

    Not skipped: ``make test`` runs all of them in one of its rounds, and in CI it
    fails without any of the servers.
    """
    absent = {"sqlite" if connection.vendor == "postgresql" else "postgresql"}
    if not os.environ.get("REDIS_URL"):
        absent.add("redis")
    kept, left_out = [], []
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        marks = {mark.name for mark in item.iter_markers()}
        (left_out if marks & absent else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure: green means that everything ran."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped") if reporter else None
    if services.IN_CI and exitstatus == 0 and skipped:
        reporter.write_line("In CI nothing may be skipped.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
