"""Icons of @tabler/icons, inlined into pages."""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

FOLDER = settings.BASE_DIR / "node_modules" / "@tabler" / "icons" / "icons"
NAME = re.compile(r"[a-z0-9-]+\Z")


@cache
def shapes_of(name: str) -> str:
    """What is drawn in a square of 24 units; ``LookupError`` if no icon is so named.

    Read once. Names come from templates and code, never from a request.
    """
    file = FOLDER / "outline" / f"{name}.svg"
    if not NAME.match(name) or not file.exists():
        raise LookupError(f"No icon is named {name!r}.")
    drawn = re.findall(r"<(?:path|circle|rect|line)\b[^>]*/>", file.read_text())
    # Every file begins with an invisible square.
    return "".join(shape for shape in drawn if 'stroke="none"' not in shape)


def icon_svg(name: str, *, label: str = "", classes: str = "") -> SafeString:
    """An icon; without a label it is decoration, and the text beside it says it."""
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(  # noqa: S308  # what is not ours is escaped
        f'<svg class="icon {escape(classes)}" viewBox="0 0 24 24" width="24" '
        f'height="24" fill="none" stroke="currentColor" stroke-width="1.75" '
        f'stroke-linecap="round" stroke-linejoin="round" {said} focusable="false">'
        f"{shapes_of(name)}</svg>"
    )
