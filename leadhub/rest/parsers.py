"""Bodies: JSON as the standard has it, and no deeper than anybody needs."""

from __future__ import annotations

import json
import math
import re
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 32
MAX_DIGITS = 40
STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


class StrictJSONParser(JSONParser):
    """Refuses what would be read differently elsewhere, or not stored.

    That is: NaN and infinities, the same key twice, nesting deeper than 32, numbers of
    more than 40 digits, lone surrogates, and text that is not UTF-8.
    """

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        try:
            return parse_json(stream.read())
        except ValueError as error:
            raise ParseError(
                _("This is not JSON: %(reason)s.") % {"reason": error}
            ) from error


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON text. Raises ``ValueError`` with the reason."""
    text = body.decode("utf-8-sig")
    _check_depth(text)
    value = json.loads(
        text,
        parse_constant=_refuse_constant,
        parse_float=_finite,
        parse_int=_short,
        object_pairs_hook=_distinct,
    )
    if "\\u" in text:
        # Escapes can spell half a character, which no database can store.
        _check_surrogates(value)
    return value


def _check_depth(text: str) -> None:
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError(
                _("it is nested deeper than %(most)s") % {"most": MAX_DEPTH}
            )


def _check_surrogates(value: Any) -> None:
    json.dumps(value, ensure_ascii=False).encode()


def _refuse_constant(name: str) -> None:
    raise ValueError(_("%(text)s is not a number") % {"text": name})


def _finite(digits: str) -> float:
    number = float(digits)
    if len(digits) > MAX_DIGITS or not math.isfinite(number):
        raise ValueError(_("a number is too long"))
    return number


def _short(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(_("a number is too long"))
    return int(digits)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(_("a key stands twice in one object"))
    return found
