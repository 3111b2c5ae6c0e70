"""Pages and REST of webinars and of who attended them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.services.running import run_next_job
from accounts.services.tokens import create_token
from campaigns.models import (
    Attendance,
    AttendanceBatch,
    Event,
)
from campaigns.services.follow_ups import plan_due_follow_ups
from contacts.models import Contact, Import
from journeys.models import Interaction
from scoring.tasks import recompute_stale_scores
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.events import (
    AttendanceFactory,
    EventFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = MarketerFactory()
    client.force_login(user)
    return user


def text(response):
    return response.content.decode()


def a_list(content="email,attended\nada@example.com,yes\nbo@example.com,maybe\n"):
    return {"file": SimpleUploadedFile("list.csv", content.encode())}


# Events --------------------------------------------------------------------------


def test_an_event_is_added_changed_and_deleted(client, marketer):
    template = MailTemplateFactory()
    new = {
        "name": "Pumps live",
        "kind": "webinar",
        "starts_at": "2026-05-06T10:00",
        "topics": "Pumps, Heat pumps",
        "mail_attended": template.pk,
    }
    assert client.post(reverse("campaigns:event_new"), new).status_code == 302
    event = Event.objects.get()
    assert event.mail_attended == template
    assert set(event.topics.values_list("slug", flat=True)) == {"pumps", "heat-pumps"}
    assert "Heat pumps, Pumps" in text(
        client.get(reverse("campaigns:event_edit", args=[event.pk]))
    )

    changed = new | {"name": "Pumps again"}
    client.post(reverse("campaigns:event_edit", args=[event.pk]), changed)
    assert "Pumps again" in text(
        client.get(reverse("campaigns:event", args=[event.pk]))
    )

    client.post(reverse("campaigns:event_delete", args=[event.pk]))
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"kind": "party"},
        {"starts_at": "soon"},
        {"starts_at": "0001-01-01T00:00"},
        {"mail_attended": "999"},
        {"topics": "?"},
        {"name": "A\x00"},
    ],
)
def test_what_is_wrong_with_an_event_is_said(client, marketer, wrong):
    data = {"name": "A", "kind": "webinar", "starts_at": "2026-05-06T10:00"} | wrong

    response = client.post(reverse("campaigns:event_new"), data)

    assert response.status_code == 422
    assert not Event.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_events_take_as_many_queries_for_one_as_for_three(
    client, rep, django_assert_num_queries, rows
):
    for event in EventFactory.create_batch(rows):
        AttendanceFactory(event=event)
    client.get(reverse("campaigns:events"))

    with django_assert_num_queries(5):
        response = client.get(reverse("campaigns:events"))

    assert text(response).count("data-row=") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_an_event_takes_as_many_queries_for_one_person_as_for_three(
    client, rep, django_assert_num_queries, rows
):
    event = EventFactory()
    AttendanceFactory.create_batch(rows, event=event)
    url = reverse("campaigns:event", args=[event.pk])
    client.get(url)

    with django_assert_num_queries(9):
        response = client.get(url)

    assert text(response).count("data-row=") == rows


def test_an_event_whose_mails_nobody_sends_says_so(client, marketer):
    event = EventFactory(mail_missed=MailTemplateFactory())
    url = reverse("campaigns:event", args=[event.pk])

    assert "Nobody has said who mails come from" in text(client.get(url))
    SenderFactory()
    assert "Nobody has said who mails come from" not in text(client.get(url))


def test_one_person_is_added_by_hand(client, marketer):
    event = EventFactory()
    url = reverse("campaigns:event_person", args=[event.pk])

    assert client.post(url, {"email": "nonsense"}).status_code == 422
    client.post(url, {"email": "ada@example.com", "attended": "on"})

    assert Attendance.objects.get().attended_at == event.starts_at


def test_a_list_is_read_tried_recorded_and_taken_back(client, marketer):
    SenderFactory()
    event = EventFactory(mail_attended=MailTemplateFactory())
    url = reverse("campaigns:event_upload", args=[event.pk])

    response = client.post(url, a_list(), follow=True)
    batch = AttendanceBatch.objects.get()
    assert "It says so in “attended”" in text(response)

    data = {"column-0": "email", "column-1": "", "attended": "column:attended"}
    shown = text(
        client.post(reverse("campaigns:attendance_map", args=[batch.pk]), data)
    )
    assert "People: 1. New registrations: 0. New attendances: 1." in shown
    assert "maybe" in shown
    assert not Contact.objects.exists()

    client.post(reverse("campaigns:attendance_start", args=[batch.pk]))
    assert run_next_job()
    recompute_stale_scores()
    plan_due_follow_ups()
    shown = text(client.get(reverse("campaigns:attendance", args=[batch.pk])))
    assert "New contacts: 1. Rejected rows: 1." in shown
    assert "No permission for marketing" in shown
    rejected = client.get(reverse("campaigns:attendance_rejected", args=[batch.pk]))
    assert "maybe" in rejected.getvalue().decode()

    client.post(reverse("campaigns:attendance_undo", args=[batch.pk]))
    assert run_next_job()
    assert not Interaction.objects.exists()
    assert not Contact.objects.exists()
    shown = text(client.get(reverse("campaigns:attendance", args=[batch.pk])))
    assert "Undone" in shown


def test_lists_of_events_are_no_imports_of_contacts(client, marketer):
    event = EventFactory()
    client.post(reverse("campaigns:event_upload", args=[event.pk]), a_list())
    run = Import.objects.get()

    assert "list.csv" not in text(client.get(reverse("contacts:imports")))
    assert client.get(reverse("contacts:import", args=[run.pk])).status_code == 404
    undo = client.post(reverse("contacts:import_undo", args=[run.pk]))
    assert undo.status_code == 404


@pytest.mark.parametrize("content", ["", "PK\x03\x04", "\x00\x01"])
def test_files_that_are_no_lists_are_refused(client, marketer, content):
    event = EventFactory()
    url = reverse("campaigns:event_upload", args=[event.pk])

    assert client.post(url, a_list(content)).status_code == 422
    assert client.post(url).status_code == 422
    assert not AttendanceBatch.objects.exists()


def test_a_mapping_without_an_address_is_refused_with_the_reason(client, marketer):
    event = EventFactory()
    client.post(reverse("campaigns:event_upload", args=[event.pk]), a_list())
    url = reverse("campaigns:attendance_map", args=[AttendanceBatch.objects.get().pk])

    response = client.post(url, {"attended": "column:nothing"})

    assert response.status_code == 422
    assert client.post(url, {"column-0": "nonsense"}).status_code == 422


# REST ----------------------------------------------------------------------------


@pytest.fixture
def api(marketer):
    from rest_framework.test import APIClient

    key = create_token(user=marketer, name="zoom", at=timezone.now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def test_webinars_are_kept_over_the_api(api):
    new = {"name": "Pumps", "starts_at": "2026-05-06T10:00:00Z", "topics": ["Pumps"]}

    made = api.post("/api/v1/webinars/", new, format="json")
    assert made.status_code == 201
    url = f"/api/v1/webinars/{made.json()['id']}/"
    assert made.json()["topics"] == ["pumps"]
    changed = api.patch(url, {"kind": "fair"}, format="json").json()
    assert (changed["kind"], changed["registered"]) == ("fair", 0)
    assert [row["id"] for row in api.get("/api/v1/webinars/").json()["results"]] == [
        changed["id"]
    ]
    assert api.delete(url).status_code == 204


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": "A", "starts_at": "soon"},
        {"name": "A", "starts_at": "0001-01-01T00:00:00Z"},
        {"name": "A", "starts_at": "2026-05-06T10:00:00Z", "kind": "party"},
        {"name": "A", "starts_at": "2026-05-06T10:00:00Z", "color": "red"},
        {"name": "A", "starts_at": "2026-05-06T10:00:00Z", "mail_missed": 999},
        {"name": "A", "starts_at": "2026-05-06T10:00:00Z", "topics": ["?"]},
        {"name": "A\x00", "starts_at": "2026-05-06T10:00:00Z"},
    ],
)
def test_webinars_that_are_wrong_are_refused(api, wrong):
    assert api.post("/api/v1/webinars/", wrong, format="json").status_code == 400


def test_attendance_is_reported_as_one_batch(api):
    event = EventFactory()
    url = f"/api/v1/webinars/{event.pk}/attendances/"
    body = {
        "items": [
            {"email": "ada@example.com", "last_name": "Byron"},
            {"email": "bo@example.com", "attended": False},
            {"email": "nonsense"},
        ]
    }

    answer = api.post(url, body, format="json")

    assert answer.status_code == 200
    data = answer.json()
    assert (data["people"], data["registered"], data["attended"]) == (2, 1, 1)
    assert [error["index"] for error in data["errors"]] == [2]
    again = api.post(url, body, format="json").json()
    assert (again["registered"], again["attended"]) == (0, 0)
    found = api.get(f"/api/v1/attendances/?event={event.pk}").json()["results"]
    assert {row["email"] for row in found} == {"ada@example.com", "bo@example.com"}
    assert api.delete(f"/api/v1/webinars/{event.pk}/").status_code == 409


@pytest.mark.parametrize("body", [{}, {"items": {}}, {"items": [], "x": 1}, []])
def test_reports_that_are_no_lists_are_refused(api, body):
    url = f"/api/v1/webinars/{EventFactory().pk}/attendances/"

    assert api.post(url, body, format="json").status_code == 400


def test_nobody_attends_over_the_api_what_has_not_begun(api):
    event = EventFactory(starts_at=timezone.now() + timedelta(days=1))
    url = f"/api/v1/webinars/{event.pk}/attendances/"

    answer = api.post(url, {"items": [{"email": "ada@example.com"}]}, format="json")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "event_not_begun"
    assert not Contact.objects.exists()
