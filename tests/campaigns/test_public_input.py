"""What people and machines type into forms, good and bad."""

import re

import pytest

from campaigns.models import FormSubmission
from campaigns.services.submissions import new_token
from contacts.models import Contact, CustomField, Proposal
from journeys.models import Interaction
from tests.campaigns.sent_forms import send, text_of
from tests.factories.campaigns import AgreementFactory, FormFactory, LandingPageFactory
from tests.factories.contacts import CompanyFactory, CustomFieldFactory
from tests.journeys.test_public import CRAWLER

pytestmark = pytest.mark.django_db
NOTHING_BUT_SPACE = "   "


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
