"""Taking the demo away again, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Job, User
from accounts.services.jobs import start_job
from accounts.services.running import Progress, job_runner
from accounts.services.users import deactivate_user
from campaigns.models import (
    AddressKey,
    Content,
    Form,
    LandingPage,
    MailTemplate,
    Sequence,
    Topic,
)
from campaigns.models.event import Event
from campaigns.models.sender import Sender
from campaigns.services.contents import delete_content
from campaigns.services.events import delete_event
from campaigns.services.pages import (
    InUse,
    delete_form,
    delete_page,
    save_form,
    save_page,
)
from campaigns.services.sequences import SequenceInUse, delete_sequence, set_status
from campaigns.services.templates import delete_template
from campaigns.services.topics import delete_topic
from contacts.models import Company, SavedView, Segment, Suppression
from contacts.services.contacts import delete_contacts
from contacts.services.saved_views import delete_view
from contacts.services.segments import delete_segment
from insights.models import DemoData, KpiMonth, KpiTarget, ReportSubscription, WallBoard
from insights.services.boards import delete_board
from insights.services.subscriptions import unsubscribe
from journeys.models import Journey, Team, TrackedLink
from journeys.services.links import delete_link
from journeys.services.plans import (
    JourneyInUse,
    delete_journey,
    delete_team,
    save_journey,
)
from leadhub.errors import DomainError
from sales.models import Holiday, Question, Territory
from sales.services.calendars import delete_holiday
from sales.services.needs import delete_question
from sales.services.offers import forget_unused_numbers
from sales.services.territories import delete_territory
from scoring.models import ScoringModel
from scoring.services.models import delete_model

BATCH = 100


@dataclass
class Removal:
    """How many contacts went, and the names of what is in use and stays."""

    contacts: int = 0
    kept: list[str] = field(default_factory=list)


def start_demo_removal(*, by: User, at: datetime) -> Job:
    """Remove the demo by and by; a removal that has not ended is answered again."""
    unfinished = (Job.Status.QUEUED, Job.Status.RUNNING)
    found = Job.objects.filter(kind=Job.Kind.DEMO_REMOVAL, status__in=unfinished)
    demo = DemoData.objects.first()
    return found.first() or start_job(
        kind=Job.Kind.DEMO_REMOVAL,
        owner=by,
        params={},
        total=demo.contacts().count() if demo else 0,
        at=at,
    )


def remove_demo(
    *, by: User | None, at: datetime, progress: Callable[[int], None] = lambda n: None
) -> Removal:
    """Delete what ``create_demo`` made, with all that hangs on it.

    A journey that contacts of one's own have entered is switched off, kept and named,
    and so is what it needs; what else is in use stays too, pages and forms offline and
    sequences closed. The demo's people can no longer sign in, except ``by`` and who would be the last administrator. The scoring model
    stays: it is the one that ships. In batches, each in a transaction of its own; safe
    to repeat, also after a crash. Without demo data nothing happens.
    """
    removal = Removal()
    demo = DemoData.objects.first()
    if demo is None:
        return removal
    while ids := list(
        demo.contacts().order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        with transaction.atomic():
            # Of those, too, who were merged into somebody.
            works = Q(contacts__in=ids) | Q(contacts__merged_into__in=ids)
            companies = set(Company.objects.filter(works).values_list("pk", flat=True))
            count = delete_contacts(contact_ids=ids, by=by)
            Company.objects.filter(pk__in=companies, contacts=None).delete()
            progress(count)
        removal.contacts += count
    for row, remove in _rest(demo, by=by, at=at):
        try:
            remove(row)
        except DomainError:
            removal.kept.append(str(row))
    forget_unused_numbers()
    # Counted of invented facts; what is real is closed anew.
    KpiMonth.objects.all().delete()
    demo.delete()
    return removal


def _rest(
    demo: DemoData, *, by: User | None, at: datetime
) -> Iterator[tuple[Any, Callable[[Any], Any]]]:
    """Everything else, what is used after what uses it, and how it is removed."""

    def remove_page(page: LandingPage) -> None:
        if page.submissions.exists():
            page.is_published = False
            save_page(page=page, by=by, at=at)
        else:
            delete_page(page=page)

    def remove_form(form: Form) -> None:
        try:
            delete_form(form=form)
        except InUse:
            form.is_published = False
            save_form(form=form, by=by, at=at)

    def close(sequence: Sequence) -> None:
        try:
            delete_sequence(sequence=sequence)
        except SequenceInUse:
            set_status(sequence=sequence, status=Sequence.Status.CLOSED, at=at, by=by)
            raise

    def remove_sender(sender: Sender) -> None:
        if sender.updated_at <= demo.made_at:  # else it is somebody's of ours
            sender.delete()

    def remove_draft(model: ScoringModel) -> None:
        if model.updated_at <= demo.made_at:  # else somebody works on it
            delete_model(model=model, by=by, at=at)

    def shut_out(user: User) -> None:
        if by is None or user.pk != by.pk:
            deactivate_user(user=user, by=by, at=at)

    def remove_journey(journey: Journey) -> None:
        try:
            delete_journey(journey=journey)
        except JourneyInUse:
            journey.is_active = False
            save_journey(journey=journey, by=by, at=at)
            raise

    steps: list[tuple[type, Callable[[Any], Any]]] = [
        (KpiTarget, lambda row: row.delete()),
        (SavedView, lambda row: delete_view(view=row)),
        (ReportSubscription, lambda row: unsubscribe(subscription=row)),
        (WallBoard, lambda row: delete_board(board=row)),
        (Sequence, close),
        (Event, lambda row: delete_event(event=row, by=by, at=at)),
        (MailTemplate, lambda row: delete_template(template=row)),
        (LandingPage, remove_page),
        (Form, remove_form),
        (Content, lambda row: delete_content(content=row)),
        (Topic, lambda row: delete_topic(topic=row)),
        (Sender, remove_sender),
        (TrackedLink, lambda row: delete_link(link=row, by=by, at=at)),
        # Kept for ever where they are somebody's; these were invented.
        (Question, lambda row: delete_question(question=row)),
        (Suppression, lambda row: row.delete()),
        (AddressKey, lambda row: row.delete()),
        (Holiday, lambda row: delete_holiday(holiday=row)),
        (Territory, lambda row: delete_territory(territory=row)),
        (ScoringModel, remove_draft),
        (Journey, remove_journey),
        (Team, lambda row: delete_team(team=row)),
        (Segment, lambda row: delete_segment(segment=row, by=by, at=at)),
        (User, shut_out),
    ]
    for model, remove in steps:
        ids = demo.rows.get(model._meta.label, [])
        for row in model._default_manager.filter(pk__in=ids).order_by("pk"):
            yield row, remove


@job_runner("demo_removal")
def run_demo_removal(job: Job, progress: Progress) -> dict[str, Any]:
    removal = remove_demo(by=job.owner, at=timezone.now(), progress=progress.advance)
    return {"contacts": removal.contacts, "kept": removal.kept}
