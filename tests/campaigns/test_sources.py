"""Where a change came from stands on the contact's page as a person reads it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import FieldChange, Import
from contacts.sources import readable_sources
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.campaigns import FormFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.events import EventFactory
from tests.factories.sequences import SequenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(client):
    rep = RepFactory()
    client.force_login(rep)
    return rep


def changed(contact, *sources, by=None):
    for source in sources:
        FieldChange.objects.create(
            contact=contact,
            by=by,
            at=timezone.now(),
            source=source,
            changes={"job_title": ["", "Head"]},
        )


def shown(client, route, contact):
    page = client.get(reverse(route, args=[contact.pk])).content.decode()
    return " ".join(page.split())


def link(name, row, words):
    return f'<a href="{reverse(name, args=[row.pk])}">{words}</a>'


def test_changes_are_said_to_come_from_what_made_them(client, rep):
    sequence, event = SequenceFactory(name="Welcome"), EventFactory(name="Fair")
    form = FormFactory(slug="form-0", name="The guide")
    contact = ContactFactory(source="form form-0")
    changed(contact, f"sequence {sequence.pk}", "form form-0", f"event {event.pk}")

    page = shown(client, "contacts:detail", contact)

    assert link("campaigns:sequence", sequence, "Sequence “Welcome”") in page
    assert page.count(link("campaigns:form_detail", form, "Form “The guide”")) == 2
    assert link("campaigns:event", event, "Event “Fair”") in page
    assert "form form-0" not in page


def test_a_change_by_somebody_names_the_import_too(client, rep):
    contact, run = ContactFactory(), Import.objects.create(file_name="fair.csv")
    anna = MarketerFactory(first_name="Anna", last_name="Berger")
    changed(contact, f"import {run.pk}", "browser", by=anna)

    page = shown(client, "contacts:detail", contact)

    named = link("contacts:import", run, "Import “fair.csv”")
    assert page.count("· Anna Berger") == 2
    assert f"· Anna Berger · {named}" in page


def test_consents_say_where_they_were_given(client, rep):
    form, contact = FormFactory(slug="form-0", name="The guide"), ContactFactory()
    ConsentFactory(contact=contact, source="form form-0")

    for route in ("contacts:consents", "contacts:consent_history"):
        page = shown(client, route, contact)
        assert link("campaigns:form_detail", form, "Form “The guide”") in page


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("sequence 999999", "A sequence"),
        ("sequence of events", "A sequence"),
        (f"sequence {'9' * 70}", "A sequence"),
        ("form gone", "A form"),
        ("import 999999", "An import"),
        ("event 999999", "An event"),
        ("browser", "Browser"),
        ("handoff", "Handoff"),
        ("unsubscribe link", "Unsubscribe link"),
        ("preference center", "Preference center"),
        ("Our shop", "Our shop"),
        ("form", "form"),
        ("", ""),
    ],
)
def test_of_what_is_gone_or_never_was_there_is_a_plain_word(source, words):
    [found] = readable_sources([source], by=RepFactory()).values()

    assert (found.words, found.url) == (words, "")


@pytest.mark.parametrize("count", [1, 3])
def test_reading_sources_costs_a_query_per_kind(django_assert_num_queries, count):
    sequences = SequenceFactory.create_batch(count)
    forms = FormFactory.create_batch(count)
    rep = RepFactory()
    sources = [f"sequence {row.pk}" for row in sequences]
    sources += [f"form {row.slug}" for row in forms]

    with django_assert_num_queries(2):
        found = readable_sources(sources, by=rep)

    assert all(found[source].url for source in sources)
