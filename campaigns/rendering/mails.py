"""A template and a person's values become a mail: subject, HTML part, text part. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import override

from campaigns.rendering.language import (
    MAX_OUTPUT,
    BadTemplate,
    TooLong,
    Unresolved,
    checked,
    filled,
    one_line,
)
from campaigns.rendering.layout import Frame, html_page, text_page
from campaigns.rendering.markdown import (
    Rewrite,
    as_html,
    as_text,
    hrefs,
    is_absolute,
    parsed,
    rewritten,
)

MAX_LINE = 300


@dataclass(frozen=True, slots=True)
class Draft:
    """What a template consists of. Subject and preview line are plain, the body is

    Markdown; all three are filled in.
    """

    subject: str
    body: str
    preheader: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    preheader: str
    html: str
    text: str


def check_draft(draft: Draft, *, names: Iterable[str]) -> None:
    """Refuse what could not become a mail. ``names``: what there is to fill in.

    Raises ``BadTemplate`` and its kinds, with ``attr`` the part that is wrong.
    """
    names = list(names)
    for attr in ("subject", "body"):
        if not getattr(draft, attr).strip():
            raise BadTemplate(_("Please fill this in."), attr=attr)
    checked(draft.subject, names=names, attr="subject", form="plain")
    checked(draft.preheader, names=names, attr="preheader", form="plain")
    checked(draft.body, names=names, attr="body")
    samples = {
        name: "https://example.com/" if name.endswith("_url") else "x" for name in names
    }
    try:
        body = filled(draft.body, values=samples, form="markdown")
    except Unresolved:  # cannot be: all names have a value
        return
    for href in hrefs(parsed(body)):
        if not is_absolute(href):
            sentence = _("A link must lead to a whole address: %(href)s")
            raise BadTemplate(sentence % {"href": href[:100]}, attr="body")


def render_mail(
    draft: Draft,
    *,
    values: Mapping[str, str],
    frame: Frame,
    rewrite: Rewrite | None = None,
) -> Rendered:
    """Fill ``draft`` in. ``rewrite`` says where a link to a web page leads instead.

    Remote images are left out unless the frame has a pixel, which is to say that the
    reader agreed to be tracked: both tell that the mail was read.

    Raises ``Unresolved`` (such a mail must not be sent), ``TooLong``, ``BadTemplate``.
    """
    with override(frame.language):  # dates read as the mail does
        subject = filled(draft.subject, values=values, form="plain")
        preheader = filled(draft.preheader, values=values, form="plain")
        body = filled(draft.body, values=values, form="markdown")
    subject, preheader = one_line(subject)[:MAX_LINE], one_line(preheader)[:MAX_LINE]
    urls = {url for name, url in values.items() if name.endswith("_url") and url}
    tokens = parsed(body, urls=urls, images=bool(frame.pixel_url))
    if rewrite is not None:
        tokens = rewritten(tokens, rewrite)
    if not hrefs(tokens):  # nothing that a machine could be told by
        frame = replace(frame, hidden_url="")
    # The text first: making HTML changes what it is made of.
    text = text_page(as_text(tokens), frame)
    html = html_page(as_html(tokens), frame, subject=subject, preheader=preheader)
    if not subject:
        raise Unresolved("subject")
    if len(html) > MAX_OUTPUT:
        raise TooLong(_("The mail gets too long."))
    return Rendered(subject, preheader, html, text)
