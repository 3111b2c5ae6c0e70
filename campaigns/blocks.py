"""What landing pages are composed of: a list of blocks, and the one reader of it.

[{"type": "heading", "text": "What you get"},
 {"type": "list", "items": ["a", "b"]},
 {"type": "image", "image": "<key of an upload>", "alt": "..."},
 {"type": "content", "content": "<slug>"},
 {"type": "form"}]
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.text import clean_text
from leadhub.errors import InvalidValue

MOST = 60
MOST_ITEMS = 30
TYPES: dict[str, Promise] = {
    "heading": gettext_lazy("Heading"),
    "text": gettext_lazy("Text"),
    "list": gettext_lazy("List"),
    "image": gettext_lazy("Image"),
    "quote": gettext_lazy("Quote"),
    "form": gettext_lazy("Form"),
    "content": gettext_lazy("Content"),
}
# Type -> field -> (longest, may be empty, several lines).
FIELDS: dict[str, dict[str, tuple[int, bool, bool]]] = {
    "heading": {"text": (200, False, False)},
    "text": {"text": (5000, False, True)},
    "list": {},
    "image": {"image": (32, False, False), "alt": (300, False, False)},
    "quote": {"text": (1000, False, True), "who": (200, True, False)},
    "form": {},
    "content": {"content": (60, False, False)},
}
Block = dict[str, Any]


class BadBlocks(InvalidValue):
    code = "bad_blocks"
    attr = "blocks"


def read_blocks(value: Any) -> list[Block]:
    """The blocks, clean, each with all fields of its type. Raises ``BadBlocks``."""
    if not isinstance(value, list):
        raise BadBlocks(_("Blocks are a list."))
    if len(value) > MOST:
        raise BadBlocks(_("At most %(most)s blocks.") % {"most": MOST})
    blocks = [read_block(block, number=n) for n, block in enumerate(value, 1)]
    if sum(block["type"] == "form" for block in blocks) > 1:
        raise BadBlocks(_("A page has one form."))
    return blocks


def read_block(value: Any, *, number: int) -> Block:
    """One block; ``number`` is its place, for who must find it."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in TYPES:
        raise BadBlocks(
            _("Block %(number)s: the type is one of %(types)s.")
            % {"number": number, "types": ", ".join(TYPES)}
        )
    fields = FIELDS[kind]
    known = {"type", *fields, *(["items"] if kind == "list" else [])}
    if unknown := set(value) - known:
        raise BadBlocks(
            _("Block %(number)s: there is no field %(name)s.")
            % {"number": number, "name": min(map(str, unknown))[:40]}
        )
    block: Block = {"type": kind}
    for name, (longest, may_be_empty, multiline) in fields.items():
        text = _text(value.get(name, ""), number, longest, multiline)
        if not text and not may_be_empty:
            raise _empty(number, name)
        block[name] = text
    if kind == "list":
        items = value.get("items")
        if not isinstance(items, list) or len(items) > MOST_ITEMS:
            raise BadBlocks(
                _("Block %(number)s: a list of at most %(most)s entries.")
                % {"number": number, "most": MOST_ITEMS}
            )
        found = [_text(item, number, 500, False) for item in items]
        block["items"] = [item for item in found if item]
        if not block["items"]:
            raise _empty(number, "items")
    return block


def _text(value: Any, number: int, longest: int, multiline: bool) -> str:
    try:
        return clean_text(value, attr="blocks", max_length=longest, multiline=multiline)
    except InvalidValue as error:
        sentence = _("Block %(number)s: %(fault)s")
        raise BadBlocks(sentence % {"number": number, "fault": error}) from error


def _empty(number: int, name: str) -> BadBlocks:
    return BadBlocks(
        _("Block %(number)s: please fill in %(name)s.")
        % {"number": number, "name": name}
    )
