"""What was handed over, in a file beside the database: it survives a restored backup.

Appended and on the disk before a mail leaves. A line may be of a mail that did not
leave after all; there is no mail without its line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings


def path_of() -> Path:
    return Path(settings.DATA_DIR) / "journals" / "sent.jsonl"


def note_handover(*, key: str, token: str, at: datetime) -> None:
    """Write it down and wait for the disk. Raises ``OSError``: then nothing may leave."""
    entry = {"key": key, "token": token, "at": at.isoformat()}
    line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
    path = path_of()
    is_new = not path.exists()
    if is_new:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # One write to an appending file: lines of several senders do not mix.
    place = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(place, line)
        os.fsync(place)
    finally:
        os.close(place)
    if is_new:
        _sync_directory(path.parent)


def handovers() -> Iterator[dict[str, Any]]:
    """All lines, oldest first; one that a crash cut short is left out."""
    path = path_of()
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                continue


def _sync_directory(path: Path) -> None:
    place = os.open(path, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
