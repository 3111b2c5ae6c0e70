"""Landing pages and forms, as everybody sees them."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import expect

from campaigns import public
from campaigns.services.uploads import store_upload
from campaigns.views.pages import embed_code
from contacts.models import Contact, CustomField
from tests.browser.conftest import PHONE, WIDE
from tests.campaigns import files
from tests.factories.campaigns import (
    AgreementFactory,
    ContentFactory,
    FormFactory,
    LandingPageFactory,
)
from tests.factories.contacts import CustomFieldFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LARGEST = 60 * 1024


@pytest.fixture(autouse=True)
def _fresh_process(settings, live_server) -> None:
    settings.SITE_URL = live_server.url
    public.sendings.clear()


@pytest.fixture
def landing():
    """A page with every type of field, in German."""
    kinds = CustomField.Type
    for key, kind in (
        ("seats", kinds.NUMBER),
        ("start", kinds.DATE),
        ("vip", kinds.BOOLEAN),
        ("size", kinds.CHOICE),
    ):
        CustomFieldFactory(key=key, type=kind, choices=["S", "M"])
    names = "email first_name phone company custom.seats custom.start custom.vip"
    labels = {"email": "Geschäftliche E-Mail-Adresse"}
    fields = [
        {"name": name, "label": labels.get(name, name)}
        for name in [*names.split(), "custom.size"]
    ]
    page = LandingPageFactory(
        title="Rindfleischetikettierungsüberwachung in einer halben Stunde",
        lead="Ohne Folien.",
        body="Wir zeigen es.\n\n- Erstens\n- Zweitens",
        company="Muster GmbH",
        about="Muster GmbH, Musterstraße 1, 10115 Berlin",
        language="de",
        form=FormFactory(
            fields=fields,
            button="Absenden",
            language="de",
        ),
    )
    AgreementFactory(form=page.form, text="Ich bin einverstanden.", language="de")
    return page


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_public_pages_are_for_everybody_and_fit(
    page, live_server, landing, size, violations, overflow, expected_in_console
):
    expected_in_console.append("422")
    page.set_viewport_size(size)
    found = {}

    for where in ("p", "f"):
        slug = landing.slug if where == "p" else landing.form.slug
        for step in ("shown", "refused", "thanked"):
            if step == "shown":
                page.goto(f"{live_server.url}/{where}/{slug}/")
            elif step == "refused":
                page.get_by_role("button", name="Absenden").click()
                expect(page.get_by_role("alert")).to_be_visible()
            else:
                page.goto(f"{live_server.url}/{where}/{slug}/thanks/")
            assert page.locator("h1").count() == 1
            assert page.locator("html").get_attribute("lang") == "de"
            found[f"{where} {step}"] = [*violations(), *[overflow()] * bool(overflow())]

    assert {what: much for what, much in found.items() if much} == {}


def test_a_landing_page_is_small(page, live_server, landing):
    answers = []
    page.on("response", lambda answer: answers.append(answer))

    page.goto(f"{live_server.url}/p/{landing.slug}/")
    page.wait_for_load_state("networkidle")

    assert (
        sum(len(answer.body()) for answer in answers if answer.status == 200) < LARGEST
    )


def test_a_fault_is_reached_from_the_summary(
    page, live_server, landing, expected_in_console
):
    expected_in_console.append("422")
    page.goto(f"{live_server.url}/p/{landing.slug}/")
    page.get_by_role("button", name="Absenden").click()

    page.get_by_role("alert").get_by_role("link").first.click()

    expect(page.get_by_label("Geschäftliche E-Mail-Adresse")).to_be_focused()


@pytest.fixture
def site_with_frame(live_server, landing) -> Iterator[str]:
    """Somebody's site, at another port, with the two lines that show our form."""

    class Frame(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!doctype html><link rel="icon" href="data:,">{embed_code(landing.form)}'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Frame)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/offer"
    server.shutdown()
    server.server_close()


@pytest.fixture
def guide(landing):
    """What the form gives in return: a file."""
    file = ContentFile(files.PDF)
    upload = store_upload(file=file, name="guide.pdf", by=None, at=timezone.now())
    landing.form.content = ContentFactory(title="Leitfaden", url="", upload=upload)
    landing.form.save()
    return landing.form.content


def expect_frame_to_fit(page):
    """The frame comes to need no scrolling and to have no more room than it needs."""
    page.frames[1].wait_for_function(
        """() => Math.abs(window.innerHeight
          - document.body.getBoundingClientRect().height) <= 1"""
    )


def test_a_form_works_on_another_site_by_two_lines(
    page, site_with_frame, guide, expected_in_console
):
    expected_in_console.append("422")
    page.goto(site_with_frame)
    frame, form = page.locator("iframe"), page.frame_locator("iframe")
    expect(frame).to_have_attribute("style", re.compile("height"))
    expect_frame_to_fit(page)
    shown = frame.bounding_box()["height"]

    form.get_by_label("Geschäftliche E-Mail-Adresse").fill("ada@example.com")
    form.get_by_role("button", name="Absenden").click()
    expect(form.get_by_role("alert")).to_be_visible()
    page.wait_for_function(f"document.querySelector('iframe').clientHeight > {shown}")
    expect_frame_to_fit(page)

    form.get_by_label("Ich bin einverstanden.").check()
    form.get_by_role("button", name="Absenden").click()
    expect(form.get_by_text("We will be in touch.")).to_be_visible()
    page.wait_for_function(f"document.querySelector('iframe').clientHeight < {shown}")
    with page.expect_download() as download:
        form.get_by_role("link", name="Leitfaden").click()

    assert download.value.suggested_filename == "guide.pdf"
    assert page.context.cookies() == []
    ada = Contact.objects.get(email="ada@example.com")
    sent = ada.submissions.get()
    assert sent.url.startswith(site_with_frame.removesuffix("offer"))
    assert [(text["name"], text["agreed"]) for text in sent.consents] == [
        ("agreement", True)
    ]
    assert sent.grant.people == 1


def test_only_forms_may_stand_on_other_sites(client, landing):
    def ancestors(path):
        policy = client.get(path)["Content-Security-Policy"]
        return [part for part in policy.split("; ") if "frame-ancestors" in part]

    assert ancestors(f"/f/{landing.form.slug}/") == ["frame-ancestors *"]
    assert ancestors(f"/p/{landing.slug}/") == ["frame-ancestors 'none'"]
