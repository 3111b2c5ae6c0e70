"""The journey board and the contact page with the keyboard alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from journeys.models import Interaction, PhaseVisit
from tests.browser.conftest import PHONE, WIDE
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.journeys import JourneyFactory, PhaseFactory, PhaseVisitFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_m_and_a_number_move_a_card_and_where_it_may_not_go_is_said(
    page, live_server, sign_in, violations
):
    sign_in(MarketerFactory())
    journey = JourneyFactory()
    first = PhaseFactory(journey=journey, name="Awareness", position=1)
    PhaseFactory(journey=journey, name="Interest", position=2)
    PhaseFactory(journey=journey, name="Talks", position=3, stage="sales")
    contact = PhaseVisitFactory(phase=first).contact
    page.set_viewport_size(WIDE)
    page.goto(live_server.url + reverse("journeys:board", args=[journey.pk]))
    page.wait_for_load_state("networkidle")

    page.keyboard.press("j")
    page.keyboard.press("m")
    menu = page.get_by_role("dialog", name="Move to")
    expect(menu.get_by_role("button", name="Awareness")).to_be_disabled()
    expect(menu.get_by_role("button", name="Talks")).to_be_disabled()
    expect(
        menu.get_by_role("button", name="Talks").locator("[data-why]")
    ).not_to_be_empty()
    assert violations() == []
    page.keyboard.press("2")

    expect(
        page.get_by_role("status").filter(has_text="moved to Interest")
    ).to_have_count(1)
    expect(page.locator("[data-card] [data-open]")).to_be_focused()
    visit = PhaseVisit.objects.get(contact=contact, left_at=None)
    assert visit.phase.name == "Interest"


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_m_and_a_number_move_the_contact_from_its_page(
    page, live_server, sign_in, violations, overflow, size
):
    sign_in(MarketerFactory())
    journey = JourneyFactory()
    first, *_others = [
        PhaseFactory(journey=journey, name=f"Phase {n}", position=n)
        for n in range(1, 8)
    ]
    PhaseFactory(journey=journey, name="Talks", position=9, stage="sales")
    contact = PhaseVisitFactory(phase=first).contact
    page.set_viewport_size(size)
    page.goto(live_server.url + reverse("contacts:detail", args=[contact.pk]))
    page.wait_for_load_state("networkidle")
    assert overflow() == 0

    page.keyboard.press("m")
    menu = page.get_by_role("dialog", name="Move to")
    expect(menu.get_by_role("button", name="Talks")).to_be_disabled()
    assert violations() == []
    page.keyboard.press("2")

    expect(page.get_by_text("moved to Phase 2")).to_be_visible()
    expect(page.locator(".lh-stepper .is-now")).to_contain_text("Phase 2")
    assert PhaseVisit.objects.get(contact=contact, left_at=None).phase.position == 2


def test_n_writes_a_note_and_ctrl_enter_keeps_it(page, live_server, sign_in):
    sign_in(MarketerFactory())
    contact = ContactFactory()
    page.set_viewport_size(WIDE)
    page.goto(live_server.url + reverse("contacts:detail", args=[contact.pk]))
    page.wait_for_load_state("networkidle")

    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    page.keyboard.type("Wants to see the prices")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".lh-timeline")).to_contain_text("Wants to see the prices")
    assert Interaction.objects.get(contact=contact).kind == "note"


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_cards_stay_in_their_column_however_long_their_words(
    page, live_server, sign_in, size
):
    sign_in(MarketerFactory())
    phase = PhaseFactory(journey=JourneyFactory(), target_days=1)
    owner = RepFactory(first_name="Maximiliane", last_name="Vorderbrandner")
    company = CompanyFactory(name="Gesellschaft für Instandhaltungstechnik und mehr")
    contact = ContactFactory(owner=owner, company=company)
    PhaseVisitFactory(phase=phase, contact=contact)
    page.set_viewport_size(size)
    page.goto(live_server.url + reverse("journeys:board", args=[phase.journey_id]))

    edges = """() => [".lh-board-card", ".lh-column"].map(
      name => document.querySelector(name).getBoundingClientRect().right)"""
    card, column = page.evaluate(edges)

    assert card < column
