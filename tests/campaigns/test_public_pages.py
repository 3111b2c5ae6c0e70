"""Landing pages: what they show, and who opens them."""

import re

import pytest
from django.utils import timezone

from campaigns.models import FormSubmission, PageCount
from contacts.models import Contact
from journeys.models import AnonymousView, Interaction, Visitor
from tests.campaigns.sent_forms import text_of
from tests.factories.campaigns import (
    AgreementFactory,
    FormFactory,
    LandingPageFactory,
    SenderFactory,
)
from tests.journeys.test_public import CRAWLER, KEY

pytestmark = pytest.mark.django_db


# Pages ---------------------------------------------------------------------------


def test_a_landing_page_has_the_imprint_of_the_sender(client):
    SenderFactory(imprint="Example GmbH\nMusterstraße 1, 10115 Berlin")
    page = LandingPageFactory(about="")

    for path in (f"/p/{page.slug}/", f"/p/{page.slug}/thanks/"):
        shown = client.get(path).content.decode()
        assert "Musterstraße 1, 10115 Berlin" in shown.partition("<footer>")[2]


def test_a_landing_page_shows_promise_form_and_who_we_are(anybody):
    page = LandingPageFactory(
        title="One team",
        lead="In half an hour.",
        body="Some words.\n\n- One\n- Two",
        company="Acme",
        about="Acme, Main Street",
        form__button="Show me",
    )
    AgreementFactory(form=page.form, text="I agree to <everything>.")

    response = anybody.get(f"/p/{page.slug}/")

    shown = text_of(response)
    for words in ("One team", "In half an hour.", "<li>Two</li>", "Main Street"):
        assert words in shown
    assert "I agree to &lt;everything&gt;." in shown
    assert "Show me" in shown
    assert '<html lang="en">' in shown
    assert not response.cookies
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_a_page_speaks_its_own_language(anybody):
    page = LandingPageFactory(language="de", form__language="de")

    shown = text_of(anybody.get(f"/p/{page.slug}/", headers={"Accept-Language": "en"}))

    assert '<html lang="de">' in shown


def test_a_form_may_be_framed_and_sets_no_cookie(anybody):
    form = FormFactory()

    response = anybody.get(f"/f/{form.slug}/")

    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert not response.cookies
    # It tells how high the form is; nothing counts visitors in somebody's frame.
    assert re.findall("<script[^>]*>", text_of(response)) == [
        '<script src="/static/js/framed.js" defer>'
    ]


@pytest.mark.parametrize("path", ["/p/{}/", "/p/{}/thanks/", "/f/{}/", "/f/{}/thanks/"])
def test_what_is_not_published_is_not_there(anybody, path):
    page = LandingPageFactory(is_published=False, form__is_published=False)

    for slug in (page.slug, page.form.slug, "other", "a%00b", "x" * 3000):
        assert anybody.get(path.format(slug)).status_code == 404
        assert anybody.post(path.format(slug)).status_code in {403, 404}


def test_a_page_without_its_form_is_a_page(anybody):
    page = LandingPageFactory(form__is_published=False)

    assert "<form" not in text_of(anybody.get(f"/p/{page.slug}/"))
    assert "<form" not in text_of(anybody.post(f"/p/{page.slug}/"))


def test_a_page_takes_few_queries_and_little_room(anybody, django_assert_num_queries):
    page = LandingPageFactory(body="word " * 500)
    anybody.get(f"/p/{page.slug}/")

    # The page, the company; the count, in a transaction.
    with django_assert_num_queries(6):
        response = anybody.get(f"/p/{page.slug}/")

    assert len(response.content) < 10 * 1024


# Who opens a page ----------------------------------------------------------------


def test_visits_are_counted_by_day_and_machines_apart(anybody):
    page = LandingPageFactory()
    path = f"/p/{page.slug}/"

    anybody.get(path)
    anybody.get(path)
    anybody.get(path, headers={"User-Agent": CRAWLER})
    anybody.get(path, headers={"Sec-Purpose": "prefetch"})

    count = PageCount.objects.get()
    assert (count.page, count.day) == (page, timezone.localdate())
    assert (count.people, count.machines) == (2, 2)


def test_looking_writes_nothing_but_counts(anybody):
    page = LandingPageFactory()
    anybody.cookies["leadhub_id"] = KEY

    for path in (f"/p/{page.slug}/", f"/f/{page.form.slug}/"):
        for look in (anybody.get, anybody.head):
            assert look(path).status_code == 200
            assert look(path + "thanks/").status_code == 200

    assert PageCount.objects.get().people == 1  # of the one GET
    for model in (FormSubmission, Contact, Visitor, Interaction, AnonymousView):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": CRAWLER},
        {"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
        {"User-Agent": "WhatsApp/2.23.20.0"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": ""},
        {"User-Agent": "python-requests/2.32"},
        {"User-Agent": "curl/8.5.0", "Referer": "https://x.mimecast.com/s/abc"},
        {"Referer": "https://eur01.safelinks.protection.outlook.com/?url=x"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"X-Moz": "prefetch"},
        {"User-Agent": "\x00\x01" * 300, "Referer": "nonsense"},
    ],
)
def test_no_scanner_changes_anything(anybody, headers):
    page = LandingPageFactory(form=AgreementFactory().form)
    anybody.cookies["leadhub_id"] = KEY

    for path in (
        f"/p/{page.slug}/",
        f"/f/{page.form.slug}/",
        f"/p/{page.slug}/thanks/",
    ):
        for look in (anybody.get, anybody.head, anybody.options):
            assert look(
                path + "?email=a@example.com&consent-agreement=1", headers=headers
            )

    count = PageCount.objects.get()
    assert count.people + count.machines == 1
    for model in (FormSubmission, Contact, Visitor, Interaction, AnonymousView):
        assert not model.objects.exists()
