"""One mail, from its planning to its end, through a real mail server."""

from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from django.utils import timezone

from campaigns.mailing.journal import handovers
from campaigns.models import Message, MessageCopy
from campaigns.rendering.mails import Draft
from campaigns.services.messages import plan_message as plan
from campaigns.services.senders import SenderMissing
from campaigns.services.sending import send_due_messages
from contacts.gate import Purpose
from contacts.models import Suppression
from journeys.models import Interaction, TrackedLink
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_server_works")]
NOW = timezone.now()
DRAFT = Draft("Hello {{ first_name }}", "See [the offer](https://example.com/offer).")


def agreed(*purposes, **fields):
    contact = ContactFactory(first_name="Ada", last_name="Byron", **fields)
    for purpose in ("email_marketing", *purposes):
        ConsentFactory(contact=contact, purpose=purpose, at=NOW - timedelta(days=9))
    return contact


def plan_one(contact, *, key="bulk:1:1", purpose="marketing", **more):
    values = {"draft": DRAFT} | more
    return plan(
        key=key,
        contact=contact,
        purpose=Purpose(purpose),
        kind=Message.Kind.SEQUENCE,
        title="Welcome",
        at=timezone.now(),
        **values,
    )


def only_mail(mail_server, contact):
    """What the mail server got, read by a parser that forgives nothing."""
    [arrived] = mail_server.mails_to(contact.email)
    strict = policy.default.clone(raise_on_defect=True)
    return BytesParser(policy=strict).parsebytes(bytes(arrived))


def parts_of(mail) -> tuple[str, str]:
    text, html = mail.iter_parts()
    assert [text.get_content_type(), html.get_content_type()] == [
        "text/plain",
        "text/html",
    ]
    return text.get_content(), html.get_content()


# Planning ------------------------------------------------------------------------


def test_planning_the_same_key_again_gives_the_first_one_back():
    SenderFactory()
    contact = agreed()

    first = plan_one(contact)
    again = plan_one(contact, draft=Draft("Other", "Other"))

    assert first == again
    assert Message.objects.get().draft["subject"] == "Hello {{ first_name }}"
    assert [event.name for event in first.events.all()] == ["planned"]


def test_marketing_needs_a_sender_with_an_imprint():
    contact = agreed()

    with pytest.raises(SenderMissing):
        plan_one(contact)

    assert plan_one(contact, purpose="service").state == "queued"


def test_a_mail_for_later_is_planned_and_not_sent_before():
    SenderFactory()
    later = timezone.now() + timedelta(hours=1)

    message = plan_one(agreed(), due_at=later)

    assert message.state == Message.State.PLANNED
    assert send_due_messages() == 0


# Sending -------------------------------------------------------------------------


def test_a_marketing_mail_arrives_whole(mail_server):
    SenderFactory(name="Exämple", reply_to="hello@example.org")
    contact = agreed(email="whole@example.com")
    message = plan_one(contact)

    assert send_due_messages() == 1

    mail = only_mail(mail_server, contact)
    assert mail["Subject"] == "Hello Ada"
    assert mail["From"].addresses[0].display_name == "Exämple"
    assert mail["To"].addresses[0].addr_spec == contact.email
    assert mail["Reply-To"] == "hello@example.org"
    assert message.token in mail["Message-ID"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    way_out = mail["List-Unsubscribe"].strip().strip("<>")
    assert "/unsubscribe/" in way_out
    text, html = parts_of(mail)
    assert "Example GmbH" in text
    assert "Example GmbH" in html
    assert way_out in text
    assert way_out in html
    # No tracking consent: nothing remote, and links that are everybody's.
    assert "<img" not in html
    hidden, link = TrackedLink.objects.order_by("target_url")
    assert (hidden.contact, link.contact) == (None, None)
    # What people do not see is in no text.
    assert f'/t/c/{hidden.token}" aria-hidden="true" tabindex="-1"' in html
    assert hidden.token not in text
    assert link.token in text
    message.refresh_from_db()
    assert message.state == Message.State.SENT
    [sent] = Interaction.objects.filter(kind="email_sent", contact=contact)
    assert sent.title == "Welcome"
    assert [event.name for event in message.events.order_by("pk")] == [
        "planned",
        "transmitting",
        "sent",
    ]
    assert message.key in [entry["key"] for entry in handovers()]


LONG = "Ein sehr langer Satz über Maßnahmen, Größe und Übergaben ohne Umbruch. " * 20


@pytest.mark.parametrize("agrees", [False, True])
def test_a_reader_that_is_not_ours_reads_what_arrived(mail_server, agrees):
    SenderFactory(name="Jürgen Groß, Exämple", reply_to="hello@example.org")
    purposes = ["email_tracking"] if agrees else []
    contact = agreed(*purposes, email=f"read.{agrees}@example.com")
    subject = "Größere Übersicht für {{ first_name }} – " * 4
    plan_one(contact, draft=Draft(subject, f"Hallo!\n\n.\n\nFrom hier\n\n{LONG}"))

    send_due_messages()

    [mail] = mail_server.received(contact.email)
    assert mail.headers["subject"] == ("Größere Übersicht für Ada – " * 4).strip()
    assert "Jürgen Groß, Exämple" in mail.headers["from"]
    assert contact.email in mail.headers["to"]
    assert "/unsubscribe/" in mail.one_click
    for part in (mail.text, mail.html):
        assert mail.one_click in part
        assert "Example GmbH" in part
        assert "Größe und Übergaben" in part
        assert "From hier" in part
    assert len(mail.loads) == agrees


def test_who_agreed_to_tracking_gets_personal_links_and_the_image(mail_server):
    SenderFactory()
    contact = agreed("email_tracking", email="tracked@example.com")
    plan_one(contact)

    send_due_messages()

    text, html = parts_of(only_mail(mail_server, contact))
    link, pixel = TrackedLink.objects.order_by("target_url").reverse()
    assert (link.contact, link.channel, link.target_url) == (
        contact,
        "email",
        "https://example.com/offer",
    )
    assert f"/t/c/{link.token}" in text
    assert f"/t/c/{link.token}" in html
    assert f"/t/o/{pixel.token}.gif" in html
    assert f'/t/c/{pixel.token}" aria-hidden="true"' in html
    assert "https://example.com/offer" not in html


def test_what_somebody_asked_for_is_not_tracked_and_has_no_way_out(mail_server):
    contact = agreed("email_tracking", email="service@example.com")
    plan_one(
        contact,
        purpose="service",
        draft=Draft("Confirm", "Please confirm: {{ confirm_url }}"),
        context={"confirm_url": "https://leadhub.example.org/confirm/a_b"},
    )

    send_due_messages()

    mail = only_mail(mail_server, contact)
    text, html = parts_of(mail)
    assert "https://leadhub.example.org/confirm/a_b" in text
    assert 'href="https://leadhub.example.org/confirm/a_b"' in html
    assert "<img" not in html
    assert mail["List-Unsubscribe"] is None
    assert not TrackedLink.objects.exists()


def test_a_colleagues_own_mail_is_in_their_name(mail_server):
    SenderFactory()
    rep = RepFactory(first_name="Anna", last_name="Lind", email="anna@example.org")
    contact = ContactFactory(email="personal@example.com")
    plan_one(contact, purpose="personal", by=rep, draft=Draft("Hi", "Hi."))

    send_due_messages()

    mail = only_mail(mail_server, contact)
    assert mail["From"].addresses[0].display_name == "Anna Lind"
    assert mail["From"].addresses[0].addr_spec == "news@example.org"
    assert mail["Reply-To"] == "anna@example.org"
    assert mail["Auto-Submitted"] is None


def test_links_without_consent_are_shared_by_the_mails_of_a_template(mail_server):
    SenderFactory()
    template = MailTemplateFactory(body="See [it](https://example.com/it).")
    for number in range(2):
        plan_one(agreed(), key=f"bulk:{number}:1", template=template, draft=None)

    assert send_due_messages() == 2

    assert TrackedLink.objects.exclude(target_url="").count() == 1
    assert TrackedLink.objects.filter(target_url="").count() == 1


def test_a_mail_without_a_value_is_never_sent(mail_server):
    SenderFactory()
    contact = agreed(email="unresolved@example.com")
    message = plan_one(contact, draft=Draft("Hi", "At {{ job_title }}."))

    send_due_messages()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "unresolved")
    assert message.detail == "job_title"
    assert mail_server.mails_to(contact.email) == []


def test_without_a_mail_server_mails_are_kept(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    SenderFactory()
    message = plan_one(agreed())

    assert send_due_messages() == 1

    message.refresh_from_db()
    assert (message.state, message.detail) == ("sent", "kept")
    assert MessageCopy.objects.get().subject == "Hello Ada"


def test_any_backend_of_django_will_do(mailoutbox):
    message = plan_one(ContactFactory(first_name="A"), purpose="personal")

    assert send_due_messages() == 1

    [mail] = mailoutbox
    assert mail.subject == "Hello A"
    message.refresh_from_db()
    assert message.state == "sent"


def test_domains_of_other_scripts_are_reached(mail_server):
    contact = ContactFactory(first_name="A", email="info@bücher.example")
    message = plan_one(contact, purpose="personal")

    assert send_due_messages() == 1

    message.refresh_from_db()
    assert message.state == "sent"
    assert len(mail_server.mails_to("info@xn--bcher-kva.example")) == 1


def test_an_address_that_no_server_understands_fails_and_is_not_suppressed(mail_server):
    contact = ContactFactory(first_name="A", email="jürgen@example.com")
    message = plan_one(contact, purpose="personal")

    assert send_due_messages() == 0

    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "bad_address")
    assert not Suppression.objects.exists()
