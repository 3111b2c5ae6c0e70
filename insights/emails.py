"""Mails to the people who work here: the reports they have subscribed to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.languages import language_of
from insights.models import ReportMail
from insights.reports.definitions import Asked
from insights.reports.registry import REPORTS


def compose_report(mail: ReportMail, asked: Asked) -> EmailMultiAlternatives:
    """The report in the reader's language, as HTML and as text."""
    language = language_of(asked.reader)
    with translation.override(language):
        context = report_context(mail.subscription.report, asked)
        context |= {"language": language, "reader": asked.reader}
        subject = " · ".join([context["title"], context["period"].label])
        message = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("emails/report.txt", context),
            to=[asked.reader.email],
            headers={
                "Auto-Submitted": "auto-generated",
                "Message-ID": f"<report-{mail.pk}-{mail.mail_attempts}@{_host()}>",
            },
        )
        html = render_to_string("emails/report.html", context)
    message.attach_alternative(html, "text/html")
    return message


def report_context(key: str, asked: Asked) -> dict[str, Any]:
    """What both parts of the mail, and its preview, are made of."""
    report = REPORTS[key]
    title = str(report.name)
    if asked.journey is not None:
        title = _("%(report)s: %(journey)s") % {
            "report": title,
            "journey": asked.journey.name,
        }
    return {
        "title": title,
        "period": asked.period,
        "content": report.compose(asked),
        "site": settings.SITE_URL,
        "manage_url": settings.SITE_URL + reverse("insights:scheduled"),
    }


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
