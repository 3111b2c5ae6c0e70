"""Which channels earned what, as a report."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.permissions import scope
from insights.reports.definitions import Asked, Content, Line, Part
from insights.selectors.attribution.conversions import CONVERSIONS
from insights.selectors.attribution.report import attribution
from leadhub.money import money_text
from leadhub.templatetags.ui import grouped, percent

MODEL, CONVERSION = "linear", "handoff_accepted"
SHOWN = 10


def attribution_report(asked: Asked) -> Content:
    """Accepted handoffs that the reader may see, shared out to channels evenly."""
    rows = scope(asked.reader, CONVERSIONS[CONVERSION].model, "read")
    found = attribution(
        asked.period,
        rows=rows,
        conversion=CONVERSION,
        by="channel",
        user=asked.reader,
    )
    count = len(found.walks)
    earned = [
        line for line in found.lines(MODEL) if line.credit.conversions or line.cost
    ]
    said = _("No handoff was accepted.")
    if count:
        text = ngettext(
            "%(count)s handoff was accepted", "%(count)s handoffs were accepted", count
        )
        said = text % {"count": grouped(count)} + "."
        if earned and earned[0].credit.conversions:
            share = earned[0].credit.conversions / count
            said = _("%(accepted)s; %(channel)s earned most: %(share)s.") % {
                "accepted": said.removesuffix("."),
                "channel": earned[0].label,
                "share": percent(share),
            }
    query = f"{asked.period.query}&{urlencode({'by': 'channel', 'model': MODEL})}"
    listed = reverse("insights:attribution_conversions")
    lines = [
        Line(
            (
                line.label,
                grouped(line.credit.conversions, 1),
                money_text(line.cost, places=0) if line.cost else "–",
            ),
            f"{listed}?{query}&{urlencode({'key': str(line.key)})}",
        )
        for line in earned[:SHOWN]
    ]
    head = (_("Channel"), pgettext("of handoffs", "Earned"), _("Cost"))
    url = f"{reverse('insights:attribution')}?{query}"
    return Content(said, [Part(_("Handoffs accepted, by channel"), head, lines)], url)
