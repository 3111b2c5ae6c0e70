"""A marketer changes a journey: draft, differences, version, comparison, process page."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from journeys.models import PhaseVisit
from tests.browser.conftest import PHONE, WIDE
from tests.factories.accounts import MarketerFactory
from tests.factories.journeys import (
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def journey():
    journey = JourneyFactory(name="Buyers", review_date=timezone.localdate())
    team = TeamFactory(name="Hunters")
    for position, name in enumerate(("Find", "Weigh", "Decide"), start=1):
        PhaseFactory(journey=journey, name=name, position=position, team=team)
    MeasureFactory(phase=journey.phases.get(name="Find"), name="Fair")
    return journey


def test_a_plan_is_changed_compared_published_and_printed(
    page, live_server, sign_in, journey
):
    def button(name):
        return page.get_by_role("button", name=name, exact=True)

    def link(name):
        return page.get_by_role("link", name=name, exact=True)

    sign_in(MarketerFactory(first_name="Mara", last_name="Voss"))
    page.set_viewport_size(WIDE)
    weigh = journey.phases.get(name="Weigh")
    PhaseVisitFactory(phase=weigh)
    page.goto(live_server.url + reverse("journeys:detail", args=[journey.pk]))

    # A draft: another name, a target time, another order, a phase less.
    link("Change the plan").click()
    link("Edit Find").click()
    page.get_by_label("name", exact=False).first.fill("Find people")
    page.get_by_label("target time in days").fill("21")
    button("Save in the draft").click()
    expect(page.get_by_role("heading", name="1. Find people")).to_be_visible()
    button("Move Decide up").click()
    expect(page.get_by_role("heading", name="2. Decide")).to_be_visible()
    link("Edit Weigh").click()
    button("Remove from the draft").click()
    expect(page.get_by_text("things are different from the plan")).to_be_visible()
    assert journey.phases.count() == 3

    # Nothing is published before somebody says where contacts go.
    link("Compare and publish").click()
    changes = page.locator(".lh-changes")
    expect(changes).to_contain_text("Phase Weigh removed")
    expect(changes).to_contain_text("21 days")
    page.get_by_label("What is new, and why").fill("Two phases do")
    page.get_by_label("Contacts in Weigh go to").select_option(label="Decide")
    button("Publish").click()
    expect(page.get_by_text("Version 2 is published")).to_be_visible()
    expect(page.get_by_role("heading", name="1. Find people")).to_be_visible()
    assert PhaseVisit.objects.get(left_at=None).phase.name == "Decide"

    # The old version is still there, to be read and compared.
    link("Versions").click()
    expect(page.get_by_text("Two phases do")).to_be_visible()
    button("Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "From version 1 to version 2"
    )
    expect(page.locator(".lh-changes")).to_contain_text("Phase Weigh removed")
    link("All versions").click()
    link("Version 1").click()
    expect(page.get_by_role("heading", name="2. Weigh")).to_be_visible()

    # The process page, on the screen and on paper.
    link("Plan").click()
    link("Process page").click()
    expect(page.get_by_text("Version 2 of")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("21 days at most")).to_be_visible()
    expect(button("Print")).to_be_hidden()


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_pages_of_the_designer_fit_and_are_for_everybody(
    page, live_server, sign_in, violations, overflow, journey, size
):
    sign_in(MarketerFactory())
    page.set_viewport_size(size)

    found = {}
    for name in ("detail", "draft", "process", "review", "versions"):
        page.goto(live_server.url + reverse(f"journeys:{name}", args=[journey.pk]))
        page.wait_for_load_state("networkidle")
        found[name] = (violations(), overflow())

    assert found == dict.fromkeys(found, ([], 0))


def test_a_review_is_finished_on_a_phone(page, live_server, sign_in, journey):
    sign_in(MarketerFactory())
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("journeys:review", args=[journey.pk]))

    page.get_by_label("What was found").fill("Phase two is too slow.")
    page.get_by_role("button", name="Finish the review").click()

    expect(page.get_by_text("Review noted.")).to_be_visible()
    expect(page.locator(".list-group")).to_contain_text("Phase two is too slow.")
