"""PostgreSQL and Redis that a test may restart, kill, freeze and fill."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg2
from django.db import connections

from tests import services


class Server:
    """A server on a port of its own; ``command`` starts it."""

    def __init__(self, command: list[str | Path], *, port: int, log: Path, uid: int):
        self.command, self.port, self.log, self.uid = command, port, log, uid
        self.process: subprocess.Popen | None = None
        self.start()

    def start(self, **more: str) -> None:
        extra = [
            part for name, value in more.items() for part in self.flag(name, value)
        ]
        self.process = services.spawn(
            [*self.command, *extra], port=self.port, log=self.log, uid=self.uid
        )

    def flag(self, name: str, value: str) -> list[str]:
        raise NotImplementedError

    def end(self, number: int = signal.SIGINT) -> None:
        self.process.send_signal(number)
        self.process.wait(30)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Postgres(Server):
    """With the durability of a real one: what it acknowledges survives its death."""

    def __init__(self, scratch: Path) -> None:
        uid, place = services.plain_user(), scratch / "postgres"
        place.mkdir()
        if uid != os.geteuid():
            os.chown(place, uid, -1)
        homes = services.postgres_homes()
        if not homes:
            raise services.Missing("No PostgreSQL: apt install postgresql.")
        home, port = services.make_cluster(homes[0], place, uid), services.free_port()
        command = services.postgres_command(home, place, port=port)
        super().__init__(command, port=port, log=scratch / "postgres.log", uid=uid)
        self.url = f"postgres://postgres@127.0.0.1:{port}/postgres"

    def flag(self, name: str, value: str) -> list[str]:
        return ["-c", f"{name}={value}"]

    def start(self, **more: str) -> None:
        super().start(**more)
        address = {"host": "127.0.0.1", "port": self.port, "user": "postgres"}
        until = time.monotonic() + 30
        while True:
            try:
                psycopg2.connect(dbname="postgres", **address).close()
            except psycopg2.OperationalError:  # it is still starting up
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return

    def end(self, number: int = signal.SIGINT) -> None:
        # Or this process, too, would go on with a connection that is broken.
        connections.close_all()
        super().end(number)

    def crash(self) -> float:
        """``restart -m immediate``; return after how many seconds it was back."""
        began = time.monotonic()
        self.end(signal.SIGQUIT)
        self.start()
        return time.monotonic() - began


class Redis(Server):
    def __init__(self, scratch: Path) -> None:
        servers = services.redis_servers()
        if not servers:
            raise services.Missing("No Redis: apt install redis-server.")
        port = services.free_port()
        flags = f"--port {port} --bind 127.0.0.1 --appendonly no --save".split()
        command = [servers[0], *flags, "", "--dir", scratch]
        log = scratch / "redis.log"
        super().__init__(command, port=port, log=log, uid=os.geteuid())
        self.url = f"redis://127.0.0.1:{port}/0"

    def flag(self, name: str, value: str) -> list[str]:
        return [f"--{name.replace('_', '-')}", value]
