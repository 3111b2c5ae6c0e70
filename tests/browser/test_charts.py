"""Charts that scripts draw."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import JourneyFactory, PhaseFactory, PhaseVisitFactory

pytestmark = pytest.mark.django_db(transaction=True)

INK = {"dark": "#e6eae8", "light": "#1c2421"}


def test_a_chart_is_light_on_paper_whatever_the_theme(page, live_server, sign_in):
    journey, now = JourneyFactory(), timezone.now()
    phases = [PhaseFactory(journey=journey, position=place) for place in (1, 2)]
    visitor = ContactFactory()
    for days, phase in zip((9, 5), phases, strict=True):
        since = now - timedelta(days=days)
        until = since + timedelta(days=4) if phase == phases[0] else None
        PhaseVisitFactory(contact=visitor, phase=phase, entered_at=since, left_at=until)
    sign_in(MarketerFactory())
    page.emulate_media(color_scheme="dark")
    page.goto(live_server.url + reverse("insights:journey_flow", args=[journey.pk]))

    def text_in(theme):
        return page.locator(f"#flow-chart svg text[fill='{INK[theme]}']")

    expect(text_in("dark")).not_to_have_count(0)
    page.emulate_media(media="print")
    expect(text_in("light")).not_to_have_count(0)
    expect(text_in("dark")).to_have_count(0)
    page.emulate_media(media="screen")
    expect(text_in("dark")).not_to_have_count(0)
