"""The demo: weeks of history, played through the verbs as if it had happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from secrets import token_hex

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Notification, User
from accounts.services.notifications import finish_notifications
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
from contacts.models import Contact, SavedView, Segment, Suppression
from contacts.services.contacts import upsert_contacts
from insights.demo.behavior import Act, acts_of, character, finale_of
from insights.demo.cast import Person, people
from insights.demo.plan import COMPANY, SOURCE, USERS
from insights.models import DemoData, KpiMonth, KpiTarget, ReportSubscription, WallBoard
from insights.services.demo_deals import lay_out_questions
from insights.services.demo_draft import lay_out_draft
from insights.services.demo_figures import close_months, lay_out_targets, rate_leads
from insights.services.demo_ground import lay_out_ground, make_users
from insights.services.demo_inbox import tidy_inboxes
from insights.services.demo_marketing import Marketing
from insights.services.demo_offers import PUBLISHED, lay_out_offers
from insights.services.demo_permissions import give_permissions
from insights.services.demo_plans import let_plans_grow
from insights.services.demo_promises import lay_out_promises
from insights.services.demo_reports import lay_out_reports
from insights.services.demo_sales import Sales
from journeys.models import Journey, Team, TrackedLink
from journeys.services.tracking import Report, track_interactions
from leadhub.errors import DomainError
from sales.models import Handoff, Holiday, Question, ReplyMark, Territory
from sales.services.replies import tell_replies
from scoring.models import ScoringModel, StaleMark
from scoring.services.batches import recompute_batch, stale_batches

DAYS = 84
# From here on nobody in sales has answered yet; so none was missed twice.
OPEN_SINCE = timedelta(hours=9)
WAITING = {"rep": 7, "rep2": 5}
UNREAD = 2  # answers of contacts
DAYS_OF_INTEREST = 2.7  # of an average person, over all characters
BATCH = 1_000
# Fewer contacts than that, and nothing is offered or sent.
LEAST_TO_MAIL = 200


class NotEmpty(DomainError):
    code = "not_empty"


@dataclass(slots=True)
class Story:
    """Who takes part, what will happen when, and what has been answered."""

    random: Random
    now: datetime
    users: dict[str, User]
    sales: Sales
    joins: list[tuple[datetime, int, Person]] = field(default_factory=list)
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    contacts: dict[int, Contact] = field(default_factory=dict)
    # Whose offers stay unanswered, and with whom.
    finale: dict[int, str] = field(default_factory=dict)
    # What is mailed and offered; None where there are too few to mail to.
    marketing: Marketing | None = None


def create_demo(
    *,
    contacts: int,
    interactions: int,
    seed: int,
    at: datetime,
    progress: Callable[[str], None] = lambda line: None,
) -> dict[str, str]:
    """Fill an empty installation; return user name -> password.

    The same numbers and seed give the same people doing the same things, at the same
    distance from ``at``; passwords differ. The last twelve weeks are played in steps
    of two days, then one, the last hours one by one, each step in one transaction:
    contacts come, act, are scored, handed off, and sales answers.

    Raises ``NotEmpty``.
    """
    if User.objects.exists() or Contact.objects.exists():
        raise NotEmpty(_("There are users or contacts already. Nothing was changed."))
    passwords = {name: f"{name}-{token_hex(4)}" for name, *_rest in USERS}
    start = at - timedelta(days=DAYS)
    with transaction.atomic():
        users = make_users(passwords, at=start)
        lay_out_ground(users, at=start, today=at)
        lay_out_promises(users, at=start, today=at)
        lay_out_questions()
        offers = None
        if contacts >= LEAST_TO_MAIL:
            offers = lay_out_offers(by=users["marketer"], at=start, today=at)
        let_plans_grow(users, at=start, today=at)
    random = Random(seed)
    story = Story(random, at, users, Sales(random, now=at))
    if offers is not None:
        story.marketing = Marketing(offers, users, Random(seed), now=at)
    _write(story, contacts=contacts, interactions=interactions)
    step_start = start
    for step_end in _steps(start, at):
        with transaction.atomic():
            _play(story, step_start, step_end)
        step_start = step_end
        progress(f"{step_end:%Y-%m-%d %H:%M}")
    with transaction.atomic():
        _look_back(story)
        if story.marketing is not None:
            story.marketing.ask_permissions(at=at)
        else:
            give_permissions(form=Form.objects.get(), random=Random(seed), at=at)
        rate_leads(random=Random(seed), at=at)
        lay_out_targets(contacts=contacts, by=users["lead"], at=at)
        lay_out_reports(users, at=at)
        if story.marketing is not None:
            lay_out_draft(by=users["marketer"], since=start, at=at)
        _remember(at=at)
        if story.marketing is not None:
            close_months(at=at)
    return passwords


def _write(story: Story, *, contacts: int, interactions: int) -> None:
    """Decide who comes when and does what."""
    random, now = story.random, story.now
    per_day = max(0.5, interactions / (contacts * DAYS_OF_INTEREST))
    finalists = iter(name for name, count in WAITING.items() for _n in range(count))
    for number, person in enumerate(people(contacts, random)):
        # More of them lately: the company grows.
        joined = timedelta(days=DAYS) * (1 - random.random() ** 0.7)
        joined = max(joined, timedelta(hours=20))
        rep = None
        if number % max(1, contacts // 14) == 3 and contacts >= 100:
            rep = next(finalists, None)
        if rep is not None:
            person.data["job_title"] = "Head of Sales"
            if not story.finale:
                email = f"sales@{COMPANY['domain']}"
                person.data.update(company=COMPANY, email=email)
            ago = random.random() * (OPEN_SINCE - timedelta(hours=1))
            done = list(finale_of(ago=ago + timedelta(minutes=20), random=random))
            story.finale[number] = rep
        else:
            who = character(random)
            done = list(acts_of(who, joined=joined, per_day=per_day, random=random))
            first = Act(ago=joined - timedelta(seconds=1), kind="page_view")
            done.append(_first_touch(first, person))
        story.joins.append((now - joined, number, person))
        story.acts.extend((now - act.ago, number, act) for act in done)
    story.joins.sort(key=lambda entry: entry[:2])
    story.acts.sort(key=lambda entry: entry[:2])


def _first_touch(act: Act, person: Person) -> Act:
    return Act(
        ago=act.ago,
        kind=act.kind,
        url="https://www.example.com/",
        title="Home",
        channel=person.channel,
        utm=person.utm or None,
    )


def _steps(start: datetime, end: datetime) -> list[datetime]:
    """Every other day until mails are sent, then days, and at last hours."""
    last_day = end - timedelta(days=1)
    mailed = (end - PUBLISHED - start).days
    numbers = [*range(2, mailed, 2), *range(mailed, (last_day - start).days + 1)]
    days = [start + timedelta(days=n) for n in numbers]
    hours = [last_day + timedelta(hours=n) for n in (6, *range(12, 25))]
    return [*days, *hours]


def _play(story: Story, since: datetime, until: datetime) -> None:
    """Let one step happen: whoever comes, acts, is scored, and is answered."""
    touched = _arrive(story, until)
    touched |= _act(story, until)
    if story.marketing is not None:
        story.marketing.play(until=until)
        if until >= story.now - PUBLISHED:
            touched = set(StaleMark.objects.values_list("contact_id", flat=True))
    # Many at a time: a step is one transaction as it is.
    for ids in _chunks(sorted(touched)):
        recompute_batch(contact_ids=ids, at=until)
    waiting = {story.contacts[n].pk for n in story.finale if n in story.contacts}
    story.sales.work(since, until, leaving=waiting)


def _arrive(story: Story, until: datetime) -> set[int]:
    arrived = set()
    while story.joins and story.joins[0][0] <= until:
        batch = []
        while story.joins and story.joins[0][0] <= until and len(batch) < BATCH:
            batch.append(story.joins.pop(0))
        items = []
        for _moment, number, person in batch:
            owner = story.users.get(story.finale.get(number, ""))
            items.append(person.data | ({"owner": owner.pk} if owner else {}))
        # As they came on that day, though stored at its end.
        outcomes = upsert_contacts(items=items, by=None, at=until, source=SOURCE)
        for (_moment, number, _person), outcome in zip(batch, outcomes, strict=True):
            story.contacts[number] = outcome.contact
            arrived.add(outcome.contact.pk)
    return arrived


def _act(story: Story, until: datetime) -> set[int]:
    acting: set[int] = set()
    while story.acts and story.acts[0][0] <= until:
        reports = []
        while story.acts and story.acts[0][0] <= until and len(reports) < BATCH:
            moment, number, act = story.acts.pop(0)
            contact = story.contacts[number]
            acting.add(contact.pk)
            reports.append(
                Report(
                    contact=contact,
                    kind=act.kind,
                    source=SOURCE,
                    occurred_at=moment,
                    channel=act.channel,
                    url=act.url,
                    title=act.title,
                    utm=act.utm,
                )
            )
        track_interactions(reports=reports, at=until)
    return acting


def _look_back(story: Story) -> None:
    """Let scores settle, and put away what sales has seen to long ago."""
    for ids in stale_batches():
        recompute_batch(contact_ids=ids, at=story.now)
    seen_to = Notification.objects.in_inbox(at=story.now).exclude(
        subject_id__in=Handoff.objects.filter(status=Handoff.Status.OFFERED).values(
            "pk"
        ),
        kind=Notification.Kind.HANDOFF,
    )
    for kind, subject_id in seen_to.values_list("kind", "subject_id"):
        finish_notifications(kind=kind, subject_id=subject_id, at=story.now)
    # All answers but the last two have been read, and none is newer than a lead.
    latest = ReplyMark.objects.order_by("-at", "-pk").values_list("pk", flat=True)
    ReplyMark.objects.exclude(pk__in=list(latest[:UNREAD])).delete()
    tell_replies(at=story.now - timedelta(hours=20))
    # Nobody is to get mail about what is past.
    Notification.objects.filter(mail_due_at__isnull=False).update(mail_due_at=None)
    story.sales.plan(at=story.now)
    tidy_inboxes(story.users, at=story.now)


def _remember(*, at: datetime) -> None:
    """Keep what was made, so that it can be taken away. All there is, is of the demo."""
    made = (
        *(User, Team, Segment, Journey, Form, LandingPage, SavedView),
        *(Sequence, Event, MailTemplate, Content, Topic, Sender, TrackedLink),
        *(Suppression, AddressKey, Holiday, Territory, Question),
        *(ReportSubscription, WallBoard, KpiTarget),
    )
    rows = {
        model._meta.label: list(model._default_manager.values_list("pk", flat=True))
        for model in made
    }
    drafts = ScoringModel.objects.filter(activated_at=None)
    rows[ScoringModel._meta.label] = list(drafts.values_list("pk", flat=True))
    last = Contact.objects.order_by("pk").values_list("pk", flat=True).last()
    # What was closed meanwhile was counted of half of it.
    KpiMonth.objects.all().delete()
    DemoData.objects.create(made_at=at, last_contact_id=last or 0, rows=rows)


def _chunks(ids: list[int]) -> list[list[int]]:
    return [ids[place : place + BATCH] for place in range(0, len(ids), BATCH)]
