"""LeadHub as it is installed: web, worker and scheduler as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import connection

from tests.services import die_with_parent, free_port

BIN = Path(sys.executable).parent
EMBEDDED = """
from django.core import management
management.get_commands().pop("demo", None)
from leadhub import embedded
embedded.main()
"""
PATIENCE = 30


class Process:
    """One process with its children, in a session of its own."""

    def __init__(self, command: list[str], *, env: dict[str, str], log: Path) -> None:
        self.command, self.env, self.log = command, env, log
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.running = subprocess.Popen(
                self.command,
                cwd=settings.BASE_DIR,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def children(self) -> list[int]:
        pid = self.running.pid
        try:
            listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        except OSError:
            return []
        return [int(child) for child in listed.split()]

    def kill(self) -> None:
        """``kill -9``, its children too."""
        self.signal(signal.SIGKILL)
        self.running.wait(PATIENCE)

    def kill_child(self) -> bool:
        """``kill -9`` for the first child alone; False if there is none."""
        for child in self.children()[:1]:
            os.kill(child, signal.SIGKILL)
            return True
        return False

    def signal(self, number: int) -> None:
        if self.running.poll() is None:
            os.killpg(self.running.pid, number)


class Installation:
    """LeadHub's processes on this test's database; SQLite makes it the embedded one.

    Use it as a context: at the end nothing of it is left running.
    """

    def __init__(self, place: Path, *, redis_url: str = "", **more: str) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self.place, self.port = place, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.env = {
            name: os.environ[name]
            for name in ("PATH", "HOME", "LANG")
            if name in os.environ
        }
        self.env |= {
            "DATABASE_URL": database_url(),
            "LEADHUB_ALLOW_UNSAFE_DATABASE": "1",
            "LEADHUB_DATA_DIR": str(place),
            "LEADHUB_ENV_FILE": os.devnull,
            "LOG_LEVEL": "WARNING",
            "PORT": str(self.port),
            "SECRET_KEY": settings.SECRET_KEY,
            "SITE_URL": self.address,
            "STATIC_ROOT": str(place),
            "WEB_BIND": f"127.0.0.1:{self.port}",
            **({"REDIS_URL": redis_url} if redis_url else {}),
            **more,
        }
        self.processes: list[Process] = []
        self.is_embedded = connection.vendor == "sqlite"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()

    def kill(self) -> None:
        """All of it at once: that loses nothing, and is quicker than asking."""
        for process in self.processes:
            process.signal(signal.SIGKILL)
        for process in self.processes:
            process.kill()
        wait_for_the_locks_of_the_dead()

    def start(self, roles: str = "web worker scheduler") -> Self:
        """Start these and wait until requests are answered."""
        for role in ["embedded"] if self.is_embedded else roles.split():
            self.add(role)
        if self.is_embedded or "web" in roles.split():
            self.wait_until_answered()
        for worker in self.of("worker"):
            wait_for(
                lambda worker=worker: len(worker.children()) == 2, seconds=PATIENCE
            )
        return self

    def add(self, role: str, **more: str) -> Process:
        log = self.place / f"{role}{len(self.processes)}.log"
        env = self.env | {"LEADHUB_ROLE": role} | more
        process = Process(self.command(role), env=env, log=log)
        self.processes.append(process)
        return process

    def command(self, role: str) -> list[str]:
        celery = [str(BIN / "celery"), "--app=leadhub"]
        quick = ["--without-gossip", "--without-mingle", "--concurrency=2"]
        return {
            "embedded": [sys.executable, "-c", EMBEDDED],
            "web": [str(BIN / "gunicorn"), "-c", "deploy/gunicorn.conf.py"],
            # Several of them: each needs a name of its own.
            "worker": [*celery, "worker", *quick, f"-n=w{len(self.processes)}@%h"],
            "scheduler": [*celery, "beat", "--pidfile="],
        }[role]

    def of(self, role: str) -> list[Process]:
        return [p for p in self.processes if p.env["LEADHUB_ROLE"] == role]

    @property
    def web(self) -> Process:
        return self.of("embedded" if self.is_embedded else "web")[0]

    def wait_until_answered(self) -> None:
        """By whatever it is, with whatever status."""

        def is_answered() -> bool:
            try:
                urllib.request.urlopen(f"{self.address}/healthz", timeout=5).close()
            except urllib.error.HTTPError:
                return True
            except OSError:
                return False
            return True

        if not wait_for(is_answered, seconds=PATIENCE):
            raise AssertionError(f"It does not start: {self.logs()[-2000:]}")

    def logs(self) -> str:
        return "\n".join(p.log.read_text(errors="replace") for p in self.processes)

    def manage(self, *args: str) -> Process:
        """A command beside the others."""
        log = self.place / f"manage{len(self.processes)}.log"
        command = [sys.executable, "manage.py", *args]
        process = Process(command, env=self.env | {"LEADHUB_ROLE": "command"}, log=log)
        self.processes.append(process)
        return process


def database_url() -> str:
    """Where this process's own connection leads."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    host, port = database["HOST"], database["PORT"]
    if host.startswith("/"):
        return f"postgres://{database['USER']}@/{database['NAME']}?host={host}"
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgres://{database['USER']}{password}@{host}:{port}/{database['NAME']}"


def wait_for(is_so: Callable[[], object], *, seconds: float) -> bool:
    """Ask every 20 ms whether it is so; False if it is not in time."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def wait_for_the_locks_of_the_dead() -> None:
    """A server notices after a moment that a client is gone."""
    if connection.vendor == "sqlite":
        return

    def is_alone() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
            )
            return cursor.fetchone()[0] == 1

    wait_for(is_alone, seconds=10)
