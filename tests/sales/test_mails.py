"""A rep's own mail goes through the gate, once, and claims the contact."""

from secrets import token_hex

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification
from campaigns.models import Message
from contacts.models import Suppression, TouchDecision
from contacts.services.consents import suppress_address
from sales.models import Claim
from sales.services.claims import claim_contact
from sales.services.mails import mail_contact
from sales.services.mentions import mentioned_in
from sales.services.refusals import TouchRefused
from sales.services.talks import log_talk
from tests.factories.accounts import RepFactory, UserFactory
from tests.factories.contacts import ContactFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def mailed(contact, rep, *, action="00112233445566aa") -> Message:
    return mail_contact(
        contact=contact,
        subject="Our talk",
        text="Hello {{ full_name }},\n\nas promised.",
        action=action,
        by=rep,
        at=NOW,
    )


def test_the_mail_is_planned_once_in_the_reps_name_and_claims_the_contact():
    contact, rep = ContactFactory(), RepFactory()

    message = mailed(contact, rep)
    again = mailed(contact, rep)

    assert again == message
    assert (message.purpose, message.kind) == ("personal", "personal")
    assert (message.by, message.state, message.title) == (rep, "queued", "Our talk")
    assert Claim.objects.live(at=NOW).get().rep == rep


def test_what_the_gate_has_against_it_is_said_kept_and_nothing_is_sent():
    contact, rep, anna = ContactFactory(), RepFactory(), RepFactory()
    claim_contact(contact=contact, by=anna, at=NOW)
    other = ContactFactory()
    objection = Suppression.Reason.OBJECTION
    suppress_address(address=other.email, reason=objection, source="test", at=NOW)

    for who, code in [(contact, "claimed"), (other, "suppressed_objection")]:
        with pytest.raises(TouchRefused) as refusal:
            mailed(who, rep)
        assert refusal.value.code == code

    assert not Message.objects.exists()
    assert TouchDecision.objects.filter(allowed=False, by=rep).count() == 2


def test_the_form_begins_as_the_handoff_suggests_and_ends_with_the_signature(client):
    rep = RepFactory(first_name="Ben", last_name="Ott")
    handoff = HandoffFactory(assignee=rep, facts={"opening": "You asked for a demo."})
    client.force_login(rep)
    url = reverse("sales:mail", args=[handoff.contact_id])
    form = client.get(url).context["form"]
    body = form["body"].value()

    answer = client.post(
        url,
        {"subject": "Demo", "body": body, "action": token_hex(8)},
        headers={"HX-Request": "true"},
    )

    assert body.startswith("You asked for a demo.")  # which greets by itself
    assert body.endswith("Ben Ott")
    assert answer.status_code == 204, answer.content
    assert Message.objects.get().by == rep


def test_words_that_cannot_be_filled_in_are_refused_at_the_form(client):
    contact, rep = ContactFactory(), RepFactory()
    client.force_login(rep)

    answer = client.post(
        reverse("sales:mail", args=[contact.pk]),
        {"subject": "Demo", "body": "{{ nonsense }}", "action": token_hex(8)},
    )

    assert answer.status_code == 422
    assert not Message.objects.exists()
    assert not Claim.objects.exists()


# Mentions --------------------------------------------------------------------------


def test_who_is_mentioned_finds_one_line_that_is_brought_up_to_date():
    contact = ContactFactory()
    rep = RepFactory(first_name="Anna", last_name="Berg")
    ben = RepFactory(username="ben.ott")

    for text in ("@ben.ott, can you?", "@Ben.Ott please. Not ada@ben.ott"):
        log_talk(contact=contact, kind="note", text=text, by=rep, at=NOW)

    line = Notification.objects.get()
    assert (line.recipient, line.kind, line.contact_id) == (ben, "mention", contact.pk)
    assert line.detail == "Anna Berg: @Ben.Ott please. Not ada@ben.ott"


def test_nobody_is_mentioned_by_an_address_a_stranger_or_somebody_who_left():
    UserFactory(username="gone", is_active=False)
    UserFactory(username="ada")
    contact = ContactFactory()

    assert mentioned_in("mail x@ada at @5pm, @gone", contact=contact) == []


def test_without_a_handoff_the_form_greets_in_the_language_of_the_contact(client):
    contact = ContactFactory(first_name="Ada", last_name="Byron", language="de")
    client.force_login(RepFactory(first_name="Ben", last_name="Ott", language="en"))

    form = client.get(reverse("sales:mail", args=[contact.pk])).context["form"]

    words = "Guten Tag Ada Byron,\n\nMit freundlichen Grüßen\n\nBen Ott"
    assert form["body"].value() == words
