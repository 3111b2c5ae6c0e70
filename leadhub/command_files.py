"""Files that are named on the command line."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import IO

from django.core.management.base import CommandError


def opened(name: str) -> IO[bytes]:
    """The file of this name; for "-" what comes on standard input, so that one can seek.

    The caller closes it. Raises ``CommandError``.
    """
    if name != "-":
        try:
            return Path(name).open("rb")
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}") from error
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller closes it
    while block := sys.stdin.buffer.read(1 << 20):
        file.write(block)
    file.seek(0)
    return file
