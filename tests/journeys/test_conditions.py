"""Behavior in conditions: ``did``, ``phase``, and conditions on interactions."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.conditions.evaluation import contacts_matching, matches
from contacts.conditions.parsing import InvalidCondition
from contacts.conditions.sentences import describe
from contacts.conditions.validation import validate
from contacts.models import Contact
from journeys.conditions import (
    describe_when,
    interaction_matches,
    interaction_q,
    parse_when,
    validate_when,
)
from journeys.models import Interaction
from tests.contacts.condition_data import (
    AT,
    anything,
    between,
    compared,
    conditions_of,
    leaves,
    moments,
    needles,
    numbers,
    texts,
)
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    PhaseFactory,
    PhaseVisitFactory,
)

KINDS = ["page_view", "email_click", "meeting"]
interactions = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "occurred_at": moments,
        "url": texts,
        "title": texts,
        "channel": st.sampled_from(["website", "email"]),
        "is_machine": st.booleans(),
        "value": st.none() | st.sampled_from(["10.10", "0.00", "12.00", "-3.50"]),
        "utm": st.none()
        | st.dictionaries(st.sampled_from(["source", "term"]), anything),
        "properties": st.none()
        | st.dictionaries(st.sampled_from(["plan", "a.b c"]), anything),
    }
)
PROPERTIES = st.sampled_from(["properties.plan", "properties.a.b c"])
where = st.one_of(
    compared(
        st.sampled_from(["url", "title", "source", "utm.source", "utm.term"]),
        needles,
        ops="eq ne contains starts_with",
    ),
    compared(st.just("channel"), st.sampled_from(["WEBSITE", "email"]), ops="eq ne"),
    compared(st.just("value"), numbers | st.just(10.1), ops="eq ne gt gte lt lte"),
    compared(PROPERTIES, needles, ops="eq ne contains starts_with"),
    compared(PROPERTIES, numbers, ops="eq ne gt gte lt lte"),
    compared(PROPERTIES, st.booleans(), ops="eq ne", many=False),
    between(PROPERTIES, numbers),
)
whens = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), min_size=1)},
    optional={"where": st.lists(where, max_size=3)},
)
dids = st.tuples(
    whens,
    st.fixed_dictionaries(
        {},
        optional={"at_least": st.integers(1, 3), "within_days": st.integers(1, 9)},
    ),
).map(lambda parts: {"did": parts[0] | parts[1]})
phases = compared(
    st.just("phase"),
    st.sampled_from(["LEAD", "größe", "nobody"]) | st.integers(1, 9),
    ops="eq ne",
)


def store(rows):
    return [
        InteractionFactory(**row | {"value": row["value"] and Decimal(row["value"])})
        for row in rows
    ]


class LawTest(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(
        rows=st.lists(interactions, min_size=1, max_size=8),
        conditions=st.lists(whens, min_size=1, max_size=10),
    )
    def test_sql_and_python_agree_about_interactions(self, rows, conditions):
        stored = store(rows)
        for when in conditions:
            validate_when(when)

            found = Interaction.objects.filter(interaction_q(when))

            assert {row.pk for row in stored if interaction_matches(when, row)} == set(
                found.values_list("pk", flat=True)
            )

    @settings(max_examples=60, deadline=None)
    @given(
        people=st.lists(st.lists(interactions, max_size=5), min_size=1, max_size=3),
        places=st.lists(st.sampled_from(["Lead", "GRÖSSE", "Größe", None]), min_size=3),
        conditions=st.lists(
            conditions_of(dids | phases | leaves), min_size=1, max_size=10
        ),
    )
    def test_sql_and_python_agree_about_behavior(self, people, places, conditions):
        contacts = [ContactFactory() for _ in people]
        named = {name: PhaseFactory(name=name) for name in set(places) - {None}}
        for contact, rows, place in zip(contacts, people, places, strict=False):
            store([row | {"contact": contact} for row in rows])
            if place:
                PhaseVisitFactory(contact=contact, phase=named[place])
        for condition in conditions:
            answers = matches(condition, contacts, at=AT)
            found = contacts_matching(Contact.objects.all(), condition, at=AT)

            assert {pk for pk, holds in answers.items() if holds} == set(
                found.values_list("pk", flat=True)
            )
            assert describe(condition)


def both(condition, contact, at=AT):
    """The answer, after making sure that there is only one."""
    found = contacts_matching(Contact.objects.all(), condition, at=at)
    answer = matches(condition, [contact], at=at)[contact.pk]
    assert found.filter(pk=contact.pk).exists() == answer
    return answer


@pytest.mark.django_db
def test_did_counts_what_people_did_in_time():
    contact = ContactFactory()
    for days in (1, 2, 40, -1):
        InteractionFactory(
            contact=contact, url="/pricing", occurred_at=AT - timedelta(days=days)
        )
    InteractionFactory(contact=contact, url="/pricing", occurred_at=AT, is_machine=True)
    InteractionFactory(contact=contact, url="/about", occurred_at=AT)
    InteractionFactory(url="/pricing", occurred_at=AT)

    def did(**more):
        leaf = {"field": "url", "op": "contains", "value": "/PRICING"}
        return both({"did": {"kind": "page_view", "where": [leaf], **more}}, contact)

    assert did()
    assert did(at_least=3)
    assert not did(at_least=4)
    assert did(at_least=2, within_days=30)
    assert did(at_least=2, within_days=2)
    assert not did(at_least=3, within_days=30)


@pytest.mark.django_db
def test_phase_is_where_a_contact_is_now():
    lead, customer = PhaseFactory(name="Lead"), PhaseFactory(name="Customer")
    contact = ContactFactory()
    PhaseVisitFactory(contact=contact, phase=lead, left_at=AT)
    PhaseVisitFactory(contact=contact, phase=customer)

    assert both({"field": "phase", "op": "eq", "value": "CUSTOMER"}, contact)
    assert both(
        {"field": "phase", "op": "in", "value": [lead.pk, customer.pk]}, contact
    )
    assert not both({"field": "phase", "op": "eq", "value": lead.pk}, contact)


@pytest.mark.parametrize(
    ("when", "attr"),
    [
        ([], "when"),
        ({}, "when.kind"),
        ({"kind": []}, "when.kind"),
        ({"kind": ["page view"]}, "when.kind"),
        ({"kind": "page_view", "what": 1}, "when"),
        ({"kind": "page_view", "where": {}}, "when.where"),
        (
            {"kind": "a", "where": [{"field": "email", "op": "is_set"}]},
            "when.where.0.field",
        ),
        (
            {"kind": "a", "where": [{"field": "url", "op": "gt", "value": 1}]},
            "when.where.0.op",
        ),
        (
            {"kind": "a", "where": [{"field": "value", "op": "gt", "value": "1"}]},
            "when.where.0.value",
        ),
        (
            {"kind": "a", "where": [{"field": 'properties."x', "op": "is_set"}]},
            "when.where.0.field",
        ),
        (
            {
                "kind": "a",
                "where": [
                    {"field": "properties.x", "op": "between", "value": [1, "2"]}
                ],
            },
            "when.where.0.value",
        ),
    ],
)
def test_a_wrong_when_is_refused_by_path(when, attr):
    with pytest.raises(InvalidCondition) as refusal:
        validate_when(when)

    assert refusal.value.attr == attr


@pytest.mark.parametrize(
    ("did", "attr"),
    [
        ({}, "condition.did.kind"),
        ({"kind": "a", "at_least": 0}, "condition.did.at_least"),
        ({"kind": "a", "at_least": True}, "condition.did.at_least"),
        ({"kind": "a", "within_days": "3"}, "condition.did.within_days"),
        ({"kind": "a", "within_days": 10**9}, "condition.did.within_days"),
        ({"kind": "a", "since": 1}, "condition.did"),
    ],
)
def test_a_wrong_did_is_refused_by_path(did, attr):
    with pytest.raises(InvalidCondition) as refusal:
        validate({"did": did})

    assert refusal.value.attr == attr


def test_leaves_in_where_count_too():
    leaf = {"field": "url", "op": "is_set"}

    with pytest.raises(InvalidCondition, match="200"):
        validate({"did": {"kind": "a", "where": [leaf] * 200}})


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_matches_asks_as_often_for_one_as_for_thirty(count, django_assert_num_queries):
    contacts = [ContactFactory() for _ in range(count)]
    condition = {
        "all": [
            {"did": {"kind": "page_view"}},
            {
                "any": [
                    {"field": "phase", "op": "is_set"},
                    {"field": "tags", "op": "is_set"},
                ]
            },
            {"field": "company.name", "op": "ne", "value": "x"},
            {"field": "company.country", "op": "ne", "value": "x"},
            {"field": "owner", "op": "is_empty"},
            {"field": "custom.plan", "op": "is_empty"},
            {"field": "custom.seats", "op": "is_empty"},
            {"field": "consent.phone", "op": "is_empty"},
            {"field": "consent.profiling", "op": "is_empty"},
        ]
    }

    # custom fields, did, visits, tags, companies, consents; nobody has an owner
    with django_assert_num_queries(6):
        matches(condition, contacts, at=AT)


def test_did_in_words():
    leaf = {"field": "url", "op": "contains", "value": "/pricing"}
    when = {"kind": ["page_view", "pricing_view"], "where": [leaf]}

    assert describe_when(when) == (
        "Viewed a page or Viewed prices (URL contains “/pricing”)"
    )
    assert describe({"did": when | {"at_least": 2, "within_days": 30}}) == (
        "Viewed a page or Viewed prices (URL contains “/pricing”)"
        " at least 2 times in the last 30 days"
    )


def test_a_when_is_read_once_and_asked_often():
    holds = parse_when({"kind": "page_view"}).holds

    assert [holds(Interaction(kind=kind)) for kind in KINDS] == [True, False, False]
