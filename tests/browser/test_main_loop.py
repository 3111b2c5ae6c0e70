"""From a visit to the rep's inbox, as the people see it who take part in it.

Somebody's site stands on a port of its own and has the two lines of the snippet in it.
The worker and the scheduler are those of ``make run``, as threads of the test.
"""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Notification, User
from campaigns import public as forms
from campaigns.models import FormSubmission, PageCount
from contacts.models import Consent, Contact
from insights.demo.plan import COMPANY
from insights.services.demo import create_demo
from journeys import public as beacons
from journeys.models import AnonymousView, Visitor
from leadhub.embedded import Background
from sales.models import Handoff
from scoring.models import ScoringModel
from scoring.services.activation import activate_model
from scoring.services.shipped import create_default_model
from tests.browser.conftest import PHONE, WIDE
from tests.factories.accounts import RepFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Not what Playwright says it is: that would be taken for a program.
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SITE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Acme: {path}</title>
<script>
window.leadhub = window.leadhub || function () {{ (leadhub.q = leadhub.q || []).push(arguments); }};
</script>
<script async src="{leadhub}/t/leadhub.js"></script></head>
<body><main><h1>{path}</h1>
<button onclick="leadhub('consent', true, 'Acme may recognize me.')">Agree</button>
<button onclick="leadhub('consent', false)">Withdraw</button>
<a href="/prices" data-leadhub-kind="pricing_view">Prices</a>
<form action="/thanks" data-leadhub-form="demo" data-leadhub-kind="demo_request">
<label>Name <input name="first_name"></label>
<label>E-mail <input type="email" name="email"></label>
<label>Password <input type="password" name="secret"></label>
<button>Ask for a demo</button>
</form></main></body></html>
"""


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    beacons.beacons.clear()
    forms.sendings.clear()


@pytest.fixture
def at_work(transactional_db) -> Iterator[None]:
    """The worker and the scheduler."""
    background = Background()
    background.start()
    yield
    background.stop()


@pytest.fixture
def site(live_server) -> Iterator[str]:
    """The address of a site that is not ours."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].strip("/") or "home"
            body = SITE.format(path=path, leadhub=live_server.url).encode()
            self.send_response(204 if path == "favicon.ico" else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"" if path == "favicon.ico" else body)

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def open_inbox(browser_of, live_server) -> Callable[[User], Page]:
    def open_inbox(user: User) -> Page:
        inbox = browser_of(user)
        inbox.goto(f"{live_server.url}/inbox/")
        return inbox

    return open_inbox


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """Somebody's browser, which has never been here."""
    context = browser.new_context(viewport=WIDE, user_agent=FIREFOX, locale="en-US")
    errors = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def what_is_kept(page: Page) -> int:
    """How many cookies and keys there are in the browser."""
    keys = page.evaluate("localStorage.length + sessionStorage.length")
    return len(page.context.cookies()) + keys


def eventually(is_so: Callable[[], bool]) -> bool:
    """True as soon as it is so; beacons are sent while the page goes on."""
    until = monotonic() + 30
    while not is_so() and monotonic() < until:
        sleep(0.05)
    return is_so()


def test_a_visit_to_somebodys_site_ends_in_the_open_inbox(
    at_work, site, visitor, open_inbox
):
    rep = RepFactory(first_name="Anna", last_name="Keller")
    now = timezone.now()
    model = create_default_model(by=None, at=now)
    activate_model(
        model=model, existing=ScoringModel.Existing.MARK_SEEN, by=None, at=now
    )
    inbox = open_inbox(rep)
    expect(inbox.get_by_text("Ada")).to_have_count(0)

    with visitor.expect_response("**/t/collect"):
        visitor.goto(site)
    assert what_is_kept(visitor) == 0
    with visitor.expect_response("**/t/collect"):
        visitor.get_by_role("button", name="Agree").click()
    visitor.get_by_role("link", name="Prices").click()
    visitor.wait_for_url("**/prices")
    visitor.get_by_label("Name").fill("Ada")
    visitor.get_by_label("E-mail").fill("ada@acme.example")
    visitor.get_by_label("Password").fill("not for LeadHub")
    visitor.get_by_role("button", name="Ask for a demo").click()
    visitor.wait_for_url("**/thanks**")

    # Nobody has touched the inbox: it asks by itself.
    news = inbox.get_by_text("1 new")
    expect(news).to_be_visible()
    expect(inbox).to_have_title(re.compile(r"\(1\)"))
    news.click()
    expect(inbox.get_by_text("Ada").first).to_be_visible()

    ada = Contact.objects.get()
    known = Visitor.objects.get()
    assert (known.contact, known.level) == (ada, Visitor.Level.TYPED)
    # Also from before she said who she is, and where her thanks were said.
    assert eventually(lambda: ada.interactions.filter(kind="page_view").count() >= 2)
    kinds = list(ada.interactions.values_list("kind", flat=True))
    assert {"pricing_view", "demo_request"} <= set(kinds)
    assert AnonymousView.objects.count() == 1  # from before she agreed; nobody's
    assert "not for LeadHub" not in str(list(ada.interactions.values()))
    consent = Consent.objects.get()
    assert consent.proof["text"] == "Acme may recognize me."
    handoff = Handoff.objects.get()
    assert (handoff.contact, handoff.assignee) == (ada, rep)
    assert Notification.objects.filter(recipient=rep).count() == 1


def test_the_story_of_the_readme(at_work, live_server, visitor, open_inbox, settings):
    """Demo landing page, form, score, inbox: what a newcomer does first."""
    settings.SITE_URL = live_server.url
    create_demo(contacts=120, interactions=600, seed=1, at=timezone.now())
    rep = User.objects.get(username="rep")
    inbox = open_inbox(rep)
    expect(inbox.get_by_text("Erika Muster")).to_have_count(0)

    visitor.goto(f"{live_server.url}/p/see-leadhub/")
    assert what_is_kept(visitor) == 0
    with visitor.expect_response("**/t/collect"):
        visitor.get_by_role("button", name="Yes, I agree").click()
    expect(visitor.get_by_text("You have agreed.")).to_be_visible()
    visitor.get_by_label("First name").fill("Erika")
    visitor.get_by_label("Last name").fill("Muster")
    visitor.get_by_label("Work e-mail").fill("erika@hansen-logistics.example")
    visitor.get_by_label("Company").fill(COMPANY["name"])
    visitor.get_by_label("I agree that Example GmbH").check()
    visitor.get_by_role("button", name="Request a demo").click()
    expect(visitor.get_by_role("heading", name="Thank you")).to_be_visible()

    # The demo's own leads may have news, too, at some hours of some days.
    news = inbox.get_by_text(re.compile(r"^\d+ new$"))
    line = inbox.locator("[data-row]").get_by_text("Erika Muster").first

    def has_come() -> bool:
        if news.is_visible():
            news.click()
        return line.is_visible()

    assert eventually(has_come)
    line.click()
    inbox.get_by_role("link", name="Contact", exact=True).click()
    inbox.wait_for_url("**/contacts/*/")
    timeline = inbox.locator("#contact-timeline")
    expect(timeline.get_by_text("Asked for a demo")).to_be_visible()
    expect(timeline.get_by_text("See how your two teams work as one")).to_be_visible()

    erika = Contact.objects.get(first_name="Erika")
    assert erika.company.name == COMPANY["name"]
    handoff = Handoff.objects.get(contact=erika)
    assert handoff.assignee == rep
    assert "page_view" in erika.interactions.values_list("kind", flat=True)
    assert PageCount.objects.get().people == 1
    assert FormSubmission.objects.get().made_contact


def test_a_form_works_without_script_and_on_a_phone(browser, live_server, settings):
    settings.SITE_URL = live_server.url
    create_demo(contacts=5, interactions=5, seed=1, at=timezone.now())
    context = browser.new_context(
        java_script_enabled=False, viewport=PHONE, user_agent=FIREFOX
    )
    page = context.new_page()

    page.goto(f"{live_server.url}/p/see-leadhub/")
    expect(page.get_by_text("May we recognize this browser?")).to_be_hidden()
    page.get_by_label("Work e-mail").fill("nonsense")
    page.get_by_role("button", name="Request a demo").click()
    expect(page.get_by_role("alert")).to_contain_text("Work e-mail")
    page.get_by_label("First name").fill("Erika")
    page.get_by_label("Last name").fill("Muster")
    expect(page.get_by_label("Work e-mail")).to_have_value("nonsense")
    page.get_by_label("Work e-mail").fill("erika@example.com")
    page.get_by_label("I agree that Example GmbH").check()
    page.get_by_role("button", name="Request a demo").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert context.cookies() == []
    assert Contact.objects.filter(email="erika@example.com").exists()
    context.close()


def test_consent_is_withdrawn_where_it_was_given(live_server, visitor, settings):
    settings.SITE_URL = live_server.url
    create_demo(contacts=5, interactions=5, seed=1, at=timezone.now())
    visitor.goto(f"{live_server.url}/p/see-leadhub/")

    visitor.get_by_role("button", name="No").click()
    expect(visitor.get_by_text("Nothing is kept in this browser.")).to_be_visible()
    assert what_is_kept(visitor) == 0

    visitor.reload()
    with visitor.expect_response("**/t/collect"):
        visitor.get_by_role("button", name="Yes, I agree").click()
    assert eventually(lambda: what_is_kept(visitor) == 1)
    visitor.reload()
    visitor.get_by_role("button", name="Withdraw").click()
    expect(visitor.get_by_text("Nothing is kept in this browser.")).to_be_visible()
    assert what_is_kept(visitor) == 0
    assert eventually(lambda: Visitor.objects.get().withdrawn_at is not None)
