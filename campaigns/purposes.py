"""What each purpose means, in plain sentences that one can agree to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.models import Consent

# Shown with a switch each, in this order; what was shown goes into the proof.
SENTENCES = {
    Consent.Purpose.EMAIL_MARKETING: _(
        "Send me mails about your offers, events and news."
    ),
    Consent.Purpose.EMAIL_TRACKING: _(
        "See whether I open your mails and which links I follow, so that they suit me "
        "better."
    ),
    Consent.Purpose.WEB_TRACKING: _("Recognize me when I visit your website."),
    Consent.Purpose.PROFILING: _(
        "Put together what I look at, to find out what interests me."
    ),
    Consent.Purpose.PHONE: _("Call me about your offers."),
}
# Without these nothing that a browser does is told to be the contact's.
OF_VISITORS = frozenset({Consent.Purpose.WEB_TRACKING, Consent.Purpose.PROFILING})
