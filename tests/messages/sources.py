"""What is said where: the messages of our Python files and templates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from tests.messages.catalog import Message

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = "leadhub accounts contacts journeys scoring campaigns sales insights".split()
# What django.utils.translation offers, and what its arguments are.
ARGUMENTS = {
    "gettext": ("text",),
    "ngettext": ("text", "plural"),
    "pgettext": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
}
CALL = re.compile(
    r"""\b(?P<name>n?p?gettext|_)\((?P<texts>(?:u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')[,\s]*)+)""",
    re.DOTALL,
)


class NotConstant(Exception):
    """Only texts that stand in the code can be translated."""


def python_files() -> list[Path]:
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def templates() -> list[Path]:
    found = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    return sorted(path for path in found if path.suffix in {".html", ".txt", ".xml"})


def messages_in_code() -> dict[Message, set[str]]:
    """Each message, with the files it stands in."""
    found: dict[Message, set[str]] = {}
    for path in python_files():
        for message in in_python(path):
            found.setdefault(message, set()).add(str(path.relative_to(ROOT)))
    for path in templates():
        for message in in_template(path):
            found.setdefault(message, set()).add(str(path.relative_to(ROOT)))
    # A text that is also counted somewhere needs its two forms only.
    counted = {message.key for message in found if message.plural}
    return {
        message: places
        for message, places in found.items()
        if message.plural or message.key not in counted
    }


def in_python(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text())
    names = _names_of_gettext(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if not (arguments := ARGUMENTS.get(names.get(node.func.id, ""))):
            continue
        texts = [
            arg.value if isinstance(arg, ast.Constant) else None
            for arg in node.args[: len(arguments)]
        ]
        if not all(isinstance(text, str) for text in texts):
            raise NotConstant(f"{path}:{node.lineno}")
        yield Message(**dict(zip(arguments, texts, strict=True)))


def _names_of_gettext(tree: ast.Module) -> dict[str, str]:
    """What each function of gettext is called in this file: ``{"_": "gettext"}``."""
    return {
        alias.asname or alias.name: re.sub(r"_(lazy|noop)$", "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "django.utils.translation"
        for alias in node.names
    }


def in_template(path: Path) -> Iterator[Message]:
    code = templatize(path.read_text(), origin=str(path))
    for match in CALL.finditer(code):
        name = "gettext" if match["name"] == "_" else match["name"]
        texts = ast.literal_eval(f"({match['texts'].rstrip(', ')},)")
        yield Message(**dict(zip(ARGUMENTS[name], texts, strict=False)))
