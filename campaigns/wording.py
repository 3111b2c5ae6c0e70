"""Why a mail is where it is, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.mailing.lines import KEPT
from campaigns.models.message import Message
from contacts.gate import Reason

EVENTS = {
    "planned": gettext_lazy("Planned"),
    "postponed": gettext_lazy("Put off"),
    "released": gettext_lazy("Given back: it had not left"),
    "decided_arrived": gettext_lazy("Decided: it arrived"),
    "decided_again": gettext_lazy("Decided: send again"),
    "delivered": gettext_lazy("Delivered"),
    "bounced": gettext_lazy("Came back"),
    "delayed": gettext_lazy("Did not get through yet"),
    "complained": gettext_lazy("Complained about"),
    "rejected": gettext_lazy("Rejected by the mail provider"),
}
REASONS = {
    "no_answer": gettext_lazy("The mail server gave no answer after it got the mail."),
    "cut_off": gettext_lazy("LeadHub was stopped while it handed the mail over."),
    "too_late": gettext_lazy("It was not sent in time."),
    "by_hand": gettext_lazy("Somebody took it back."),
    "gave_up": gettext_lazy("The other side said “later” too often."),
    "broken": gettext_lazy("It could not be made a mail."),
    "bad_address": gettext_lazy("Mail servers do not understand the address."),
    "sender_missing": gettext_lazy("Nobody has said who mails come from."),
    "handed_off": gettext_lazy("Is with sales."),
    "claimed": gettext_lazy("A colleague is talking to this contact."),
    "bounced": gettext_lazy("It came back."),
    "rejected": gettext_lazy("The mail provider rejected it."),
    "company_cap": gettext_lazy("The company was touched as often as we do."),
    "frequency_cap": gettext_lazy("Got as many marketing mails as we send."),
}


def reason_text(code: str, detail: str = "") -> str:
    """Why, for a message's reason or that of one of its events; "" for none."""
    if detail == KEPT:
        return _("Kept: no mail server is set up.")
    if not code:
        return detail
    if code == "unresolved":
        return _("There is no value for “%(name)s”, and no fallback.") % {
            "name": detail
        }
    if code.isdigit():
        return f"{code} {detail}".strip()
    if code in REASONS:
        return str(REASONS[code])
    try:
        return Reason(code).detail
    except KeyError:  # a sentence about a name that is not kept here
        return detail or code


def event_text(name: str) -> str:
    if name in EVENTS:
        return str(EVENTS[name])
    return str(dict(Message.State.choices).get(name, name))
