"""Webhooks under Settings and over REST: administrators' business."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.services.tokens import create_token
from tests.factories.accounts import AdminFactory, MarketerFactory
from tests.factories.webhooks import WebhookDeliveryFactory, WebhookEndpointFactory

pytestmark = pytest.mark.django_db
VALUES = {"name": "Shop", "url": "https://192.88.98.1/x", "events": "contact.created"}


@pytest.fixture
def admin():
    client = Client()
    client.force_login(AdminFactory())
    return client


def over_rest(user):
    client = APIClient()
    key = create_token(user=user, name="t", at=timezone.now())
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def test_one_is_set_up_and_its_secret_is_shown_once(admin):
    made = admin.post(reverse("accounts:webhooks"), VALUES).content.decode()
    again = admin.get(reverse("accounts:webhooks")).content.decode()

    assert "whsec_" in made
    assert "whsec_" not in again
    assert "Shop" in again


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "http://example.com/", "nonsense"]
)
def test_a_forbidden_address_is_refused_at_its_field(admin, url):
    page = admin.post(reverse("accounts:webhooks"), VALUES | {"url": url})

    assert page.status_code == 422
    assert page.context["form"].errors["url"]
    assert not WebhookEndpoint.objects.exists()


def test_one_without_an_address_is_for_the_feed(admin):
    admin.post(reverse("accounts:webhooks"), VALUES | {"url": ""})
    row = WebhookEndpoint.objects.get()
    page = reverse("accounts:webhook", args=[row.pk])

    tried = admin.post(reverse("accounts:webhook_test", args=[row.pk]), follow=True)

    assert "A test is in the feed." in tried.content.decode()
    for url in (reverse("accounts:webhooks"), page):
        assert "Feed only" in admin.get(url).content.decode()
    edit = reverse("accounts:webhook_edit", args=[row.pk])
    assert admin.post(edit, VALUES | {"url": ""}).status_code == 302
    assert not WebhookDelivery.objects.exists()


def test_it_is_changed_rotated_tried_replayed_and_deleted(admin):
    row = WebhookDeliveryFactory(status="expired")
    pk = row.endpoint_id

    def post(name, number, data=None):
        return admin.post(reverse(f"accounts:{name}", args=[number]), data)

    post("webhook_edit", pk, VALUES | {"is_active": "on", "name": "Renamed"})
    rotated = post("webhook_rotate", pk).content.decode()
    post("webhook_test", pk)
    post("delivery_replay", row.pk)
    row.refresh_from_db()
    shown = admin.get(reverse("accounts:webhook", args=[pk])).content.decode()

    assert "whsec_" in rotated
    assert row.status == "waiting"
    assert WebhookDelivery.objects.filter(event__type="webhook.test").exists()
    assert "Renamed" in shown
    assert "webhook.test" in shown
    post("webhook_edit", pk, VALUES)
    assert WebhookEndpoint.objects.get().stopped_because == "by_hand"
    post("webhook_delete", pk)
    assert not WebhookEndpoint.objects.exists()


def test_others_are_refused_and_see_names_only():
    delivery = WebhookDeliveryFactory()
    marketer = MarketerFactory()
    client = Client()
    client.force_login(marketer)
    pages = [
        client.get(reverse("accounts:webhooks")),
        client.get(reverse("accounts:webhook", args=[delivery.endpoint_id])),
        client.post(reverse("accounts:webhook_test", args=[delivery.endpoint_id])),
        client.post(reverse("accounts:delivery_replay", args=[delivery.pk])),
    ]

    listed = over_rest(marketer).get("/api/v1/webhooks/").json()["results"]

    assert [page.status_code for page in pages] == [403] * 4
    assert [set(row) for row in listed] == [{"id", "name", "active"}]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_as_often_for_one_as_for_three(
    admin, count, django_assert_max_num_queries
):
    endpoint = WebhookEndpointFactory()
    WebhookDeliveryFactory.create_batch(count, endpoint=endpoint)
    WebhookEndpointFactory.create_batch(count - 1)

    for url in (
        reverse("accounts:webhooks"),
        reverse("accounts:webhook", args=[endpoint.pk]),
    ):
        with django_assert_max_num_queries(6):
            assert admin.get(url).status_code == 200


def test_over_rest_it_is_set_up_changed_and_its_deliveries_are_sent_again():
    client = over_rest(AdminFactory())
    body = VALUES | {"events": ["contact.created"]}

    made = client.post("/api/v1/webhooks/", body, format="json")
    where = made["Location"]
    changed = client.patch(where, {"active": False}, format="json").json()
    stopped = client.post(f"{where}test/", {}, format="json")
    client.patch(where, {"active": True}, format="json")
    row = WebhookDeliveryFactory(
        endpoint=WebhookEndpoint.objects.get(), status="delivered"
    )
    listed = client.get(f"/api/v1/webhook-deliveries/?webhook={made.json()['id']}")
    replayed = client.post(f"/api/v1/webhook-deliveries/{row.pk}/replay/")

    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert "secret" not in client.get(where).json()
    assert (changed["active"], changed["stopped_because"]) == (False, "by_hand")
    assert stopped.json()["errors"][0]["code"] == "webhook_stopped"
    assert [found["id"] for found in listed.json()["results"]] == [row.pk]
    assert replayed.json()["status"] == "waiting"
    bad = client.post(
        "/api/v1/webhooks/", body | {"url": "https://[::1]/"}, format="json"
    )
    assert (bad.status_code, bad.json()["errors"][0]["attr"]) == (400, "url")


def test_what_it_is_told_is_said_in_words(admin):
    delivery = WebhookDeliveryFactory()
    url = reverse("accounts:webhook", args=[delivery.endpoint_id])

    page = admin.get(url).content.decode()

    assert "A contact is new" in page
    assert delivery.event.type in page
