"""How a mail with an offer may begin; whoever sends it writes on."""

from __future__ import annotations

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.rendering.mails import Draft
from sales.models import Offer


def words_for_offer(offer: Offer, *, by: User) -> Draft:
    """In the offer's language. The number is filled in when it has one."""
    with translation.override(offer.language):
        contact = offer.deal.contact
        valid = date_format(offer.valid_until_date, "SHORT_DATE_FORMAT")
        parts = [
            _("Hello {{ full_name }},") if contact.full_name else _("Hello,"),
            _("please find attached our offer {{ offer_number }}."),
            _("It is valid until %(day)s.") % {"day": valid},
            _("Kind regards"),
            str(by),
        ]
        return Draft(subject=_("Our offer {{ offer_number }}"), body="\n\n".join(parts))
