"""Custom fields: their verbs, and the REST door to them."""

import pytest
from django.utils import timezone

from contacts.conditions.evaluation import matches
from contacts.models import Contact, ContactIdentifier, CustomField
from contacts.services.custom_fields import (
    FieldHasValues,
    FieldInUse,
    KeyTaken,
    ValuesNotUnique,
    create_custom_field,
    delete_custom_field,
    update_custom_field,
)
from contacts.signals import contacts_changed
from leadhub.errors import InvalidValue
from tests.contacts.test_api import client_of, errors
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import (
    ContactFactory,
    CustomFieldFactory,
    SegmentFactory,
)
from tests.factories.journeys import PhaseFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/custom-fields/"


def update(field, **data):
    return update_custom_field(field=field, data=data, by=None, at=timezone.now())


def delete(field):
    delete_custom_field(field=field, by=None, at=timezone.now())


def test_create_custom_field():
    data = {
        "key": "plan",
        "label": "Plan",
        "type": "choice",
        "choices": ["A", "B", "A"],
    }

    field = create_custom_field(data=data, by=None, at=timezone.now())

    field.refresh_from_db()
    assert (field.key, field.type, field.choices) == ("plan", "choice", ["A", "B"])
    with pytest.raises(KeyTaken):
        create_custom_field(data=data, by=None, at=timezone.now())


@pytest.mark.parametrize(
    ("data", "attr"),
    [
        ({"label": "Plan"}, "key"),
        ({"key": "Plan"}, "key"),
        ({"key": "plan", "label": " "}, "label"),
        ({"key": "plan", "type": "color"}, "type"),
        ({"key": "plan", "type": "choice"}, "choices"),
        ({"key": "plan", "type": "choice", "choices": "A"}, "choices"),
        ({"key": "plan", "type": "date", "is_identifier": True}, "is_identifier"),
        ({"key": "plan", "is_identifier": "yes"}, "is_identifier"),
        ({"key": "plan", "color": "red"}, "color"),
    ],
)
def test_create_custom_field_says_what_is_wrong(data, attr):
    with pytest.raises(InvalidValue) as refusal:
        create_custom_field(data=data, by=None, at=timezone.now())

    assert refusal.value.attr == attr
    assert not CustomField.objects.exists()


def test_the_type_changes_only_while_nobody_has_a_value():
    field = CustomFieldFactory(key="seats", type="text")

    assert update(field, type="number").type == "number"
    ContactFactory(custom={"seats": 3})
    with pytest.raises(FieldHasValues):
        update(field, type="text")

    field.refresh_from_db()
    assert field.type == "number"


def test_text_becomes_a_choice_that_has_all_its_values():
    field = CustomFieldFactory(key="plan", type="text")
    ContactFactory(custom={"plan": "Pro"})

    with pytest.raises(FieldHasValues, match="Pro"):
        update(field, type="choice", choices=["Free"])
    assert update(field, type="choice", choices=["Free", "Pro"]).type == "choice"
    with pytest.raises(FieldHasValues, match="Pro"):
        update(field, choices=["Free"])
    assert update(field, type="text").choices == []


def test_the_key_stays():
    with pytest.raises(InvalidValue) as refusal:
        update(CustomFieldFactory(key="plan"), key="offer")

    assert refusal.value.attr == "key"


def test_what_begins_to_identify_contacts_is_different_with_each():
    field = CustomFieldFactory(key="number", type="number")
    first = ContactFactory(custom={"number": 7})
    second = ContactFactory(custom={"number": 7})

    with pytest.raises(ValuesNotUnique, match="7"):
        update(field, is_identifier=True)
    Contact.objects.filter(pk=second.pk).update(custom={"number": 8})
    update(field, is_identifier=True)
    rows = ContactIdentifier.objects.values_list("contact", "field", "value")
    assert set(rows) == {(first.pk, "number", "7"), (second.pk, "number", "8")}

    update(field, is_identifier=False)
    assert not ContactIdentifier.objects.exists()


def test_delete_takes_the_values_along_and_tells():
    field = CustomFieldFactory(key="plan")
    had = ContactFactory(custom={"plan": "Pro", "seats": 3})
    ContactFactory(custom={"seats": 4})
    told = []

    def listen(contact_ids, **kwargs):
        told.append(contact_ids)

    contacts_changed.connect(listen)
    try:
        delete(field)
    finally:
        contacts_changed.disconnect(listen)
    delete(field)

    had.refresh_from_db()
    assert had.custom == {"seats": 3}
    assert told == [{had.pk}]
    assert not CustomField.objects.exists()


@pytest.mark.parametrize("holder", ["segment", "phase", "live rule", "draft"])
def test_delete_is_refused_while_a_condition_names_it(holder):
    field = CustomFieldFactory(key="plan")
    condition = {"not": {"all": [{"field": "custom.plan", "op": "is_set"}]}}
    if holder == "segment":
        SegmentFactory(name="Planners", condition=condition)
    elif holder == "phase":
        PhaseFactory(name="Planners", entry_condition=condition)
    else:
        model = ScoringModelFactory(name="Planners", is_active=holder == "live rule")
        RuleFactory(scoring_model=model, dimension="fit", when=condition)

    with pytest.raises(FieldInUse, match="Planners"):
        delete(field)


def test_a_condition_about_a_field_that_is_gone_finds_it_missing():
    contact = ContactFactory(custom={"plan": "Pro"})
    known = {"field": "custom.plan", "op": "is_set"}
    other = {"field": "custom.plan", "op": "ne", "value": "Free"}

    answers = [
        matches(condition, [contact], at=timezone.now()) for condition in (known, other)
    ]

    assert answers == [{contact.pk: False}, {contact.pk: True}]


def test_over_the_api():
    api = client_of(MarketerFactory())

    created = api.post(
        URL, {"key": "seats", "label": "Seats", "type": "number"}, format="json"
    )
    assert created.status_code == 201, created.json()
    url = created["Location"]
    contact = api.post(
        "/api/v1/contacts/",
        {"email": "a@example.com", "custom": {"seats": 3}},
        format="json",
    )
    assert contact.json()["custom"] == {"seats": 3}

    assert (
        api.patch(url, {"label": "Places"}, format="json").json()["label"] == "Places"
    )
    refused = api.patch(url, {"type": "text"}, format="json")
    assert refused.status_code == 409
    assert errors(refused)[0][1] == "field_has_values"
    assert [row["key"] for row in api.get(URL).json()["results"]] == ["seats"]
    assert api.delete(url).status_code == 204


def test_reps_read_custom_fields_and_do_not_change_them():
    field = CustomFieldFactory()
    api = client_of(RepFactory())

    assert api.get(f"{URL}{field.pk}/").status_code == 200
    assert (
        api.patch(f"{URL}{field.pk}/", {"label": "B"}, format="json").status_code == 403
    )
    assert api.post(URL, {"key": "b"}, format="json").status_code == 403
