"""The tests' own browser: what goes wrong in its console does not go unseen."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_opens_in_a_real_browser(live_server, page):
    response = page.goto(f"{live_server.url}/healthz")

    assert response.status == 200
    assert page.locator("body").inner_text().strip() == "ok"


def test_what_breaks_the_policy_is_seen(live_server, page, expected_in_console):
    expected_in_console.append("Content Security Policy")
    page.goto(f"{live_server.url}/healthz")

    with page.expect_console_message(lambda said: "Content Security" in said.text):
        page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'it ran'";
            document.head.append(script);
        }""")

    assert page.title() != "it ran"
