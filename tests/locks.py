"""``make lock``: exact versions of everything, without the names of any host."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bootstrap

PYTHON = "3.11"
FLAGS = [
    *("--universal", "--python-version", PYTHON, "--upgrade", "--quiet"),
    *("--no-emit-index-url", "--no-emit-find-links"),
]


def main() -> int:
    uv = Path(sys.executable).parent / "uv"
    # The tests' list first; then what is shipped, on the very same versions.
    jobs = [
        ("requirements-dev.in", "requirements-dev.txt", []),
        ("requirements.in", "requirements.txt", ["-c", "requirements-dev.txt"]),
    ]
    try:
        for source, target, more in jobs:
            bootstrap.run(uv, "pip", "compile", source, "-o", target, *FLAGS, *more)
            print(f"{target} renewed")
        npm, env = bootstrap.npm()
        bootstrap.run(
            npm, "install", "--package-lock-only", "--ignore-scripts", env=env
        )
        print("package-lock.json renewed")
    except bootstrap.CannotGoOn as reason:
        print(reason, file=sys.stderr)
        return 1
    return subprocess.run(
        ["git", "diff", "--stat", "--", "requirements*.txt", "package-lock.json"],
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
