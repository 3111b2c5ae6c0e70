"""Letters without regard to case: the same ones in Python and in both databases.

Databases disagree about capitals: SQLite knows those of ASCII, PostgreSQL those of its
locale. So the one who compares brings the letters along. Of all text, only letters
that stand in what is looked for can make a difference; the query names the capitals
of these, and neither database needs to know any but those of ASCII.

The rule: one letter equals one letter (Unicode's simple case folding): É is é, Σ and ς
are σ, ẞ is ß. Never one to many, and never across the border of ASCII: ß is not ss, İ
is not i, the Kelvin sign is not k. Accents count.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import Func, TextField

# All letters with case lie below (the last are those of Adlam).
FIRST, LAST = 0x80, 0x1E943


def fold(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_small_letters())


def capitals_of(text: str) -> dict[str, str]:
    """Letters outside of ASCII that equal one in ``text`` (which is folded): to it."""
    if text.isascii():
        return {}
    capitals = _capitals()
    return {capital: letter for letter in text for capital in capitals.get(letter, ())}


class Folded(Func):
    """A text column, folded as far as it takes to compare it with ``like``.

    It equals, contains or starts with ``like`` exactly if the column does when all of
    it is folded; it is of no other use. ``like`` is folded text, or several joined.
    """

    def __init__(self, column: Any, like: str) -> None:
        super().__init__(column, output_field=TextField())
        self.like = like

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        sql = f'LOWER(({column}) COLLATE "C")'
        if not (pairs := capitals_of(self.like)):
            return sql, [*params]
        return f"TRANSLATE({sql}, %s, %s)", [
            *params,
            "".join(pairs),
            "".join(pairs.values()),
        ]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        sql, params = f"LOWER({column})", [*params]
        for capital, letter in capitals_of(self.like).items():
            sql = f"REPLACE({sql}, %s, %s)"
            params += [capital, letter]
        return sql, params


def _small(letter: str) -> str:
    # Full folding where it gives one letter, else simple lower case (ẞ, ᾈ).
    for small in (letter.casefold(), letter.lower()):
        if len(small) == 1 and not small.isascii():
            return small
    return letter


@cache
def _small_letters() -> dict[int, str]:
    """For ``str.translate``: every letter that is not its own small one."""
    ascii_letters = {ord(c): c.lower() for c in map(chr, range(128)) if c.isupper()}
    others = ((code, _small(chr(code))) for code in range(FIRST, LAST + 1))
    return ascii_letters | {code: small for code, small in others if small != chr(code)}


@cache
def _capitals() -> dict[str, list[str]]:
    capitals: dict[str, list[str]] = {}
    for code, small in _small_letters().items():
        if code >= FIRST:
            capitals.setdefault(small, []).append(chr(code))
    return capitals
