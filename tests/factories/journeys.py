"""What we plan, and what happens."""

import factory
from django.utils import timezone

from journeys.models import (
    Interaction,
    Journey,
    Measure,
    Phase,
    PhaseVisit,
    Team,
    TrackedLink,
    Visitor,
)
from journeys.models.interaction import Channel, Kind
from tests.factories.contacts import ContactFactory


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class JourneyFactory(factory.django.DjangoModelFactory):
    """A live journey that contacts enter by hand only."""

    class Meta:
        model = Journey

    name = factory.Sequence(lambda n: f"Journey {n}")


class PhaseFactory(factory.django.DjangoModelFactory):
    """A marketing phase that contacts enter by hand only."""

    class Meta:
        model = Phase

    journey = factory.SubFactory(JourneyFactory)
    name = factory.Sequence(lambda n: f"Phase {n}")
    position = factory.Sequence(lambda n: n + 1)


class MeasureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Measure

    phase = factory.SubFactory(PhaseFactory)
    name = factory.Sequence(lambda n: f"Measure {n}")
    direction = Measure.Direction.PULL
    channel = Channel.WEBSITE


class PhaseVisitFactory(factory.django.DjangoModelFactory):
    """In the phase since now."""

    class Meta:
        model = PhaseVisit

    contact = factory.SubFactory(ContactFactory)
    phase = factory.SubFactory(PhaseFactory)
    entered_at = factory.LazyFunction(timezone.now)


class InteractionFactory(factory.django.DjangoModelFactory):
    """A page view just now. Makes the row only: nothing is marked, scored or queued."""

    class Meta:
        model = Interaction

    contact = factory.SubFactory(ContactFactory)
    kind = Kind.PAGE_VIEW
    channel = Channel.WEBSITE
    source = "website"
    event_id = factory.Sequence(lambda n: f"evt-{n}")
    occurred_at = factory.LazyFunction(timezone.now)
    recorded_at = factory.SelfAttribute("occurred_at")


class VisitorFactory(factory.django.DjangoModelFactory):
    """A browser that agreed to be recognized, and nobody we know."""

    class Meta:
        model = Visitor

    digest = factory.Sequence(lambda n: Visitor.digest_of(f"visitor-{n}"))
    consented_at = factory.LazyFunction(timezone.now)


class TrackedLinkFactory(factory.django.DjangoModelFactory):
    """A link for everybody to somebody's website."""

    class Meta:
        model = TrackedLink

    token = factory.Sequence(lambda n: f"token{n:038d}")
    name = factory.Sequence(lambda n: f"Link {n}")
    target_url = "https://www.example.com/offer"
    channel = Channel.SOCIAL
