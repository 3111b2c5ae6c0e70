"""The scoring model's page: trying thresholds by pointer and by keys."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from scoring.services.marks import mark_scores_stale
from scoring.services.models import copy_model
from scoring.services.scores import recompute_scores
from tests.browser.conftest import PHONE, WIDE
from tests.factories.accounts import MarketerFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import RuleFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft():
    """Three contacts with 31, 62 and 93 points, next to; from 60 they are ready."""
    rule = RuleFactory(points=31, scoring_model__threshold=60)
    for views in (1, 2, 3):
        first = InteractionFactory()
        InteractionFactory.create_batch(views - 1, contact=first.contact)
        now = timezone.now()
        mark_scores_stale(contact_ids=[first.contact_id], at=now)
        recompute_scores(contact_ids=[first.contact_id], at=now)
    return copy_model(model=rule.scoring_model, by=None, at=now)


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_threshold_is_dragged_and_the_sentence_and_the_field_follow(
    page, live_server, sign_in, violations, draft, size
):
    sign_in(MarketerFactory())
    page.set_viewport_size(size)
    page.goto(live_server.url + reverse("scoring:detail", args=[draft.pk]))
    page.wait_for_load_state("networkidle")
    line = page.get_by_role("slider")
    finding = page.locator("#preview .lh-finding")
    field = page.get_by_role("textbox", name="Sales-ready from")
    expect(finding).to_have_text("2 ready, as many as now")
    assert violations() == []

    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 10, y, steps=3)
    page.mouse.move(0, y, steps=3)
    page.mouse.up()

    expect(finding).to_have_text("3 ready, 1 more than now")
    expect(field).to_have_value("1")
    expect(line).to_be_focused()


def test_threshold_moves_with_the_arrow_keys(page, live_server, sign_in, draft):
    sign_in(MarketerFactory())
    page.set_viewport_size(WIDE)
    page.goto(live_server.url + reverse("scoring:detail", args=[draft.pk]))
    page.wait_for_load_state("networkidle")
    line = page.get_by_role("slider")

    line.focus()
    page.keyboard.press("ArrowRight")

    expect(line).to_have_attribute("aria-valuenow", "61")
    expect(line).to_have_attribute("aria-valuetext", "61: 2 ready, as many as now")
    expect(page.get_by_role("textbox", name="Sales-ready from")).to_have_value("61")
    for key, now in [("PageDown", "51"), ("End", "200"), ("Home", "1")]:
        page.keyboard.press(key)
        expect(line).to_have_attribute("aria-valuenow", now)
    page.get_by_role("textbox", name="Sales-ready from").fill("90")
    expect(line).to_have_attribute("aria-valuenow", "90")
    expect(page.locator("#preview .lh-finding")).to_have_text(
        "1 ready, 1 fewer than now"
    )
