"""The verbs about contacts."""

import pytest
from django.utils import timezone

from contacts.faults import InvalidContact
from contacts.models import Company, Contact, ContactIdentifier, FieldChange, Tag
from contacts.services.contacts import (
    create_contact,
    delete_contacts,
    ensure_contacts,
    update_contact,
    upsert_contacts,
)
from contacts.services.refusals import EmailTaken, IdentifierTaken
from contacts.signals import contacts_changed
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced():
    """The contact ids that ``contacts_changed`` named, one set per sending."""
    sent = []

    def hear(*, contact_ids, **kwargs):
        sent.append(set(contact_ids))

    contacts_changed.connect(hear)
    yield sent
    contacts_changed.disconnect(hear)


def create(**data):
    return create_contact(data=data, by=None, at=timezone.now(), source="test")


def update(contact, by=None, **data):
    return update_contact(
        contact=contact, data=data, by=by, at=timezone.now(), source="test"
    )


def upsert(*items, by=None, **options):
    return upsert_contacts(
        items=items, by=by, at=timezone.now(), source="test", **options
    )


def test_create_keeps_every_field_in_its_form(announced):
    rep = RepFactory()
    CustomFieldFactory(key="seats", type="number")

    contact = create(
        email=" Ada.Byron@EXAMPLE.com",
        first_name="Ada",
        last_name="Byro\u0301n",
        phone="030 1234567",
        job_title="Head of Engines",
        company={"name": "Acme", "domain": "https://www.acme.com/x", "employees": "50"},
        owner=rep.username,
        tags=["VIP", "vip", " Fair "],
        language="en_gb",
        timezone="europe/berlin",
        custom={"seats": "12"},
    )

    contact = Contact.objects.get(pk=contact.pk)
    assert contact.email == "Ada.Byron@example.com"
    assert contact.email_key == "ada.byron@example.com"
    assert contact.last_name == "Byrón"
    assert contact.phone == "+49301234567"
    assert (contact.company.domain, contact.company.employees) == ("acme.com", 50)
    assert contact.owner == rep
    assert sorted(tag.name for tag in contact.tags.all()) == ["fair", "vip"]
    assert (contact.language, contact.timezone) == ("en-GB", "Europe/Berlin")
    assert contact.custom == {"seats": 12}
    assert contact.source == "test"
    assert announced == [{contact.pk}]


def test_create_names_all_that_is_wrong_and_writes_nothing():
    with pytest.raises(InvalidContact) as refusal:
        create(
            email="ada",
            phone="many",
            first_name="a\x00b",
            last_name="\u202eabc",
            timezone="Mars/Crater",
            language="english",
            color="red",
            custom={"unknown": 1},
            company={"domain": "no domain"},
        )

    assert {(e.attr, e.code) for e in refusal.value.errors} == {
        ("email", "bad_email"),
        ("phone", "bad_phone"),
        ("first_name", "bad_text"),
        ("last_name", "bad_text"),
        ("timezone", "invalid"),
        ("language", "invalid"),
        ("color", "unknown"),
        ("custom.unknown", "unknown"),
        ("company.domain", "invalid"),
    }
    assert not Contact.objects.exists()


def test_create_needs_something_to_know_the_contact_by():
    with pytest.raises(InvalidContact, match="e-mail address, a name or a phone"):
        create(job_title="Head of Engines")


@pytest.mark.parametrize("value", [{"owner": 999}, {"company": 999}, {"owner": "bob"}])
def test_create_refuses_what_does_not_exist(value):
    with pytest.raises(InvalidContact) as refusal:
        create(email="ada@example.com", **value)

    assert refusal.value.code == "does_not_exist"


def test_create_known_email_in_other_case_names_the_contact():
    known = ContactFactory(email="Ada@Example.com", first_name="Ada", last_name="B")

    with pytest.raises(EmailTaken, match=f"contact {known.pk}, Ada B") as refusal:
        create(email="ADA@example.com")

    assert refusal.value.contact == known


def test_identifier_is_kept_in_step_and_unique():
    CustomFieldFactory(key="crm_id", is_identifier=True)
    ada = create(email="ada@example.com", custom={"crm_id": "A-1"})

    with pytest.raises(IdentifierTaken):
        create(email="bob@example.com", custom={"crm_id": "A-1"})
    update(ada, custom={"crm_id": "A-2"})
    bob = create(email="bob@example.com", custom={"crm_id": "A-1"})
    update(bob, custom={"crm_id": None})

    stored = ContactIdentifier.objects.values_list("contact_id", "field", "value")
    assert list(stored) == [(ada.pk, "crm_id", "A-2")]


def test_update_keeps_what_was_before(announced):
    by = MarketerFactory()
    company = CompanyFactory(name="Acme")
    contact = ContactFactory(first_name="Ada", job_title="Poet", company=company)
    CustomFieldFactory(key="city")

    update(contact, by=by, job_title="Head", company=None, custom={"city": "Rome"})

    [change] = FieldChange.objects.all()
    assert (change.by, change.contact) == (by, contact)
    assert change.changes == {
        "job_title": ["Poet", "Head"],
        "company": [company.pk, None],
        "custom.city": [None, "Rome"],
    }
    assert announced == [{contact.pk}]


def test_update_with_the_same_values_changes_nothing(announced):
    contact = ContactFactory(first_name="Ada", updated_at=timezone.now())

    update(contact, first_name="Ada", tags=[], custom={}, email=contact.email)

    assert not FieldChange.objects.exists()
    assert announced == []
    stored = Contact.objects.get()
    assert stored.updated_at == contact.updated_at


def test_update_leaves_what_it_does_not_name():
    rep = RepFactory()
    contact = create(
        email="ada@example.com", owner=rep, tags=["a", "b"], phone="+49301234567"
    )

    update(contact, first_name="Ada", add_tags=["c"], remove_tags=["a"])

    stored = Contact.objects.get()
    assert (stored.owner, stored.phone) == (rep, "+49301234567")
    assert sorted(tag.name for tag in stored.tags.all()) == ["b", "c"]


def test_update_to_a_taken_email_is_refused():
    ContactFactory(email="ada@example.com")
    bob = ContactFactory(email="bob@example.com")

    with pytest.raises(EmailTaken):
        update(bob, email="Ada@Example.com")


def test_company_is_matched_by_domain_then_by_name():
    acme = CompanyFactory(name="Acme", domain="acme.com")
    byname = CompanyFactory(name="Miller & Söhne")

    outcomes = upsert(
        {"email": "a@x.com", "company": {"name": "Other", "domain": "www.ACME.com"}},
        {"email": "b@x.com", "company": {"name": "miller &  SÖHNE", "domain": "m.de"}},
        {"email": "c@x.com", "company": {"name": "Acme", "domain": "acme.org"}},
        {"email": "d@x.com", "company": {"name": "New"}},
        {"email": "e@x.com", "company": {"name": "new"}},
        {"email": "f@x.com", "company": {"domain": "m.de", "industry": "Mills"}},
    )

    a, b, c, d, e, f = (outcome.contact.company for outcome in outcomes)
    assert a == acme
    assert b == byname == f
    assert c not in (acme, byname)
    assert d == e
    assert Company.objects.count() == 4
    byname.refresh_from_db()
    assert (byname.domain, byname.industry) == ("m.de", "Mills")


def test_new_facts_of_a_company_concern_all_of_its_contacts(announced):
    acme = CompanyFactory(name="Acme", domain="acme.com")
    colleague = ContactFactory(company=acme)

    contact = create(email="a@x.com", company={"domain": "acme.com", "employees": 9})

    assert announced == [{colleague.pk, contact.pk}]


def test_upsert_answers_every_item_in_order(announced):
    known = ContactFactory(email="known@example.com", first_name="Old")
    same = ContactFactory(email="same@example.com", first_name="Same")

    outcomes = upsert(
        {"email": "new@example.com", "first_name": "One", "tags": ["a"]},
        {"email": "KNOWN@example.com", "first_name": "New"},
        {"email": "same@example.com", "first_name": "Same"},
        {"email": "no address"},
        {"first_name": "Nobody"},
        "text",
        {"email": "NEW@example.com", "first_name": "Two", "add_tags": ["b"]},
    )

    assert [outcome.result for outcome in outcomes] == [
        "created",
        "updated",
        "unchanged",
        "rejected",
        "rejected",
        "rejected",
        "updated",
    ]
    assert outcomes[1].changes["first_name"] == ["Old", "New"]
    new = Contact.objects.get(email_key="new@example.com")
    assert new.first_name == "Two"
    assert sorted(tag.name for tag in new.tags.all()) == ["a", "b"]
    assert announced == [{new.pk, known.pk}]
    assert same.pk not in announced[0]


def test_upsert_can_leave_known_contacts_alone():
    ContactFactory(email="known@example.com", first_name="Old")

    outcomes = upsert(
        {"email": "known@example.com", "first_name": "New"},
        {"email": "new@example.com"},
        updates_existing=False,
    )

    assert [outcome.result for outcome in outcomes] == ["unchanged", "created"]
    assert Contact.objects.get(email_key="known@example.com").first_name == "Old"


def test_upsert_does_not_let_a_rep_change_a_colleagues_contact():
    rep = RepFactory()
    ContactFactory(email="theirs@example.com", owner=RepFactory(), first_name="Old")
    ContactFactory(email="mine@example.com", owner=rep)

    outcomes = upsert(
        {"email": "theirs@example.com", "first_name": "New"},
        {"email": "mine@example.com", "first_name": "New"},
        by=rep,
    )

    assert [outcome.result for outcome in outcomes] == ["rejected", "updated"]
    assert outcomes[0].refusal.code == "permission_denied"
    assert Contact.objects.get(email_key="theirs@example.com").first_name == "Old"


@pytest.mark.parametrize("count", [1, 40])
def test_upsert_statements_do_not_grow_with_the_items(
    count, django_assert_max_num_queries
):
    CustomFieldFactory(key="crm_id", is_identifier=True)
    items = [
        {
            "email": f"c{n}@example.com",
            "company": {"name": f"Company {n}"},
            "tags": ["a", f"b{n}"],
            "custom": {"crm_id": f"{n}"},
        }
        for n in range(count)
    ]
    upsert(*items[::2])

    with django_assert_max_num_queries(28):
        outcomes = upsert(*({**item, "job_title": "Head"} for item in items))

    assert [outcome.errors for outcome in outcomes] == [[]] * count


def test_ensure_creates_unknown_and_leaves_known_ones(announced):
    known = ContactFactory(email="known@example.com", first_name="Old")

    found = ensure_contacts(
        items=[
            {"email": "Known@example.com", "first_name": "New"},
            {"email": "new@example.com", "first_name": "One"},
            {"email": "NEW@example.com", "first_name": "Two"},
            {"email": "broken"},
            {"email": "bad@example.com", "phone": "many"},
        ],
        at=timezone.now(),
        source="website",
    )

    assert set(found) == {"known@example.com", "new@example.com"}
    assert found["known@example.com"].first_name == "Old"
    assert found["new@example.com"].first_name == "One"
    assert found["new@example.com"].source == "website"
    assert announced == [{found["new@example.com"].pk}]
    assert Contact.objects.count() == 2
    assert known.pk == found["known@example.com"].pk


def test_ensure_does_not_touch_a_known_company():
    acme = CompanyFactory(name="Acme", domain="acme.com", industry="Engines")

    ensure_contacts(
        items=[
            {
                "email": "a@x.com",
                "company": {"domain": "acme.com", "industry": "Spam", "employees": 1},
            }
        ],
        at=timezone.now(),
        source="website",
    )

    acme.refresh_from_db()
    assert (acme.industry, acme.employees) == ("Engines", None)
    assert Contact.objects.get().company == acme


def test_delete_removes_the_contact_and_a_repeat_is_harmless():
    contact = create(email="ada@example.com", tags=["a"])

    assert delete_contacts(contact_ids=[contact.pk], by=None) == 1
    assert delete_contacts(contact_ids=[contact.pk], by=None) == 0
    assert not Contact.objects.exists()
    assert Tag.objects.exists()


def test_upsert_of_a_faulty_item_about_a_known_contact_is_refused():
    known = ContactFactory(email="ada@example.com")

    [outcome] = upsert({"email": "ada@example.com", "phone": "many"})

    assert (outcome.result, outcome.contact) == ("rejected", known)


def test_upsert_does_not_rewrite_an_address_in_other_letters():
    known = ContactFactory(email="Ada@example.com")

    [outcome] = upsert({"email": "ADA@example.com", "first_name": "Ada"})

    known.refresh_from_db()
    assert list(outcome.changes) == ["first_name"]
    assert known.email == "Ada@example.com"
