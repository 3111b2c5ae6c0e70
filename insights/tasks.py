"""Background work of this app: thin, and safe to lose or to run twice."""

from celery import shared_task
from django.utils import timezone

from insights.services.kpi_months import erase_old_rep_months, freeze_due_month
from insights.services.report_mails import mail_reports as mail_all_reports
from insights.services.rollups import roll_up as roll_all_up

# Seconds that a sweep takes, or a little more: others wait for it.
PATIENCE = 5


@shared_task(name="insights.freeze_kpis")
def freeze_kpis() -> None:
    """The sweep for months that are over and not closed; one a run."""
    freeze_due_month(at=timezone.now())


@shared_task(name="insights.erase_old_rep_months")
def erase_rep_months() -> None:
    """The sweep for closed figures of reps that are kept no longer."""
    erase_old_rep_months(at=timezone.now())


@shared_task(name="insights.roll_up")
def roll_up() -> None:
    """The sweep for what is marked: pages read that themselves until it is counted."""
    roll_all_up(at=timezone.now(), patience=PATIENCE)


@shared_task(name="insights.mail_reports")
def mail_reports() -> None:
    """The sweep for reports whose hour has come; asked for when one is wanted at once."""
    mail_all_reports(at=timezone.now())
