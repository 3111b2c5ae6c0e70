"""Blocks as they are posted by the editor of pages: it works without script.

Each block is a group of controls "block-<n>-<field>". A button named "do" adds, moves
or deletes one; the page then comes back with the change, and is stored by "save" only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from campaigns.blocks import FIELDS, MOST, TYPES, BadBlocks, Block, read_blocks

KEY = re.compile(r"[0-9a-f]{32}")


def posted_blocks(data: Mapping[str, Any]) -> list[Block]:
    """What was typed, with nothing checked but that it is of a type there is."""
    blocks = []
    for number in range(MOST):
        kind = data.get(f"block-{number}-type", "")
        if kind not in TYPES:
            break
        block: Block = {"type": kind}
        for name in FIELDS[kind]:
            block[name] = data.get(f"block-{number}-{name}", "").replace("\r\n", "\n")
        if kind == "list":
            lines = data.get(f"block-{number}-items", "").splitlines()
            block["items"] = [line.strip() for line in lines if line.strip()]
        if kind == "image" and not KEY.fullmatch(block["image"]):
            block["image"] = ""
        blocks.append(block)
    return blocks


def changed_blocks(blocks: list[Block], wish: str) -> tuple[list[Block], int | None]:
    """The blocks after "add:<type>", "up:<n>", "down:<n>" or "delete:<n>".

    Also the place of the one that was added or moved. Anything else changes nothing.
    """
    verb, _colon, what = wish.partition(":")
    found = list(blocks)
    if verb == "add" and what in TYPES and len(found) < MOST:
        return [*found, new_block(what)], len(found)
    if not (what.isascii() and what.isdigit()) or int(what) >= len(found):
        return found, None
    place = int(what)
    if verb == "delete":
        del found[place]
        return found, None
    if verb in ("up", "down"):
        other = place + (1 if verb == "down" else -1)
        if 0 <= other < len(found):
            found[place], found[other] = found[other], found[place]
            return found, other
    return found, None


def new_block(kind: str) -> Block:
    block: Block = {"type": kind, **dict.fromkeys(FIELDS[kind], "")}
    if kind == "list":
        block["items"] = []
    return block


def readable(blocks: list[Block]) -> list[Block]:
    """Those that could be stored, for a preview of what is not complete yet."""
    found = []
    for block in blocks:
        try:
            found += read_blocks([block])
        except BadBlocks:
            continue
    return found
