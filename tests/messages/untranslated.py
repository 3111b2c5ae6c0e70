"""Words that stand in the code as they are, and so are English to everybody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, TokenType
from django.utils.translation.template import block_re, endblock_re

# Templates -----------------------------------------------------------------------

READ_ALOUD = {"alt", "aria-label", "aria-description", "placeholder", "title"}
NOT_PROSE = {"code", "kbd", "script", "style", "svg"}
NAMES = {"LeadHub"}
OUR_CLASS = re.compile(r"\blh-[\w-]+")
WORD = re.compile(r"[^\W\d_]{2,}")
# What stands for the words of a variable or tag; no letter of any word.
SOMETHING = "\N{OBJECT REPLACEMENT CHARACTER}"
TEXT_ARGUMENT = re.compile(r"""(?<!_\()(["'])([A-Z][^"']*|[a-z]+ [^"']*)\1""")


def in_template(path: Path) -> Iterator[str]:
    """Words between tags, in attributes that are read, and in arguments of tags."""
    text = path.read_text()
    plain = []
    inside, commented = False, False
    for token in Lexer(text).tokenize():
        if commented:
            commented = token.contents != "endcomment"
        elif token.token_type == TokenType.TEXT:
            plain.append("" if inside else token.contents)
        elif token.token_type == TokenType.BLOCK:
            name = token.split_contents()[0]
            commented = name == "comment"
            if block_re.match(token.contents):
                inside = True
            elif endblock_re.match(token.contents):
                inside = False
                plain.append(SOMETHING)
            else:
                plain.append(SOMETHING if name != "if" else "")
                if name not in {"trans", "translate", "url", "load", "if", "elif"}:
                    yield from _arguments(path, token.contents)
        elif token.token_type == TokenType.VAR and not inside:
            plain.append(SOMETHING)
            if "|date:" not in token.contents:
                yield from _arguments(path, token.contents)
    if path.suffix == ".html":
        reader = _Reader()
        reader.feed("".join(plain))
        reader.close()
        found = reader.found
    else:
        found = plain
    yield from (f"{path}: {' '.join(t.split())}" for t in found if is_prose(t))


def _arguments(path: Path, contents: str) -> Iterator[str]:
    """Texts handed to a tag or filter; those that are no prose are lower-case words."""
    for match in TEXT_ARGUMENT.finditer(contents):
        if is_prose(match[2]):
            yield f"{path}: {contents}"


def is_prose(text: str) -> bool:
    return bool(set(WORD.findall(OUR_CLASS.sub("", text))) - NAMES)


class _Reader(HTMLParser):
    """Collects what people read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_PROSE:
            self.open.append(tag)
        self.found += [value or "" for name, value in attrs if name in READ_ALOUD]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self.open:
            self.found.append(data)


# Python --------------------------------------------------------------------------

TRANSLATES = re.compile(r"(_|n?p?gettext(_lazy|_noop)?)$")
# Those who read these are developers and operators, and so is who reads "--help".
FOR_INSIDERS = re.compile(
    r"(logger|logging|warnings)\.|add_argument$|^(print|Error|Warning|ValueError|TypeError|"
    r"RuntimeError|ImproperlyConfigured|CommandError|OpenApi\w+|extend_schema\w*|parameter)$"
)
LABELS = {"label", "title", "subtitle", "detail", "message"}
# Of serializers and models; what forms say is found by its label.
FOR_SCHEMA = {"help_text", "description"}
# Its constants are examples, for the description of the API.
DOOR_OF_API = re.compile(r"/(api|rest)(/\w+|_\w+)?\.py$")
SENTENCE = re.compile(r"[A-Z][\w'’]*[,:;]? .*|[A-Z][a-z]+[.?!]", re.DOTALL)


def in_python(path: Path) -> Iterator[str]:
    """Sentences, labels and choices that no function of gettext is handed."""
    tree = ast.parse(path.read_text())
    if DOOR_OF_API.search(path.as_posix()):
        tree.body = [node for node in tree.body if not _is_constant(node)]
    for node in _shown(tree):
        if SENTENCE.fullmatch(node.value) and not node.value.endswith(".ttf"):
            yield f"{path}:{node.lineno}: {node.value!r}"
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in LABELS:
            value = node.value
            text = value.value if isinstance(value, ast.Constant) else None
            if isinstance(text, str) and re.match("[A-Z]", text):
                yield f"{path}:{value.lineno}: {node.arg}={text!r}"
        if isinstance(node, ast.ClassDef) and _is_choices(node):
            for line in node.body:
                if isinstance(line, ast.Assign) and not isinstance(
                    line.value, ast.Tuple
                ):
                    yield f"{path}:{line.lineno}: a choice without a label"


def _is_constant(node: ast.stmt) -> bool:
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.target).isupper()
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).isupper()


def _is_choices(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("Choices") for base in node.bases)


def _shown(node: ast.AST) -> Iterator[ast.Constant]:
    """The texts below ``node`` but for docstrings, types and what insiders read."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if TRANSLATES.search(called) or FOR_INSIDERS.search(called):
            return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if not (isinstance(key, ast.Constant) and key.value in FOR_SCHEMA):
                yield from _shown(value)
        return
    for name, child in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        if isinstance(node, ast.keyword) and node.arg in FOR_SCHEMA:
            continue
        for part in child if isinstance(child, list) else [child]:
            if isinstance(part, ast.AST):
                yield from _shown(part)


# Scripts -------------------------------------------------------------------------

SCRIPTED = re.compile(r"""(["'`])([A-Z][a-z]+ [a-z][^"'`]*)\1""")


def in_script(path: Path) -> Iterator[str]:
    """Sentences in quotes: scripts get theirs from attributes of the page."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.lstrip().startswith(("//", "*", "/*")):
            yield from (f"{path}:{number}: {m[2]}" for m in SCRIPTED.finditer(line))
