"""What public pages show."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from campaigns.blocks import Block
from campaigns.models import Content, LandingPage, Sender, Upload
from campaigns.text_blocks import blocks_of


def company_shown(name: str = "") -> dict[str, str]:
    """Whose page it is: name, and logo and color if they are set. One query."""
    sender = Sender.objects.select_related("logo").order_by("pk").first()
    if sender is None:
        return {"name": name}
    logo = reverse("campaigns:picture", args=[sender.logo.key]) if sender.logo else ""
    return {
        "name": name or sender.name,
        "logo_url": logo,
        "color": sender.color,
        "imprint": sender.imprint,
    }


def blocks_to_edit(page: LandingPage) -> list[Block]:
    """The page's blocks; those of its plain text where it has none yet."""
    return page.blocks or [*_of_text(page.body)]


def blocks_shown(blocks: list[Block]) -> list[dict[str, Any]]:
    """As ``campaigns/_page_blocks.html`` takes them. At most two queries.

    What is not there any more is left out: a visitor can do nothing about it.
    """
    keys = {block["image"] for block in blocks if block["type"] == "image"}
    images = (
        {row.key: row for row in Upload.objects.filter(key__in=keys)} if keys else {}
    )
    slugs = {block["content"] for block in blocks if block["type"] == "content"}
    contents = {}
    if slugs:
        rows = Content.objects.in_use().filter(slug__in=slugs)
        rows = rows.select_related("upload").prefetch_related("forms")
        contents = {row.slug: row for row in rows}
    shown = [_shown(block, images, contents) for block in blocks]
    return [block for block in shown if block is not None]


def _shown(
    block: Block, images: dict[str, Upload], contents: dict[str, Content]
) -> dict[str, Any] | None:
    kind = block["type"]
    if kind == "text":
        return {"type": "text", "parts": blocks_of(block["text"])}
    if kind == "image":
        image = images.get(block["image"])
        return {**block, "image": image} if image else None
    if kind == "content":
        content = contents.get(block["content"])
        return (
            {**block, "content": content, "url": _offer(content)} if content else None
        )
    return block


def _offer(content: Content) -> str:
    """Where a content is to be had: by a form, else at its own address."""
    forms = [form for form in content.forms.all() if form.is_published]
    return forms[0].public_url if forms else content.url


def _of_text(body: str) -> list[Block]:
    return [
        {"type": "list", "items": list(block.items)}
        if block.items
        else {"type": "text", "text": block.text}
        for block in blocks_of(body)
    ]
