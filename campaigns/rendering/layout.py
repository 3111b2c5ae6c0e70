"""The frame around the words of a mail: width, type, imprint, ways out."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Template

import css_inline
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaigns.rendering.markdown import text_as_html


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the words. Without ``unsubscribe_url`` there is no way out of

    what the mail is; such mails are answers or a colleague's own.
    """

    language: str
    imprint: str
    unsubscribe_url: str = ""
    preference_url: str = ""
    pixel_url: str = ""
    # Of the link that people do not see.
    hidden_url: str = ""


# Mail programs know little: tables, and styles on each element (inlined below).
_CSS = """
body { margin: 0; padding: 0; background: #f5f6f4; }
.page { width: 100%; background: #f5f6f4; }
.paper { max-width: 560px; padding: 32px; background: #ffffff; color: #1c2421;
  font: 16px/24px Inter, Helvetica, Arial, sans-serif; }
.foot { max-width: 560px; padding: 16px 32px; color: #55605a;
  font: 13px/20px Inter, Helvetica, Arial, sans-serif; }
p, ul, ol, blockquote { margin: 0 0 16px; }
ul, ol { padding-left: 24px; }
h1 { margin: 0 0 16px; font-size: 22px; line-height: 28px; }
h2 { margin: 24px 0 8px; font-size: 18px; line-height: 24px; }
h3, h4 { margin: 16px 0 8px; font-size: 16px; line-height: 24px; }
blockquote { padding-left: 16px; border-left: 3px solid #dfe2dc; color: #55605a; }
hr { border: 0; border-top: 1px solid #dfe2dc; margin: 24px 0; }
img { max-width: 100%; height: auto; border: 0; }
a { color: #17517f; }
.foot a { color: #55605a; }
a.button { display: inline-block; padding: 12px 24px; border-radius: 8px;
  background: #1d5a8a; color: #ffffff; text-decoration: none; }
.preheader { display: none; font-size: 1px; line-height: 1px; max-height: 0;
  overflow: hidden; opacity: 0; }
"""
# Without words, so that there is nothing to see even where styles are left out.
_HIDDEN = (
    '<a href="{}" aria-hidden="true" tabindex="-1" style="display: none; '
    'font-size: 1px; line-height: 1px; max-height: 0; overflow: hidden"></a>'
)
_PAGE = Template(
    """<!doctype html>
<html lang="$language"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light"><title>$subject</title>
<style>$css</style></head>
<body><div class="preheader">$preheader</div>
<table class="page" role="presentation" cellpadding="0" cellspacing="0">
<tr><td align="center"><table role="presentation" cellpadding="0" cellspacing="0">
<tr><td class="paper">$body</td></tr>
<tr><td class="foot">$foot</td></tr>
</table></td></tr></table>$hidden$pixel</body></html>
"""
)
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


def html_page(body: str, frame: Frame, *, subject: str, preheader: str) -> str:
    """The whole HTML part. ``body`` is clean HTML, all else is text."""
    foot = f"<p>{text_as_html(frame.imprint)}</p>" if frame.imprint else ""
    ways = [
        f'<a href="{escape(url)}">{escape(label)}</a>' for label, url in _ways(frame)
    ]
    if ways:
        foot += f"<p>{escape(_because(frame))}<br>{' · '.join(ways)}</p>"
    pixel = ""
    if frame.pixel_url:
        address = escape(frame.pixel_url)
        pixel = f'<img src="{address}" alt="" width="1" height="1">'
    page = _PAGE.substitute(
        language=escape(frame.language),
        subject=escape(subject),
        preheader=escape(preheader),
        css=_CSS,
        body=body,
        foot=foot,
        hidden=_HIDDEN.format(escape(frame.hidden_url)) if frame.hidden_url else "",
        pixel=pixel,
    )
    return _inliner.inline(page)


def text_page(body: str, frame: Frame) -> str:
    """The whole text part."""
    foot = [frame.imprint.strip()] if frame.imprint.strip() else []
    ways = [f"{label}: {url}" for label, url in _ways(frame)]
    if ways:
        foot.append("\n".join([_because(frame), *ways]))
    # What mail programs take for the end of the mail proper.
    return f"{body}\n-- \n" + "\n\n".join(foot) + "\n" if foot else body


def _ways(frame: Frame) -> list[tuple[str, str]]:
    with override(frame.language):
        ways = [
            (_("Unsubscribe"), frame.unsubscribe_url),
            (_("Choose what you get"), frame.preference_url),
        ]
    return [(label, url) for label, url in ways if url]


def _because(frame: Frame) -> str:
    if not frame.unsubscribe_url:
        return ""
    with override(frame.language):
        return _("You get this mail because you agreed to it.")
