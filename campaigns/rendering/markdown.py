"""Markdown as the two parts of a mail: HTML that is harmless, and plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from html import escape
from textwrap import wrap

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

SCHEMES = {"http", "https", "mailto", "tel"}
TAGS = {"p", "br", "hr", "strong", "em", "a", "ul", "ol", "li", "blockquote"}
TAGS |= {"h1", "h2", "h3", "h4", "img"}
WIDTH = 74

# No HTML, no code (a value in it would show our escapes), no references (they are
# looked up anew for every bracket).
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["code", "fence", "backticks", "reference", "html_block", "html_inline", "lheading"]
)
_ABSOLUTE = re.compile(r"(https?://|mailto:|tel:)\S", re.IGNORECASE)
Rewrite = Callable[[str], str]


def parsed(
    source: str, *, urls: Collection[str] = (), images: bool = False
) -> list[Token]:
    """The blocks of ``source``. ``urls`` are links also where they stand bare.

    Without ``images`` only their words remain: fetching one tells that a mail is read.
    """
    tokens = _markdown.parse(source)
    for token in tokens:
        if token.children:
            children = token.children
            if not images:
                children = [_words_of(child) for child in children]
            token.children = list(_linked(children, urls))
    return tokens


def hrefs(tokens: list[Token]) -> list[str]:
    return [str(link.attrs["href"]) for link in _links(tokens)]


def is_absolute(href: str) -> bool:
    return bool(_ABSOLUTE.match(href))


def rewritten(tokens: list[Token], rewrite: Rewrite) -> list[Token]:
    """Let the links to web pages lead to what ``rewrite`` makes of their targets."""
    for link in _links(tokens):
        href = str(link.attrs["href"])
        if href.lower().startswith(("http://", "https://")):
            link.attrs["href"] = rewrite(href)
    return tokens


def as_html(tokens: list[Token]) -> str:
    """HTML of listed tags and attributes. ``[Book](https://… "button")`` is a button."""
    for link in _links(tokens):
        if link.attrs.pop("title", "") == "button":
            link.attrs["class"] = "button"
    return nh3.clean(
        _markdown.renderer.render(tokens, _markdown.options, {}),
        tags=TAGS,
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        allowed_classes={"a": {"button"}},
        url_schemes=SCHEMES,
        link_rel=None,
    )


def as_text(tokens: list[Token]) -> str:
    """The same words without any marks, lines not too long to read; links written out."""
    lines: list[str] = []
    prefixes: list[str] = []
    numbers: list[int | None] = []
    bullet = ""
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            ordered = token.type.startswith("ordered")
            numbers.append(int(token.attrs.get("start", 1)) if ordered else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
            if not numbers:
                lines.append("")
        elif token.type == "list_item_open":
            number = numbers[-1]
            bullet = "- " if number is None else f"{number}. "
            numbers[-1] = None if number is None else number + 1
            prefixes.append(" " * len(bullet))
        elif token.type == "blockquote_open":
            prefixes.append("> ")
        elif token.type in ("list_item_close", "blockquote_close"):
            prefixes.pop()
        elif token.type == "hr":
            lines += ["-" * 20, ""]
        elif token.type == "inline":
            before = "".join(prefixes)
            first = before[: len(before) - len(bullet)] + bullet if bullet else before
            bullet = ""
            lines += _wrapped(_inline_text(token.children or []), first, before)
            if not numbers:
                lines.append("")
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _wrapped(text: str, first: str, rest: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n")):
        yield from wrap(
            line,
            WIDTH,
            initial_indent=rest if number else first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _inline_text(children: list[Token]) -> str:
    parts: list[str] = []
    starts: list[tuple[int, str]] = []
    for child in children:
        if child.type == "link_open":
            starts.append((len(parts), str(child.attrs["href"])))
        elif child.type == "link_close":
            start, href = starts.pop()
            words = "".join(parts[start:])
            target = href.removeprefix("mailto:").removeprefix("tel:")
            is_bare = words == target or is_absolute(words)
            parts[start:] = [target if is_bare else f"{words}: {target}"]
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts)


def _links(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open":
                yield child


def _words_of(token: Token) -> Token:
    if token.type != "image":
        return token
    return Token("text", "", 0, content=token.content, level=token.level)


def _linked(children: list[Token], urls: Collection[str]) -> Iterator[Token]:
    """The children, with bare ``urls`` made links."""
    if not urls:
        yield from children
        return
    found = re.compile("|".join(map(re.escape, sorted(urls, key=len, reverse=True))))
    depth = 0
    for child in children:
        depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type != "text" or depth:
            yield child
            continue
        place = 0
        for match in found.finditer(child.content):
            if match.start() > place:
                yield Token("text", "", 0, content=child.content[place : match.start()])
            yield Token("link_open", "a", 1, attrs={"href": match[0]})
            yield Token("text", "", 0, content=match[0])
            yield Token("link_close", "a", -1)
            place = match.end()
        if place < len(child.content):
            yield Token("text", "", 0, content=child.content[place:])


def text_as_html(text: str) -> str:
    """Plain text whose lines are kept."""
    return "<br>".join(escape(line) for line in text.strip().splitlines())
