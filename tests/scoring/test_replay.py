"""A replay finds at each moment what the product would have found then."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.services.contacts import update_contact
from contacts.services.merging import merge_contacts
from journeys.models import Interaction
from scoring.crossing_rule import Seen, course, rearm_at
from scoring.models import Crossing, Rule, Score
from scoring.selectors.explain import explain
from scoring.services.marks import mark_scores_stale
from scoring.services.scores import recompute_scores
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.journeys import PhaseFactory, PhaseVisitFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.scoring.past import DAY, HOUR, NOW, ZONE, draft, loaded, replay_of, told

rules = st.lists(
    st.fixed_dictionaries(
        {
            "points": st.sampled_from([-15.0, 4.0, 10.0, 25.0]),
            "when": st.sampled_from(
                [{"kind": "page_view"}, {"kind": ["page_view", "chat"]}]
            ),
            "uses_model_half_life": st.booleans(),
            "half_life_days": st.sampled_from([None, 3.0]),
            "max_per_day": st.sampled_from([None, 1]),
            "max_points": st.sampled_from([None, 30.0]),
        }
    ),
    min_size=1,
    max_size=3,
)
deeds = st.lists(
    st.tuples(
        st.sampled_from(["page_view", "chat", "note"]),
        st.integers(0, 40 * 24),  # hours ago
        st.sampled_from([0, 0, 0, 5, 100]),  # hours late
    ),
    max_size=15,
)


class SameAsThen(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rules=rules, deeds=deeds, hours=st.integers(0, 1_000))
    def test_score_is_what_the_api_says_for_that_moment(self, rules, deeds, hours):
        """Of what was recorded in time; nothing else was known."""
        model = draft(threshold=30, half_life_days=10)
        for rule in rules:
            RuleFactory(scoring_model=model, **rule)
        contact = ContactFactory(created_at=NOW - 60 * DAY)
        at = NOW - hours * HOUR
        for kind, ago, late in deeds:
            told(contact, NOW - ago * HOUR, kind=kind, late=late * HOUR)
        total = replay_of(model, [contact]).total(0, contact.pk, at=at)
        # What was not recorded by then, the API would count.
        Interaction.objects.filter(recorded_at__gt=at).delete()

        expected = explain(contact, at, model=loaded(model))

        assert total == expected.total

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rules=rules, deeds=deeds)
    def test_crossings_are_those_that_the_product_would_have_announced(
        self, rules, deeds
    ):
        """Scored at each moment at which something was recorded, as it is live."""
        Crossing.objects.all().delete()
        model = ScoringModelFactory(threshold=30, half_life_days=10, activated_at=None)
        for rule in rules:
            RuleFactory(scoring_model=model, **{**rule, "points": abs(rule["points"])})
        contact = ContactFactory(created_at=NOW - 60 * DAY)
        arriving = sorted(
            (NOW - (ago - late) * HOUR, NOW - ago * HOUR, kind)
            for kind, ago, late in deeds
            if late <= ago
        )
        moments = sorted({recorded_at for recorded_at, *_rest in arriving})
        for moment in moments:
            for recorded_at, occurred_at, kind in arriving:
                if recorded_at == moment:
                    told(
                        contact,
                        occurred_at,
                        kind=kind,
                        late=recorded_at - occurred_at,
                    )
            mark_scores_stale(contact_ids=[contact.pk], at=moment)
            recompute_scores(contact_ids=[contact.pk], at=moment)

        replay = replay_of(model, [contact])
        found = replay.course(0, contact.pk, threshold=30, own=None)

        happened = Crossing.objects.filter(model=model).order_by("at")
        assert [seen.at for seen in found.crossings] == [c.at for c in happened]
        score = Score.objects.filter(pk=contact.pk).first()
        if score is not None and moments:
            assert found.is_armed == score.is_armed


def seen(day, total, *, before=None, **values):
    values = {"may_be": True, **values}
    before = total if before is None else before
    return Seen(NOW + day * DAY, before, total, **values)


def days_of(evaluations, **values):
    values = {"threshold": 60, "rearm_below": 48, **values}
    return [(s.at - NOW) / DAY for s in course(evaluations, **values).crossings]


def test_it_crosses_once_and_again_after_it_has_cooled():
    warm = [seen(0, 70), seen(1, 80), seen(2, 90, before=50)]
    assert days_of(warm) == [0]
    assert days_of([*warm, seen(9, 61, before=47.9)]) == [0, 9]


def test_it_crosses_again_when_sales_lets_it_come_back():
    assert days_of([seen(0, 70), seen(3, 70, returns=True)]) == [0, 3]


def test_whoever_may_not_be_ready_does_not_cross_and_stays_armed():
    assert days_of([seen(0, 70, may_be=False), seen(1, 70)]) == [1]


def test_of_two_that_become_one_both_must_have_been_armed():
    joined = [seen(0, 50), seen(1, 90, joins=7)]
    assert days_of(joined) == [1]
    assert days_of(joined, was_armed=lambda pk, at: False) == []


@pytest.mark.parametrize(
    ("threshold", "own", "below"), [(60, None, 48), (60, 20, 20), (10, 20, 10)]
)
def test_rearming_follows_the_threshold_that_is_tried(threshold, own, below):
    assert rearm_at(threshold, own=own) == below


@pytest.mark.django_db
def test_fit_is_that_of_the_fields_as_they_were():
    model = draft()
    for when, points in (
        ({"field": "job_title", "op": "contains", "value": "head"}, 20),
        ({"field": "tags", "op": "contains", "value": "fair"}, 5),
        ({"field": "owner", "op": "is_set"}, 2),
    ):
        RuleFactory(
            scoring_model=model, dimension=Rule.Dimension.FIT, when=when, points=points
        )
    contact = ContactFactory(created_at=NOW - 30 * DAY, owner=None)

    def change(at, **data):
        update_contact(contact=contact, data=data, by=None, at=at, source="test")
        contact.refresh_from_db()

    change(NOW - 20 * DAY, job_title="Head of Sales", tags=["fair"])
    change(NOW - 10 * DAY, job_title="Retired", tags=[])

    def fit(days):
        return replay_of(model, [contact]).total(0, contact.pk, at=NOW - days * DAY)

    assert [fit(25), fit(20), fit(15), fit(10), fit(0)] == [0, 25, 25, 0, 0]


@pytest.mark.django_db
def test_behavior_consent_and_phase_in_a_fit_rule_are_those_of_then():
    model, phase = draft(), PhaseFactory()
    for when, points in (
        ({"did": {"kind": "chat", "within_days": 5}}, 1),
        ({"field": "consent.phone", "op": "eq", "value": True}, 10),
        ({"field": "phase", "op": "eq", "value": phase.pk}, 100),
    ):
        RuleFactory(
            scoring_model=model, dimension=Rule.Dimension.FIT, when=when, points=points
        )
    contact = ContactFactory(created_at=NOW - 30 * DAY)
    told(contact, NOW - 20 * DAY, kind="chat", late=2 * DAY)
    ConsentFactory(contact=contact, purpose="phone", granted=True, at=NOW - 12 * DAY)
    PhaseVisitFactory(
        contact=contact,
        phase=phase,
        entered_at=NOW - 10 * DAY,
        left_at=NOW - 5 * DAY,
    )
    replay = replay_of(model, [contact])

    def fit(days):
        return replay.total(0, contact.pk, at=NOW - days * DAY)

    assert [fit(19), fit(18), fit(14), fit(12), fit(10), fit(5)] == [
        *(0, 1, 0, 10, 110, 10)
    ]


@pytest.mark.django_db
def test_two_that_are_merged_later_were_two():
    model = draft(threshold=15)
    RuleFactory(scoring_model=model, points=10, uses_model_half_life=False)
    kept, gone = ContactFactory.create_batch(2, created_at=NOW - 30 * DAY)
    told(kept, NOW - 20 * DAY)
    told(gone, NOW - 15 * DAY)
    merge_contacts(keep=kept, merge=gone, by=None, at=NOW - 10 * DAY, source="test")
    replay = replay_of(model, [kept, gone])

    def total(contact, days):
        return replay.total(0, contact.pk, at=NOW - days * DAY)

    assert [total(kept, 12), total(gone, 12)] == [10, 10]
    assert total(kept, 9) == 20
    assert not replay.covers(gone.pk, at=NOW - 9 * DAY)
    found = replay.course(0, kept.pk, threshold=15, own=None)
    assert [s.at for s in found.crossings] == [NOW - 10 * DAY]


@pytest.mark.django_db
def test_whoever_does_very_much_is_looked_at_once_a_day():
    model = draft(threshold=15)
    RuleFactory(scoring_model=model, points=10, uses_model_half_life=False)
    contact = ContactFactory(created_at=NOW - 30 * DAY)
    chance = random.Random(1)
    Interaction.objects.bulk_create(
        Interaction(
            contact=contact,
            kind="page_view",
            channel="website",
            source="test",
            event_id=str(n),
            occurred_at=at,
            recorded_at=at,
        )
        for n in range(600)
        for at in [NOW - timedelta(seconds=chance.randrange(20 * 86_400))]
    )

    seen = replay_of(model, [contact]).evaluations(0, contact.pk)

    assert len({s.at.astimezone(ZONE).date() for s in seen}) == len(seen) <= 22
    assert seen[-1].total == 6_000
