"""What marketing does in the last weeks of the demo, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import islice
from random import Random

from django.db.models import Q

from accounts.models import User
from campaigns.evidence import Evidence
from campaigns.models import Enrollment, Form, FormSubmission, OptIn
from campaigns.models.event import Event
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.attendance import Attendee, make_batch, record_attendance
from campaigns.services.downloads import take_download
from campaigns.services.enrollments import enroll_contacts
from campaigns.services.follow_ups import plan_due_follow_ups
from campaigns.services.offering import link_to_content, send_content
from campaigns.services.opt_ins import confirm_opt_in
from campaigns.services.submissions import Origin, new_token, submit_form
from campaigns.services.visits import count_visit
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models import Consent, Contact, Suppression
from contacts.services.consents import suppress_address
from insights.demo.campaigns import COHORTS, GUIDES
from insights.services.demo_mails import BROWSER, Post, react
from insights.services.demo_offers import PUBLISHED, Offers, publish
from insights.services.demo_permissions import give_permissions
from journeys.models import PhaseVisit
from journeys.senders import Sender
from sales.services.claims import claim_contact

NETWORK = Sender("203.0.113.0/24", BROWSER)
EVIDENCE = Evidence(ip="203.0.113.7", user_agent=BROWSER)
REGISTERED, ATTENDED, MISSED = 16, 10, 6

Deed = Callable[[datetime], None]


class Marketing:
    """An agenda of deeds, each done when its moment comes."""

    def __init__(
        self, offers: Offers, users: dict[str, User], random: Random, *, now: datetime
    ) -> None:
        self.offers, self.users, self.random, self.now = offers, users, random, now
        self.post = Post(random)
        self.agenda: list[tuple[datetime, int, Deed]] = []
        self.number = 0
        self.last_asked = 0
        self._plan_weeks()

    def play(self, *, until: datetime) -> None:
        """Do what has come up to ``until``, then let sequences and mails go on."""
        while self.agenda and self.agenda[0][0] <= until:
            moment, _number, deed = heappop(self.agenda)
            deed(moment)
        if until >= self.now - PUBLISHED:
            plan_due_follow_ups(at=until)
            advance_due_enrollments(at=until)
            self._deliver(until)

    def _plan_weeks(self) -> None:
        by = self.users["marketer"]
        self._later(PUBLISHED, lambda at: publish(self.offers, by=by, at=at))
        for days, count in COHORTS:
            self._later(timedelta(days=days), partial(self._enroll, count))
        for days, confirms in GUIDES:
            self._later(timedelta(days=days), partial(self._ask_for_guide, confirms))
        begins = self.now - self.offers.webinar.starts_at
        self._later(begins + timedelta(days=7), self._register)
        self._later(begins - timedelta(hours=2), self._attend)
        self._later(timedelta(days=3.2), partial(self._register_for_next, 8))
        self._later(timedelta(days=14), self._give_links)
        self._later(timedelta(days=2.1), self._write)
        self._later(timedelta(days=7.5), self._complain)
        self._later(timedelta(minutes=25), self._claim)
        for _visit in range(60):
            ago = timedelta(days=21 * self.random.random() ** 1.3, minutes=1)
            self._later(ago, self._visit)

    def _later(self, ago: timedelta, deed: Deed) -> None:
        self._at(self.now - ago, deed)

    def _at(self, moment: datetime, deed: Deed) -> None:
        if moment <= self.now:
            self.number += 1
            heappush(self.agenda, (moment, self.number, deed))

    def _deliver(self, until: datetime) -> None:
        for at, message in self.post.deliver(until=until):
            for moment, link, agent in self.post.reactions(message, at=at):
                self._at(moment, lambda at, ln=link, a=agent: react(ln, a, at=at))

    def ask_permissions(self, *, at: datetime) -> None:
        """Let those who came since the last time agree, or not."""
        form = Form.objects.get(slug="demo")
        self.last_asked = give_permissions(
            form=form, random=self.random, at=at, after=self.last_asked
        )

    # Sequences

    def _enroll(self, count: int, at: datetime) -> None:
        self.ask_permissions(at=at)
        enroll_contacts(
            sequence=self.offers.sequence,
            contacts=self._reachable(count, at=at),
            source="by hand",
            by=self.users["marketer"],
            at=at,
        )

    def _reachable(self, count: int, *, at: datetime) -> list[Contact]:
        """Contacts of marketing's phases whom the gate would let mail reach."""
        inside = Enrollment.objects.values("contact")
        active = PhaseVisit.objects.filter(left_at=None, phase__stage="marketing")
        agreed = Consent.objects.filter(purpose=Consent.Purpose.EMAIL_MARKETING)
        rows = Contact.objects.filter(
            pk__in=active.values("contact"), interactions__occurred_at__lte=at
        )
        rows = rows.filter(pk__in=agreed.values("contact")).exclude(pk__in=inside)
        # The keenest: of them some will be handed to sales.
        keen = list(rows.distinct().order_by("-score__engagement", "pk")[: 4 * count])
        self.random.shuffle(keen)
        chosen = (contact for contact in keen if _may_be_mailed(contact, at=at))
        return list(islice(chosen, count))

    def _claim(self, at: datetime) -> None:
        runs = Enrollment.objects.active().filter(sequence=self.offers.sequence)
        run = runs.filter(contact__owner=None).order_by("entered_at", "pk").first()
        if run is not None:
            claim_contact(contact=run.contact, by=self.users["rep2"], at=at)

    # Contents

    def _visit(self, at: datetime) -> None:
        is_machine = self.random.random() < 0.2
        count_visit(page=self.offers.page, is_machine=is_machine, at=at)

    def _ask_for_guide(self, confirms: bool, at: datetime) -> None:
        self.ask_permissions(at=at)
        undecided = Contact.objects.filter(consents=None, submissions=None)
        contact = undecided.exclude(email="").order_by("-pk")[:40][7]
        form, page = self.offers.form, self.offers.page
        values = {"first_name": contact.first_name, "email": contact.email}
        sent = submit_form(
            form=form,
            values=values,
            token=new_token(form),
            origin=Origin(page=page, url=page.public_url),
            sender=NETWORK,
            visitor=None,
            at=at,
            consents={"newsletter": "1"},
            evidence=EVIDENCE,
        )
        count_visit(page=page, is_machine=False, at=at)
        self._deliver(at + timedelta(seconds=30))
        if confirms:
            self._confirm(sent, at=at + timedelta(minutes=20))

    def _confirm(self, sent: FormSubmission, *, at: datetime) -> None:
        opt_in = OptIn.objects.get(submission=sent)
        confirm_opt_in(opt_in=opt_in, evidence=EVIDENCE, visitor=None, at=at)
        self._deliver(at + timedelta(seconds=30))
        enroll_contacts(
            sequence=self.offers.sequence,
            contacts=[opt_in.contact],
            source="form",
            by=None,
            at=at,
        )
        grant = opt_in.submission.grant
        take_download(grant=grant, sender=NETWORK, at=at + timedelta(minutes=4))

    def _give_links(self, at: datetime) -> None:
        for content in self.offers.contents:
            for name in ("rep", "rep2"):
                link = link_to_content(content=content, rep=self.users[name], at=at)
                for _click in range(self.random.randrange(1, 4)):
                    moment = at + timedelta(days=self.random.uniform(0.2, 13))
                    self._at(moment, lambda at, ln=link: react(ln, BROWSER, at=at))

    def _write(self, at: datetime) -> None:
        """Anna sends a content to two of her contacts."""
        rep = self.users["rep"]
        theirs = Contact.objects.filter(owner=rep, handoffs__isnull=False)
        for contact in theirs.distinct().order_by("-pk")[:2]:
            send_content(
                content=self.offers.contents[1],
                contact=contact,
                subject="As promised: how Nordlicht did it",
                text="Hello {{ first_name | default: 'again' }},\n\nhere is the case "
                "study we talked about. Shall we speak on Thursday?\n\nAnna Keller",
                action="demo",
                by=rep,
                at=at,
            )

    # Events

    def _register(self, at: datetime) -> None:
        self.ask_permissions(at=at)
        self._record(self.offers.webinar, self._reachable(REGISTERED, at=at), at=at)

    def _register_for_next(self, count: int, at: datetime) -> None:
        self.ask_permissions(at=at)
        came = Contact.objects.filter(attendances__attended_at__isnull=False)
        again = list(came.order_by("pk")[:3])
        new = self._reachable(count - len(again), at=at)
        self._record(self.offers.next_webinar, [*again, *new], at=at)

    def _attend(self, at: datetime) -> None:
        event = self.offers.webinar
        known = Contact.objects.filter(attendances__event=event).order_by("pk")
        self._record(event, known[:ATTENDED], at=at, attended=True)
        self._record(event, known[ATTENDED : ATTENDED + MISSED], at=at)

    def _record(
        self,
        event: Event,
        contacts: Iterable[Contact],
        *,
        at: datetime,
        attended: bool = False,
    ) -> None:
        batch = make_batch(event=event, by=self.users["marketer"], at=at)
        attendees = [
            Attendee(
                contact,
                attended=attended,
                registered_at=at - timedelta(hours=self.random.uniform(1, 60)),
            )
            for contact in contacts
        ]
        record_attendance(batch=batch, attendees=attendees, at=at)

    # Addresses

    def _complain(self, at: datetime) -> None:
        mailed = Contact.objects.filter(messages__state="sent")
        for contact in mailed.filter(~Q(email=""), owner=None).order_by("pk")[:1]:
            self._suppress(contact, Suppression.Reason.COMPLAINT, "mail", at=at)
        quiet = Contact.objects.filter(consents=None, enrollments=None)
        for contact in quiet.exclude(email="").order_by("pk")[:1]:
            self._suppress(contact, Suppression.Reason.OBJECTION, "by phone", at=at)

    def _suppress(
        self, contact: Contact, reason: str, source: str, *, at: datetime
    ) -> None:
        suppress_address(
            address=contact.email, reason=reason, source=source, at=at, contact=contact
        )


def _may_be_mailed(contact: Contact, *, at: datetime) -> bool:
    """Whether at most the hour speaks against it, or that there was one just now."""
    touch = Touch(contact, Channel.EMAIL, Purpose.MARKETING, at=at)
    return all(reason.until is not None for reason in reasons_against(touch))
