"""What ends a sequence: built in, and not to be switched off.

The gate says what speaks against a touch. Some of it passes (too many mails this week, a
pause, the night): then the mail waits. The rest means that a human has taken over, or
that the contact does not want it: then the run is over.
"""

from __future__ import annotations

from collections.abc import Iterable

from campaigns.models.enrollment import Enrollment
from contacts.gate import Reason

End = Enrollment.End
ENDS = {
    "claimed": End.CLAIMED,
    "handed_off": End.HANDED_OFF,
    "handed_off_to_team": End.HANDED_OFF,
    "deal_open": End.DEAL,
    "withdrawn": End.OPTED_OUT,
    "suppressed_unsubscribed": End.OPTED_OUT,
    "suppressed_objection": End.OPTED_OUT,
    "suppressed_complaint": End.OPTED_OUT,
    "suppressed_by_hand": End.OPTED_OUT,
    "suppressed_erased": End.OPTED_OUT,
    "suppressed_bounced": End.BOUNCED,
    "bounced": End.BOUNCED,
    "no_address": End.BOUNCED,
    "no_consent": End.NO_CONSENT,
    "disqualified": End.DISQUALIFIED,
}
# What people do that means that they talk to us now: interaction kind -> end.
ENDING_KINDS = {
    "email_reply": End.REPLIED,
    "email_bounce": End.BOUNCED,
    "unsubscribe": End.OPTED_OUT,
    "call_outbound": End.CALLED,
    "call_inbound": End.CALLED,
    "meeting": End.CALLED,
}


def end_for(code: str) -> Enrollment.End | None:
    """How a run ends for that reason of the gate; None if the reason passes."""
    return ENDS.get(code)


def first_end(reasons: Iterable[Reason]) -> Enrollment.End | None:
    return next((end for r in reasons if (end := end_for(r.code))), None)
