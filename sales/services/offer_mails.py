"""An offer goes to the contact as a colleague's own mail, with its file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import Message
from campaigns.rendering.mails import Draft
from campaigns.services.messages import MailFile, plan_message
from contacts.gate import Purpose
from sales.models import Offer
from sales.offer_pdf import PDF
from sales.services.deal_refusals import OfferOnItsWay
from sales.services.deals import check_deal_open, locked_deal
from sales.services.mails import ask_for_mail, key_of_mail
from sales.services.offers import (
    check_ready,
    check_waits_for_answer,
    freeze_offer,
    locked_offer,
)
from sales.services.refusals import TouchRefused


def mail_offer(
    *, offer: Offer, subject: str, text: str, action: str, by: User, at: datetime
) -> Offer:
    """Send the offer in ``by``'s name, the PDF attached; answers go to them.

    The gate is asked first, its answer kept, and asked again when the mail leaves. If
    it agrees, a draft gets its number and is frozen, and the contact is claimed; both
    with the mail or not at all. One that was sent already goes out once more, as it is.
    The words can show ``offer_number``. ``action`` is the number of this sending: sent
    twice, it is one mail.

    Raises ``TouchRefused``, ``OfferOnItsWay`` while its last mail has not left, what
    ``send_offer`` raises, ``OfferNotOpen``, and what campaigns have against the words.
    """
    with transaction.atomic():
        contact, deal = locked_deal(offer.deal)
        key = key_of_mail(contact, by=by, action=action)
        offer = locked_offer(offer, deal)
        if offer.mail is not None and offer.mail.key == key:
            return offer
        if offer.is_draft:
            check_ready(offer, at=at)
        else:
            check_deal_open(deal)
            check_waits_for_answer(offer, at)
        if offer.mail is not None and offer.mail.is_stoppable:
            raise OfferOnItsWay(_("The mail with this offer is on its way already."))
        title = _("Offer %(number)s") % {"number": offer.number or deal.title}
        reasons = ask_for_mail(contact=contact, key=key, title=title, by=by, at=at)
        if not reasons:
            if offer.is_draft:
                offer = freeze_offer(offer=offer, by=by, at=at)
            words = Draft(subject=subject, body=text)
            offer.mail = _planned(offer, key=key, words=words, by=by, at=at)
            offer.save(update_fields=["mail"])
    # Outside: the answer of the gate stays.
    if reasons:
        raise TouchRefused(reasons)
    return offer


def _planned(
    offer: Offer, *, key: str, words: Draft, by: User, at: datetime
) -> Message:
    pdf = MailFile(offer.file_name, PDF, bytes(offer.file))
    return plan_message(
        key=key,
        contact=offer.deal.contact,
        purpose=Purpose.PERSONAL,
        kind=Message.Kind.PERSONAL,
        title=_("Offer %(number)s") % {"number": offer.number},
        draft=words,
        context={"offer_number": offer.number},
        files=[pdf],
        by=by,
        at=at,
    )
