"""A step that calls a webhook: once per run, whatever is repeated."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import WebhookDelivery, WebhookEvent
from campaigns.models import Enrollment, EnrollmentEvent, Sequence
from campaigns.selectors.builder import rows_of
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.enrollments import enroll_contacts
from campaigns.steps.kinds import BadStep
from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.sequences import SequenceFactory, published
from tests.factories.webhooks import WebhookEndpointFactory

pytestmark = pytest.mark.django_db


def calling(*endpoint_ids) -> Sequence:
    steps = [{"kind": "webhook", "settings": {"endpoint": pk}} for pk in endpoint_ids]
    return published(*steps)


def enter(sequence, *contacts) -> None:
    for contact in contacts:
        ConsentFactory(contact=contact)
    enroll_contacts(
        sequence=sequence, contacts=contacts, source="t", by=None, at=timezone.now()
    )
    advance_due_enrollments()


def test_a_contact_that_comes_to_the_step_is_told_once():
    endpoint = WebhookEndpointFactory(events=[])
    sequence, contact = calling(endpoint.pk, endpoint.pk), ContactFactory()

    enter(sequence, contact)
    Enrollment.objects.update(
        state="active", end="", ended_at=None, step=None, due_at=timezone.now()
    )
    advance_due_enrollments()

    run = Enrollment.objects.get()
    told = [json.loads(event.body) for event in WebhookEvent.objects.order_by("pk")]
    assert WebhookDelivery.objects.filter(endpoint=endpoint).count() == 2
    assert {body["type"] for body in told} == {"sequence.step"}
    assert told[0]["data"] | {"step": "", "url": ""} == {
        "sequence": sequence.pk,
        "enrollment": run.pk,
        "contact": contact.pk,
        "step": "",
        "url": "",
    }
    assert len({body["data"]["step"] for body in told}) == 2


def test_a_webhook_that_is_gone_holds_nobody_up():
    endpoint = WebhookEndpointFactory()
    sequence = calling(endpoint.pk)
    endpoint.delete()

    enter(sequence, ContactFactory())

    assert Enrollment.objects.get().end == "done"
    assert EnrollmentEvent.objects.filter(note="gone").exists()
    [row] = rows_of(sequence, sequence.versions.get())
    assert row.sentence == "Call the webhook “one that is gone”"


@pytest.mark.parametrize("endpoint", [None, "1", 1.5, True, 999_999])
def test_only_a_webhook_that_there_is_can_be_called(endpoint):
    with pytest.raises(BadStep):
        calling(endpoint)


def test_a_marketer_adds_the_step_by_its_name():
    endpoint = WebhookEndpointFactory(name="Warehouse")
    sequence = SequenceFactory(status=Sequence.Status.DRAFT)
    client = Client()
    client.force_login(MarketerFactory())
    url = reverse("campaigns:step_add", args=[sequence.pk])
    query = "?kind=webhook&parent=&branch=&position=0"

    page = client.get(url + query)
    saved = client.post(url + query, {"endpoint": endpoint.pk})
    shown = client.get(reverse("campaigns:sequence", args=[sequence.pk]))

    assert "Warehouse" in page.content.decode()
    assert saved.status_code == 302
    assert "Call the webhook “Warehouse”" in shown.content.decode()
