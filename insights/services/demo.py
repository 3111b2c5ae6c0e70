"""The demo: weeks of history, played through the verbs as if it had happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
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
from campaigns.services.consent_texts import save_consent_text
from campaigns.services.pages import save_form, save_page
from contacts.models import Contact, SavedView, Segment, Suppression
from contacts.services.contacts import upsert_contacts
from insights.demo.behavior import Act, acts_of, character, finale_of
from insights.demo.cast import Person, people
from insights.demo.plan import (
    AGREEMENT,
    COMPANY,
    FORM,
    JOURNEYS,
    PAGE,
    SEGMENTS,
    TEAMS,
    USERS,
    VIEWS,
)
from insights.models import DemoData
from insights.services.demo_marketing import Marketing
from insights.services.demo_offers import PUBLISHED, lay_out_offers
from insights.services.demo_permissions import give_permissions
from journeys.models import (
    Journey,
    Measure,
    Phase,
    PhaseVisit,
    Team,
    TrackedLink,
)
from journeys.services import plans
from journeys.services.tracking import Report, track_interactions
from journeys.services.visits import move_by_hand
from leadhub.errors import DomainError
from sales.models import Handoff
from sales.services.handoffs import accept_handoff, decline_handoff
from scoring.models import ScoringModel, StaleMark
from scoring.services.activation import activate_model
from scoring.services.batches import recompute_batch, stale_batches
from scoring.services.shipped import create_default_model

DAYS = 84
SOURCE = "demo"
# From here on nobody in sales has answered yet.
OPEN_SINCE = timedelta(hours=19)
WAITING = {"rep": 7, "rep2": 5}
DAYS_OF_INTEREST = 2.5  # of an average person, over all characters
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
    joins: list[tuple[datetime, int, Person]] = field(default_factory=list)
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    contacts: dict[int, Contact] = field(default_factory=dict)
    # What sales will do: (moment, number, handoff, step).
    answers: list[tuple[datetime, int, int, str]] = field(default_factory=list)
    offered: set[int] = field(default_factory=set)
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
        users = _users(passwords, at=start)
        _lay_out(users, at=start, today=at)
        offers = None
        if contacts >= LEAST_TO_MAIL:
            offers = lay_out_offers(by=users["marketer"], at=start, today=at)
    story = Story(Random(seed), at, users)
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
        _remember(at=at)
    return passwords


def _users(passwords: dict[str, str], *, at: datetime) -> dict[str, User]:
    return {
        name: User.objects.create_user(
            name,
            f"{name}@example.com",
            passwords[name],
            role=role,
            first_name=first,
            last_name=last,
            is_superuser=role == User.Role.ADMIN,
            date_joined=at,
            capacity=60,
        )
        for name, role, first, last in USERS
    }


def _lay_out(users: dict[str, User], *, at: datetime, today: datetime) -> None:
    marketer = users["marketer"]
    segments = {
        name: Segment.objects.create(
            name=name, condition=condition, created_by=marketer
        )
        for name, condition in SEGMENTS.items()
    }
    teams = {
        name: plans.save_team(
            team=Team(name=name, task=task), members=[users[m] for m in members]
        )
        for name, (task, members) in TEAMS.items()
    }
    for entry in JOURNEYS:
        review_date = (today + timedelta(days=entry["review_in_days"])).date()
        journey = Journey(
            name=entry["name"],
            description=entry["description"],
            segment=segments[entry["segment"]],
            review_date=review_date,
        )
        plans.save_journey(journey=journey, by=marketer, at=at)
        for name, stage, team, target, condition, measures in entry["phases"]:
            phase = Phase(
                journey=journey,
                name=name,
                position=None,
                stage=stage,
                team=teams[team],
                target_days=target,
                entry_condition=condition,
            )
            plans.save_phase(phase=phase, by=marketer, at=at)
            for title, direction, channel, cost, campaign in measures:
                measure = Measure(
                    phase=phase,
                    name=title,
                    direction=direction,
                    channel=channel,
                    cost=cost,
                    team=teams[team],
                    utm_campaign=campaign,
                )
                plans.save_measure(measure=measure)
    model = create_default_model(by=marketer, at=at)
    activate_model(
        model=model, existing=ScoringModel.Existing.MARK_SEEN, by=marketer, at=at
    )
    form = save_form(form=Form(**FORM), by=marketer, at=at)
    save_consent_text(
        form=form,
        name="agreement",
        text=AGREEMENT,
        purposes=[],
        language=form.language,
        is_required=True,
        by=marketer,
        at=at,
    )
    save_page(page=LandingPage(form=form, **PAGE), by=marketer, at=at)
    for name, query in VIEWS:
        SavedView.objects.create(
            owner=marketer, name=name, query=query, is_shared=True, is_pinned=True
        )


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
    _offer(story, since)
    while story.answers and story.answers[0][0] <= until:
        moment, _number, handoff_id, step = heappop(story.answers)
        _answer(story, handoff_id, step, at=moment)


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


def _offer(story: Story, since: datetime) -> None:
    """Decide what sales will do with the offers that are new."""
    waiting = {story.contacts[n].pk for n in story.finale if n in story.contacts}
    offers = Handoff.objects.filter(
        status=Handoff.Status.OFFERED, offered_at__gt=since
    ).exclude(contact__in=waiting)
    for offer in offers.order_by("pk"):
        if offer.pk in story.offered or offer.assignee_id is None:
            continue
        story.offered.add(offer.pk)
        hours = min(20.0, story.random.expovariate(1 / 2.5) + 0.1)
        moment = offer.offered_at + timedelta(hours=hours)
        answer = "decline" if story.random.random() < 0.2 else "accept"
        heappush(story.answers, (moment, len(story.offered), offer.pk, answer))


def _answer(story: Story, handoff_id: int, step: str, *, at: datetime) -> None:
    handoff = Handoff.objects.select_related("assignee", "contact").get(pk=handoff_id)
    rep = handoff.assignee
    if step == "decline":
        reason = story.random.choice(["not_ready", "no_budget", "wrong_person"])
        decline_handoff(handoff=handoff, reason=reason, by=rep, at=at)
    elif step == "accept":
        accept_handoff(handoff=handoff, by=rep, at=at)
        _log_call(handoff.contact, rep, at=at)
        later = at + timedelta(days=story.random.uniform(2, 12))
        heappush(story.answers, (later, len(story.answers), handoff_id, "go on"))
    elif story.random.random() < 0.7:
        _go_on(handoff.contact, rep, at=at)
        later = at + timedelta(days=story.random.uniform(6, 25))
        heappush(story.answers, (later, len(story.answers), handoff_id, "go on"))


def _log_call(contact: Contact, rep: User, *, at: datetime) -> None:
    call = Report(
        contact=contact,
        kind="call_outbound",
        source=SOURCE,
        occurred_at=at,
        channel="phone",
        title="First talk",
        by=rep,
    )
    track_interactions(reports=[call], at=at)


def _go_on(contact: Contact, rep: User, *, at: datetime) -> None:
    """Move a contact of sales to the next phase of sales, if there is one."""
    visit = PhaseVisit.objects.filter(contact=contact, left_at=None).first()
    if visit is None or visit.phase.stage != Phase.Stage.SALES:
        return
    later = Phase.objects.filter(
        journey=visit.phase.journey_id, position__gt=visit.phase.position
    )
    phase = later.order_by("position").first()
    if phase is not None:
        move_by_hand(contact=contact, phase=phase, by=rep, at=at)


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
    # Nobody is to get mail about what is past.
    Notification.objects.filter(mail_due_at__isnull=False).update(mail_due_at=None)


def _remember(*, at: datetime) -> None:
    """Keep what was made, so that it can be taken away. All there is, is of the demo."""
    made = (
        *(User, Team, Segment, Journey, Form, LandingPage, SavedView),
        *(Sequence, Event, MailTemplate, Content, Topic, Sender, TrackedLink),
        *(Suppression, AddressKey),
    )
    rows = {
        model._meta.label: list(model._default_manager.values_list("pk", flat=True))
        for model in made
    }
    last = Contact.objects.order_by("pk").values_list("pk", flat=True).last()
    DemoData.objects.create(made_at=at, last_contact_id=last or 0, rows=rows)


def _chunks(ids: list[int]) -> list[list[int]]:
    return [ids[place : place + BATCH] for place in range(0, len(ids), BATCH)]
