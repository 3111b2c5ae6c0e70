"""The language of our mails: placeholders, fallbacks and ``if``. Nothing else.

    Hello {{ first_name | default: "there" }}{% if company %} at {{ company }}{% endif %}

Liquid with its loops, variables, includes and attributes taken out. All it can reach is
a flat dictionary of texts, so it can neither run code nor read settings; what it costs
is bounded by the length of the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TextIO

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _
from liquid import Environment, FalsyStrictUndefined, RenderContext, Undefined
from liquid.builtin.content import Literal
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.if_tag import IfTag
from liquid.exceptions import LiquidError, OutputStreamLimitError, UndefinedError
from liquid.stringify import to_liquid_string
from liquid.template import BoundTemplate

from leadhub.errors import DomainError, InvalidValue

MAX_SOURCE = 64 * 1024
MAX_OUTPUT = 256 * 1024
# Nobody writes more of these; what costs a parser more than its length comes of them.
MAX_PLACEHOLDERS = 1000
MAX_PLACEHOLDER = 500
MAX_DEPTH = 10
MAX_LINES = 3000
MAX_BRACKETS = 1000

_MARK = re.compile(r"\{\{|\}\}|\{%|%\}")
_CLOSES = {"{{": "}}", "{%": "%}"}
_TAG = re.compile(r"\{%-?\s*(\w*)")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class BadTemplate(InvalidValue):
    code = "bad_template"


class UnknownName(BadTemplate):
    code = "unknown_name"

    def __init__(self, names: Iterable[str], *, attr: str | None = None) -> None:
        self.names = sorted(names)
        sentence = _("There is nothing called “%(names)s” to fill in here.")
        super().__init__(sentence % {"names": ", ".join(self.names)}, attr=attr)


class TooLong(BadTemplate):
    code = "too_long"


class Unresolved(DomainError):
    """A placeholder without a value and without a fallback. Such a mail is not sent."""

    code = "unresolved"

    def __init__(self, name: str) -> None:
        sentence = _("There is no value for “%(name)s”, and no fallback.")
        super().__init__(sentence % {"name": name})
        self.name = name


class Missing(FalsyStrictUndefined):
    """No value: false to ``if``, taken by ``default``, an error wherever it is shown."""

    force_liquid_default = True


def checked(
    source: str, *, names: Iterable[str], attr: str, form: str = "markdown"
) -> None:
    """Refuse what could not be filled in, or reaches for what is not there.

    ``names``: what it may show. Raises ``UnknownName``, ``TooLong``, ``BadTemplate``.
    """
    try:
        template = _parsed(source, form)
        used = template.analyze()
    except BadTemplate as error:
        error.attr = attr
        raise
    paths = [
        variable.segments for found in used.variables.values() for variable in found
    ]
    for segments in paths:
        if len(segments) != 1 or not isinstance(segments[0], str):
            sentence = _("Placeholders are plain names, like first_name.")
            raise BadTemplate(sentence, attr=attr)
    if unknown := {segments[0] for segments in paths} - set(names):
        raise UnknownName(unknown, attr=attr)
    # What a filter is given shows only when it works.
    try:
        _render(template, dict.fromkeys(names, "2026-01-31"))
    except BadTemplate as error:
        error.attr = attr
        raise


def filled(source: str, *, values: Mapping[str, str], form: str) -> str:
    """Return ``source`` with its placeholders filled in.

    ``form`` is "markdown", in which values lose all meaning but their letters, or
    "plain". Values are one line each, whatever they were.

    Raises ``Unresolved``, ``TooLong``, ``BadTemplate``.
    """
    return _render(_parsed(source, form), {k: v for k, v in values.items() if v})


def _render(template: BoundTemplate, values: Mapping[str, str]) -> str:
    try:
        return template.render(**values)
    except UndefinedError as error:
        name = re.search(r"'([^']*)'", str(error))
        raise Unresolved(name[1] if name else "?") from error
    except OutputStreamLimitError as error:
        raise TooLong(_("The mail gets too long.")) from error
    except (LiquidError, RecursionError) as error:
        raise BadTemplate(_words(error)) from error


@lru_cache(maxsize=128)
def _parsed(source: str, form: str) -> BoundTemplate:
    if len(source.encode(errors="replace")) > MAX_SOURCE:
        raise TooLong(_("At most 64 KB."))
    if source.count("\n") > MAX_LINES or source.count("[") > MAX_BRACKETS:
        raise TooLong(_("These are too many lines or links."))
    _check_marks(source)
    try:
        return _languages[form].from_string(source)
    except (LiquidError, RecursionError) as error:
        raise BadTemplate(_words(error)) from error


def _check_marks(source: str) -> None:
    """In one pass, before a parser that would look for each missing end anew."""
    expected = ""
    count = depth = start = 0
    for mark in _MARK.finditer(source):
        if expected:
            if mark[0] != expected or mark.start() - start > MAX_PLACEHOLDER:
                raise BadTemplate(_("A placeholder is not closed, or too long."))
            expected = ""
        elif mark[0] in _CLOSES:
            count += 1
            expected, start = _CLOSES[mark[0]], mark.start()
            tag = _TAG.match(source, mark.start())
            if tag:
                depth += {"if": 1, "endif": -1}.get(tag[1], 0)
                if tag[1] not in ("if", "elsif", "else", "endif"):
                    raise BadTemplate(_("Of tags there is only if."))
            if count > MAX_PLACEHOLDERS or depth > MAX_DEPTH:
                raise BadTemplate(_("These are too many placeholders."))
    if expected:
        raise BadTemplate(_("A placeholder is not closed, or too long."))


def _words(error: Exception) -> str:
    """The parser's words, without where it keeps them."""
    text = str(getattr(error, "message", "") or error) or type(error).__name__
    return _("This cannot be read: %(why)s") % {"why": text[:200]}


# Filters: the value may be missing, and stays so until "default" says otherwise. -------


def _is_missing(value: Any) -> bool:
    return isinstance(value, Undefined)


def _text_filter(change: Callable[[str], str]) -> Callable[[Any], Any]:
    def apply(value: Any) -> Any:
        return value if _is_missing(value) else change(to_liquid_string(value, False))

    return apply


def _default(value: Any, fallback: Any = "") -> Any:
    return fallback if _is_missing(value) or value in ("", None, False) else value


def _date(value: Any, style: Any = "") -> Any:
    """A date or moment in the reader's way; ``style`` "long" spells the month."""
    if _is_missing(value):
        return value
    text = to_liquid_string(value, False)
    try:
        moment: date | None = parse_datetime(text) if "T" in text else None
        moment = moment or date.fromisoformat(text[:10])
    except ValueError:
        return text
    shape = "DATE_FORMAT" if style == "long" else "SHORT_DATE_FORMAT"
    if isinstance(moment, datetime):
        moment = localtime(moment) if is_aware(moment) else moment
        shape = "DATETIME_FORMAT" if style == "long" else "SHORT_DATETIME_FORMAT"
    return date_format(moment, shape)


# Output: by the form of the text around it. --------------------------------------------


def one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _as_markdown(text: str) -> str:
    """So that a value shows as it is, and never as emphasis, a link or HTML."""
    return _PUNCTUATION.sub(r"\\\1", one_line(text))


class _PlainNode(OutputNode):
    escape = staticmethod(one_line)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        return buffer.write(self.escape(to_liquid_string(value, False)))


class _MarkdownNode(_PlainNode):
    escape = staticmethod(_as_markdown)


class _PlainOutput(Output):
    node_class = _PlainNode


class _MarkdownOutput(Output):
    node_class = _MarkdownNode


class _Language(Environment):
    output_stream_limit = MAX_OUTPUT
    block_nesting_limit = MAX_DEPTH + 1

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        self.add_tag(Literal)
        self.add_tag(Illegal)
        self.add_tag(IfTag)
        self.filters = {
            "default": _default,
            "upcase": _text_filter(str.upper),
            "downcase": _text_filter(str.lower),
            "capitalize": _text_filter(str.capitalize),
            "date": _date,
        }


def _language(output: type[Output]) -> Environment:
    language = _Language(undefined=Missing)
    language.add_tag(output)
    return language


_languages = {
    "markdown": _language(_MarkdownOutput),
    "plain": _language(_PlainOutput),
}
