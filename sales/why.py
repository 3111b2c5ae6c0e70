"""Why a lead is whose it is, in the language that is active. No database."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sales.assignment import Passed

# Each goes on after the name of the rep; %(what)s is Handoff.because_of.
BECAUSE = {
    "owner": gettext_lazy("already looks after this contact"),
    "known": gettext_lazy("talked to this contact last"),
    "company": gettext_lazy("looks after this company"),
    "territory": gettext_lazy("has the territory %(what)s"),
    "team": gettext_lazy("has the most room in the team %(what)s"),
    "free": gettext_lazy("has the most room of all reps"),
    "by_hand": gettext_lazy("was chosen by hand"),
    "nobody_free": gettext_lazy("nobody had room"),
    "nobody_left": gettext_lazy("nobody answered in time"),
}
PASSED = {
    "owner": {
        "none": gettext_lazy("Nobody looks after the contact."),
        "absent": gettext_lazy("%(name)s looks after the contact, but is absent."),
        "no_rep": gettext_lazy("%(name)s looks after the contact, but takes no leads."),
        "missed": gettext_lazy("%(name)s looks after the contact, but did not answer."),
    },
    "known": {"none": gettext_lazy("No rep who is here has talked to the contact.")},
    "company": {
        "none": gettext_lazy("No rep who is here looks after a colleague of theirs.")
    },
    "territory": {
        "none": gettext_lazy("It is in no territory."),
        "full": gettext_lazy("In the territory %(name)s nobody has room."),
    },
    "team": {
        "none": gettext_lazy("No team has its journey."),
        "full": gettext_lazy("In the team %(name)s nobody has room."),
    },
    "free": {"full": gettext_lazy("No rep has room.")},
}


def because(code: str, *, what: str = "") -> str:
    """ "has the territory North": goes on after a name. "" for a code of another time."""
    text = str(BECAUSE.get(code, ""))
    # A handoff of an older time has no name in it.
    return (text % {"what": what}).strip() if "%(" in text else text


def why_me(code: str, *, name: str, what: str = "") -> str:
    """A sentence: "Anna Berger has the territory North." """
    clause = because(code, what=what)
    if not clause:
        return ""
    if code == "nobody_free":
        return _("Nobody had room.")
    if code == "nobody_left":
        return _("Nobody answered in time.")
    return _("%(name)s %(because)s.") % {"name": name, "because": clause}


def why_not(passed: Passed) -> str:
    return str(PASSED[passed.rule][passed.why]) % {"name": passed.name}
