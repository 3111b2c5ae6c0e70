"""Who plays, and what they play with: made by the verbs, in an empty database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from campaigns.models import Form, MailTemplate, Sequence
from campaigns.services.pages import save_form
from campaigns.services.senders import save_sender
from campaigns.services.sequences import publish_draft, save_sequence
from campaigns.services.templates import save_template
from contacts.models import Consent, Contact
from contacts.services.contacts import upsert_contacts
from insights.demo.plan import FORM
from journeys.models.interaction import Kind
from journeys.services.tracking import Report, track_interactions
from scoring.models import ScoringModel
from scoring.services.activation import activate_model
from scoring.services.batches import recompute_batch, stale_batches
from scoring.services.shipped import create_default_model

SOURCE = "collisions"
REPS = ("anna", "ben")
# Mails of marketing that a contact gets at most.
CAP = 2
# Touches of all people of a company, after which marketing is silent.
COMPANY_CAP = 3


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
        per_company=COMPANY_CAP,
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


def meet_contacts(numbers: range, *, each: int, at: datetime) -> list[list[Contact]]:
    """New people for each of these orders, who agreed to mails and may be called.

    Those of every other order are colleagues. Of every third the first one has asked
    for a demo before, and is with sales.
    """
    items = [_person(number, place) for number in numbers for place in range(each)]
    outcomes = upsert_contacts(items=items, by=None, at=at, source=SOURCE)
    contacts = [outcome.contact for outcome in outcomes]
    Consent.objects.bulk_create(
        Consent(
            contact=contact,
            purpose=Consent.Purpose.EMAIL_MARKETING,
            granted=True,
            at=at,
            source=SOURCE,
            proof={"text": "I want news by e-mail."},
        )
        for contact in contacts
    )
    groups = [contacts[n : n + each] for n in range(0, len(contacts), each)]
    pairs = zip(numbers, groups, strict=True)
    _hand_off([group[0] for number, group in pairs if number % 3 == 0], at=at)
    return groups


def _hand_off(contacts: list[Contact], *, at: datetime) -> None:
    kinds = (Kind.DEMO_REQUEST, Kind.WEBINAR_ATTENDED)
    reports = [
        Report(
            contact=contact,
            kind=kind,
            source=SOURCE,
            event_id=f"before-{contact.pk}-{kind}",
            occurred_at=at,
        )
        for contact in contacts
        for kind in kinds
    ]
    track_interactions(reports=reports, at=at)
    for ids in stale_batches():
        recompute_batch(contact_ids=ids, at=at)


def _person(number: int, place: int) -> dict[str, Any]:
    person = {
        "email": f"person{number}-{place}@example.com",
        "first_name": "Ada",
        "phone": "+4930123456",
        "job_title": "Head of Sales",
    }
    if number % 2:
        person["company"] = {
            "name": f"Firm {number}",
            "domain": f"firm{number}.example",
        }
    return person


def _user(name: str, role: str) -> User:
    return User.objects.create_user(
        name, f"{name}@example.com", role=role, capacity=30_000
    )
