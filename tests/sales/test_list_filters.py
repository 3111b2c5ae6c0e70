"""What narrows the lists of handoffs and deals, as their pages say it."""

import pytest
from django.urls import reverse

from tests.factories.accounts import LeadFactory, RepFactory
from tests.factories.journeys import JourneyFactory, TeamFactory

pytestmark = pytest.mark.django_db


def chips_of(page) -> dict[str, str]:
    return {chip.label: chip.value for chip in page.context["chips"]}


def test_chips_of_handoffs_say_who_what_and_when(client):
    rita = RepFactory(first_name="Rita", last_name="Ray")
    client.force_login(LeadFactory())
    asked = {
        "status": "offered",
        "answer": "in_time",
        "offered_since": "2026-03-01T09:00:00+01:00",
        "reason": "no_budget",
        "assignee": rita.pk,
        "team": TeamFactory(name="Machines").pk,
        "journey": JourneyFactory(name="Trade fairs").pk,
        "cause": "rule:Asked for a demo",
    }

    chips = chips_of(client.get(reverse("sales:list"), asked))

    assert chips == {
        "Answer": "accepted in time",
        "Offered since": "1 March 2026, 09:00",
        "Reason": "No budget",
        "Rep": "Rita Ray",
        "Team": "Machines",
        "Was on the journey": "Trade fairs",
        "Led to by": "Rule: Asked for a demo",
    }


def test_chips_of_deals_say_who_what_and_when(client):
    rita = RepFactory(first_name="Rita", last_name="Ray")
    client.force_login(LeadFactory())
    asked = {
        "q": "pumps",
        "owner": rita.pk,
        "due": "none",
        "closed_before": "2026-03-01T09:00:00+01:00",
        "team": 4711,
    }

    chips = chips_of(client.get(reverse("sales:deal_list"), asked))

    assert chips == {
        "Search": "pumps",
        "Owner": "Rita Ray",
        "Next step": "nothing planned",
        "Closed before": "1 March 2026, 09:00",
        "Team": "4711",
    }


def test_a_chip_leads_to_the_list_without_its_filter(client):
    client.force_login(LeadFactory())

    page = client.get(reverse("sales:list"), {"answer": "late", "reason": "bad_fit"})

    assert [chip.url for chip in page.context["chips"]] == [
        "?reason=bad_fit",
        "?answer=late",
    ]
