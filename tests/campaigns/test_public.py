"""The doors under ``/p/`` and ``/f/``, which everybody reaches."""

import re
from datetime import timedelta

import pytest
from django.core.signing import TimestampSigner
from django.utils import timezone

from campaigns.models import FormSubmission, PageCount
from campaigns.services.submissions import new_token
from contacts.models import Consent, Contact, CustomField, FieldChange, Proposal
from journeys.models import AnonymousView, Interaction, Visitor
from tests.factories.campaigns import (
    AgreementFactory,
    FormFactory,
    LandingPageFactory,
    SenderFactory,
)
from tests.factories.contacts import CompanyFactory, ContactFactory, CustomFieldFactory
from tests.factories.journeys import (
    InteractionFactory,
    MeasureFactory,
    VisitorFactory,
)
from tests.journeys.test_public import CRAWLER, KEY

pytestmark = pytest.mark.django_db
NOTHING_BUT_SPACE = "   "


def send(client, form, *, on=None, **values):
    path = f"/p/{on.slug}/" if on else f"/f/{form.slug}/"
    data = {"email": "ada@example.com", "token": new_token(form)} | values
    data["consent-agreement"] = data.pop("agreement_", None)
    return client.post(path, {k: v for k, v in data.items() if v is not None})


def text_of(response):
    return response.content.decode()


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


# Sending -------------------------------------------------------------------------


def test_an_unknown_address_becomes_a_contact(anybody):
    form = FormFactory(
        fields=[{"name": n, "label": n} for n in ("email", "first_name", "company")],
        interaction_kind="demo_request",
    )
    AgreementFactory(form=form)
    page = LandingPageFactory(form=form)

    response = send(
        anybody,
        form,
        on=page,
        first_name=" Ada ",
        company="Acme",
        agreement_="1",
        page_="",
        referrer="https://news.example/",
    )

    assert response.status_code == 302
    assert response["Location"] == f"/p/{page.slug}/thanks/"
    assert "We will be in touch." in text_of(anybody.get(response["Location"]))
    ada = Contact.objects.get()
    assert (ada.email, ada.first_name, ada.company.name) == (
        "ada@example.com",
        "Ada",
        "Acme",
    )
    assert ada.source == f"form {form.slug}"
    sent = FormSubmission.objects.get()
    assert (sent.contact, sent.page, sent.made_contact) == (ada, page, True)
    assert sent.values == {
        "email": "ada@example.com",
        "first_name": "Ada",
        "company": "Acme",
    }
    kinds = ada.interactions.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["demo_request", "form_submit"]


def test_what_was_agreed_to_is_kept_with_its_proof_and_grants_no_mail(anybody):
    form = AgreementFactory(text="I agree to be called.").form

    send(anybody, form, agreement_="1", page="https://shop.example/a?utm_source=x#b")

    sent = FormSubmission.objects.get()
    [agreed] = sent.consents
    assert (agreed["text"], agreed["agreed"]) == ("I agree to be called.", True)
    assert sent.url == "https://shop.example/a?utm_source=x"
    assert sent.network == "127.0.0.0/24"
    assert "Chrome" in sent.user_agent
    assert not Consent.objects.exists()


def test_a_form_counts_for_the_campaign_that_led_to_it(anybody):
    measure = MeasureFactory(utm_campaign="spring")

    send(anybody, FormFactory(), page="https://x.example/?utm_campaign=spring")

    assert Interaction.objects.get().measure == measure


def test_a_known_address_gets_the_same_answer_and_keeps_its_values(anybody):
    """A21: somebody types a victim's address."""
    ada = ContactFactory(email="Ada@example.com", first_name="Ada", phone="")
    form = FormFactory(
        fields=[{"name": n, "label": n} for n in ("email", "first_name", "phone")]
    )
    values = {"first_name": "Eve", "phone": "+49 30 123456"}

    known = send(anybody, form, **values)
    unknown = send(anybody, form, email="new@example.com", **values)

    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"]
    assert known.content == unknown.content
    ada.refresh_from_db()
    assert (ada.first_name, ada.phone) == ("Ada", "")
    assert not FieldChange.objects.exists()
    assert list(
        Proposal.objects.filter(contact=ada)
        .order_by("field")
        .values_list("field", "value")
    ) == [("first_name", "Eve"), ("phone", "+4930123456")]
    assert not FormSubmission.objects.get(contact=ada).made_contact


def test_a_form_never_shows_what_is_known(anybody):
    ada = ContactFactory(email="ada@example.com", first_name="Adalbert")
    anybody.cookies["leadhub_id"] = KEY
    VisitorFactory(digest=Visitor.digest_of(KEY), contact=ada, level=3)
    form = FormFactory(fields=[{"name": n, "label": n} for n in ("email", "phone")])
    page = LandingPageFactory(form=form)

    failed = send(anybody, form, on=page, phone="nonsense")

    for response in (failed, anybody.get(f"/p/{page.slug}/")):
        assert "Adalbert" not in text_of(response)


# Visitors ------------------------------------------------------------------------


def visitor_of(client, **values):
    client.cookies["leadhub_id"] = KEY
    digest = Visitor.digest_of(KEY)
    return VisitorFactory(digest=digest, consent_text="Yes to this.", **values)


def test_a_visitor_who_agreed_becomes_the_contact_with_its_history(anybody):
    visitor = visitor_of(anybody)
    seen = InteractionFactory(contact=None, visitor=visitor)

    send(anybody, FormFactory())

    ada = Contact.objects.get()
    visitor.refresh_from_db()
    seen.refresh_from_db()
    assert (visitor.contact, visitor.level, seen.contact) == (ada, 1, ada)
    consent = Consent.objects.get()
    assert (consent.contact, consent.purpose) == (ada, Consent.Purpose.WEB_TRACKING)
    assert consent.granted
    assert consent.proof == {
        "text": "Yes to this.",
        "given_at": visitor.consented_at.isoformat(),
    }


def test_a_visitor_who_types_a_known_address_does_not_become_it(anybody):
    visitor = visitor_of(anybody)
    seen = InteractionFactory(contact=None, visitor=visitor)
    victim = ContactFactory(email="ada@example.com")

    send(anybody, FormFactory())

    visitor.refresh_from_db()
    seen.refresh_from_db()
    assert (visitor.contact, seen.contact) == (None, None)
    assert victim.interactions.get().kind == "form_submit"
    assert not Consent.objects.exists()


@pytest.mark.parametrize("cookie", ["", "nonsense", "\x00", "f" * 32, "f" * 5000])
def test_a_cookie_that_is_nobodys_makes_no_visitor(anybody, cookie):
    anybody.cookies["leadhub_id"] = cookie

    assert send(anybody, FormFactory()).status_code == 302

    assert not Visitor.objects.exists()
    assert Contact.objects.exists()


def test_a_withdrawn_consent_joins_nobody(anybody):
    visitor_of(anybody, withdrawn_at=timezone.now())

    send(anybody, FormFactory())

    assert Visitor.objects.get().contact is None


# Repeats -------------------------------------------------------------------------


def test_sending_twice_counts_once(anybody):
    form = FormFactory(interaction_kind="demo_request")
    token = new_token(form)

    first = send(anybody, form, token=token)
    again = send(anybody, form, token=token, email="other@example.com")

    assert first.status_code == again.status_code == 302
    assert FormSubmission.objects.count() == Contact.objects.count() == 1
    assert Interaction.objects.count() == 2


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "\x00", "é" * 500, "0" * 60_000])
def test_a_forged_token_is_refused_and_the_input_kept(anybody, token):
    response = send(anybody, FormFactory(), token=token)

    assert response.status_code == 422
    assert "open for too long" in text_of(response)
    assert 'value="ada@example.com"' in text_of(response)
    assert not Contact.objects.exists()


def test_a_token_of_another_form_is_refused(anybody):
    response = send(anybody, FormFactory(), token=new_token(FormFactory()))

    assert response.status_code == 422


def test_an_old_token_is_refused_and_a_new_one_given(anybody, monkeypatch):
    form = FormFactory()
    yesterday = (timezone.now() - timedelta(hours=25)).timestamp()
    with monkeypatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: yesterday)
        token = TimestampSigner(salt=f"form:{form.pk}").sign("once")

    refused = send(anybody, form, token=token)
    fresh = re.search(r'name="token" value="([^"]+)"', text_of(refused))[1]

    assert refused.status_code == 422
    assert send(anybody, form, token=fresh).status_code == 302


# Bad input -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("email", "", "Please fill this in."),
        ("email", NOTHING_BUT_SPACE, "Please fill this in."),
        ("email", "not an address", "not an e-mail address"),
        ("email", "a\x00b@example.com", "control characters"),
        ("email", "a" * 5000 + "@example.com", "At most 254 characters"),
        ("first_name", "", "Please fill this in."),
        ("first_name", "A\x00da", "control characters"),
        ("first_name", "Ada\u202e", "hidden marks"),
        ("first_name", "A" * 101, "At most 100 characters"),
        ("phone", "nonsense", "not a telephone number"),
        ("company", "A" * 201, "At most 200 characters"),
        ("company.employees", "many", "number"),
        ("company.domain", "no domain", "A domain like"),
        ("language", "Klingon", "A language like"),
        ("custom.size", "big", "One of: S, M."),
        ("custom.seats", "many", "A number."),
        ("custom.start", "soon", "A date like"),
        ("custom.vip", "perhaps", "Yes or no."),
    ],
)
def test_a_fault_is_named_at_its_field_and_on_top(anybody, name, value, words):
    names = "email first_name phone company company.employees company.domain language"
    customs = {"size": "choice", "seats": "number", "start": "date", "vip": "boolean"}
    for key, kind in customs.items():
        choices = ["S", "M"] if kind == "choice" else []
        CustomFieldFactory(key=key, type=kind, choices=choices)
    fields = [{"name": n, "label": n} for n in names.split()]
    fields += [{"name": f"custom.{key}", "label": key} for key in customs]
    fields[1]["required"] = True
    form = FormFactory(fields=fields)

    response = send(anybody, form, **{"first_name": "Ada", name: value})

    shown = text_of(response)
    field_id = f"field-{name.replace('.', '-')}"
    assert response.status_code == 422
    assert re.search(rf'<li><a href="#{field_id}">[^<]+</a>: [^<]*{words}', shown)
    assert re.search(rf'id="{field_id}-error">[^<]*{words}', shown)
    assert f'aria-describedby="{field_id}-error"' in shown
    if name != "first_name":
        assert 'value="Ada"' in shown
    assert not Contact.objects.exists()
    assert not FormSubmission.objects.exists()


def test_each_type_of_field_is_taken(anybody):
    kinds = CustomField.Type
    for key, kind in (
        ("note", kinds.TEXT),
        ("seats", kinds.NUMBER),
        ("start", kinds.DATE),
        ("vip", kinds.BOOLEAN),
        ("size", kinds.CHOICE),
    ):
        CustomFieldFactory(key=key, type=kind, choices=["S", "M"])
    typed = {
        "email": "ada@example.com",
        "last_name": "Byron",
        "phone": "+49 30 123456",
        "job_title": "Head of Sales",
        "language": "de",
        "company.name": "Acme",
        "company.employees": "50",
        "custom.note": "Hello",
        "custom.seats": "12.5",
        "custom.start": "2026-03-31",
        "custom.vip": "yes",
        "custom.size": "M",
    }
    gone = {"name": "custom.gone", "label": "Gone", "required": True}
    fields = [{"name": name, "label": name} for name in typed] + [gone]
    form = FormFactory(fields=fields)
    shown = text_of(anybody.get(f"/f/{form.slug}/"))

    send(anybody, form, **typed)

    for kind in ("email", "tel", "number", "date", "checkbox"):
        assert f'type="{kind}"' in shown
    assert '<option value="M">' in shown
    assert "custom.gone" not in shown
    ada = Contact.objects.get()
    assert ada.custom == {
        "note": "Hello",
        "seats": 12.5,
        "start": "2026-03-31",
        "vip": True,
        "size": "M",
    }
    assert (ada.last_name, ada.phone, ada.job_title, ada.language) == (
        "Byron",
        "+4930123456",
        "Head of Sales",
        "de",
    )
    assert (ada.company.name, ada.company.employees) == ("Acme", 50)


def test_consent_that_is_asked_for_is_needed(anybody):
    form = AgreementFactory().form

    for agreed in (None, "", "no", "2"):
        response = send(anybody, form, agreement_=agreed)
        assert response.status_code == 422
        assert 'id="field-consent-agreement-error"' in text_of(response)
    assert not Contact.objects.exists()


def test_a_field_sent_twice_is_refused(anybody):
    form = FormFactory()

    response = send(anybody, form, email=["a@example.com", "b@example.com"])

    assert response.status_code == 422
    assert "more than once" in text_of(response)
    assert not Contact.objects.exists()


def test_fields_that_the_form_does_not_have_are_not_taken(anybody):
    send(anybody, FormFactory(), owner="1", tags="vip", first_name="Ada", source="x")

    ada = Contact.objects.get()
    assert (ada.owner, ada.first_name, ada.tags.count()) == (None, "", 0)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 422),
        (b'{"email": "a@example.com"}', "application/json", 422),
        (b"\xff\xfe%00=%ff&email=%00", "application/x-www-form-urlencoded", 422),
        (b"a=1&" * 2500, "application/x-www-form-urlencoded", 400),
        (b"email=" + b"x" * 66_000, "application/x-www-form-urlencoded", 413),
        (b"no parts", "multipart/form-data; boundary=x", 422),
        (b"no parts", "multipart/form-data", 400),
        (b"email=a", "application/x-www-form-urlencoded; charset=utf-16", 400),
        (b"email=a", "application/x-www-form-urlencoded; charset=nonsense", 422),
        (b"email=a", "text/plain", 422),
    ],
)
def test_a_malformed_body_gets_a_clear_answer(anybody, body, content_type, status):
    page = LandingPageFactory()

    for path in (f"/p/{page.slug}/", f"/f/{page.form.slug}/"):
        response = anybody.generic("POST", path, body, content_type)
        assert response.status_code == status
        assert response.content
    assert not FormSubmission.objects.exists()


@pytest.mark.parametrize("said", ["", "\x00", "javascript:alert(1)", "x" * 40_000])
def test_where_a_form_stood_may_be_anything(anybody, said):
    landing = LandingPageFactory()

    send(anybody, landing.form, page=said)
    anybody.post(
        f"/p/{landing.slug}/",
        {"email": "b@example.com", "token": new_token(landing.form), "page": said},
    )

    urls = FormSubmission.objects.order_by("pk").values_list("url", flat=True)
    assert list(urls) == ["", landing.public_url]


# Machines and floods -------------------------------------------------------------


def test_what_falls_into_the_trap_is_kept_apart(anybody):
    response = send(anybody, FormFactory(), website="http://spam\x00.example")

    assert response.status_code == 302
    sent = FormSubmission.objects.get()
    assert (sent.machine_reason, sent.contact) == ("honeypot", None)
    assert sent.values == {"email": "ada@example.com"}
    assert not Contact.objects.exists()
    assert not Interaction.objects.exists()


def test_a_crawler_that_sends_makes_no_contact(anybody):
    form = FormFactory()

    anybody.post(
        f"/f/{form.slug}/",
        {"email": "a\x00b", "token": new_token(form)},
        headers={"User-Agent": CRAWLER},
    )

    sent = FormSubmission.objects.get()
    assert (sent.machine_reason, sent.values) == ("crawler", {"email": "a b"})
    assert not Contact.objects.exists()


def test_a_network_that_sends_too_much_waits_and_keeps_its_input(anybody, settings):
    settings.FORMS_PER_MINUTE = 1
    form = FormFactory()
    send(anybody, form)

    limited = send(anybody, form, email="bob@example.com")

    assert limited.status_code == 429
    assert limited["Retry-After"] == "60"
    assert "in a minute" in text_of(limited)
    assert 'value="bob@example.com"' in text_of(limited)
    assert Contact.objects.count() == 1


def test_a_company_is_never_changed_by_a_form(anybody):
    company = CompanyFactory(name="Acme", employees=10)
    fields = ("email", "company.name", "company.employees")
    form = FormFactory(fields=[{"name": n, "label": n} for n in fields])

    send(anybody, form, **{"company.name": "Acme", "company.employees": "5000"})

    company.refresh_from_db()
    assert (Contact.objects.get().company, company.employees) == (company, 10)


def test_another_ones_customer_number_is_proposed_and_the_lead_not_lost(anybody):
    number = CustomFieldFactory(key="number", is_identifier=True)
    form = FormFactory(
        fields=[{"name": n, "label": n} for n in ("email", f"custom.{number.key}")]
    )
    send(anybody, form, **{"custom.number": "K1"})

    response = send(anybody, form, email="eve@example.com", **{"custom.number": "K1"})

    assert response.status_code == 302
    eve = Contact.objects.get(email="eve@example.com")
    assert eve.custom == {}
    assert Proposal.objects.get().contact == eve
