"""Catalogs of gettext: read and written as .po, compiled to .mo."""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

HEADER = """\
Project-Id-Version: LeadHub
Language: de
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals=2; plural=(n != 1);
"""
TITLE = "# What LeadHub says, in German. Made by `make messages`: write only after msgstr.\n"


@dataclass(frozen=True, order=True)
class Message:
    """What a program says in English; ``plural`` is empty unless it counts."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> str:
        """What gettext looks it up by: the plural has no part in it."""
        return f"{self.context}\x04{self.text}" if self.context else self.text

    @property
    def forms(self) -> int:
        return 2 if self.plural else 1


Catalog = Mapping[Message, tuple[str, ...]]


class NotACatalog(Exception):
    """A line of a .po file that we do not write."""


LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[[01]\])?) )?(".*")')


def read_po(text: str) -> dict[Message, tuple[str, ...]]:
    """The messages of a catalog as ``write_po`` writes it, without its header."""
    found = {}
    for number, block in enumerate(re.split(r"\n\s*\n", text), 1):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if not line or line.startswith("# ") or line == "#, python-format":
                continue
            match = LINE.fullmatch(line)
            if not match or not (match[1] or name):
                raise NotACatalog(f"Entry {number}: {line}")
            name = match[1] or name
            parts[name] = parts.get(name, "") + ast.literal_eval(match[2])
        if not parts.get("msgid"):
            continue
        message = Message(
            parts["msgid"], parts.get("msgid_plural", ""), parts.get("msgctxt", "")
        )
        names = ["msgstr[0]", "msgstr[1]"] if message.plural else ["msgstr"]
        if message in found:
            raise NotACatalog(f"Entry {number} is there twice: {message.text}")
        found[message] = tuple(parts.get(name, "") for name in names)
    return found


def write_po(catalog: Catalog) -> str:
    """Sorted and without the places of use, so that only changed words change it."""
    blocks = [f'{TITLE}msgid ""\nmsgstr ""\n{_quoted(HEADER).removeprefix(EMPTY)}\n']
    for message in sorted(catalog):
        lines = []
        if "%" in message.text + message.plural:
            lines.append("#, python-format")
        if message.context:
            lines.append(f"msgctxt {_quoted(message.context)}")
        lines.append(f"msgid {_quoted(message.text)}")
        if message.plural:
            lines.append(f"msgid_plural {_quoted(message.plural)}")
        for place, words in enumerate(catalog[message]):
            name = f"msgstr[{place}]" if message.plural else "msgstr"
            lines.append(f"{name} {_quoted(words)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


EMPTY = '""\n'


def _quoted(text: str) -> str:
    """In quotes; of several lines each on a line of its own, below an empty one."""
    lines = text.splitlines(keepends=True)
    quoted = [
        '"{}"'.format(
            line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        )
        for line in lines
    ]
    return EMPTY + "\n".join(quoted) if len(lines) > 1 else "".join(quoted) or '""'


def compile_mo(catalog: Catalog) -> bytes:
    """The binary that gettext reads, by its manual's "The Format of GNU MO Files".

    Seven numbers, the place of each original, the place of each translation, and
    then the texts, each closed by a zero byte. There is no table of hashes.
    """
    words = {"": HEADER}
    for message, forms in catalog.items():
        if all(forms):
            key = message.key + (f"\0{message.plural}" if message.plural else "")
            words[key] = "\0".join(forms)
    rows = sorted((key.encode(), text.encode()) for key, text in words.items())
    originals, translations = zip(*rows, strict=True)
    start = 7 * 4 + len(rows) * 8 * 2
    first, middle = _placed(originals, start)
    second, _ = _placed(translations, middle)
    head = [0x950412DE, 0, len(rows), 7 * 4, 7 * 4 + len(rows) * 8, 0, start]
    numbers = struct.pack(f"<{len(head + first + second)}I", *head, *first, *second)
    return numbers + b"".join(text + b"\0" for text in originals + translations)


def _placed(texts: Iterable[bytes], start: int) -> tuple[list[int], int]:
    """Length and place of each text, one after another from ``start``, and the end."""
    numbers = []
    for text in texts:
        numbers += [len(text), start]
        start += len(text) + 1
    return numbers, start
