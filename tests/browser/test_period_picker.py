"""The period of a page of figures, chosen with the mouse, the keys and by days."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories.accounts import LeadFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_period_is_chosen_and_walked_through_with_the_arrow_keys(
    page, live_server, sign_in
):
    sign_in(LeadFactory())
    page.goto(live_server.url + reverse("insights:figures"))
    select = page.get_by_label("Period", exact=True)
    expect(select).to_have_value("30")

    select.select_option(label="Last month")
    expect(page).to_have_url(re.compile(r"\?period=\d{4}-\d{2}$"))
    last_month = page.get_by_label("Period", exact=True).input_value()
    page.locator("h1").click()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("Period", exact=True)).not_to_have_value(last_month)
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Period", exact=True)).to_have_value(last_month)

    page.get_by_label("From a day to a day").click()
    page.get_by_label("From", exact=True).fill("2026-01-05")
    page.get_by_label("to", exact=True).fill("2026-01-11")
    page.locator(".lh-period-own").get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"from=2026-01-05&to=2026-01-11$"))
    expect(page.locator("main p.lh-caption").first).to_contain_text(
        "5 Jan 2026 – 11 Jan 2026"
    )
