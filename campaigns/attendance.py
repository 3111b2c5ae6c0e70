"""What a cell of a list of attendees says. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from contacts.text import folded

YES = frozenset(
    "yes y ja j true x attended present joined teilgenommen anwesend dabei".split()
)
NO = frozenset(
    {
        *"no n nein false - absent noshow registered abwesend angemeldet".split(),
        "",
        "no show",
        "no-show",
        "not attended",
        "did not attend",
        "nicht teilgenommen",
    }
)
# What such columns are called by the programs that people hold webinars with.
COLUMNS = frozenset(
    "attended attendance anwesend teilgenommen teilnahme joined present "
    "minutes minuten duration dauer".split()
)


def says_attended(cell: str) -> bool:
    """Whether a cell says yes: a word, minutes, or when somebody came.

    Raises ``ValueError`` with a sentence if it says neither.
    """
    text = " ".join(folded(cell).split())
    if text in YES:
        return True
    if text in NO:
        return False
    if digits := re.findall(r"\d", text):
        return any(digit != "0" for digit in digits)
    sentence = _("“%(cell)s” does not say whether somebody attended.")
    raise ValueError(sentence % {"cell": cell.strip()[:40]})


def attended_column(columns: Sequence[str]) -> str:
    """The column that by its name says who attended; "" if there is none."""
    for column in columns:
        if folded(column).strip() in COLUMNS:
            return column
    return ""
