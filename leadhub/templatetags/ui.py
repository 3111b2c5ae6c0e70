"""What templates say in the same words everywhere: icons, scores, moments, places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField
from django.template import Context
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leadhub import moments, navigation
from leadhub.icons import icon_svg
from leadhub.temperature import adding_up, temperature_of, tenth, whole

register = template.Library()

# A template writes "" for what it does not find.
NOTHING = (None, "")


# Icons ---------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """An icon of @tabler/icons; without ``label`` it is decoration."""
    return icon_svg(name, label=label, classes=classes)


# Scores --------------------------------------------------------------------------


@register.filter("whole")
def whole_points(points: float | None) -> str:
    return "" if points in NOTHING else str(whole(points))


@register.filter
def temperature(points: float | None, threshold: float | None) -> str:
    """ "cold", "mild", "warm", "hot", or "" if one of both is not known."""
    if points in NOTHING or threshold in NOTHING:
        return ""
    return temperature_of(points, threshold).value


@register.simple_tag
def score_badge(
    points: float | None,
    threshold: float | None,
    fit: float | None = None,
    min_fit: float | None = None,
    engagement: float | None = None,
    min_engagement: float | None = None,
) -> SafeString:
    """ "86 Hot"; at the threshold but not ready also why: "72 Warm, fit 8 of 20"."""
    if points in NOTHING:
        return format_html('<span class="lh-caption">{}</span>', _("No score yet"))
    if threshold in NOTHING:
        return format_html('<span class="lh-score"><b>{}</b></span>', whole(points))
    warmth = temperature_of(points, threshold)
    badge = format_html(
        '<span class="lh-score lh-{}"><b>{}</b> {}</span>',
        warmth.value,
        str(whole(points)).replace("-", "−"),
        warmth.label,
    )
    if points < threshold:
        return badge
    lacks = []
    if pair := _too_little(fit, min_fit):
        lacks.append(_("fit %(is)s of %(must)s") % pair)
    if pair := _too_little(engagement, min_engagement):
        lacks.append(_("engagement %(is)s of %(must)s") % pair)
    return badge + format_html_join(
        "", '<span class="lh-score-lacks">, {}</span>', [(lack,) for lack in lacks]
    )


def _too_little(is_now: float | None, must: float | None) -> dict[str, str]:
    """Both numbers in words if there is less than there must be."""
    if is_now in NOTHING or must in NOTHING or is_now >= must:
        return {}
    return {"is": str(whole(is_now)), "must": f"{must:g}"}


# Numbers -------------------------------------------------------------------------


@register.filter
def percent(share: float | None, places: int = 0) -> str:
    """0.384 as "38 %"; a dash for what cannot be said."""
    if share in NOTHING:
        return "–"
    # Rounded here: number_format cuts.
    return f"{number_format(round(share * 100, places), places)}{moments.NARROW}%"


@register.filter
def grouped(number: float | None, places: int = 0) -> str:
    """12480 as "12,480", in the reader's language."""
    if number in NOTHING:
        return "–"
    if isinstance(number, float):
        number = round(number, places)  # number_format cuts
    return number_format(number, places, force_grouping=True)


@register.filter
def lines_of(lines: Sequence[dict[str, Any]], total: float) -> list[dict[str, Any]]:
    """Contributions with points that add up, as shown, to the total that is shown."""
    shown = adding_up([line["points"] for line in lines], total)
    return [{**line, "points": part} for line, part in zip(lines, shown, strict=True)]


@register.filter
def total(number: float | None) -> str:
    """A score to the tenth below, as its badge has the whole number below: "59.9"."""
    return "–" if number in NOTHING else _tenths(tenth(number))


def _tenths(number: float) -> str:
    text = number_format(abs(number), 1, force_grouping=True)
    text = text.rstrip("0").rstrip(".,")
    return f"−{text}" if number < 0 else text


@register.filter
def points(number: float | None, places: int = 0) -> str:
    """A contribution to a score with its sign: "+20.5", "−8"; "0" has none.

    With ``places`` all have as many: "+8.0", as they stand in a column.
    """
    if number in NOTHING:
        return "–"
    number = round(number, 1)  # so that next to nothing is no "−0"
    text = _tenths(number)
    if places:
        text = ("−" if number < 0 else "") + grouped(abs(float(number)), places)
    return f"+{text}" if number > 0 else text


# Moments -------------------------------------------------------------------------


@register.simple_tag
def ago(moment: datetime | None, missing: str = "–") -> str:
    """ "18 min ago", "in 3 h"; the date if it is further away than a week."""
    if not moment:
        return missing
    return _time(moment, moments.relative_text(moment, now=timezone.now()))


@register.simple_tag
def day(moment: datetime | None, missing: str = "–") -> str:
    """ "today 09:12", "2 Sep"."""
    if not moment:
        return missing
    return _time(moment, moments.day_text(moment, now=timezone.now()))


@register.simple_tag
def moment(moment: datetime | None, missing: str = "–") -> str:
    """ "today 09:12", "Mon 30 Nov 09:00"."""
    if not moment:
        return missing
    return _time(moment, moments.moment_text(moment, now=timezone.now()))


@register.simple_tag
def due(moment: datetime | None, missing: str = "–") -> str:
    """ "42 min left"; what is overdue is said and marked."""
    if not moment:
        return missing
    now = timezone.now()
    is_late = "lh-late" if moment <= now else ""
    return _time(moment, moments.due_text(moment, now=now), classes=is_late)


def _time(moment: datetime, text: str, *, classes: str = "") -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        moment.isoformat(),
        moments.full_text(moment),
        format_html(' class="{}"', classes) if classes else "",
        text,
    )


@register.filter
def at(rows: Sequence[Any], place: int) -> Any:
    """What stands at ``place``, or nothing."""
    return rows[place] if 0 <= place < len(rows) else ""


# The shell -----------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def navigation_places(context: Context) -> list[navigation.Place]:
    request = context.get("request")
    return navigation.places(request.path if request else "")


@register.simple_tag
def this_moment() -> str:
    """Now, so that the inbox can ask what is newer."""
    return timezone.now().isoformat()


@register.filter
def undo_url(message: Message) -> str:
    """The address in ``extra_tags="undo=/contacts/imports/7/undo/"``, if there is one."""
    for tag in (message.extra_tags or "").split():
        if tag.startswith("undo="):
            return tag.removeprefix("undo=")
    return ""


@register.filter
def initials(name: Any) -> str:
    """ "ML" of "Mara Lindqvist"; at most two letters."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


# Forms ---------------------------------------------------------------------------

CLASSES = {
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "select": "form-select",
    "hidden": "",
}
# How Django calls the choice of nothing.
DASHES = BLANK_CHOICE_DASH[0][1]


@register.filter
def control(field: BoundField) -> SafeString:
    """The control of a form field with our classes, its hint and its error tied to it."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "text")
    own = widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {
        "class": f"{CLASSES.get(kind, 'form-control')} {own}".strip()
    }
    if field.errors:
        attrs["aria-invalid"] = "true"
    described = [f"{field.auto_id}_helptext"] if field.help_text else []
    described += [f"{field.auto_id}_error"] if field.errors else []
    if described:
        attrs["aria-describedby"] = " ".join(described)
    html: str = field.as_widget(attrs=attrs)
    if kind == "select":
        nothing = _("Choose") if field.field.required else "–"
        html = html.replace(f">{DASHES}<", f">{escape(nothing)}<", 1)
    return SafeString(html)
