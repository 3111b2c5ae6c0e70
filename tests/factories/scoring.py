from __future__ import annotations

import factory
from django.utils import timezone

from scoring.models import Rule, Score, ScoringModel, StaleMark
from tests.factories.contacts import ContactFactory


class ScoringModelFactory(factory.django.DjangoModelFactory):
    """The active default model: ready from 60, nothing else asked. Without rules."""

    class Meta:
        model = ScoringModel

    name = factory.Sequence(lambda n: f"Model {n}")
    threshold = 60
    half_life_days = 30
    is_active = True


class RuleFactory(factory.django.DjangoModelFactory):
    """Ten points for a page view, with the model's half-life and without caps."""

    class Meta:
        model = Rule

    scoring_model = factory.SubFactory(ScoringModelFactory)
    dimension = Rule.Dimension.ENGAGEMENT
    name = factory.Sequence(lambda n: f"Rule {n}")
    points = 10
    when = factory.LazyFunction(lambda: {"kind": "page_view"})


class ScoreFactory(factory.django.DjangoModelFactory):
    """A score of nothing, armed, never evaluated."""

    class Meta:
        model = Score

    contact = factory.SubFactory(ContactFactory)


class StaleMarkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StaleMark

    contact = factory.SubFactory(ContactFactory)
    at = factory.LazyFunction(timezone.now)
