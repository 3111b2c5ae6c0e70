"""How the lines of inboxes read: made of facts, in the language of who reads.

Apps above say how the lines they send read, when they start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Write = Callable[[dict[str, Any]], str]
_writers: dict[str, Write] = {}


def register_sentence(kind: str, write: Write) -> None:
    """Let ``write`` make the sentence of a kind of line. Again for one: replaces it."""
    _writers[kind] = write


def sentence_of(kind: str, facts: dict[str, Any]) -> str:
    """The sentence that is made of ``facts``; "" if nobody makes one."""
    write = _writers.get(kind)
    return write(facts) if write and facts else ""
