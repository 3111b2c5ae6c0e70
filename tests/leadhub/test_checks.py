"""LeadHub does not start in a way that would lose or leak data."""

from pathlib import Path

import environ
import pytest

from leadhub import checks
from leadhub.env import database_from

STRONG = "x9" + "0123456789abcdefghij" * 3


@pytest.mark.parametrize(
    ("check", "changes", "found"),
    [
        (checks.secrets, {"SECRET_KEY": STRONG}, []),
        (checks.secrets, {"SECRET_KEY": ""}, ["leadhub.E001"]),
        (checks.secrets, {"SECRET_KEY": "short"}, ["leadhub.E001"]),
        (checks.secrets, {"SECRET_KEY": "a" * 60}, ["leadhub.E001"]),
        (checks.secrets, {"SECRET_KEY": "short", "DEBUG": True}, []),
        (checks.hosts, {"ALLOWED_HOSTS": ["leads.example.com"]}, []),
        (checks.hosts, {"ALLOWED_HOSTS": ["*"]}, ["leadhub.E002"]),
        (
            checks.hosts,
            {"ALLOWED_HOSTS": ["leads.example.com"], "DEBUG": True},
            ["leadhub.E003"],
        ),
        (checks.hosts, {"ALLOWED_HOSTS": ["localhost"], "DEBUG": True}, []),
        (
            checks.processes,
            {"WEB_CONCURRENCY": 2, "IS_POSTGRESQL": False, "REDIS_URL": ""},
            ["leadhub.E004", "leadhub.E005"],
        ),
        (
            checks.processes,
            {"WEB_CONCURRENCY": 2, "IS_POSTGRESQL": True, "REDIS_URL": "redis://x"},
            [],
        ),
    ],
)
def test_settings_that_are_refused(settings, check, changes, found):
    settings.DEBUG = False
    for name, value in changes.items():
        setattr(settings, name, value)

    assert [message.id for message in check(None)] == found


def test_a_refusal_says_what_to_do_and_ends_the_process(settings, capsys):
    settings.ALLOWED_HOSTS = ["*"]

    with pytest.raises(SystemExit):
        checks.refuse_to_start_unsafely()

    assert "Name the hosts" in capsys.readouterr().err


@pytest.mark.sqlite
def test_sqlite_on_a_network_disk_is_refused(settings, monkeypatch):
    assert checks.sqlite_disk(None) == []
    monkeypatch.setattr(checks, "_file_system", lambda path: "nfs4")
    assert [message.id for message in checks.sqlite_disk(None)] == ["leadhub.E006"]


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_postgresql_that_forgets_commits_is_refused(monkeypatch):
    assert checks.durability(None, databases=["default"]) == []

    monkeypatch.delenv("LEADHUB_ALLOW_UNSAFE_DATABASE")
    found = checks.durability(None, databases=["default"])

    # The server of the tests is one, wherever it is ours.
    assert {message.id for message in found} <= {"leadhub.E007"}


@pytest.mark.postgresql
def test_postgresql_gives_up_locks_and_idle_transactions():
    # Read from what the product has: the tests themselves are more patient.
    options = database_from(environ.Env(), data_dir=Path("/nowhere"))["OPTIONS"]

    assert "-c lock_timeout=2s" in options["options"]
    assert "-c idle_in_transaction_session_timeout=15s" in options["options"]
    assert options["connect_timeout"] == 3
