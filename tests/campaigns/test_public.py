"""Forms that are sent: what becomes of them, of visitors, and of repeats."""

import re
from datetime import timedelta

import pytest
from django.core.signing import TimestampSigner
from django.utils import timezone

from campaigns.models import FormSubmission
from campaigns.services.submissions import new_token
from contacts.models import Consent, Contact, FieldChange, Proposal
from journeys.models import Interaction, Visitor
from tests.campaigns.sent_forms import send, text_of
from tests.factories.campaigns import AgreementFactory, FormFactory, LandingPageFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory, MeasureFactory, VisitorFactory
from tests.journeys.test_public import KEY

pytestmark = pytest.mark.django_db


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
