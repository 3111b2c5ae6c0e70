"""Webhooks, what happened, and what is on its way."""

import factory
from django.utils import timezone

from accounts.models import EventType, WebhookDelivery, WebhookEndpoint, WebhookEvent
from accounts.seals import seal
from accounts.signing import new_secret


class WebhookEndpointFactory(factory.django.DjangoModelFactory):
    """One in public that is told of every new contact."""

    class Meta:
        model = WebhookEndpoint

    name = factory.Sequence(lambda n: f"Hook {n}")
    url = "https://192.0.2.1/hook"
    events = factory.LazyFunction(lambda: [EventType.CONTACT_CREATED.value])
    secret = factory.LazyFunction(lambda: seal(new_secret()))


class WebhookEventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WebhookEvent

    key = factory.Sequence(lambda n: f"event:{n}")
    type = EventType.CONTACT_CREATED
    at = factory.LazyFunction(timezone.now)
    body = (
        '{"type":"contact.created","timestamp":"2026-05-04T08:15:00+00:00",'
        '"data":{"contact":1}}'
    )


class WebhookDeliveryFactory(factory.django.DjangoModelFactory):
    """One that is due."""

    class Meta:
        model = WebhookDelivery

    endpoint = factory.SubFactory(WebhookEndpointFactory)
    event = factory.SubFactory(WebhookEventFactory)
    due_at = factory.LazyFunction(timezone.now)
