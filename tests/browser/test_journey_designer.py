"""A marketer changes a journey: draft, differences, version, comparison, process page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from journeys.models import PhaseVisit
from tests.browser.conftest import PHONE, WIDE
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import ContentFactory
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


def test_an_empty_journey_gets_costs_and_carriers_before_it_is_published(
    page, live_server, sign_in, violations, overflow, expected_in_console
):
    expected_in_console.append("422")
    sign_in(MarketerFactory())
    page.set_viewport_size(PHONE)
    guide, journey = ContentFactory(title="Guide"), JourneyFactory(name="Partners")
    in_a_week = timezone.localdate() + timedelta(days=7)
    page.goto(live_server.url + reverse("journeys:draft", args=[journey.pk]))

    def save():
        page.get_by_role("button", name="Save in the draft").click()

    page.get_by_role("link", name="Add the first phase").click()
    page.get_by_label("Name", exact=True).fill("Find them")
    save()
    page.get_by_role("link", name="Add measure").click()
    page.get_by_label("Name", exact=True).fill("Partner day")
    page.get_by_label("Direction").select_option("push")
    page.get_by_label("Channel").select_option("event")
    page.get_by_label("Carried out by", exact=True).select_option(label="Guide")
    page.get_by_label("Amount in euros").first.fill("4000")
    page.get_by_label("First day").first.fill("2020-01-01")
    save()
    expect(page.locator(".lh-field-error")).to_contain_text("before today stays")
    assert (violations(), overflow()) == ([], 0)
    page.get_by_label("First day").first.fill(in_a_week.isoformat())
    save()
    expect(page.get_by_text("Content: Guide")).to_be_visible()

    # It goes before it is published: said where one looks, and mended there.
    guide.delete()
    page.get_by_role("link", name="Compare and publish").click()
    expect(page.get_by_role("alert")).to_contain_text("Guide is not there any more")
    assert (violations(), overflow()) == ([], 0)
    page.get_by_role("link", name="Go there").click()
    page.get_by_label("Carried out by", exact=True).select_option(index=0)
    save()
    page.get_by_role("link", name="Compare and publish").click()
    page.get_by_label("What is new, and why").fill("Partners resell.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is published")).to_be_visible()

    page.goto(live_server.url + reverse("journeys:process", args=[journey.pk]))
    page.emulate_media(media="print")
    expect(page.locator(".lh-process-measures")).to_contain_text("4,000")
