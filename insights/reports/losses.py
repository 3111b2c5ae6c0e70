"""What is lost, as a report."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import scope
from insights.reports.definitions import Asked, Content, Line, Part
from insights.selectors.declines import declines
from leadhub.templatetags.ui import grouped, percent
from sales.models import Handoff


def losses_report(asked: Asked) -> Content:
    """Why leads were declined, of the handoffs that the reader may see."""
    found = declines(asked.period, rows=scope(asked.reader, Handoff, "read"))
    lines = [
        Line(
            (
                reason.label,
                grouped(reason.count),
                percent(reason.count / found.declined),
            ),
            reason.url,
        )
        for reason in found.reasons
    ]
    sentence = _("No lead was declined.")
    if found.reasons:
        first = found.reasons[0]
        sentence = _(
            "%(declined)s of %(offered)s handoffs were declined, mostly: %(reason)s."
        ) % {
            "declined": grouped(found.declined),
            "offered": grouped(found.offered),
            "reason": first.label,
        }
    head = (_("Reason"), _("Handoffs"), _("Share"))
    url = f"{reverse('insights:reports')}?{asked.period.query}"
    return Content(sentence, [Part(_("Why leads were declined"), head, lines)], url)
