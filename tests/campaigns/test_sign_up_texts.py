"""What people agree to: texts and their versions, and erasing who never confirmed."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from campaigns.models import AddressKey, ConsentText, FormSubmission, Message, OptIn
from campaigns.services.consent_texts import (
    BadConsentText,
    end_consent_text,
    save_consent_text,
)
from campaigns.services.expiry import erase_unconfirmed
from campaigns.services.submissions import new_token
from contacts.models import Contact, Proposal
from journeys.models import Interaction
from tests.campaigns.sign_ups import EMAIL, confirm_path, sign_up
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import ConsentTextFactory, FormFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_server_works")]


# Erasing what nobody confirmed ---------------------------------------------------


def test_unconfirmed_sign_ups_are_erased_after_thirty_days(anybody, form):
    sign_up(anybody, form, first_name="Ada")
    now = timezone.now()

    early = erase_unconfirmed(at=now + timedelta(days=30) - timedelta(minutes=1))
    dry = erase_unconfirmed(at=now + timedelta(days=31), is_dry_run=True)
    assert (early.opt_ins, dry.opt_ins, dry.contacts) == (0, 1, 1)
    assert OptIn.objects.exists()
    erased = erase_unconfirmed(at=now + timedelta(days=31))

    assert (erased.opt_ins, erased.contacts) == (1, 1)
    for model in (OptIn, FormSubmission, Contact, Interaction, Message, Proposal):
        assert not model.objects.exists(), model
    assert erase_unconfirmed(at=now + timedelta(days=31)).opt_ins == 0


def test_the_mails_sent_to_an_erased_address_still_count(anybody, form):
    sign_up(anybody, form)
    erase_unconfirmed(at=timezone.now() + timedelta(days=31))

    assert AddressKey.objects.get().opt_in_mails == 1


def test_who_confirmed_is_kept(anybody, form):
    opt_in = sign_up(anybody, form)
    anybody.post(confirm_path(opt_in))

    assert erase_unconfirmed(at=timezone.now() + timedelta(days=31)).opt_ins == 0
    assert Contact.objects.exists()


@pytest.mark.parametrize("why", ["owner", "note", "known before", "later", "asked"])
def test_a_contact_that_is_more_than_a_sign_up_is_kept(anybody, form, why):
    if why == "known before":
        ContactFactory(email=EMAIL, first_name="Ada")
    if why == "asked":
        form.interaction_kind = "demo_request"
        form.save()
    sign_up(anybody, form, first_name="Eve")
    contact = Contact.objects.get()
    if why == "owner":
        contact.owner = RepFactory()
        contact.save()
    if why == "note":
        InteractionFactory(contact=contact, kind="note")
    if why == "later":
        plain = FormFactory()
        anybody.post(f"/f/{plain.slug}/", {"email": EMAIL, "token": new_token(plain)})

    erased = erase_unconfirmed(at=timezone.now() + timedelta(days=31))

    assert (erased.opt_ins, erased.contacts) == (1, 0)
    assert Contact.objects.exists()
    assert not OptIn.objects.exists()
    assert not Proposal.objects.exists()


def test_the_command_says_what_it_would_erase(anybody, form, capsys):
    sign_up(anybody, form)
    OptIn.objects.update(requested_at=timezone.now() - timedelta(days=31))

    call_command("erase_unconfirmed", "--dry-run")
    assert "1 sign-ups and 1 contacts would be erased" in capsys.readouterr().out
    assert OptIn.objects.exists()
    call_command("erase_unconfirmed")
    assert "1 sign-ups and 1 contacts erased" in capsys.readouterr().out
    assert not Contact.objects.exists()


# Texts ---------------------------------------------------------------------------


def save(form, **values):
    values = {
        "name": "newsletter",
        "text": "Send me your news by mail.",
        "purposes": ["email_marketing"],
        "language": "en",
        "is_required": False,
        "by": None,
        "at": timezone.now(),
    } | values
    return save_consent_text(form=form, **values)


def test_another_wording_is_another_version_and_the_old_one_is_kept():
    form = FormFactory()
    first = save(form)

    assert save(form) == first
    second = save(form, text="Send me news and offers by mail.")

    first.refresh_from_db()
    assert (first.version, second.version) == (1, 2)
    assert first.ended_at is not None
    assert ConsentText.objects.current().get() == second


def test_a_text_that_comes_back_gets_a_new_version():
    form = FormFactory()
    end_consent_text(text=save(form), at=timezone.now())

    assert save(form).version == 2


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"text": ""}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "x" * 3000}, "text"),
        ({"name": "a b"}, "name"),
        ({"purposes": ["everything"]}, "purposes"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_a_text_that_cannot_be_asked_is_refused(values, attr):
    with pytest.raises(BadConsentText if attr != "text" else Exception) as refusal:
        save(FormFactory(), **values)

    assert refusal.value.attr == attr
    assert not ConsentText.objects.exists()


def test_the_version_that_was_shown_counts_when_it_was_replaced_meanwhile(
    anybody, form
):
    save(form, text="New words.")

    opt_in = sign_up(anybody, form, agrees="1")

    assert opt_in.texts[0]["text"] == "Send me your news by mail."
    assert opt_in.texts[0]["version"] == 1


@pytest.mark.parametrize("version", ["9", "x", "-1", "1" * 30, "\x00", "²"])
def test_a_version_that_was_never_shown_is_refused(anybody, form, version):
    response = anybody.post(
        f"/f/{form.slug}/",
        {"email": EMAIL, "token": new_token(form), "consent-newsletter": version},
    )

    assert response.status_code == 422
    assert "has changed" in response.content.decode()
    assert not Contact.objects.exists()


def test_a_required_text_is_needed_and_an_optional_one_is_not(anybody, form):
    ConsentTextFactory(form=form, name="terms", purposes=[], is_required=True)

    response = anybody.post(
        f"/f/{form.slug}/", {"email": EMAIL, "token": new_token(form)}
    )

    shown = response.content.decode()
    assert response.status_code == 422
    assert 'id="field-consent-terms-error"' in shown
    assert 'id="field-consent-newsletter-error"' not in shown


def test_a_tick_is_kept_when_something_else_is_wrong(anybody, form):
    response = anybody.post(
        f"/f/{form.slug}/",
        {"email": "x", "token": new_token(form), "consent-newsletter": "1"},
    )

    assert re.search(
        r'name="consent-newsletter" value="1" checked', response.content.decode()
    )
