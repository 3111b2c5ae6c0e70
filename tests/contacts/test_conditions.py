"""What conditions mean, leaf by leaf, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from contacts.conditions.catalog import catalog, editor_words
from contacts.conditions.evaluation import (
    condition_q,
    contacts_matching,
    matches,
    matches_each,
)
from contacts.conditions.letters import fold
from contacts.conditions.parsing import InvalidCondition
from contacts.conditions.registry import vocabulary
from contacts.conditions.sentences import PHRASES, describe
from contacts.conditions.validation import validate
from contacts.models import Contact
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import (
    CompanyFactory,
    ConsentFactory,
    ContactFactory,
    CustomFieldFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 29, 12, 30, tzinfo=UTC)


def holds(contact, field, op, *value, at=AT):
    """The answer about one contact, after making sure that there is only one."""
    condition = {"field": field, "op": op}
    if value:
        condition["value"] = value[0]
    validate(condition)
    answer = matches(condition, [contact], at=at)[contact.pk]
    found = contacts_matching(Contact.objects.all(), condition, at=at)
    assert found.filter(pk=contact.pk).exists() == answer
    return answer


@pytest.mark.parametrize(
    ("stored", "op", "value", "expected"),
    [
        ("Head of Marketing", "contains", "head", True),
        ("Head of Marketing", "starts_with", "HEAD OF", True),
        ("Head of Marketing", "starts_with", "Marketing", False),
        ("GESCHÄFTSFÜHRER", "contains", "führer", True),
        ("Geschäftsführer", "eq", "GESCHÄFTSFÜHRER", True),
        ("ΣΊΣΥΦΟΣ", "eq", "σίσυφος", True),
        ("Élan", "in", ["x", "éLAN"], True),
        ("Straße", "eq", "STRAẞE", True),
        ("Straße", "eq", "STRASSE", False),
        ("İzmir", "starts_with", "i", False),
        ("Elan", "eq", "Élan", False),
        ("100% sure", "contains", "0%", True),
        ("1000 sure", "contains", "0%", False),
        ("a_b", "contains", "A_B", True),
        ("axb", "contains", "a_b", False),
        ("a\\b", "contains", "\\", True),
        ("", "ne", "x", True),
        ("", "not_in", ["x"], True),
        ("", "eq", "x", False),
    ],
)
def test_text_compares_without_case(stored, op, value, expected):
    contact = ContactFactory(job_title=stored)

    assert holds(contact, "job_title", op, value) is expected


def test_missing_values_answer_no_to_all_but_opposites():
    contact = ContactFactory(email="", company=None, first_name="")

    for field in ("email", "first_name", "company.name", "owner", "tags", "company"):
        assert not holds(contact, field, "is_set")
        assert holds(contact, field, "is_empty")
        assert not holds(contact, field, "eq", "x")
        assert holds(contact, field, "ne", "x")
        assert holds(contact, field, "not_in", ["x"])
    for op in ("eq", "gt", "gte", "lt", "lte"):
        assert not holds(contact, "company.employees", op, 0)


def test_email_compares_by_its_key():
    contact = ContactFactory(email="Ada@Example.com")

    assert holds(contact, "email", "eq", "ADA@example.COM")
    assert holds(contact, "email", "contains", "@EXAMPLE.")


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("eq", 50, True),
        ("eq", 50.0, True),
        ("in", [1, 50], True),
        ("gt", 50, False),
        ("gte", 50, True),
        ("lt", 50.5, True),
        ("between", [50, 60], True),
        ("between", [60, 50], False),
        ("ne", 51, True),
    ],
)
def test_numbers(op, value, expected):
    contact = ContactFactory(company=CompanyFactory(employees=50))

    assert holds(contact, "company.employees", op, value) is expected


@pytest.mark.parametrize(
    ("type_", "stored", "op", "value", "expected"),
    [
        ("number", 9, "lt", 10, True),  # as text it would not be
        ("number", "9", "lt", 10, False),
        ("number", True, "eq", 1, False),
        ("number", 0.1, "eq", 0.1, True),
        ("number", 10**400, "gt", 10**15, True),
        ("date", "2026-03-09", "lt", "2026-03-10", True),
        ("date", "2026-3-9", "lt", "2026-03-10", False),
        ("date", "soon", "gt", "2026-03-10", False),
        ("date", "2026-03-29", "within_days", 1, True),
        ("date", "2026-03-27", "within_days", 1, False),
        ("date", "2026-03-30", "within_days", 1, False),
        ("boolean", True, "eq", True, True),
        ("boolean", "true", "eq", True, False),
        ("boolean", False, "eq", False, True),
        ("text", "Ä", "eq", "ä", True),
        ("text", 5, "eq", "5", False),
        ("text", None, "ne", "5", True),
        ("choice", "Pro", "in", ["PRO"], True),
    ],
)
def test_custom_values_compare_by_the_type_of_their_field(
    type_, stored, op, value, expected
):
    CustomFieldFactory(key="own", type=type_)
    contact = ContactFactory(custom={"own": stored})

    assert holds(contact, "custom.own", op, value) is expected


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        # TIME_ZONE is Europe/Berlin: 22:30 UTC is on the 29th already.
        ("eq", "2026-03-29", True),
        ("eq", "2026-03-28", False),
        ("gt", "2026-03-28", True),
        ("gt", "2026-03-29", False),
        ("lte", "2026-03-29", True),
        ("lt", "2026-03-29", False),
        ("between", ["2026-03-29", "2026-03-29"], True),
        ("gte", "2026-03-28T23:30:00Z", True),
        ("gt", "2026-03-28T23:30:00Z", False),
        ("lt", "2026-03-29T00:31:00", True),
        ("within_days", 1, True),
    ],
)
def test_days_are_those_of_the_time_zone(op, value, expected):
    contact = ContactFactory(created_at=datetime(2026, 3, 28, 23, 30, tzinfo=UTC))

    assert holds(contact, "created_at", op, value) is expected


def test_within_days_counts_back_from_the_moment_asked_about():
    contact = ContactFactory(created_at=AT - timedelta(days=3))

    assert holds(contact, "created_at", "within_days", 3)
    assert not holds(contact, "created_at", "within_days", 2)
    assert not holds(contact, "created_at", "within_days", 9, at=AT - timedelta(days=4))


def test_tags_owner_company():
    rep = RepFactory(username="Änne")
    contact = ContactFactory(owner=rep, company=CompanyFactory(name="Acme"))
    contact.tags.add(TagFactory(name="größe"), TagFactory(name="vip"))

    for op, value in [("eq", "VIP"), ("contains", "GRÖßE"), ("in", ["x", "vip"])]:
        assert holds(contact, "tags", op, value)
    assert not holds(contact, "tags", "ne", "vip")
    assert not holds(contact, "tags", "contains", "vi")
    assert holds(contact, "owner", "eq", rep.pk)
    assert holds(contact, "owner", "in", ["x", "äNNE"])
    assert holds(contact, "company", "eq", contact.company_id)
    assert holds(contact, "company", "eq", "ACME")


def test_the_latest_consent_counts():
    contact = ContactFactory()
    ConsentFactory(contact=contact, purpose="phone", granted=True, at=AT)
    ConsentFactory(contact=contact, purpose="phone", granted=False, at=AT)
    ConsentFactory(contact=contact, purpose="profiling", at=AT - timedelta(days=1))

    assert holds(contact, "consent.phone", "eq", False)
    assert holds(contact, "consent.profiling", "eq", True)
    assert holds(contact, "consent.email_marketing", "ne", True)
    assert not holds(contact, "consent.email_marketing", "eq", False)


def test_empty_groups():
    contact = ContactFactory()
    conditions = [{"all": []}, {"any": []}, {"not": {"all": []}}, {"not": {"any": []}}]
    conditions += [{"any": [{"all": []}, {"any": []}]}, {}]

    answers = matches_each(conditions, [contact], at=AT)

    expected = [True, False, False, True, True, False]
    assert [contact.pk in answer for answer in answers] == expected
    for condition, answer in zip(conditions, expected, strict=True):
        assert Contact.objects.filter(condition_q(condition, at=AT)).exists() == answer
    assert matches(conditions[0], [], at=AT) == {}


def nested(levels):
    condition = {"field": "email", "op": "is_set"}
    for _ in range(levels):
        condition = {"not": condition}
    return condition


EMAIL = {"field": "email", "op": "is_set"}


@pytest.mark.parametrize(
    ("condition", "attr", "words"),
    [
        (None, "", "object"),
        ({}, "", "object"),
        ([], "", "object"),
        ({"some": []}, "", '"some"'),
        ({"all": [], "any": []}, "", '"any"'),
        ({"all": {}}, ".all", "list"),
        ({"any": [EMAIL, 3]}, ".any.1", "object"),
        ({"not": [EMAIL]}, ".not", "object"),
        ({"field": "shoe", "op": "eq", "value": 1}, ".field", '"shoe"'),
        ({"field": "custom.gone", "op": "is_set"}, ".field", '"custom.gone"'),
        ({"field": "consent.x", "op": "is_set"}, ".field", '"consent.x"'),
        ({"field": ["email"], "op": "is_set"}, ".field", "email"),
        ({"field": "email"}, ".op", '"None"'),
        ({"field": "email", "op": ["eq"]}, ".op", "eq"),
        ({"field": "email", "op": "gt", "value": "a"}, ".op", '"gt"'),
        ({"field": "email", "op": "eq", "value": "a", "x": 1}, "", '"x"'),
        ({"field": "email", "op": "eq"}, ".value", "text"),
        ({"field": "email", "op": "eq", "value": " "}, ".value", "is_empty"),
        ({"field": "email", "op": "eq", "value": "a\0"}, ".value", "control"),
        ({"field": "email", "op": "eq", "value": "a" * 501}, ".value", "500"),
        ({"field": "email", "op": "in", "value": "a"}, ".value", "list"),
        ({"field": "email", "op": "in", "value": []}, ".value", "1 to 100"),
        ({"field": "email", "op": "is_set", "value": "a"}, ".value", "nothing"),
        ({"field": "company.employees", "op": "eq", "value": "5"}, ".value", "number"),
        ({"field": "company.employees", "op": "eq", "value": True}, ".value", "number"),
        (
            {"field": "company.employees", "op": "eq", "value": float("nan")},
            ".value",
            "number",
        ),
        ({"field": "company.employees", "op": "eq", "value": 1e16}, ".value", "number"),
        (
            {"field": "company.employees", "op": "between", "value": [1]},
            ".value",
            "two",
        ),
        ({"field": "created_at", "op": "gt", "value": "soon"}, ".value", "date"),
        ({"field": "created_at", "op": "gt", "value": "2026-02-30"}, ".value", "date"),
        ({"field": "created_at", "op": "within_days", "value": 0}, ".value", "days"),
        ({"field": "consent.phone", "op": "eq", "value": "yes"}, ".value", "true"),
        ({"field": "owner", "op": "eq", "value": 2**63}, ".value", "number"),
        ({"field": "tags", "op": "eq", "value": 1}, ".value", "text"),
        (nested(12), "." + ".".join(["not"] * 12), "12"),
        ({"all": [EMAIL] * 201}, ".all.200", "200"),
    ],
)
def test_what_is_not_of_the_language_is_refused_by_name_and_path(
    condition, attr, words
):
    with pytest.raises(InvalidCondition, match=words) as refusal:
        validate(condition, attr="when")

    assert refusal.value.attr == f"when{attr}"
    assert refusal.value.code == "invalid_condition"


def test_what_is_just_within_the_limits_is_answered():
    contact = ContactFactory()
    wide = {"any": [{"field": "email", "op": "in", "value": ["x"] * 100}] * 200}

    for condition in (nested(11), wide):
        validate(condition)
        found = contacts_matching(Contact.objects.all(), condition, at=AT)
        assert found.exists() == matches(condition, [contact], at=AT)[contact.pk]


def test_a_condition_narrows_what_one_may_see_and_goes_with_other_filters():
    hit = ContactFactory(job_title="Head", company=CompanyFactory(name="Acme"))
    ContactFactory(job_title="Head", company=None)
    condition = {"not": {"field": "company.name", "op": "eq", "value": "Beta"}}

    found = contacts_matching(
        Contact.objects.filter(company__name="Acme"), condition, at=AT
    )

    assert list(found) == [hit]
    assert Contact.objects.filter(condition_q(condition, at=AT)).count() == 2


def test_the_catalog_offers_every_field_of_the_contract():
    CustomFieldFactory(key="plan", type="choice", choices=["Free", "Pro"])
    rep = RepFactory(first_name="Ada", last_name="Lind")

    offered = {entry["field"]: entry for entry in catalog(MarketerFactory())}

    assert offered.keys() >= set(
        "email first_name last_name phone job_title language timezone source tags owner"
        " created_at updated_at company.name company.domain company.industry phase"
        " company.employees company.country consent.email_marketing custom.plan"
        " score.total score.fit score.engagement".split()
    )
    assert offered["custom.plan"]["choices"] == [["Free", "Free"], ["Pro", "Pro"]]
    assert [rep.pk, "Ada Lind"] in offered["owner"]["choices"]
    assert {op for entry in offered.values() for op in entry["ops"]} == PHRASES.keys()
    assert {"fields", "behaviors", "where_fields"} == editor_words(rep).keys()


def test_every_field_can_be_asked_of_both():
    contact = ContactFactory()

    for name in vocabulary.fields:
        holds(contact, name, "is_set")


def test_sentences():
    rep = RepFactory(first_name="Ada", last_name="Lind")
    CustomFieldFactory(key="seats", label="Seats", type="number")
    employees = {"field": "company.employees", "op": "between", "value": [10, 50]}
    condition = {
        "all": [
            {"field": "job_title", "op": "contains", "value": "head"},
            {"any": [employees, {"field": "custom.seats", "op": "gt", "value": 5}]},
            {"not": {"field": "owner", "op": "in", "value": [rep.pk]}},
            {"field": "consent.phone", "op": "eq", "value": True},
            {"field": "custom.gone", "op": "is_set"},
        ]
    }

    assert describe(condition) == (
        "Job title contains “head”"
        " and (Employees is between 10 and 50 or Seats is more than 5)"
        " and not (Owner is one of Ada Lind)"
        " and Calls is yes"
        " and custom.gone is known"
    )
    assert [describe(one) for one in ({}, {"all": []}, {"any": []})] == [
        "",
        "everybody",
        "nobody",
    ]


def test_fold_is_one_letter_for_one():
    assert fold("ÉẞİΣς Æ") == "éßİσσ æ"
