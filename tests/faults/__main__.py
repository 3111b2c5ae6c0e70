"""``make faults``: what breaks while LeadHub works, and what must not be lost by it.

    python -m tests.faults [--on postgresql|sqlite] [--seed N] [--share X] [ROW ...]

Each row runs on a database and servers of its own and prints one line. ``--share 0.1``
runs with a tenth of the load. Exit 1 if a row fails or cannot run.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import traceback
from contextlib import ExitStack
from pathlib import Path

BACKENDS = ("postgresql", "sqlite")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("rows", nargs="*", metavar="ROW")
    parser.add_argument("--on", choices=BACKENDS, help="default: one after the other")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0)
    options = parser.parse_args()
    if options.on is None:
        command = [sys.executable, "-m", "tests.faults", *sys.argv[1:], "--on"]
        return max(subprocess.call([*command, backend]) for backend in BACKENDS)
    with ExitStack() as stack:
        scratch = Path(tempfile.mkdtemp(prefix="leadhub-faults-", dir="/tmp"))
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        scratch.chmod(0o755)
        return run(options, scratch, stack)


def run(options: argparse.Namespace, scratch: Path, stack: ExitStack) -> int:
    from tests.installation.servers import Postgres, Redis

    servers = {}
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "leadhub.settings",
        "LEADHUB_DATA_DIR": str(scratch),
        "LEADHUB_ENV_FILE": os.devnull,
        # Rows provoke errors; what they log is in the processes' files.
        "LOG_LEVEL": "CRITICAL",
        "SECRET_KEY": secrets.token_urlsafe(50),
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    if options.on == "postgresql":
        servers = {"postgres": Postgres(scratch), "redis": Redis(scratch)}
        for server in servers.values():
            stack.callback(server.end)
        os.environ["DATABASE_URL"] = servers["postgres"].url
        servers["redis_url"] = servers["redis"].url

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from tests.faults.registry import Result, load_rows, run_row
    from tests.faults.world import World

    rows = load_rows()
    if unknown := set(options.rows) - set(rows):
        print(f"There is no {', '.join(unknown)}; there are {', '.join(rows)}.")
        return 2
    call_command("migrate", verbosity=0)
    is_good = True
    for name, row in rows.items():
        if options.on not in row.on or (options.rows and name not in options.rows):
            continue
        size = max(int(row.size * options.share), 1)
        world = World(scratch / name, size=size, seed=options.seed, **servers)
        try:
            result = run_row(row, world)
        except Exception as error:
            traceback.print_exc()
            result = Result(row, size, options.seed, world.backend)
            result.not_run = f"{type(error).__name__}: {error}"
        print(result, flush=True)
        connections.close_all()
        is_good = is_good and result.is_good
        call_command("flush", interactive=False, verbosity=0)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
