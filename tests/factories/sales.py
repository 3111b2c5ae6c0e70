"""Leads on their way to sales."""

from datetime import timedelta

import factory
from django.utils import timezone

from sales.models import Deal, Handoff, Holiday, Offer, Question, Task, Territory
from scoring.models import Crossing
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.scoring import ScoringModelFactory


class CrossingFactory(factory.django.DjangoModelFactory):
    """A contact reached 61 of 60 points, of nothing in particular."""

    class Meta:
        model = Crossing

    contact = factory.SubFactory(ContactFactory)
    model = factory.SubFactory(ScoringModelFactory, is_active=False)
    arming = 1
    at = factory.LazyFunction(timezone.now)
    fit = 0
    engagement = 61
    total = 61
    threshold = 60


class HandoffFactory(factory.django.DjangoModelFactory):
    """A lead offered to a rep just now. No crossing, no notification, no history."""

    class Meta:
        model = Handoff

    contact = factory.SubFactory(ContactFactory)
    assignee = factory.SubFactory(RepFactory)
    assigned_because = "owner"
    offered_at = factory.LazyFunction(timezone.now)
    points = 61
    threshold = 60


class DealFactory(factory.django.DjangoModelFactory):
    """An open deal of a rep in the first stage, worth nothing known. No history."""

    class Meta:
        model = Deal

    contact = factory.SubFactory(ContactFactory)
    owner = factory.SubFactory(RepFactory)
    title = factory.Sequence(lambda n: f"Deal {n}")
    stage = "needs_analysis"
    stage_since = factory.LazyFunction(timezone.now)


class TaskFactory(factory.django.DjangoModelFactory):
    """A call that a rep is to make tomorrow. No line in an inbox."""

    class Meta:
        model = Task

    contact = factory.SubFactory(ContactFactory)
    kind = Task.Kind.CALL
    assignee = factory.SubFactory(RepFactory)
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))


class OfferFactory(factory.django.DjangoModelFactory):
    """A draft without lines, valid until tomorrow."""

    class Meta:
        model = Offer

    deal = factory.SubFactory(DealFactory)
    currency = "EUR"
    language = "en"
    tax_rate = 19
    valid_until_date = factory.LazyFunction(
        lambda: timezone.localdate() + timezone.timedelta(days=1)
    )


class QuestionFactory(factory.django.DjangoModelFactory):
    """A text that all teams ask for."""

    class Meta:
        model = Question

    text = factory.Sequence(lambda n: f"Question {n}?")


class TerritoryFactory(factory.django.DjangoModelFactory):
    """A rep's: contacts from Austria."""

    class Meta:
        model = Territory

    name = factory.Sequence(lambda n: f"Territory {n}")
    condition = {"field": "company.country", "op": "eq", "value": "AT"}
    rep = factory.SubFactory(RepFactory)
    position = factory.Sequence(int)


class HolidayFactory(factory.django.DjangoModelFactory):
    """A day of the whole firm, next month and later."""

    class Meta:
        model = Holiday

    date = factory.Sequence(lambda n: timezone.localdate() + timedelta(days=30 + n))
    name = "Outing"
