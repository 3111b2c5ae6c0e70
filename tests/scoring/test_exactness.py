"""What the database says equals what contract.md says, however it arrived."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from journeys.models import Interaction
from scoring.models import Rule, Score, ScoringModel, StaleMark
from scoring.selectors.current import current_scores
from scoring.services.marks import mark_scores_stale
from scoring.services.scores import recompute_scores
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import ScoringModelFactory
from tests.oracle import score as oracle

ZONE = timezone.get_default_timezone()
# Two days after the clocks went forward.
NOW = datetime(2026, 3, 31, 10, 0, tzinfo=ZONE)
KINDS = ["page_view", "pricing_view", "unsubscribe", "nonsense"]

rules = st.lists(
    st.builds(
        oracle.EngagementRule,
        kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True).map(
            tuple
        ),
        points=st.sampled_from([-20.0, -0.1, 0.1, 3.0, 10.0, 50.0]),
        half_life_days=st.sampled_from([None, 0.5, 7.0, 30.0]),
        max_per_day=st.sampled_from([None, 1, 2]),
        max_points=st.sampled_from([None, 0.3, 15.0]),
    ),
    max_size=4,
)
happenings = st.lists(
    st.builds(
        oracle.Happened,
        kind=st.sampled_from(KINDS),
        occurred_at=st.integers(-10 * 24 * 60, 60).map(
            lambda minutes: NOW + timedelta(minutes=minutes)
        ),
        is_machine=st.sampled_from([False, False, False, True]),
    ),
    max_size=25,
)


class EverythingCounts(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rules=rules, happened=happenings, seed=st.integers(0, 1_000))
    def test_score_equals_the_contract(self, rules, happened, seed):
        """In any order, in any batches, late and reported twice."""
        chance = random.Random(seed)
        model = model_with(rules)
        contact = ContactFactory()
        arriving = list(enumerate(happened)) * 2
        chance.shuffle(arriving)
        while arriving:
            size = chance.randint(1, 10)
            batch, arriving = arriving[:size], arriving[size:]
            arrive(contact, batch)
            if chance.random() < 0.5:
                recompute_scores(contact_ids=[contact.pk], at=NOW)
        mark_scores_stale(contact_ids=[contact.pk], at=NOW)

        recompute_scores(contact_ids=[contact.pk], at=NOW)

        score = Score.objects.get(pk=contact.pk)
        expected = oracle.engagement(rules, happened, at=NOW, zone=ZONE)
        fades = any(rule.half_life_days for rule in rules)
        assert abs(score.engagement - expected) <= (1e-6 if fades else 0)
        assert not StaleMark.objects.exists()
        assert score.model == model
        self.check_the_future(contact, rules, happened)

    def check_the_future(self, contact, rules, happened):
        """The kept curves tell any later moment as the interactions would."""
        past = [one for one in happened if one.occurred_at <= NOW]
        for days in (0.01, 1, 9, 400):
            at = NOW + timedelta(days=days)
            now = current_scores([contact], at)[contact.pk]
            expected = oracle.engagement(rules, past, at=at, zone=ZONE)
            assert now.engagement == pytest.approx(expected, abs=1e-6)


def model_with(rules):
    ScoringModel.objects.all().delete()
    model = ScoringModelFactory(threshold=1_000_000)
    for rule in rules:
        Rule.objects.create(
            scoring_model=model,
            dimension="engagement",
            name="",
            points=rule.points,
            when={"kind": list(rule.kinds)},
            uses_model_half_life=False,
            half_life_days=rule.half_life_days,
            max_per_day=rule.max_per_day,
            max_points=rule.max_points,
        )
    return model


def arrive(contact, batch):
    rows = [
        InteractionFactory.build(
            contact=contact,
            source="test",
            event_id=f"{contact.pk}-{number}",
            kind=one.kind,
            occurred_at=one.occurred_at,
            is_machine=one.is_machine,
        )
        for number, one in batch
    ]
    Interaction.objects.bulk_create(rows, ignore_conflicts=True)
    mark_scores_stale(contact_ids=[contact.pk], at=NOW)
