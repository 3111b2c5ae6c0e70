"""The editors of contents, pages and forms: for everybody, on any screen."""

import pytest

from tests.browser.conftest import PHONE, WIDE
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import ContentFactory, LandingPageFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_process"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_editor_are_for_everybody_and_fit(
    page, live_server, sign_in, violations, overflow, scheme
):
    marketer = MarketerFactory(theme=scheme)
    sign_in(marketer)
    content = ContentFactory()
    landing = LandingPageFactory(form__content=content, body="One.\n\n- Two\n- Three")
    here = f"{live_server.url}/campaigns"
    places = [
        f"{here}/contents/",
        f"{here}/contents/{content.pk}/",
        f"{here}/pages/{landing.pk}/",
        f"{here}/forms/{landing.form_id}/edit/",
        f"{live_server.url}/links/new/",
    ]
    found = {}

    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        for place in places:
            page.goto(place)
            page.wait_for_load_state("networkidle")
            wrong = [*violations(), *[overflow()] * bool(overflow())]
            if wrong:
                found[place, size["width"]] = wrong

    assert found == {}
