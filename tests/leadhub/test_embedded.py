"""``make run``, as far as it does not install anything."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

import bootstrap
from tests.services import free_port

pytestmark = pytest.mark.sqlite


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("var") / "data"


class Running:
    """LeadHub in a process of its own, on a database without a demo."""

    def __init__(self, data_dir: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        kept = {"PATH", "HOME", "LANG"}
        env = {name: value for name, value in os.environ.items() if name in kept}
        env |= {
            "LEADHUB_ENV_FILE": os.devnull,
            "LEADHUB_DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "STATIC_ROOT": str(settings.STATIC_ROOT),
        }
        code = (
            "from django.core import management;"
            "management.get_commands().pop('demo', None);"
            "from leadhub import embedded; embedded.main()"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=settings.BASE_DIR,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines = self._until_ready()

    def _until_ready(self) -> list[str]:
        lines = []
        for line in self.process.stdout:
            lines.append(line.strip())
            if "Ctrl-C" in line:
                return lines
        pytest.fail("\n".join(lines))

    def ready(self) -> dict:
        with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
            return json.load(answer)

    def stop(self, number: int = signal.SIGINT) -> float:
        """As a terminal does it: all processes of the group get the signal."""
        start = time.monotonic()
        os.killpg(self.process.pid, number)
        self.process.communicate(timeout=20)
        return time.monotonic() - start


@pytest.fixture
def leadhub(data_dir):
    running = Running(data_dir)
    yield running
    if running.process.poll() is None:
        running.stop(signal.SIGKILL)


def test_it_says_when_it_is_ready_and_stops_within_seconds(leadhub, data_dir):
    assert leadhub.lines[0] == f"LeadHub is ready at {leadhub.address}"
    assert leadhub.ready()["status"] == "ok"
    key = data_dir / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text()) >= 50

    assert leadhub.stop() < 6
    assert leadhub.process.returncode in (0, -signal.SIGINT)


def test_a_second_start_keeps_the_data_and_says_who_may_sign_in(data_dir):
    first = Running(data_dir)
    key = (data_dir / "secret_key").read_text()
    (data_dir / "demo-sign-ins.txt").write_text("rep / open-sesame-7\n")
    first.stop(signal.SIGKILL)

    second = Running(data_dir)
    try:
        assert "rep / open-sesame-7" in second.lines
        assert (data_dir / "secret_key").read_text() == key
        with sqlite3.connect(data_dir / "leadhub.sqlite3") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
    finally:
        second.stop(signal.SIGTERM)


def test_what_is_in_the_way_is_said_in_one_line_with_the_remedy(monkeypatch, leadhub):
    monkeypatch.setenv("PORT", str(leadhub.port))
    with pytest.raises(bootstrap.CannotGoOn, match=re.compile("in use.*PORT=")):
        bootstrap.free_port()

    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(bootstrap.CannotGoOn, match="not a port"):
        bootstrap.free_port()

    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(bootstrap.CannotGoOn, match="apt install python3-venv"):
        bootstrap.make_venv(Path("/nonexistent"))


def test_stamps_change_with_what_is_to_be_installed(tmp_path):
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("django==5.2.19\n")
    stamp = tmp_path / ".stamp"
    assert not bootstrap.is_stamped(stamp, bootstrap.digest(wanted))

    stamp.write_text(bootstrap.digest(wanted))
    assert bootstrap.is_stamped(stamp, bootstrap.digest(wanted))

    wanted.write_text("django==5.2.20\n")
    assert not bootstrap.is_stamped(stamp, bootstrap.digest(wanted))
