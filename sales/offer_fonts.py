"""What offers are written in: standard fonts, else one that has the letters.

The standard fonts of PDF know Western European letters only, and need no file. For
others a TrueType font is looked for: of ``OFFER_FONT``, where systems keep theirs, and
what reportlab brings along.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unicodedata import bidirectional, normalize

from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from leadhub.errors import DomainError

logger = logging.getLogger(__name__)

NARROW, PLAIN = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
DEJAVU = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
PLACES = (
    ("/usr/share/fonts/truetype/dejavu", *DEJAVU),  # Debian: fonts-dejavu-core
    ("/usr/share/fonts/dejavu-sans-fonts", *DEJAVU),
    ("/usr/share/fonts/TTF", *DEJAVU),
    ("/System/Library/Fonts/Supplemental", "Arial.ttf"),
    ("C:/Windows/Fonts", "arial.ttf", "arialbd.ttf"),
    ("", "Vera.ttf", "VeraBd.ttf"),  # reportlab's own
)


class LettersMissing(DomainError):
    """``letters`` are in no font that there is."""

    code = "letters_missing"

    def __init__(self, letters: str) -> None:
        sentence = _(
            "No font here has these letters: %(letters)s. "
            "Whoever runs LeadHub can name one that does in OFFER_FONT."
        )
        super().__init__(sentence % {"letters": " ".join(letters[:20])})
        self.letters = letters


@dataclass(frozen=True, slots=True)
class Faces:
    """Names of two fonts, as reportlab knows them."""

    regular: str
    bold: str

    def text(self, text: str) -> str:
        """In letters that they have; those of the standard ones lose their accents."""
        text = text.replace(NARROW, PLAIN)
        return "".join(map(_plain, text)) if self == STANDARD else text


STANDARD = Faces("Helvetica", "Helvetica-Bold")


def faces_for(text: str) -> Faces:
    """Fonts that have all letters of ``text``.

    Where only accents are lacking the standard ones do. Raises ``LettersMissing``.
    """
    lacking = {letter for letter in text.replace(NARROW, PLAIN) if _is_beyond(letter)}
    if not lacking:
        return STANDARD
    if all(map(_runs_left, lacking)):
        for faces, letters in _installed():
            if all(ord(letter) in letters for letter in lacking):
                return faces
    if lost := "".join(sorted(letter for letter in lacking if not _plain(letter))):
        raise LettersMissing(lost)
    return STANDARD


def _is_beyond(letter: str) -> bool:
    return not letter.isspace() and not letter.encode("cp1252", "ignore")


def _plain(letter: str) -> str:
    """The letter itself, or without accents; "" if that is none of the standard ones."""
    if not _is_beyond(letter):
        return letter
    return normalize("NFKD", letter).encode("cp1252", "ignore").decode("cp1252")


def _runs_left(letter: str) -> bool:
    """From left to right: we lay out no others."""
    return bidirectional(letter) not in {"R", "AL"}


def _installed() -> Iterator[tuple[Faces, frozenset[int]]]:
    if own := tuple(settings.OFFER_FONT):
        yield from _loaded(own)
    for place, *names in PLACES:
        yield from _loaded(tuple(str(Path(place, name)) for name in names))


@cache
def _loaded(files: Sequence[str]) -> tuple[tuple[Faces, frozenset[int]], ...]:
    """Once in a process; nothing if they are not there."""
    try:
        fonts = [TTFont(f"offer-{file}", file) for file in (files[0], files[-1])]
    except (OSError, TTFError) as error:
        if files == tuple(settings.OFFER_FONT):
            logger.error("OFFER_FONT cannot be used: %s", error)
        return ()
    for font in fonts:
        pdfmetrics.registerFont(font)
    letters = frozenset(fonts[0].face.charToGlyph) & frozenset(
        fonts[1].face.charToGlyph
    )
    return ((Faces(fonts[0].fontName, fonts[1].fontName), letters),)
