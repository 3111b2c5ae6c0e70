"""``make test``: everything on PostgreSQL and Redis, then what can on SQLite alone."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time

ROUNDS = [
    ("PostgreSQL, Redis, mail server, browser", [], []),
    (
        "SQLite, no Redis, no browser",
        ["--without", "postgresql,redis,browser"],
        ["-m", "not browser"],
    ),
]
SERVERS = ("DATABASE_URL", "REDIS_URL", "CHROMIUM")


def main(args: list[str]) -> int:
    python, results = sys.executable, []
    for title, services, marks in ROUNDS:
        print(f"\n{'=' * 78}\n{title}\n{'=' * 78}", flush=True)
        env = dict(os.environ)
        if services:
            env = {name: value for name, value in env.items() if name not in SERVERS}
        wrapper = [python, "-m", "tests.services", *services, "--"]
        began = time.monotonic()
        command = [*wrapper, "pytest", "-n", "2", "-q", *marks, *args]
        round_ = subprocess.Popen(command, env=env)
        # Ctrl-C reaches all of us; the wrapper needs its time to put things away.
        with contextlib.suppress(KeyboardInterrupt):
            round_.wait()
        status = round_.wait()
        if status in (130, -2, 2):
            return 130
        # With ARGS a round may have nothing to do.
        ok = status == 0 or (status == 5 and args)
        results.append((title, bool(ok), time.monotonic() - began))
    print()
    for title, ok, seconds in results:
        print(f"{'passed' if ok else 'FAILED'} in {seconds:.0f} s on {title}")
    return 0 if all(ok for _, ok, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
