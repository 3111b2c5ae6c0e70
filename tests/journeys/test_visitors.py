"""A tracking id is never an identity: what each proof may do."""

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Consent, Contact, Proposal
from journeys.models import Interaction, Visitor
from journeys.services.tracking import Report, track_interactions
from journeys.services.typed import submit_typed_address
from journeys.services.visitors import (
    CONFIRMED,
    join_visitor,
    recognize_visitor,
    withdraw_consent,
)
from scoring.models import StaleMark
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory, VisitorFactory
from tests.journeys.test_public import BROWSER, KEY, report

pytestmark = pytest.mark.django_db
OTHER = "f" * 32


@pytest.fixture
def browser() -> Client:
    return Client(headers={"User-Agent": BROWSER})


def submit(email, *, visitor=None, fields=None, **values):
    now = timezone.now()
    sent = Report(
        contact=visitor.contact if visitor else None,
        visitor=visitor,
        kind="form_submit",
        source="website",
        occurred_at=now,
        **values,
    )
    return submit_typed_address(email=email, fields=fields or {}, report=sent, at=now)


def test_an_unknown_address_becomes_a_contact_with_its_history():
    visitor = VisitorFactory()
    seen = InteractionFactory(contact=None, visitor=visitor)
    others = InteractionFactory(contact=None, visitor=VisitorFactory())

    typed = submit(
        "Ada@example.com",
        visitor=visitor,
        fields={"first_name": "Ada", "phone": "nonsense", "company": "Acme"},
    )

    ada = Contact.objects.get()
    assert typed.contact == ada
    assert typed.is_new_contact
    assert (ada.first_name, ada.phone, ada.company.name) == ("Ada", "", "Acme")
    visitor.refresh_from_db()
    assert (visitor.contact, visitor.level) == (ada, 1)
    seen.refresh_from_db()
    others.refresh_from_db()
    assert (seen.contact, others.contact) == (ada, None)
    assert seen.recorded_at > seen.occurred_at
    assert typed.interaction.contact == ada
    assert typed.interaction.properties is None
    assert StaleMark.objects.filter(contact=ada).exists()


def test_a_known_address_is_not_changed_joined_or_given_history():
    """A21: somebody types a victim's address."""
    victim = ContactFactory(email="ada@example.com", first_name="Ada")
    visitor = VisitorFactory()
    seen = InteractionFactory(contact=None, visitor=visitor)

    typed = submit("ADA@example.com", visitor=visitor, fields={"first_name": "Eve"})

    victim.refresh_from_db()
    visitor.refresh_from_db()
    seen.refresh_from_db()
    assert victim.first_name == "Ada"
    assert (visitor.contact, seen.contact) == (None, None)
    assert typed.interaction.contact == victim
    assert typed.interaction.properties == {"typed": {"first_name": "Eve"}}
    proposal = Proposal.objects.get()
    assert (proposal.contact, proposal.field, proposal.value) == (
        victim,
        "first_name",
        "Eve",
    )


def test_what_a_browser_said_about_being_recognized_its_contact_has_said():
    visitor = VisitorFactory(consent_text="Yes, recognize me.")
    at = timezone.now()
    submit("ada@example.com", visitor=visitor)
    ada = Contact.objects.get()
    join_visitor(visitor=visitor, contact=ada, level=CONFIRMED, at=at)
    visitor.digest, key = Visitor.digest_of(KEY), KEY
    visitor.save(update_fields=["digest"])

    withdraw_consent(key=key, at=timezone.now())

    said = Consent.objects.filter(contact=ada).order_by("pk")
    assert [(row.purpose, row.granted) for row in said] == [
        ("web_tracking", True),
        ("web_tracking", False),
    ]
    assert {row.proof["text"] for row in said} == {"Yes, recognize me."}


def test_a_consent_without_a_text_proves_nothing():
    submit("ada@example.com", visitor=VisitorFactory(consent_text=""))

    assert not Consent.objects.exists()


def test_two_people_in_one_browser_stay_two(browser):
    """A22: the second one's events never land on the first."""
    for email, event in (("ada@example.com", "a"), ("bob@example.com", "b")):
        report(browser, visitor=KEY, consent=True, id=event * 12)
        report(
            browser,
            visitor=KEY,
            consent=True,
            kind="form_submit",
            id=event * 13,
            form={"email": email},
        )
    report(browser, visitor=KEY, consent=True, id="c" * 12)

    ada, bob = Contact.objects.order_by("email")
    kinds = {
        contact: list(
            contact.interactions.order_by("recorded_at", "pk").values_list(
                "kind", flat=True
            )
        )
        for contact in (ada, bob)
    }
    # Who viewed the page before Bob typed cannot be known: it is Ada's, as all before.
    assert kinds[ada] == ["page_view", "form_submit", "page_view"]
    assert kinds[bob] == ["form_submit", "page_view"]
    assert Visitor.objects.count() == 2


def test_a_known_second_person_leaves_the_browser_to_nobody():
    victim = ContactFactory(email="vic@example.com")
    visitor = VisitorFactory(contact=ContactFactory(), level=1)

    typed = submit("vic@example.com", visitor=visitor)

    assert typed.visitor != visitor
    assert typed.visitor.contact is None
    assert typed.interaction.contact == victim


def test_the_same_person_again_is_no_second_one():
    ada = ContactFactory(email="ada@example.com")
    visitor = VisitorFactory(contact=ada, level=2)

    typed = submit("ada@example.com", visitor=visitor)

    assert typed.visitor == visitor
    assert Visitor.objects.get().level == 2


@pytest.mark.parametrize("email", ["", "nobody", "a@b\u0000.de", "x" * 300 + "@b.de"])
def test_what_is_no_address_leaves_the_visitors_interaction(email):
    typed = submit(email, visitor=VisitorFactory())

    assert typed.contact is None
    assert typed.interaction.kind == "form_submit"
    assert submit(email).interaction is None
    assert not Contact.objects.exists()


def test_machines_make_no_contacts():
    known = ContactFactory()

    submit("new@example.com", is_machine=True, machine_reason="crawler")
    submit(known.email, is_machine=True, machine_reason="crawler")

    assert Contact.objects.get() == known
    assert Interaction.objects.get().is_machine


def test_a_form_needs_no_consent_to_be_answered(browser):
    report(browser, kind="form_submit", form={"email": "ada@example.com"})

    assert Contact.objects.get().interactions.get().visitor is None
    assert not Visitor.objects.exists()


def test_once_joined_what_the_visitor_does_is_the_contacts(browser):
    report(browser, visitor=KEY, consent=True, form={"email": "ada@example.com"})
    StaleMark.objects.all().delete()

    report(browser, visitor=KEY, consent=True, id="f" * 12)

    assert Contact.objects.get().interactions.count() == 2
    assert StaleMark.objects.get().contact == Contact.objects.get()


def test_confirming_brings_the_history_along():
    ada, visitor = ContactFactory(), VisitorFactory()
    seen = InteractionFactory(contact=None, visitor=visitor)
    now = timezone.now()

    for _ in range(2):
        joined = join_visitor(
            visitor=visitor, contact=ada, level=CONFIRMED, at=now, with_history=True
        )

    seen.refresh_from_db()
    assert (joined.contact, joined.level, seen.contact) == (ada, CONFIRMED, ada)


def test_withdrawal_forgets_whose_the_browser_was(browser):
    report(browser, visitor=KEY, consent=True, id="a" * 12)
    report(browser, visitor=KEY, consent=True, form={"email": "ada@e.com"}, id="b" * 12)

    report(browser, kind="consent", visitor=KEY, consent=False)
    report(browser, kind="consent", visitor=KEY, consent=False)
    report(browser, visitor=KEY, consent=True, id="d" * 12)
    report(browser, visitor=OTHER, consent=True, id="e" * 12)

    withdrawn, new = Visitor.objects.order_by("pk")
    assert (withdrawn.contact, withdrawn.level) == (None, 0)
    assert withdrawn.withdrawn_at is not None
    assert not Interaction.objects.filter(visitor=withdrawn).exists()
    assert Contact.objects.get().interactions.count() == 2
    assert Interaction.objects.get(visitor=new).contact is None


def test_withdrawing_what_is_unknown_does_nothing():
    withdraw_consent(key=KEY, at=timezone.now())

    assert not Visitor.objects.exists()


def test_consent_keeps_the_text_that_was_shown(browser):
    report(
        browser, kind="consent", visitor=KEY, consent=True, consent_text="Yes to all"
    )

    assert Visitor.objects.get().consent_text == "Yes to all"
    assert not Interaction.objects.exists()


def test_a_visitor_is_stored_once():
    now = timezone.now()

    first = recognize_visitor(key=KEY, at=now)
    again = recognize_visitor(key=KEY, at=now)

    assert first == again


def test_joining_marks_what_it_hands_over_as_recorded_now():
    """Else a score would count it as known before, and not arm itself again."""
    visitor = VisitorFactory()
    [outcome] = track_interactions(
        reports=[
            Report(
                contact=None,
                visitor=visitor,
                kind="page_view",
                source="website",
                occurred_at=timezone.now(),
            )
        ],
        at=timezone.now(),
    )
    before = outcome.interaction.recorded_at

    submit("ada@example.com", visitor=visitor)

    outcome.interaction.refresh_from_db()
    assert outcome.interaction.recorded_at > before
