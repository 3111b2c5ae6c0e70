"""``manage.py read_bounces``: what mail servers and people send back to us."""

from __future__ import annotations

import mailbox
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from campaigns.mailing.returned import MOST_BYTES, Unreadable
from campaigns.services.returned import take_returned_mail

CHUNK = 65_536
# As mail servers know them from sysexits.h.
BROKEN, NO_SUCH_PLACE, LATER = 65, 66, 75


class Command(BaseCommand):
    help = (
        "Reads bounces, complaints and answers to our mails: one mail from standard "
        "input, or all of a mailbox. Changes nothing in the mailbox; reading a mail "
        "again changes nothing at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--maildir", type=Path, metavar="PATH", help="a maildir, or a file (mbox)"
        )

    def handle(self, *args: Any, maildir: Path | None, **options: Any) -> None:
        counts: Counter[str] = Counter()
        why = ""
        try:
            for raw in _all_of(maildir) if maildir else [_one(sys.stdin.buffer)]:
                try:
                    counts[take_returned_mail(raw=raw, at=timezone.now())] += 1
                except Unreadable as error:
                    counts["unreadable"] += 1
                    why = str(error)
        except DatabaseError as error:
            raise CommandError(
                "The database cannot be reached. Try again later.", returncode=LATER
            ) from error
        said = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        self.stdout.write(f"{counts.total()} mails: {said or 'none'}")
        if why:
            raise CommandError(f"Not readable as a mail: {why}.", returncode=BROKEN)


def _one(stream: IO[bytes]) -> bytes:
    """The beginning. The rest is read too: who writes it waits for that."""
    raw = stream.read(MOST_BYTES)
    while stream.read(CHUNK):
        pass
    return raw


def _all_of(path: Path) -> Iterator[bytes]:
    box: mailbox.Mailbox[Any]
    if (path / "cur").is_dir() and (path / "new").is_dir():
        box = mailbox.Maildir(path, create=False)
    elif path.is_file():
        box = mailbox.mbox(path, create=False)
    else:
        raise CommandError(
            f"There is neither a maildir nor a file: {path}", returncode=NO_SUCH_PLACE
        )
    try:
        for key in sorted(box.keys()):
            with box.get_file(key) as file:
                yield file.read(MOST_BYTES)
    finally:
        box.close()
