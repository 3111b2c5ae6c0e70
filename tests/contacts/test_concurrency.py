"""Two that do the same at once."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from contacts.models import Company, Contact, FieldChange, Tag
from contacts.services.contacts import (
    create_contact,
    ensure_contacts,
    update_contact,
    upsert_contacts,
)
from contacts.services.refusals import EmailTaken
from journeys.services.tracking import Report, track_interactions
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("attempt", range(3))
def test_two_creating_one_address_make_one_contact(attempt):
    data = {
        "email": "ada@example.com",
        "company": {"name": "Acme", "domain": "acme.com"},
        "tags": ["vip"],
    }

    def create():
        return create_contact(data=data, by=None, at=timezone.now(), source="test")

    results = at_once(create, create, create, create)

    made = [result for result in results if isinstance(result, Contact)]
    refused = [result for result in results if isinstance(result, EmailTaken)]
    assert (len(made), len(refused)) == (1, 3), results
    assert all(refusal.contact == made[0] for refusal in refused)
    assert (Contact.objects.count(), Company.objects.count()) == (1, 1)


@pytest.mark.parametrize("attempt", range(3))
def test_overlapping_batches_lose_and_double_nothing(attempt):
    def batch(numbers, verb):
        items = [
            {
                "email": f"c{n}@example.com",
                "company": {"name": f"Company {n % 7}"},
                "tags": [f"t{n % 3}"],
            }
            for n in numbers
        ]
        if verb is upsert_contacts:
            return lambda: verb(items=items, by=None, at=timezone.now(), source="a")
        return lambda: verb(items=items, at=timezone.now(), source="b")

    results = at_once(
        batch(range(40), upsert_contacts),
        batch(range(59, 19, -1), upsert_contacts),
        batch(range(10, 50), ensure_contacts),
        batch(range(49, 9, -1), ensure_contacts),
    )

    assert not [result for result in results if isinstance(result, Exception)], results
    assert {outcome.result for outcome in results[0] + results[1]} <= {
        "created",
        "updated",
        "unchanged",
    }
    assert len(results[2]) == len(results[3]) == 40
    assert Contact.objects.count() == 60
    assert Company.objects.count() == 7
    assert Tag.objects.count() == 3


def test_two_changing_one_contact_both_count():
    contact = ContactFactory(first_name="Old", job_title="Old")

    def change(**data):
        return lambda: update_contact(
            contact=contact, data=data, by=None, at=timezone.now(), source="test"
        )

    results = at_once(change(first_name="New"), change(job_title="New"))

    assert all(isinstance(result, Contact) for result in results), results
    contact.refresh_from_db()
    assert (contact.first_name, contact.job_title) == ("New", "New")
    assert FieldChange.objects.count() == 2


@pytest.mark.postgresql
def test_what_happens_to_a_contact_does_not_wait_for_a_change_of_it():
    contact, rep, now = ContactFactory(), RepFactory(), timezone.now()
    changes = {"owner": rep, "first_name": "Grace"}

    def track():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        report = Report(contact, kind="note", source="test", occurred_at=now)
        return track_interactions(reports=[report], at=now)

    with transaction.atomic():
        update_contact(contact=contact, data=changes, by=None, at=now, source="test")
        [outcomes] = at_once(track)

    assert [outcome.is_new for outcome in outcomes] == [True]
    contact.refresh_from_db()
    assert (contact.owner, contact.first_name) == (rep, "Grace")
