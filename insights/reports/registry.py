"""The reports that can be mailed, each once."""

from __future__ import annotations

from operator import attrgetter

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from insights.reports.attributed import attribution_report
from insights.reports.definitions import Report
from insights.reports.journeys import health_report
from insights.reports.losses import losses_report
from insights.reports.standing import figures_report, promises_report

REPORTS = {
    report.key: report
    for report in (
        Report("figures", _("Figures"), figures_report),
        Report("health", _("Journey health"), health_report, needs_journey=True),
        Report("attribution", _("Attribution"), attribution_report),
        Report(
            "promises", _("Promises"), promises_report, may_read=attrgetter("leads")
        ),
        Report("losses", _("What is lost"), losses_report),
    )
}


def reports_for(user: User) -> list[Report]:
    return [report for report in REPORTS.values() if report.may_read(user)]
