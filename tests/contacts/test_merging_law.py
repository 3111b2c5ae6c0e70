"""The law of merges: whatever happened before and since, an undo gives each their own.

What hung on each contact hangs there again, what has happened since stays with the
survivor, and the scores are those of the formula, at each step.
"""

from contextlib import suppress
from datetime import timedelta
from itertools import count

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from campaigns.evidence import Evidence
from campaigns.models import Message
from campaigns.rendering.mails import Draft
from campaigns.services.addresses import key_of
from campaigns.services.choices import unsubscribe
from campaigns.services.messages import plan_message
from contacts.gate import Purpose
from contacts.merging import moving
from contacts.models import Consent, Contact
from contacts.services.consents import record_consents
from contacts.services.contacts import update_contact
from contacts.services.merging import merge_contacts, undo_merge
from journeys.services.tracking import Report, track_interactions
from leadhub.errors import DomainError
from sales.models import Deal, Handoff, Task
from sales.services.claims import claim_contact, release_contact
from sales.services.closing import win_deal
from sales.services.deals import open_deal
from sales.services.handoffs import accept_handoff, decline_handoff
from sales.services.talks import log_talk
from sales.services.tasks import finish_task, plan_task
from scoring.selectors.verification import wrong_crossings, wrong_scores
from scoring.services.batches import recompute_batch, stale_batches
from tests.contacts.test_merging import everything
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import SenderFactory
from tests.factories.contacts import ContactFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory

_numbers = count()
# The same examples each time; more with another number here.
LAW = settings(max_examples=12, deadline=None, derandomize=True)


def visit(contact, rep):
    now = timezone.now()
    report = Report(contact=contact, kind="demo_request", source="law", occurred_at=now)
    track_interactions(reports=[report], at=now)


def change(contact, rep, **data):
    update_contact(contact=contact, data=data, by=rep, at=timezone.now(), source="law")


def say(contact, rep, *, purpose="email_marketing", granted=True):
    record_consents(
        contact=contact,
        decisions={purpose: granted},
        source="law",
        proof={"text": "Yes or no"},
        at=timezone.now(),
    )


def opt_out(contact, rep):
    unsubscribe(address=key_of(contact), evidence=Evidence(), at=timezone.now())


def mail(contact, rep):
    plan_message(
        key=f"bulk:law:{next(_numbers)}",
        contact=contact,
        purpose=Purpose.MARKETING,
        kind=Message.Kind.CAMPAIGN,
        title="News",
        draft=Draft("News", "News."),
        at=timezone.now(),
    )


def note(contact, rep, **more):
    values = {"kind": "note", "text": "@ben please"} | more
    log_talk(contact=contact, by=rep, at=timezone.now(), **values)


def claim(contact, rep):
    claim_contact(contact=contact, by=rep, at=timezone.now())


def release(contact, rep):
    release_contact(contact=contact, by=rep, at=timezone.now())


def plan(contact, rep):
    now = timezone.now()
    due = now + timedelta(days=1)
    values = {"kind": "call", "due_at": due, "assignee": rep, "by": rep, "at": now}
    plan_task(contact=contact, **values)


def finish(contact, rep):
    if task := Task.objects.open().filter(contact=contact).first():
        finish_task(task=task, by=rep, at=timezone.now())


def deal(contact, rep):
    open_deal(contact=contact, value=900, by=rep, at=timezone.now())


def win(contact, rep):
    if found := Deal.objects.open().filter(contact=contact).first():
        win_deal(deal=found, by=rep, at=timezone.now())


def accept(contact, rep):
    if found := Handoff.objects.open().filter(contact=contact).first():
        accept_handoff(handoff=found, by=found.assignee or rep, at=timezone.now())


def decline(contact, rep):
    if found := Handoff.objects.open().filter(contact=contact).first():
        by = found.assignee or rep
        decline_handoff(handoff=found, reason="other", by=by, at=timezone.now())


def score(contact, rep):
    for ids in stale_batches():
        recompute_batch(contact_ids=ids, at=timezone.now())


FACTS = {
    "visits": visit,
    "is called": lambda *who: note(*who, kind="call_outbound", text=""),
    "is Ada": lambda *who: change(*who, first_name="Ada"),
    "is a head": lambda *who: change(*who, job_title="Head of Sales"),
    "has a phone": lambda *who: change(*who, phone="+4930123456"),
    "is tagged": lambda *who: change(*who, tags=["vip"]),
    "wants mails": say,
    "wants no calls": lambda *who: say(*who, purpose="phone", granted=False),
    "wants calls": lambda *who: say(*who, purpose="phone"),
    "opts out": opt_out,
    "gets a mail": mail,
    "is talked about": note,
    "is claimed": claim,
    "is released": release,
    "is to be called": plan,
    "was called back": finish,
    "deal opens": deal,
    "deal is won": win,
    "lead accepted": accept,
    "lead declined": decline,
    "is scored": score,
}
facts = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.sampled_from([*FACTS])), max_size=8
)
later = st.lists(st.sampled_from([*FACTS]), max_size=5)


def let(contact, rep, name):
    """It happens, or is refused: both are facts."""
    with suppress(DomainError):
        FACTS[name](Contact.objects.get(pk=contact.pk), rep)


def hanging():
    """What hangs on which contact: (table, number) -> contact."""
    found = {}
    for name, rel in moving():
        rows = rel.related_model._base_manager.exclude(**{rel.field.name: None})
        for pk, contact_id in rows.values_list("pk", rel.field.attname):
            found[name, pk] = contact_id
    return found


def settled():
    """All there is, but what a merge tells anew: the line about what is to be done.

    A mail that waits again is planned, whether or not its time had come before.
    """
    found = {}
    for key, row in everything().items():
        if key[0] == "campaigns.message" and row["state"] == "queued":
            row["state"] = "planned"
        if key[0] != "accounts.notification" or row["kind"] != "task":
            found[key] = row
    return found


def task_lines():
    return sorted(
        (row["recipient"], row["contact_id"], row["key"], row["done_at"] is None)
        for (table, _pk), row in everything().items()
        if table == "accounts.notification" and row["kind"] == "task"
    )


class LawTest(TestCase):
    def check_scores(self):
        score(None, None)
        assert [*wrong_scores(), *wrong_crossings()] == []

    def begin(self, before):
        SenderFactory()
        model = ScoringModelFactory(threshold=50)
        RuleFactory(scoring_model=model, points=30, when={"kind": "demo_request"})
        rep = RepFactory()
        RepFactory(username="ben")
        both = ContactFactory(phone=""), ContactFactory(phone="")
        for whom, name in before:
            let(both[whom], rep, name)
        self.check_scores()
        return rep, both

    def merge(self, both, rep):
        kept, gone = both
        return merge_contacts(
            keep=kept, merge=gone, by=rep, at=timezone.now(), source="law"
        )

    @LAW
    @given(before=facts)
    def test_an_undo_at_once_leaves_no_trace(self, before):
        rep, both = self.begin(before)
        at_first, lines = settled(), task_lines()

        row = self.merge(both, rep)
        undo_merge(merge=row, by=rep, at=timezone.now())
        self.check_scores()

        assert row.left == []
        assert settled() == at_first
        assert [line for line in task_lines() if line[3]] == [
            line for line in lines if line[3]
        ]

    @LAW
    @given(before=facts, since=later)
    def test_each_has_their_own_again_and_the_survivor_what_came_since(
        self, before, since
    ):
        rep, both = self.begin(before)
        kept, gone = both
        at_first = hanging()
        said = Consent.objects.latest_of([gone.pk], Consent.Purpose.values)

        row = self.merge(both, rep)
        merged = hanging()
        assert {*merged.values()} <= {kept.pk, gone.pk}
        for name in since:
            let(kept, rep, name)
        self.check_scores()
        made_since = hanging().keys() - merged.keys()
        undo_merge(merge=row, by=rep, at=timezone.now())
        self.check_scores()

        now = hanging()
        assert at_first.items() <= now.items()
        assert {now[key] for key in made_since if key in now} <= {kept.pk}
        assert Contact.objects.count() == 2
        # What was withdrawn since holds for both; nothing else was said for the other.
        after = Consent.objects.latest_of([gone.pk], Consent.Purpose.values)
        changed = {key: value for key, value in after.items() if said.get(key) != value}
        assert {*changed.values()} <= {False}
