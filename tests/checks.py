"""``make check``: everything that can be said about the code without running it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parent.parent
# As a server would be set up; nothing of it is reached.
SERVER = {
    "LEADHUB_ENV_FILE": os.devnull,
    "SECRET_KEY": "only-for-the-check-" + "0123456789abcdef" * 3,
    "SITE_URL": "https://leads.example.com",
    "ALLOWED_HOSTS": "leads.example.com",
    "HSTS_INCLUDE_SUBDOMAINS": "on",
}


def manage(*args: str) -> list[str]:
    return [str(BIN / "python"), "manage.py", *args]


def checks() -> list[tuple[str, list[str]]]:
    """What is checked, and the command that does it."""
    tools = [
        ("lint", ["ruff", "check", "-q", "."]),
        ("format", ["ruff", "format", "-q", "--check", "."]),
        ("types", ["mypy"]),
        ("imports", ["lint-imports"]),
    ]
    found = [(what, [str(BIN / name), *args]) for what, (name, *args) in tools]
    if pages := [str(path) for path in sorted((ROOT / "templates").rglob("*.html"))]:
        djade = [str(BIN / "djade"), "--check", "--target-version", "5.2", *pages]
        found.append(("templates", djade))
    return [
        *found,
        ("migrations", manage("makemigrations", "--check", "--dry-run")),
        ("settings", manage("check", "--deploy", "--fail-level", "WARNING")),
        (
            "API schema",
            manage(
                *("spectacular", "--validate", "--fail-on-warn"),
                *("--file", os.devnull),
            ),
        ),
    ]


def main() -> int:
    failed = []
    for what, command in checks():
        began = time.monotonic()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | SERVER,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        print(f"{'FAILED' if done.returncode else 'ok':<7}{what} ({seconds:.1f} s)")
        if done.returncode:
            failed.append(what)
            print(done.stdout.strip(), flush=True)
    if failed:
        print(f"\nNot in order: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
