from __future__ import annotations

import factory
from django.utils import timezone

from journeys.models import Interaction
from tests.factories.contacts import ContactFactory


class InteractionFactory(factory.django.DjangoModelFactory):
    """A page view just now. Makes the row only: nothing is marked, scored or queued."""

    class Meta:
        model = Interaction

    contact = factory.SubFactory(ContactFactory)
    kind = "page_view"
    channel = "website"
    source = "website"
    event_id = factory.Sequence(lambda n: f"evt-{n}")
    occurred_at = factory.LazyFunction(timezone.now)
    recorded_at = factory.SelfAttribute("occurred_at")
