"""What somebody had on their screen when a contact was merged, or that was undone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification
from campaigns.evidence import Evidence
from campaigns.models import Message
from campaigns.services.choices import withdraw_everything
from contacts.models import Consent, Contact
from contacts.services.consents import record_consents
from contacts.services.merging import merge_contacts, undo_merge
from journeys.models import Interaction
from sales.models import Claim, Deal, Handoff, Task
from sales.services.claims import claim_contact
from sales.services.deals import change_deal, move_deal, open_deal
from sales.services.handoffs import accept_handoff, hand_off, reassign_handoff
from sales.services.mails import mail_contact
from sales.services.refusals import TouchRefused
from sales.services.talks import log_talk
from sales.services.tasks import change_task, finish_task, plan_task
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import MessageFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.sales import (
    CrossingFactory,
    DealFactory,
    HandoffFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db


def merge(kept, gone):
    return merge_contacts(
        keep=kept, merge=gone, by=None, at=timezone.now(), source="test"
    )


def undo(row):
    return undo_merge(merge=row, by=None, at=timezone.now())


def plan(contact, rep, **more):
    now = timezone.now()
    due = now + timedelta(days=1)
    values = {"kind": "call", "due_at": due, "assignee": rep, "by": rep, "at": now}
    return plan_task(contact=contact, **values | more)


def call(contact, rep):
    return log_talk(contact=contact, kind="call_outbound", by=rep, at=timezone.now())


def test_a_handoff_of_the_merged_contact_is_accepted_for_the_survivor():
    rep = RepFactory()
    shown = HandoffFactory(assignee=rep)
    kept = ContactFactory()
    merge(kept, shown.contact)

    handoff = accept_handoff(handoff=shown, by=rep, at=timezone.now())

    assert (handoff.status, handoff.contact) == (Handoff.Status.ACCEPTED, kept)
    assert Contact.objects.get(pk=kept.pk).owner == rep


def test_a_handoff_of_the_survivor_is_accepted_for_whose_it_is_again():
    rep, kept = RepFactory(), ContactFactory()
    gone = HandoffFactory(assignee=rep).contact
    row = merge(kept, gone)
    shown = Handoff.objects.get()
    undo(row)

    accept_handoff(handoff=shown, by=rep, at=timezone.now())

    assert Contact.objects.get(pk=gone.pk).owner == rep
    assert Contact.objects.get(pk=kept.pk).owner is None


def test_deals_and_tasks_are_worked_on_wherever_they_have_gone():
    rep, kept = RepFactory(), ContactFactory()
    deal, task = DealFactory(), TaskFactory(assignee=rep)
    for row in (deal, task):
        merge(kept, row.contact)

    move_deal(deal=deal, stage="offer", by=rep, at=timezone.now())
    change_deal(deal=deal, data={"title": "Big"}, by=rep, at=timezone.now())
    change_task(task=task, due_at=task.due_at + timedelta(days=1), at=timezone.now())
    finish_task(task=task, by=rep, at=timezone.now())

    deal = Deal.objects.get()
    assert (deal.contact, deal.stage, deal.title) == (kept, "offer", "Big")
    assert Task.objects.get().done_at is not None


def test_what_is_begun_with_the_merged_contact_is_begun_with_the_survivor():
    SenderFactory()
    rep, ben = RepFactory(), RepFactory(username="ben")
    kept, gone = ContactFactory(), ContactFactory()
    merge(kept, gone)
    words = {"subject": "Hello", "text": "Hello.", "action": "1"}

    deal = open_deal(contact=gone, by=rep, at=timezone.now())
    task = plan(gone, rep)
    call(gone, rep)
    log_talk(contact=gone, kind="note", text="@ben look", by=rep, at=timezone.now())
    mail = mail_contact(contact=gone, by=rep, at=timezone.now(), **words)
    again = mail_contact(contact=gone, by=rep, at=timezone.now(), **words)

    assert [each.contact for each in (deal, task, mail)] == [kept] * 3
    assert mail == again
    assert Claim.objects.get().contact == kept
    assert {*Interaction.objects.values_list("contact", flat=True)} == {kept.pk}
    line = Notification.objects.get(recipient=ben)
    assert line.contact_id == kept.pk


def test_who_does_not_want_calls_gets_none_under_their_other_name():
    rep = RepFactory()
    kept, gone = ContactFactory(), ContactFactory()
    ConsentFactory(contact=gone, purpose="phone", granted=False)
    merge(kept, gone)

    for act in (plan, call):
        with pytest.raises(TouchRefused):
            act(gone, rep)

    assert not Task.objects.exists()


def test_a_withdrawal_by_the_merged_contact_stops_the_survivors_mails():
    SenderFactory()
    kept, gone = ContactFactory(), ContactFactory()
    for contact in (kept, gone):
        ConsentFactory(contact=contact)
    mail = MessageFactory(contact=kept, purpose="marketing", kind="sequence")
    merge(kept, gone)

    withdraw_everything(contact=gone, evidence=Evidence(), at=timezone.now())

    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (Message.State.CANCELLED, "withdrawn")


def test_an_owner_is_left_to_whom_a_deal_was_opened_with_since():
    anna, ben = RepFactory(), RepFactory()
    kept, gone = ContactFactory(), ContactFactory(owner=anna)
    row = merge(kept, gone)
    deal = open_deal(contact=kept, by=ben, at=timezone.now())

    undo(row)

    assert deal.contact == kept
    owners = dict(Contact.objects.values_list("pk", "owner"))
    assert owners == {kept.pk: ben.pk, gone.pk: anna.pk}


def mention(contact, by):
    log_talk(contact=contact, kind="note", text="@ben look", by=by, at=timezone.now())


def test_of_two_mentions_one_stands_in_the_inbox_and_both_again_after_the_undo():
    rep, ben = RepFactory(), RepFactory(username="ben")
    kept, gone = ContactFactory(), ContactFactory()
    for contact in (kept, gone):
        mention(contact, rep)
    lines = Notification.objects.filter(recipient=ben)

    row = merge(kept, gone)

    [line] = lines.in_inbox(at=timezone.now())
    assert (line.contact_id, line.key) == (kept.pk, f"mention:{gone.pk}")

    undo(row)

    there = lines.in_inbox(at=timezone.now()).values_list("contact_id", flat=True)
    assert {*there} == {kept.pk, gone.pk}


def test_a_mention_after_a_merge_renews_the_line_there_is_and_stays_with_it():
    rep, ben = RepFactory(), RepFactory(username="ben")
    kept, gone = ContactFactory(), ContactFactory()
    mention(gone, rep)
    row = merge(kept, gone)

    mention(kept, rep)

    line = Notification.objects.get(recipient=ben)
    assert (line.contact_id, line.key) == (kept.pk, f"mention:{kept.pk}")

    undo(row)

    line.refresh_from_db()
    assert line.contact_id == kept.pk


def test_a_handoff_that_came_while_the_merge_waited_is_whose_it_is_after_the_undo():
    """The moments that verbs are told may be in another order than their locks."""
    kept, gone = ContactFactory(), ContactFactory(owner=RepFactory())
    asked = timezone.now()
    crossing = CrossingFactory(contact=gone)
    hand_off(crossing=crossing, at=timezone.now())
    row = merge_contacts(keep=kept, merge=gone, by=None, at=asked, source="test")

    undo(row)

    assert Notification.objects.get().contact_id == gone.pk


def test_a_line_that_came_while_two_were_one_goes_back_with_its_lead():
    rep, other = RepFactory(), RepFactory()
    kept = ContactFactory(first_name="Mara", last_name="Lind")
    gone = ContactFactory(first_name="Mia", last_name="Lindt", owner=rep)
    handoff = hand_off(crossing=CrossingFactory(contact=gone), at=timezone.now())
    row = merge(kept, gone)
    reassign_handoff(handoff=handoff, assignee=other, by=rep, at=timezone.now())
    line = Notification.objects.get(recipient=other)
    assert (line.contact_id, line.title) == (kept.pk, "Mara Lind")

    undo(row)

    line.refresh_from_db()
    assert (line.contact_id, line.title) == (gone.pk, "Mia Lindt")


def test_a_lead_is_offered_to_whose_contact_it_has_become_and_back_after_the_undo():
    anna, ben = RepFactory(), RepFactory()
    kept, gone = ContactFactory(owner=anna), ContactFactory(owner=ben)
    open_deal(contact=kept, by=anna, at=timezone.now())
    handoff = hand_off(crossing=CrossingFactory(contact=gone), at=timezone.now())
    assert handoff.assignee == ben

    row = merge(kept, gone)

    handoff.refresh_from_db()
    assert (handoff.contact, handoff.assignee) == (kept, anna)
    [line] = Notification.objects.in_inbox(at=timezone.now()).filter(kind="handoff")
    assert line.recipient == anna

    undo(row)

    handoff.refresh_from_db()
    assert (handoff.contact, handoff.assignee) == (gone, ben)
    [line] = Notification.objects.in_inbox(at=timezone.now()).filter(kind="handoff")
    assert (line.recipient, line.contact_id) == (ben, gone.pk)


def test_an_offer_of_a_merged_contact_stays_where_the_owner_of_both_is_absent():
    today = timezone.localdate()
    anna, ben = RepFactory(absent_until=today), RepFactory()
    kept, gone = ContactFactory(owner=anna), ContactFactory(owner=ben)
    handoff = hand_off(crossing=CrossingFactory(contact=gone), at=timezone.now())

    merge(kept, gone)

    handoff.refresh_from_db()
    assert (handoff.contact, handoff.assignee) == (kept, ben)


def test_a_claim_of_the_merged_contact_is_the_survivors():
    kept, gone = ContactFactory(), ContactFactory()
    merge(kept, gone)

    claim = claim_contact(contact=gone, by=RepFactory(), at=timezone.now())
    record_consents(
        contact=gone,
        decisions={"phone": False},
        source="test",
        proof={},
        at=timezone.now(),
    )

    assert claim.contact == kept
    assert Consent.objects.get().contact == kept
