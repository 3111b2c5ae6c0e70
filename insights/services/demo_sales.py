"""The demo's sales: reps who accept, decline, call, and move contacts on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random

from django.utils.timezone import localtime

from accounts.models import User
from contacts.models import Contact
from insights.demo.plan import SOURCE
from insights.services.demo_deals import go_on_with_deal, let_one_lie
from insights.services.demo_promises import let_the_clock_run
from journeys.models import Phase, PhaseVisit
from journeys.services.tracking import Report, track_interactions
from journeys.services.visits import move_by_hand
from sales.models import Handoff
from sales.services.handoffs import accept_handoff, decline_handoff
from sales.services.refusals import TouchRefused
from sales.services.tasks import plan_task

# (kind, days ahead, hour, text): what reps are to do next.
TASKS = [
    ("call", 1, 10, "Ask how the trial goes"),
    ("follow_up", 1, 14, "Send the case study about cold chains"),
    ("call", 3, 9, "Fix a date for the needs analysis"),
    ("other", 4, 11, "Look up who decides"),
]

# Who is asked within minutes answers within minutes, mostly.
FAST = 60


class Sales:
    """What has been offered, and what will be done about it when."""

    def __init__(self, random: Random, *, now: datetime) -> None:
        self.random, self.now = random, now
        # Of their own: what else happens does not depend on how deals go.
        self.deals = Random(1)
        self.offered: set[int] = set()
        # (moment, number, handoff, step)
        self.answers: list[tuple[datetime, int, int, str]] = []

    def work(
        self, since: datetime, until: datetime, *, leaving: Collection[int]
    ) -> None:
        """Do what is due until then; what is offered to ``leaving`` stays open."""
        self._offer(since, leaving)
        while self.answers and self.answers[0][0] <= until:
            moment, _number, handoff_id, step = heappop(self.answers)
            self._answer(handoff_id, step, at=moment)
        let_the_clock_run(until=until)

    def plan(self, *, at: datetime) -> None:
        """Let reps have something to do about the leads that they accepted last."""
        let_one_lie(at=at)
        accepted = Handoff.objects.filter(status=Handoff.Status.ACCEPTED)
        latest = accepted.select_related("contact__company", "assignee")
        latest = latest.order_by("-accepted_at", "-pk")[: len(TASKS) * 2]
        for number, handoff in enumerate(latest):
            kind, days, hour, text = TASKS[number % len(TASKS)]
            day = localtime(at) + timedelta(days=days)
            try:
                plan_task(
                    contact=handoff.contact,
                    kind=kind,
                    due_at=day.replace(hour=hour, minute=0, second=0, microsecond=0),
                    assignee=handoff.assignee,
                    by=handoff.assignee,
                    at=at,
                    text=text,
                )
            except TouchRefused:  # does not want to be called
                continue

    def _offer(self, since: datetime, leaving: Collection[int]) -> None:
        """Decide what will be done with the offers that are new."""
        offers = Handoff.objects.filter(
            status=Handoff.Status.OFFERED, offered_at__gt=since
        ).exclude(contact__in=leaving)
        for offer in offers.order_by("pk"):
            if offer.pk in self.offered or offer.assignee_id is None:
                continue
            self.offered.add(offer.pk)
            hours = min(20.0, self.random.expovariate(1 / 2.5) + 0.1)
            if offer.accept_minutes < FAST:
                hours = min(hours, 1) * offer.accept_minutes / 60
            # Nobody leaves it for after the demo.
            moment = min(offer.offered_at + timedelta(hours=hours), self.now)
            answer = "decline" if self.random.random() < 0.2 else "accept"
            heappush(self.answers, (moment, len(self.offered), offer.pk, answer))

    def _answer(self, handoff_id: int, step: str, *, at: datetime) -> None:
        if step != "go on":
            let_the_clock_run(until=at, handoff_id=handoff_id)
        handoff = Handoff.objects.select_related("assignee", "contact", "deal").get(
            pk=handoff_id
        )
        rep = handoff.assignee
        if rep is None or not handoff.is_open:
            return
        if step == "decline":
            reason = self.random.choice(["not_ready", "no_budget", "wrong_person"])
            decline_handoff(handoff=handoff, reason=reason, by=rep, at=at)
        elif step == "accept":
            accept_handoff(handoff=handoff, by=rep, at=at)
            _log_call(handoff.contact, rep, minutes=self.random.randint(4, 25), at=at)
            later = at + timedelta(days=self.random.uniform(2, 12))
            heappush(self.answers, (later, len(self.answers), handoff_id, "go on"))
        elif self.random.random() < 0.7 or hasattr(handoff, "deal"):
            days = go_on_with_deal(handoff, rep, random=self.deals, at=at)
            if days is None:
                return
            _go_on(handoff.contact, rep, at=at)
            later = at + timedelta(days=days)
            heappush(self.answers, (later, len(self.answers), handoff_id, "go on"))


def _log_call(contact: Contact, rep: User, *, minutes: int, at: datetime) -> None:
    call = Report(
        contact=contact,
        kind="call_outbound",
        source=SOURCE,
        occurred_at=at,
        channel="phone",
        title="First talk",
        properties={"outcome": "reached", "minutes": minutes},
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
    if phase is not None and not phase.outcome:
        move_by_hand(contact=contact, phase=phase, by=rep, at=at)
