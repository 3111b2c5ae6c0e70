"""Who plays, and what they play with: made by the verbs, in an empty database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from campaigns.models import Form, MailTemplate, Sequence
from campaigns.services.pages import save_form
from campaigns.services.senders import save_sender
from campaigns.services.sequences import publish_draft, save_sequence
from campaigns.services.templates import save_template
from contacts.models import Consent, Contact
from contacts.services.consents import record_consents
from contacts.services.contacts import upsert_contacts
from insights.demo.plan import FORM
from scoring.models import ScoringModel
from scoring.services.activation import activate_model
from scoring.services.shipped import create_default_model

SOURCE = "collisions"
REPS = ("anna", "ben")
# Mails of marketing that a contact gets at most.
CAP = 2


@dataclass(frozen=True, slots=True)
class Stage:
    """What is the same in all orders."""

    reps: dict[str, User]
    marketer: User
    form: Form
    sequence: Sequence


def set_up(*, at: datetime) -> Stage:
    """Two reps, a marketer, the model that ships, a form and a sequence of mails."""
    marketer = _user("marketer", User.Role.MARKETER)
    model = create_default_model(by=marketer, at=at)
    activate_model(
        model=model, existing=ScoringModel.Existing.MARK_SEEN, by=marketer, at=at
    )
    save_sender(
        name="Example GmbH",
        email="news@example.org",
        imprint="Example GmbH, Musterstraße 1, 10115 Berlin",
        per_day=CAP,
        per_week=CAP,
        per_domain=10_000,
        quiet_from=None,
        quiet_until=None,
        by=marketer,
        at=at,
    )
    form = save_form(form=Form(**FORM), by=marketer, at=at)
    reps = {name: _user(name, User.Role.REP) for name in REPS}
    sequence = _sequence(by=marketer, at=at)
    return Stage(reps, marketer, form, sequence)


def _sequence(*, by: User, at: datetime) -> Sequence:
    """Two mails, one right after the other, for whoever is let in."""
    template = save_template(
        template=MailTemplate(created_at=at),
        name="News",
        subject="News for {{ first_name | default: 'you' }}",
        body="Hello, there is news.",
        language="en",
        by=by,
        at=at,
    )
    sequence = Sequence(name="News", may_reenter=True)
    mail = {"kind": "mail", "settings": {"template": template.pk}}
    steps = [mail | {"key": "first"}, mail | {"key": "second"}]
    save_sequence(sequence=sequence, steps=steps, by=by, at=at)
    publish_draft(sequence=sequence, moves_people=False, note="", by=by, at=at)
    sequence.refresh_from_db()
    return sequence


def meet_contacts(numbers: range, *, at: datetime) -> list[Contact]:
    """New people, who agreed to mails and may be called."""
    items = [
        {
            "email": f"person{number}@example.com",
            "first_name": "Ada",
            "phone": "+4930123456",
            "job_title": "Head of Sales",
        }
        for number in numbers
    ]
    outcomes = upsert_contacts(items=items, by=None, at=at, source=SOURCE)
    contacts = [outcome.contact for outcome in outcomes]
    for contact in contacts:
        record_consents(
            contact=contact,
            decisions={Consent.Purpose.EMAIL_MARKETING: True},
            source=SOURCE,
            proof={"text": "I want news by e-mail."},
            at=at,
        )
    return contacts


def _user(name: str, role: str) -> User:
    return User.objects.create_user(
        name, f"{name}@example.com", role=role, capacity=30_000
    )
