from datetime import timedelta

import pytest
from django.apps import apps
from django.core import serializers
from django.utils import timezone

from accounts.models import Notification
from campaigns.evidence import Evidence
from campaigns.models import AddressKey, Enrollment, Message
from campaigns.services.addresses import key_of
from campaigns.services.choices import unsubscribe
from contacts.models import Consent, Contact, Distinct, Merge, Suppression
from contacts.services.consents import record_consents, suppress_address
from contacts.services.contacts import (
    create_contact,
    delete_contacts,
    ensure_contacts,
    update_contact,
    upsert_contacts,
)
from contacts.services.merging import (
    MergedAgain,
    SameContact,
    merge_contacts,
    undo_merge,
)
from contacts.services.refusals import EmailTaken, Merged
from journeys.models import Interaction
from journeys.services.tracking import Report, track_interactions
from sales.models import Claim, Handoff
from sales.services.claims import claim_contact
from scoring.models import Score, StaleMark
from scoring.services.batches import recompute_batch, stale_batches
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory

pytestmark = pytest.mark.django_db


def merged(keep, merge, **more):
    values = {"by": None, "at": timezone.now(), "source": "browser", **more}
    return merge_contacts(keep=keep, merge=merge, **values)


def again(contact):
    return Contact.everyone.get(pk=contact.pk)


def score_all():
    for ids in stale_batches():
        recompute_batch(contact_ids=ids, at=timezone.now())


# What is appended to tell of it, and what is counted anew.
LEFT_OUT = {
    *("contacts.merge", "contacts.fieldchange", "scoring.stalemark"),
    *("campaigns.interestmark", "accounts.webhookevent", "accounts.delivery"),
    *("campaigns.enrollmentevent", "campaigns.messageevent", "sales.handoffevent"),
    *("contacts.touchguard", "sessions.session", "scoring.score"),
    "insights.rollupmark",
}


def everything():
    """All rows of all tables, as text, without what time changes."""
    found = {}
    for model in apps.get_models():
        label = model._meta.label_lower
        if label in LEFT_OUT or label.startswith(("auth.", "contenttypes.")):
            continue
        for row in serializers.serialize("python", model._base_manager.all()):
            fields = dict(row["fields"])
            for name in ("updated_at", "search_text"):
                fields.pop(name, None)
            found[label, str(row["pk"])] = fields
    return found


def test_what_was_the_others_is_the_survivors():
    kept, gone = ContactFactory(), ContactFactory()
    row = InteractionFactory(contact=gone)

    merge = merged(kept, gone)

    assert again(gone).merged_into == kept
    assert Interaction.objects.get(pk=row.pk).contact == kept
    assert merge.moved["journeys.interaction.contact"] == [str(row.pk)]
    assert list(Contact.objects.filter(pk__in=[kept.pk, gone.pk])) == [kept]


def test_the_survivor_gets_what_it_had_not_and_what_was_chosen():
    kept = ContactFactory(first_name="Ada", phone="", job_title="Head")
    gone = ContactFactory(
        first_name="Augusta", phone="+442079460018", job_title="Countess"
    )

    merged(kept, gone, values={"job_title": "merge"})

    kept = again(kept)
    assert (kept.first_name, kept.phone) == ("Ada", "+442079460018")
    assert kept.job_title == "Countess"


def test_the_address_that_is_given_up_leads_to_the_survivor():
    kept = ContactFactory(email="ada@old.example")
    gone = ContactFactory(email="ada@new.example")

    merge = merged(kept, gone, values={"email": "merge"})

    assert again(kept).email == "ada@new.example"
    assert again(gone).email == "ada@old.example"
    found = ensure_contacts(
        items=[{"email": "ADA@old.example"}, {"email": "ada@new.example"}],
        at=timezone.now(),
        source="shop",
    )
    assert set(found.values()) == {kept}
    undo_merge(merge=merge, by=None, at=timezone.now())
    assert again(kept).email_key == "ada@old.example"
    assert again(gone).email_key == "ada@new.example"


def test_updates_by_the_others_address_reach_the_survivor():
    kept = ContactFactory(email="ada@engines.example")
    gone = ContactFactory(email="ada@home.example")
    merged(kept, gone)

    [outcome] = upsert_contacts(
        items=[{"email": "ada@home.example", "job_title": "Countess"}],
        by=None,
        at=timezone.now(),
        source="api",
    )

    assert (outcome.result, outcome.contact) == ("updated", kept)
    assert again(kept).email == "ada@engines.example"
    assert again(kept).job_title == "Countess"


def test_the_others_address_is_taken():
    kept, gone = ContactFactory(), ContactFactory(email="ada@home.example")
    merged(kept, gone)

    with pytest.raises(EmailTaken) as refusal:
        create_contact(
            data={"email": "ada@home.example"},
            by=None,
            at=timezone.now(),
            source="api",
        )

    assert refusal.value.contact == kept
    with pytest.raises(EmailTaken):
        update_contact(
            contact=kept,
            data={"email": "ada@home.example"},
            by=None,
            at=timezone.now(),
            source="api",
        )


@pytest.mark.parametrize(
    ("ours", "theirs", "address", "expected"),
    [
        (True, False, "keep", False),
        (False, True, "keep", False),
        (None, False, "keep", False),
        (True, None, "keep", True),
        (None, True, "keep", None),
        (None, True, "merge", True),
        (True, True, "keep", True),
    ],
)
def test_the_strictest_consent_wins(ours, theirs, address, expected):
    kept, gone = ContactFactory(), ContactFactory()
    for contact, granted in ((kept, ours), (gone, theirs)):
        if granted is not None:
            say(contact, "email_marketing", granted=granted)

    merge = merged(kept, gone, values={"email": address})

    assert latest(kept, "email_marketing") is expected
    undo_merge(merge=merge, by=None, at=timezone.now())
    assert latest(kept, "email_marketing") is ours
    assert latest(gone, "email_marketing") is theirs


def say(contact, purpose, *, granted):
    record_consents(
        contact=contact,
        decisions={purpose: granted},
        source="form",
        proof={"text": "News"},
        at=timezone.now(),
    )


def latest(contact, purpose):
    found = Consent.objects.latest_of([contact.pk], [purpose])
    return found.get((contact.pk, purpose))


def test_who_must_not_be_written_to_stays_so_and_a_dead_mailbox_does_not_spread():
    kept, gone = ContactFactory(), ContactFactory()
    for reason in (Suppression.Reason.OBJECTION, Suppression.Reason.BOUNCED):
        suppress_address(
            address=gone.email, reason=reason, source="x", at=timezone.now()
        )

    merge = merged(kept, gone)

    rows = Suppression.objects.in_force(at=timezone.now()).of_address(kept.email)
    assert [row.reason for row in rows] == ["objection"]
    undo_merge(merge=merge, by=None, at=timezone.now())
    assert not rows.all().exists()


def test_a_withdrawal_after_the_merge_holds_for_both_once_it_is_undone():
    kept, gone = ContactFactory(), ContactFactory()
    say(kept, "email_marketing", granted=True)
    say(gone, "email_marketing", granted=True)
    merge = merged(kept, gone)
    say(kept, "email_marketing", granted=False)

    undo_merge(merge=merge, by=None, at=timezone.now())

    assert latest(kept, "email_marketing") is False
    assert latest(gone, "email_marketing") is False


def test_a_withdrawal_that_waited_for_the_merge_reaches_the_survivor():
    kept, gone = ContactFactory(), ContactFactory()
    say(kept, "email_marketing", granted=True)
    stale = Contact.objects.get(pk=gone.pk)
    merged(kept, gone)

    say(stale, "email_marketing", granted=False)

    assert latest(kept, "email_marketing") is False


def test_a_withdrawal_that_waited_for_the_merge_holds_for_both_once_it_is_undone():
    """It was told of a moment before that of the merge, and came behind it."""
    kept, gone = ContactFactory(), ContactFactory()
    for contact in (kept, gone):
        say(contact, "email_marketing", granted=True)
    stale, asked = Contact.objects.get(pk=gone.pk), timezone.now()
    merge = merged(kept, gone)

    record_consents(
        contact=stale,
        decisions={"email_marketing": False},
        source="form",
        proof={},
        at=asked,
    )
    undo_merge(merge=merge, by=None, at=timezone.now())

    in_force = Suppression.objects.in_force(at=timezone.now())
    for contact in (kept, gone):
        assert latest(contact, "email_marketing") is False
        assert in_force.of_address(contact.email).exists()


@pytest.mark.parametrize("address", ["keep", "merge"])
def test_the_link_in_a_mail_to_either_address_ends_all_mails(address):
    kept, gone = ContactFactory(), ContactFactory()
    say(kept, "email_marketing", granted=True)
    say(gone, "email_marketing", granted=True)
    keys = [key_of(kept), key_of(gone)]
    merged(kept, gone, values={"email": address})

    for key in keys:
        say(kept, "email_marketing", granted=True)
        key = AddressKey.objects.get(pk=key.pk)
        unsubscribe(address=key, evidence=Evidence(), at=timezone.now())
        assert latest(kept, "email_marketing") is False


def test_one_claim_and_one_handoff_go_on(settings):
    anna, ben = RepFactory(), RepFactory()
    kept, gone = ContactFactory(owner=anna), ContactFactory(owner=ben)
    now = timezone.now()
    first = claim_contact(contact=gone, by=ben, at=now - timedelta(minutes=5))
    second = claim_contact(contact=kept, by=anna, at=now)
    offered = Handoff.objects.create(
        contact=kept, assignee=anna, points=70, threshold=60, offered_at=now
    )
    accepted = Handoff.objects.create(
        contact=gone,
        assignee=ben,
        status="accepted",
        points=70,
        threshold=60,
        offered_at=now,
    )

    merge = merged(kept, gone)

    assert again(kept).owner == ben
    assert list(Claim.objects.live(at=now).values_list("pk", "contact")) == [
        (first.pk, kept.pk)
    ]
    open_ones = Handoff.objects.open().values_list("pk", "contact")
    assert list(open_ones) == [(accepted.pk, kept.pk)]
    undo_merge(merge=merge, by=None, at=timezone.now())
    assert again(kept).owner == anna
    assert set(Claim.objects.live(at=now).values_list("pk", "contact")) == {
        (first.pk, gone.pk),
        (second.pk, kept.pk),
    }
    assert set(Handoff.objects.open().values_list("pk", "contact")) == {
        (offered.pk, kept.pk),
        (accepted.pk, gone.pk),
    }


def test_repeating_gives_the_first_and_crossing_is_refused():
    kept, gone = ContactFactory(), ContactFactory()
    merge = merged(kept, gone)

    assert merged(kept, gone) == merge
    with pytest.raises(Merged):
        merged(gone, kept)
    with pytest.raises(SameContact):
        merged(kept, kept)


def test_a_survivor_that_was_merged_comes_back_first():
    first, second, third = ContactFactory.create_batch(3)
    row = InteractionFactory(contact=first)
    one = merged(second, first)
    two = merged(third, second)
    assert again(first).merged_into == third

    with pytest.raises(MergedAgain):
        undo_merge(merge=one, by=None, at=timezone.now())
    undo_merge(merge=two, by=None, at=timezone.now())
    assert again(first).merged_into == second
    undo_merge(merge=one, by=None, at=timezone.now())
    assert Interaction.objects.get(pk=row.pk).contact == first


def test_what_was_tracked_meanwhile_reaches_the_survivor():
    kept, gone = ContactFactory(), ContactFactory()
    stale = Contact.objects.get(pk=gone.pk)
    merge = merged(kept, gone)
    now = timezone.now()
    report = Report(contact=stale, kind="page_view", source="x", occurred_at=now)
    [outcome] = track_interactions(reports=[report], at=now)

    score_all()

    row = Interaction.objects.get(pk=outcome.interaction.pk)
    assert row.contact == kept
    assert not StaleMark.objects.exists()
    assert not Score.objects.filter(pk=gone.pk, evaluated_at__isnull=False).exists()
    undo_merge(merge=merge, by=None, at=timezone.now())
    row.refresh_from_db()
    assert row.contact == kept


def test_a_value_that_was_changed_since_stays_and_is_named():
    kept, gone = ContactFactory(phone=""), ContactFactory(phone="+442079460018")
    merge = merged(kept, gone)
    update_contact(
        contact=kept,
        data={"phone": "+442079460019"},
        by=None,
        at=timezone.now(),
        source="browser",
    )

    undone = undo_merge(merge=merge, by=None, at=timezone.now())

    assert undone.left == ["phone"]
    assert again(kept).phone == "+442079460019"


def test_deleting_the_survivor_deletes_both():
    kept, gone = ContactFactory(), ContactFactory()
    merged(kept, gone)

    assert delete_contacts(contact_ids=[kept.pk], by=None) == 1
    assert not Contact.everyone.exists()
    assert not Merge.objects.exists()


def test_undoing_a_merge_gives_everything_back():
    kept = ContactFactory(phone="", custom={"a": 1})
    gone = ContactFactory(phone="+442079460018", owner=RepFactory(), custom={"b": 2})
    gone.tags.create(name="fair")
    for contact in (kept, gone):
        InteractionFactory.create_batch(2, contact=contact)
        say(contact, "email_marketing", granted=contact is kept)
        say(contact, "phone", granted=contact is gone)
    Distinct.objects.create(first=kept, second=gone, at=timezone.now())
    Notification.objects.create(
        recipient=RepFactory(),
        kind="mention",
        key="x",
        subject_id=1,
        contact_id=gone.pk,
        title="Ada Byron",
    )
    score_all()
    before = everything()

    merge = merged(kept, gone, values={"email": "merge"})
    assert everything() != before
    undo_merge(merge=merge, by=None, at=timezone.now())

    after = everything()
    assert {k: v for k, v in after.items() if before.get(k) != v} == {}
    assert before.keys() == after.keys()
    assert not Enrollment.objects.exists()
    assert not Message.objects.exists()
