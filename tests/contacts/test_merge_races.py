"""Merging while others work on the same contacts."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import Notification
from campaigns.evidence import Evidence
from campaigns.services.addresses import key_of
from campaigns.services.choices import unsubscribe
from contacts.models import Consent, Contact, Merge, Suppression
from contacts.services.consents import record_consents
from contacts.services.merging import merge_contacts, undo_merge
from contacts.services.refusals import Merged
from journeys.models import Interaction
from journeys.services.tracking import Report, track_interactions
from sales.models import Handoff
from sales.services.claims import claim_contact
from scoring.models import Crossing, Score, StaleMark
from scoring.selectors.verification import wrong_crossings, wrong_scores
from scoring.services.batches import recompute_batch, stale_batches
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def merge(kept, gone):
    return merge_contacts(
        keep=kept, merge=gone, by=None, at=timezone.now(), source="test"
    )


def undo(row):
    return undo_merge(merge=row, by=None, at=timezone.now())


def track(contact, number):
    report = Report(
        contact=contact,
        kind="demo_request",
        source="test",
        event_id=f"e{number}",
        occurred_at=timezone.now(),
    )
    track_interactions(reports=[report], at=timezone.now())


def score_all():
    for ids in stale_batches():
        recompute_batch(contact_ids=ids, at=timezone.now())


def settle():
    while StaleMark.objects.to_do().exists():
        score_all()


@pytest.mark.parametrize("attempt", range(5))
def test_two_merges_that_cross_leave_one_survivor(attempt):
    one, other = ContactFactory(), ContactFactory()

    results = at_once(lambda: merge(one, other), lambda: merge(other, one))

    assert sorted(type(each).__name__ for each in results) == ["Merge", "Merged"]
    assert Contact.objects.count() == 1
    assert any(isinstance(each, Merged) for each in results)


@pytest.mark.parametrize("attempt", range(5))
def test_an_unsubscribe_at_the_same_moment_holds_for_the_survivor(attempt):
    kept, gone = ContactFactory(), ContactFactory()
    for contact in (kept, gone):
        record_consents(
            contact=contact,
            decisions={"email_marketing": True},
            source="form",
            proof={},
            at=timezone.now(),
        )
    address = key_of(gone)

    results = at_once(
        lambda: merge(kept, gone),
        lambda: unsubscribe(address=address, evidence=Evidence(), at=timezone.now()),
    )

    assert [each for each in results if isinstance(each, Exception)] == []
    said = Consent.objects.latest_of([kept.pk], ["email_marketing"])
    assert said == {(kept.pk, "email_marketing"): False}
    at = timezone.now()
    assert Suppression.objects.in_force(at=at).of_address(kept.email).exists()


@pytest.mark.parametrize("attempt", range(5))
def test_a_claim_at_the_same_moment_is_the_survivors(attempt):
    kept, gone, rep = ContactFactory(), ContactFactory(), RepFactory()

    results = at_once(
        lambda: merge(kept, gone),
        lambda: claim_contact(contact=gone, by=rep, at=timezone.now()),
    )

    assert [each for each in results if isinstance(each, Exception)] == []
    assert [claim.contact_id for claim in rep.claims.all()] == [kept.pk]


@pytest.mark.parametrize("attempt", range(3))
def test_what_is_tracked_and_scored_meanwhile_is_neither_lost_nor_handed_off_twice(
    attempt,
):
    model = ScoringModelFactory(threshold=50)
    RuleFactory(scoring_model=model, points=30, when={"kind": "demo_request"})
    RepFactory()
    contacts = ContactFactory.create_batch(4)
    draw = Random(attempt)

    def tracking():
        for number in range(30):
            track(draw.choice(contacts), number)

    def scoring():
        for _ in range(15):
            score_all()

    def merging():
        rows = []
        for _ in range(15):
            kept, gone = draw.sample(contacts, 2)
            try:
                rows.append(merge(kept, gone))
            except Merged:
                undo(draw.choice(rows))

    results = at_once(tracking, scoring, scoring, merging)
    settle()

    errors = [each for each in results if isinstance(each, Exception)]
    assert [e for e in errors if type(e).__name__ != "MergedAgain"] == []
    assert Interaction.objects.count() == 30
    hidden = Contact.everyone.exclude(merged_into=None)
    assert not Interaction.objects.filter(contact__in=hidden).exists()
    counted = Score.objects.filter(pk__in=hidden, evaluated_at__isnull=False)
    assert not counted.exists()
    assert [*wrong_scores(), *wrong_crossings()] == []
    by_contact = list(Handoff.objects.open().values_list("contact_id", flat=True))
    assert len(by_contact) == len(set(by_contact))
    told = Notification.objects.filter(kind="handoff").count()
    assert told == Crossing.objects.count()


def test_many_merges_and_undos_do_not_wait_in_a_circle():
    contacts = ContactFactory.create_batch(6)

    def work(seed):
        draw, done = Random(seed), 0
        try:
            for _ in range(25):
                kept, gone = draw.sample(contacts, 2)
                try:
                    undo(merge(kept, gone))
                    done += 1
                except Exception as error:
                    if type(error).__name__ not in ("Merged", "MergedAgain"):
                        raise
        finally:
            connections.close_all()
        return done

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))

    assert sum(done) > 0
    for standing in Merge.objects.standing().order_by("-pk"):
        undo(standing)
    assert Contact.objects.count() == 6
