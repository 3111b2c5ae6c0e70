"""Who changed a thing last stands where it is changed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.services.contents import save_content
from campaigns.services.drafts import add_step, drop_draft
from campaigns.services.events import save_event
from campaigns.services.pages import save_form, save_page
from campaigns.services.sequences import publish_draft, save_sequence, set_status
from campaigns.services.templates import save_template
from campaigns.services.topics import save_topic
from campaigns.steps.editing import Spot
from contacts.services.custom_fields import update_custom_field
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import (
    ContentFactory,
    FormFactory,
    LandingPageFactory,
    MailTemplateFactory,
)
from tests.factories.contacts import CustomFieldFactory
from tests.factories.events import EventFactory, TopicFactory
from tests.factories.sequences import SequenceFactory, drafted, published

pytestmark = pytest.mark.django_db
# Page that changes it, factory, and the verb.
THINGS = {
    "form_edit": (FormFactory, lambda row, **who: save_form(form=row, **who)),
    "page_edit": (LandingPageFactory, lambda row, **who: save_page(page=row, **who)),
    "content": (
        ContentFactory,
        lambda row, **who: save_content(content=row, **who),
    ),
    "mail_template": (
        MailTemplateFactory,
        lambda row, **who: save_template(
            template=row, name="Hello", subject="Hello", body="Hello", **who
        ),
    ),
    "sequence_edit": (
        SequenceFactory,
        lambda row, **who: save_sequence(sequence=row, **who),
    ),
    "event_edit": (EventFactory, lambda row, **who: save_event(event=row, **who)),
    "topic": (
        TopicFactory,
        lambda row, **who: save_topic(topic=row, name=row.name, **who),
    ),
}


@pytest.fixture
def anna(client):
    anna = MarketerFactory(first_name="Anna", last_name="Berger")
    client.force_login(anna)
    return anna


def shown(client, name, row):
    return client.get(reverse(name, args=[row.pk])).content.decode()


@pytest.mark.parametrize("name", THINGS)
def test_a_page_says_who_changed_it_last(client, anna, name):
    factory, save = THINGS[name]
    row = factory()
    save(row, by=anna, at=timezone.now())

    assert f"Changed by {anna} <time" in shown(client, f"campaigns:{name}", row)


WAIT = {"kind": "wait", "settings": {"days": 1}}


@pytest.mark.parametrize(
    ("start", "change"),
    [
        (
            drafted,
            lambda row, **who: add_step(
                sequence=row, spot=Spot("", "", 0), **WAIT, **who
            ),
        ),
        (
            drafted,
            lambda row, **who: publish_draft(
                sequence=row, moves_people=False, note="", **who
            ),
        ),
        (
            published,
            lambda row, **who: set_status(sequence=row, status="paused", **who),
        ),
    ],
)
@pytest.mark.parametrize("page", ["sequence", "sequence_edit"])
def test_a_sequence_says_who_changed_its_steps_last(client, anna, page, start, change):
    sequence = start(WAIT)
    change(sequence, by=anna, at=timezone.now())

    assert f"Changed by {anna} <time" in shown(client, f"campaigns:{page}", sequence)


def test_dropping_a_draft_changes_a_sequence_and_dropping_none_does_not(anna):
    sequence, now = published(WAIT), timezone.now()
    add_step(sequence=sequence, spot=Spot("", "", 0), **WAIT, by=None, at=now)

    drop_draft(sequence=sequence, by=anna, at=now)
    drop_draft(sequence=sequence, by=MarketerFactory(), at=now)

    sequence.refresh_from_db()
    assert (sequence.updated_at, sequence.updated_by) == (now, anna)


def test_a_custom_field_says_who_changed_it_last(client, anna):
    field, now = CustomFieldFactory(), timezone.now()
    update_custom_field(field=field, data={"label": "Size"}, by=anna, at=now)

    page = shown(client, "contacts:edit_custom_field", field)

    assert f"Changed by {anna} <time" in page


def test_of_what_was_changed_before_that_was_kept_nothing_is_said(client, anna):
    assert "Changed" not in shown(client, "campaigns:topic", TopicFactory())
