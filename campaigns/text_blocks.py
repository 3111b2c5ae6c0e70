"""Plain text as paragraphs and lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or the items of a list."""

    text: str = ""
    items: tuple[str, ...] = ()


def blocks_of(text: str) -> list[Block]:
    """A blank line starts a paragraph; lines that start with "- " are a list."""
    blocks = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        items = tuple(line[2:] for line in lines if line.startswith("- "))
        words = " ".join(line for line in lines if not line.startswith("- "))
        if words:
            blocks.append(Block(text=words))
        if items:
            blocks.append(Block(items=items))
    return blocks
