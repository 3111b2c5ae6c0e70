"""An offer goes by mail: through the gate, once, with its file, or not at all."""

from datetime import timedelta
from decimal import Decimal
from secrets import token_hex

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.mailing.copies import copy_of
from campaigns.models import Message, MessageFile
from campaigns.rendering.language import BadTemplate
from campaigns.services.retention import erase_old_mails
from campaigns.services.sending import send_due_messages
from contacts.models import Suppression, TouchDecision
from contacts.services.consents import suppress_address
from sales.models import Claim, Offer, OfferCounter
from sales.services.claims import claim_contact
from sales.services.closing import lose_deal
from sales.services.deal_refusals import (
    DealNotOpen,
    OfferEmpty,
    OfferNotOpen,
    OfferOnItsWay,
)
from sales.services.offer_mails import mail_offer
from sales.services.offers import accept_offer, save_offer, send_offer
from sales.services.refusals import TouchRefused
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.sales import DealFactory, OfferFactory
from tests.sales.test_deal_doors import api

pytestmark = pytest.mark.django_db
LINE = {"text": "Pump", "quantity": Decimal(3), "unit_price": Decimal("99.95")}


def draft(**values) -> Offer:
    deal = values.pop("deal", None) or DealFactory()
    return save_offer(
        deal=deal, by=deal.owner, at=timezone.now(), lines=[LINE], **values
    )


def mailed(offer: Offer, *, action: str = "", **words: str) -> Offer:
    words = {"subject": "Offer {{ offer_number }}", "text": "Please find it."} | words
    return mail_offer(
        offer=offer,
        action=action or token_hex(8),
        by=offer.deal.owner,
        at=timezone.now(),
        **words,
    )


def object_to_mails(offer: Offer) -> None:
    suppress_address(
        address=offer.deal.contact.email,
        reason=Suppression.Reason.OBJECTION,
        source="test",
        at=timezone.now(),
    )


def test_the_offer_arrives_with_its_file_in_the_reps_name(mail_server):
    rep = RepFactory(first_name="Anna", last_name="Berg", email="anna@example.com")
    deal = DealFactory(owner=rep, contact__email="offer.arrives@example.com")

    offer = mailed(draft(deal=deal))
    send_due_messages()

    offer.refresh_from_db()
    [mail] = mail_server.mails_to("offer.arrives@example.com")
    [file] = [part for part in mail.walk() if part.get_filename()]
    assert mail["Subject"] == f"Offer {offer.number}"
    assert mail["Reply-To"] == "anna@example.com"
    assert mail["From"].startswith("Anna Berg <")
    assert (file.get_filename(), file.get_content_type()) == (
        f"offer-{offer.number}.pdf",
        "application/pdf",
    )
    assert file.get_payload(decode=True) == bytes(offer.file)
    assert (offer.status, offer.mail.state) == ("sent", "sent")
    assert copy_of(offer.mail).files == [f"offer-{offer.number}.pdf"]


def test_mailing_twice_with_one_number_sends_one_mail_and_uses_one_number():
    offer, action = draft(), token_hex(8)

    first = mailed(offer, action=action)
    again = mailed(offer, action=action)

    assert first == again
    assert Message.objects.count() == OfferCounter.objects.get().last == 1
    assert Claim.objects.get().rep == offer.deal.owner


def test_what_the_gate_refuses_stays_a_draft_and_its_answer_is_kept():
    objected, taken = draft(), draft()
    object_to_mails(objected)
    claim_contact(contact=taken.deal.contact, by=RepFactory(), at=timezone.now())

    for offer, code in [(objected, "suppressed_objection"), (taken, "claimed")]:
        with pytest.raises(TouchRefused) as refusal:
            mailed(offer)
        offer.refresh_from_db()
        assert refusal.value.code == code
        assert (offer.status, offer.number, offer.mail) == ("draft", "", None)

    assert TouchDecision.objects.filter(allowed=False).count() == 2
    assert not Message.objects.exists()
    assert not OfferCounter.objects.exists()


def test_an_objection_before_it_leaves_holds_it_back_and_the_offer_says_so(client):
    offer = mailed(draft())
    object_to_mails(offer)
    send_due_messages()

    client.force_login(offer.deal.owner)
    page = client.get(reverse("sales:offer", args=[offer.pk]))
    told = api(offer.deal.owner).get(
        f"/api/v1/deals/{offer.deal_id}/offers/{offer.pk}/"
    )

    mail = told.json()["mail"]
    assert (mail["state"], mail["reason"]) == ("cancelled", "suppressed_objection")
    assert mail["reason_text"] in page.content.decode()
    assert b"Cancelled" in page.content


def test_one_whose_mail_waits_is_not_mailed_again_and_one_that_left_may_be():
    offer = mailed(draft())

    with pytest.raises(OfferOnItsWay):
        mailed(offer)
    send_due_messages()
    again = mailed(offer)

    assert again.number == offer.number
    assert Message.objects.count() == 2
    assert {bytes(file.data) for file in MessageFile.objects.all()} == {
        bytes(again.file)
    }


def test_what_can_not_be_sent_is_not_mailed():
    deal = DealFactory()
    empty = OfferFactory(deal=deal)
    answered = send_offer(offer=draft(), by=None, at=timezone.now())
    accept_offer(offer=answered, by=None, at=timezone.now())
    closed = draft()
    lose_deal(deal=closed.deal, reason="price", by=None, at=timezone.now())

    with pytest.raises(OfferEmpty):
        mailed(empty)
    with pytest.raises(OfferNotOpen):
        mailed(answered)
    with pytest.raises(DealNotOpen):
        mailed(closed)
    with pytest.raises(BadTemplate):
        mailed(draft(deal=deal), text="{{ nonsense }}")

    assert not Message.objects.exists()
    assert not TouchDecision.objects.exists()


def test_the_page_asks_with_words_in_the_offers_language_and_sends(client):
    rep = RepFactory(first_name="Anna", last_name="Berg")
    offer = draft(deal=DealFactory(owner=rep), language="de")
    client.force_login(rep)
    url = reverse("sales:offer_mail", args=[offer.pk])

    page = client.get(url)
    form = page.context["form"]
    answer = client.post(
        url,
        {
            "subject": form["subject"].value(),
            "body": form["body"].value(),
            "action": form["action"].value(),
        },
    )

    offer.refresh_from_db()
    assert "Angebot" in form["subject"].value()
    assert form["body"].value().endswith("Anna Berg")
    assert b"cannot be taken back" in page.content
    assert offer.deal.contact.email in page.content.decode()
    assert answer.url == reverse("sales:offer", args=[offer.pk])
    assert (offer.status, offer.mail.by) == ("sent", rep)


def test_the_page_shows_what_the_gate_has_against_it_before_and_after(client):
    offer = draft()
    object_to_mails(offer)
    client.force_login(offer.deal.owner)
    url = reverse("sales:offer_mail", args=[offer.pk])
    form = {"subject": "Offer", "body": "Hello.", "action": token_hex(8)}

    before, after = client.get(url), client.post(url, form)

    assert b"would be held back" in before.content
    assert after.status_code == 422
    assert Offer.objects.get().status == "draft"


def test_marketers_do_not_mail_offers(client):
    client.force_login(MarketerFactory())

    answer = client.get(reverse("sales:offer_mail", args=[draft().pk]))

    assert answer.status_code == 404


def test_an_offer_is_mailed_over_the_api_in_our_words_or_ones_own():
    offers = [draft(), draft()]
    bodies = [{}, {"subject": "Offer {{ offer_number }}", "body": "Dear Ada, ..."}]

    for offer, body in zip(offers, bodies, strict=True):
        url = f"/api/v1/deals/{offer.deal_id}/offers/{offer.pk}/mail/"
        answer = api(offer.deal.owner).post(url, body, "json")
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == "sent"
        assert answer.json()["mail"]["state"] == "queued"
        send_due_messages()

    offers[1].refresh_from_db()
    copy = copy_of(offers[1].mail)
    assert copy.subject == f"Offer {offers[1].number}"
    assert "Dear Ada" in copy.text


@pytest.mark.parametrize(
    ("body", "attr"),
    [({"subject": ""}, "subject"), ({"body": "{{ x }}"}, "body"), ({"to": 1}, "to")],
)
def test_bad_words_are_refused_over_the_api_by_name(body, attr):
    offer = draft()
    url = f"/api/v1/deals/{offer.deal_id}/offers/{offer.pk}/mail/"

    answer = api(offer.deal.owner).post(url, body, "json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr
    assert Offer.objects.get().status == "draft"


def test_the_gates_no_is_a_409_with_its_reason():
    offer = draft()
    object_to_mails(offer)
    url = f"/api/v1/deals/{offer.deal_id}/offers/{offer.pk}/mail/"

    answer = api(offer.deal.owner).post(url, {}, "json")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "suppressed_objection"


def test_files_of_old_mails_are_erased_with_their_words():
    offer = mailed(draft())
    send_due_messages()

    erase_old_mails(at=timezone.now() + timedelta(days=366))

    offer.refresh_from_db()
    assert not MessageFile.objects.exists()
    assert offer.file
    assert offer.mail is not None
