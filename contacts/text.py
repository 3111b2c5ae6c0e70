"""The one rule for text that people and programs hand in."""

from __future__ import annotations

import re
from typing import Any
from unicodedata import combining, normalize

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext as _

from leadhub.errors import InvalidValue

_LINE_BREAKS = "\t\n\r"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# They make text read in another order than it is stored in.
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class BadText(InvalidValue):
    code = "bad_text"


def clean_text(
    value: Any, *, attr: str, max_length: int, multiline: bool = False
) -> str:
    """Return ``value`` in NFC, without spaces around it.

    Refuses what is not text, NUL and other control characters, lone surrogates,
    marks that turn the direction of reading, and more than ``max_length`` characters.
    Tabs and line breaks only pass where there may be several lines.

    Raises ``BadText``.
    """
    if not isinstance(value, str):
        raise BadText(_("This must be text."), attr=attr)
    if len(value) > 4 * max_length:  # before work is spent on it
        raise _too_long(attr, max_length)
    forbidden = _CONTROL_BUT_LINES if multiline else _CONTROL
    text = value.strip()
    if text.isascii() and text.isprintable():
        if len(text) > max_length:
            raise _too_long(attr, max_length)
        return text
    if forbidden.search(text):
        raise BadText(_("This has control characters in it."), attr=attr)
    if _BIDI.search(text):
        raise BadText(_("This has hidden marks of direction in it."), attr=attr)
    text = normalize("NFC", text)
    if len(text) > max_length:
        raise _too_long(attr, max_length)
    return text


def _too_long(attr: str, max_length: int) -> BadText:
    sentence = _("At most %(length)s characters.") % {"length": max_length}
    error = BadText(sentence, attr=attr)
    error.code = "too_long"
    return error


def folded(text: str) -> str:
    """``text`` as it is searched: without regard to case and accents."""
    if text.isascii():
        return text.lower()
    # Taking letters apart may bring capitals to light, and the other way round.
    apart = normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join(char for char in apart if not combining(char)).casefold()


@deconstructible
class PlainText:
    """The same rule as a validator of form and serializer fields."""

    def __init__(self, *, max_length: int = 10_000, multiline: bool = False) -> None:
        self.max_length = max_length
        self.multiline = multiline

    def __call__(self, value: Any) -> None:
        try:
            clean_text(
                value, attr="", max_length=self.max_length, multiline=self.multiline
            )
        except BadText as error:
            raise ValidationError(str(error), code=error.code) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlainText) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.max_length, self.multiline))
