"""Topics, what they are seen by, and events."""

from datetime import timedelta

import factory
from django.utils import timezone

from campaigns.models import (
    Attendance,
    Event,
    Interest,
    InterestProfile,
    Topic,
    TopicRule,
)
from tests.factories.contacts import ContactFactory


class TopicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Topic

    slug = factory.Sequence(lambda n: f"topic-{n}")
    name = factory.Sequence(lambda n: f"Topic {n}")


class TopicRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TopicRule

    topic = factory.SubFactory(TopicFactory)
    kind = TopicRule.Kind.ADDRESS
    text = "/pumps"


class InterestFactory(factory.django.DjangoModelFactory):
    """As strong as 2 ** level was in 2020. The row only."""

    class Meta:
        model = Interest

    contact = factory.SubFactory(ContactFactory)
    topic = factory.SubFactory(TopicFactory)
    level = 0.0
    half_life_days = 30.0
    count = 1
    last_at = factory.LazyFunction(timezone.now)


class InterestProfileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = InterestProfile

    contact = factory.SubFactory(ContactFactory)


class EventFactory(factory.django.DjangoModelFactory):
    """A webinar that began an hour ago, without topics and without mails."""

    class Meta:
        model = Event

    name = factory.Sequence(lambda n: f"Webinar {n}")
    kind = Event.Kind.WEBINAR
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))


class AttendanceFactory(factory.django.DjangoModelFactory):
    """Registered just now. The row only: no interaction."""

    class Meta:
        model = Attendance

    event = factory.SubFactory(EventFactory)
    contact = factory.SubFactory(ContactFactory)
    registered_at = factory.LazyFunction(timezone.now)
