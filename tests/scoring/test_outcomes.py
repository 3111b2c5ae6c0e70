"""What came of contacts, as it was known at a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from contacts.services.merging import merge_contacts, undo_merge
from leadhub.errors import InvalidValue
from sales.models import Deal, DealEvent, HandoffEvent
from scoring.selectors.outcomes import (
    UnknownOutcome,
    checked_outcome,
    happened,
    happenings,
    outcome_label,
)
from tests.factories.contacts import ContactFactory
from tests.factories.sales import DealFactory, HandoffFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.get_default_timezone())
DAY = timedelta(days=1)


def won(contact, at):
    deal = DealFactory(contact=contact, status=Deal.Status.WON, closed_at=at)
    DealEvent.objects.create(deal=deal, kind="won", at=at, stage=deal.stage)
    return deal


def merged(keep, gone, at):
    return merge_contacts(keep=keep, merge=gone, by=None, at=at, source="test")


def test_an_accepted_handoff_stays_accepted_when_it_is_returned_later():
    handoff = HandoffFactory(accepted_at=None, status="returned")
    HandoffEvent.objects.create(handoff=handoff, kind="accepted", at=NOW)
    HandoffEvent.objects.create(handoff=handoff, kind="declined", at=NOW + DAY)
    number = handoff.contact_id

    assert happened("handoff_accepted", [number], known_at=NOW - DAY) == {}
    assert happened("handoff_accepted", [number], known_at=NOW + DAY) == {number: NOW}


def test_a_deal_that_was_opened_again_was_won_until_then():
    deal = won(ContactFactory(), NOW)
    DealEvent.objects.create(
        deal=deal, kind="reopened", at=NOW + 2 * DAY, stage=deal.stage
    )
    number = deal.contact_id

    assert happened("deal_won", [number], known_at=NOW + DAY) == {number: NOW}
    assert happened("deal_won", [number], known_at=NOW + 2 * DAY) == {}


@pytest.mark.parametrize(
    ("outcome", "factory", "values"),
    [
        ("handoff_accepted", HandoffFactory, {"accepted_at": NOW}),
        ("deal_won", DealFactory, {"status": "won", "closed_at": NOW}),
    ],
)
def test_what_came_without_its_history_counts(outcome, factory, values):
    number = factory(**values).contact_id

    assert happened(outcome, [number], known_at=NOW) == {number: NOW}


def test_a_later_merge_does_not_change_what_came_to_whom():
    kept, gone = ContactFactory(), ContactFactory()
    won(gone, NOW)
    before = happenings("deal_won", [kept.pk, gone.pk])

    merge = merged(kept, gone, NOW + DAY)

    assert happenings("deal_won", [kept.pk, gone.pk]) == before
    undo_merge(merge=merge, by=None, at=NOW + 2 * DAY)
    assert happenings("deal_won", [kept.pk, gone.pk]) == before


def test_what_comes_to_the_survivor_comes_to_both():
    kept, gone = ContactFactory(), ContactFactory()
    merged(kept, gone, NOW - DAY)
    won(kept, NOW)

    assert happenings("deal_won", [kept.pk, gone.pk]).keys() == {kept.pk, gone.pk}


def test_what_came_after_an_undo_is_not_the_others():
    kept, gone = ContactFactory(), ContactFactory()
    merge = merged(kept, gone, NOW - 2 * DAY)
    undo_merge(merge=merge, by=None, at=NOW - DAY)
    won(kept, NOW)

    assert happenings("deal_won", [kept.pk, gone.pk]).keys() == {kept.pk}


def test_a_chain_of_merges_is_followed_back():
    first, second, third = ContactFactory.create_batch(3)
    won(first, NOW)
    before = happenings("deal_won", [first.pk, second.pk, third.pk])
    merged(second, first, NOW + DAY)
    merged(third, second, NOW + 2 * DAY)

    found = happenings("deal_won", [first.pk, second.pk, third.pk])

    assert found == before
    won(third, NOW + 3 * DAY)
    assert len(happenings("deal_won", [first.pk])[first.pk]) == 2


@pytest.mark.parametrize("row_count", [1, 3])
def test_queries_do_not_grow_with_the_contacts(django_assert_num_queries, row_count):
    contacts = [won(ContactFactory(), NOW).contact_id for _n in range(row_count)]

    with django_assert_num_queries(3):  # merges, events, deals without any
        assert len(happened("deal_won", contacts, known_at=NOW)) == row_count


@pytest.mark.parametrize("outcome", ["lost", None, 3, [], {}, {"field": "nonsense"}])
def test_an_unknown_outcome_is_refused_by_name(outcome):
    with pytest.raises(InvalidValue) as refusal:
        checked_outcome(outcome)

    assert refusal.value.attr.startswith("outcome")


def test_a_condition_and_each_name_are_outcomes():
    condition = {"field": "source", "op": "eq", "value": "fair"}

    assert checked_outcome(condition) == condition
    assert checked_outcome("deal_won") == "deal_won"
    assert outcome_label("deal_won") == "Deal won"
    assert "fair" in outcome_label(condition)
    assert issubclass(UnknownOutcome, InvalidValue)
