"""Double opt-in: from the form over the mail to the POST that confirms."""

import re
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from django.utils import timezone

from campaigns import public
from campaigns.models import AddressKey, FormSubmission, Message, OptIn
from campaigns.services.expiry import remind_unconfirmed
from campaigns.services.sending import send_due_messages
from campaigns.services.submissions import new_token
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models import Consent, Contact, Proposal, Suppression
from contacts.services.consents import suppress_address
from journeys.models import Interaction, Visitor
from tests.campaigns.sign_ups import EMAIL, confirm_path, sign_up
from tests.factories.campaigns import ConsentTextFactory, FormFactory
from tests.factories.contacts import ConsentFactory, ContactFactory, CustomFieldFactory
from tests.factories.journeys import InteractionFactory, VisitorFactory
from tests.journeys.test_public import CRAWLER, KEY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_server_works")]


def refusals(contact):
    touch = Touch(contact, Channel.EMAIL, Purpose.MARKETING, at=timezone.now())
    return [reason.code for reason in reasons_against(touch)]


# The whole way -------------------------------------------------------------------


def test_from_the_form_over_a_real_mail_server_to_a_permission_with_proof(
    anybody, form, mail_server
):
    address = "whole.way@Example.com"
    opt_in = sign_up(anybody, form, email=address, first_name="Ada")
    contact = Contact.objects.get()
    assert refusals(contact) == ["no_consent"]

    assert send_due_messages() == 1
    [arrived] = mail_server.mails_to(contact.email)
    mail = BytesParser(policy=policy.default).parsebytes(bytes(arrived))
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    path = "/" + re.search(r"https?://[^/]+/(confirm/\S{56})", text)[1]
    assert path in html
    assert "<img" not in html
    assert "Send me your news by mail." in text
    assert anybody.get(path).status_code == 200
    assert refusals(contact) == ["no_consent"]

    done = anybody.post(path, REMOTE_ADDR="198.51.100.5")

    assert "Your address is confirmed" in done.content.decode()
    assert refusals(contact) == []
    consent = Consent.objects.get()
    assert (consent.purpose, consent.granted) == ("email_marketing", True)
    assert consent.source == f"form {form.slug}"
    proof = consent.proof
    opt_in.refresh_from_db()
    assert proof["address"] == address
    assert proof["form"] == "Newsletter"
    assert (proof["text"], proof["version"]) == ("Send me your news by mail.", 1)
    assert proof["language"] == "en"
    assert proof["requested_at"] == opt_in.requested_at.isoformat()
    assert proof["confirmed_at"] == opt_in.confirmed_at.isoformat()
    assert proof["request"]["ip"] == "203.0.113.77"
    assert proof["confirmation"]["ip"] == "198.51.100.5"
    assert proof["confirmation"]["method"] == "POST"
    assert "Mozilla" in proof["confirmation"]["user_agent"]
    assert proof["message_ids"] == [mail["Message-ID"]]


def test_the_whole_address_of_the_sender_stands_in_the_proof_only(anybody, form):
    sign_up(anybody, form)

    assert FormSubmission.objects.get().network == "203.0.113.0/24"
    assert "203.0.113.77" not in str(FormSubmission.objects.values())
    assert "203.0.113.77" not in str(Interaction.objects.values())


# Opening and confirming ----------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_confirms_nothing(anybody, form, method):
    opt_in = sign_up(anybody, form)
    before = Interaction.objects.count()

    response = getattr(anybody, method)(confirm_path(opt_in))

    opt_in.refresh_from_db()
    assert response.status_code == 200
    assert opt_in.confirmed_at is None
    assert not Consent.objects.exists()
    assert Interaction.objects.count() == before


def test_the_page_shows_what_one_confirms_and_one_button(anybody, form):
    opt_in = sign_up(anybody, form, first_name="<Ada>")

    shown = anybody.get(confirm_path(opt_in)).content.decode()

    assert "&lt;Ada&gt;" in shown
    assert "Send me your news by mail." in shown
    assert shown.count("<button") == 1


def test_confirming_again_is_fine_and_keeps_the_first_proof(anybody, form):
    opt_in = sign_up(anybody, form)
    path = confirm_path(opt_in)
    anybody.post(path, REMOTE_ADDR="198.51.100.5")

    again = anybody.post(path, REMOTE_ADDR="192.0.2.9")

    assert again.status_code == 200
    assert Consent.objects.count() == 1
    opt_in.refresh_from_db()
    assert opt_in.confirmation["ip"] == "198.51.100.5"
    assert Interaction.objects.filter(kind="opt_in_confirmed").count() == 1


def test_a_link_older_than_a_week_confirms_nothing(anybody, form):
    opt_in = sign_up(anybody, form)
    old = confirm_path(opt_in, at=timezone.now() - timedelta(days=7, seconds=5))
    nonsense = anybody.post("/confirm/x")

    response = anybody.post(old)

    assert (response.status_code, response.content) == (404, nonsense.content)
    assert not Consent.objects.exists()


def test_a_person_known_already_gets_what_was_typed_only_now(anybody, form):
    ada = ContactFactory(email=EMAIL, first_name="Ada", phone="", language="en")
    opt_in = sign_up(anybody, form, first_name="Augusta", phone="+49 30 123456")
    ada.refresh_from_db()
    assert (ada.first_name, ada.phone) == ("Ada", "")
    assert Proposal.objects.open().count() == 2

    anybody.post(confirm_path(opt_in))

    ada.refresh_from_db()
    assert (ada.first_name, ada.phone) == ("Augusta", "+4930123456")
    assert not Proposal.objects.open().exists()


def test_values_of_another_submission_are_not_taken_along(anybody, form):
    ada = ContactFactory(email=EMAIL, first_name="Ada", phone="")
    opt_in = sign_up(anybody, form, first_name="Augusta")
    sign_up(anybody, form, first_name="Eve", phone="+49 30 999999")

    anybody.post(confirm_path(opt_in))

    ada.refresh_from_db()
    assert (ada.first_name, ada.phone) == ("Augusta", "")
    assert set(Proposal.objects.open().values_list("field", flat=True)) == {
        "first_name",
        "phone",
    }


def test_a_value_the_contact_cannot_have_does_not_keep_it_from_confirming(anybody):
    CustomFieldFactory(key="number", is_identifier=True)
    fields = [{"name": n, "label": n} for n in ("email", "phone", "custom.number")]
    form = FormFactory(fields=fields)
    ConsentTextFactory(form=form)
    ada = ContactFactory(email=EMAIL)
    plain = FormFactory(fields=fields)
    anybody.post(
        f"/f/{plain.slug}/",
        {"email": "b@example.com", "custom.number": "K1", "token": new_token(plain)},
    )
    opt_in = sign_up(anybody, form, phone="+49 30 1234", **{"custom.number": "K1"})

    assert anybody.post(confirm_path(opt_in)).status_code == 200

    ada.refresh_from_db()
    assert (ada.phone, ada.custom) == ("+49301234", {})
    assert refusals(ada) == []


def test_an_own_opt_in_lifts_what_the_person_had_said_before(anybody, form):
    reason = Suppression.Reason
    for each in (reason.UNSUBSCRIBED, reason.OBJECTION, reason.ERASED, reason.BY_HAND):
        suppress_address(address=EMAIL, reason=each, source="t", at=timezone.now())
    opt_in = sign_up(anybody, form)

    anybody.post(confirm_path(opt_in))

    assert refusals(Contact.objects.get()) == ["suppressed_by_hand"]


# Visitors ------------------------------------------------------------------------


def test_the_browser_that_confirms_becomes_the_contact(anybody, form):
    ConsentTextFactory(form=form, name="web", purposes=["web_tracking"])
    ada = ContactFactory(email=EMAIL)
    public.sendings.clear()
    opt_in = sign_up(anybody, form, **{"consent-web": "1"})
    anybody.cookies["leadhub_id"] = KEY
    visitor = VisitorFactory(digest=Visitor.digest_of(KEY))
    seen = InteractionFactory(contact=None, visitor=visitor)

    anybody.post(confirm_path(opt_in))

    visitor.refresh_from_db()
    seen.refresh_from_db()
    assert (visitor.contact, visitor.level) == (ada, 3)
    assert seen.contact == ada  # the text covers it


def test_history_is_not_the_contacts_unless_the_text_covers_it(anybody, form):
    ContactFactory(email=EMAIL)
    opt_in = sign_up(anybody, form)
    anybody.cookies["leadhub_id"] = KEY
    visitor = VisitorFactory(digest=Visitor.digest_of(KEY))
    seen = InteractionFactory(contact=None, visitor=visitor)

    anybody.post(confirm_path(opt_in))

    seen.refresh_from_db()
    assert seen.contact is None


def test_the_browser_that_typed_a_strangers_address_stays_nobodys(
    anybody, form, client
):
    ada = ContactFactory(email=EMAIL)
    anybody.cookies["leadhub_id"] = KEY
    visitor = VisitorFactory(digest=Visitor.digest_of(KEY))
    seen = InteractionFactory(contact=None, visitor=visitor)
    opt_in = sign_up(anybody, form)

    client.post(confirm_path(opt_in))  # Ada, elsewhere

    visitor.refresh_from_db()
    seen.refresh_from_db()
    assert (visitor.contact, seen.contact) == (None, None)
    assert refusals(ada) == []


# Mails ---------------------------------------------------------------------------


def test_no_purpose_no_mail(anybody, form):
    ConsentTextFactory(form=form, name="terms", purposes=[], is_required=True)

    assert sign_up(anybody, form, agrees="", **{"consent-terms": "1"}) is None
    assert not Message.objects.exists()
    [terms] = [t for t in FormSubmission.objects.get().consents if t["agreed"]]
    assert terms["name"] == "terms"


def test_what_is_granted_already_is_not_asked_for(anybody, form):
    ConsentFactory(contact=ContactFactory(email=EMAIL))

    assert sign_up(anybody, form) is None
    assert not Message.objects.exists()


def test_a_machine_that_signs_up_gets_no_mail(anybody, form):
    anybody.post(
        f"/f/{form.slug}/",
        {"email": EMAIL, "token": new_token(form), "consent-newsletter": "1"},
        headers={"User-Agent": CRAWLER},
    )

    assert not OptIn.objects.exists()
    assert not Message.objects.exists()


def test_signing_up_again_while_the_mail_is_out_sends_no_other(anybody, form):
    sign_up(anybody, form)

    assert sign_up(anybody, form).mail_at is None
    assert Message.objects.count() == 1


def test_a_second_form_on_the_same_day_waits_for_the_next(anybody, form):
    other = FormFactory()
    ConsentTextFactory(form=other)
    first = sign_up(anybody, form)
    second = sign_up(anybody, other)

    assert second.mail_at - first.mail_at == timedelta(days=1)
    planned = Message.objects.order_by("due_at").values_list("due_at", flat=True)
    assert list(planned) == [first.mail_at, second.mail_at]


def test_sign_ups_in_somebodys_name_send_one_mail_a_day_and_three_in_all(
    anybody, settings, time_machine
):
    """A27: over many forms, in any spelling, for days."""
    forms = FormFactory.create_batch(5)
    for form in forms:
        ConsentTextFactory(form=form)
    start = timezone.now()
    sent = []
    for day in range(12):
        time_machine.move_to(start + timedelta(days=day), tick=False)
        for number in range(5):
            spelled = EMAIL.upper() if number % 2 else EMAIL
            sign_up(anybody, forms[number], email=spelled)
        remind_unconfirmed(at=timezone.now())
    for message in Message.objects.all():
        sent.append(message.due_at)

    assert len(sent) == 3
    gaps = [b - a for a, b in zip(sorted(sent), sorted(sent)[1:], strict=False)]
    assert min(gaps) >= timedelta(days=1)
    assert FormSubmission.objects.count() == 60


def test_who_confirms_may_be_asked_again(anybody, form):
    AddressKey.objects.update(opt_in_mails=3)
    opt_in = sign_up(anybody, form)
    anybody.post(confirm_path(opt_in))

    row = AddressKey.objects.get()
    assert (row.opt_in_mails, row.last_opt_in_mail_at) == (0, None)


def test_one_reminder_after_two_days_and_none_to_who_confirmed(anybody, form):
    opt_in = sign_up(anybody, form)
    now = timezone.now()

    assert remind_unconfirmed(at=now + timedelta(days=1)) == 0
    assert remind_unconfirmed(at=now + timedelta(days=3)) == 1
    assert remind_unconfirmed(at=now + timedelta(days=4)) == 0
    assert Message.objects.count() == 2
    reminder = Message.objects.get(key=f"optin:{opt_in.pk}:2")
    assert "reminder" in reminder.draft["subject"].lower()

    other = sign_up(anybody, form, email="bob@example.com")
    anybody.post(confirm_path(other))
    assert remind_unconfirmed(at=timezone.now() + timedelta(days=3)) == 0


def test_the_mail_speaks_the_language_of_the_form(anybody):
    form = FormFactory(language="de")
    ConsentTextFactory(form=form, language="de", text="Neuigkeiten per Mail.")

    opt_in = sign_up(anybody, form)

    assert opt_in.language == "de"
    shown = anybody.get(confirm_path(opt_in)).content.decode()
    assert '<html lang="de">' in shown
    anybody.post(confirm_path(opt_in))
    assert Contact.objects.get().language == "de"


def test_who_has_sent_the_form_is_told_to_look_for_the_mail(anybody, form):
    sign_up(anybody, form)
    plain = FormFactory()

    for asks, each in ((True, form), (False, plain)):
        shown = anybody.get(f"/f/{each.slug}/thanks/").content.decode()
        assert ("look into your mailbox" in shown) is asks
