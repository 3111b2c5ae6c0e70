"""Sequences over REST: written, published, watched, and who goes through them."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.services.tokens import create_token
from campaigns.models import Enrollment, Sequence
from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.sequences import (
    EnrollmentFactory,
    SequenceFactory,
    SequenceVersionFactory,
    StepFactory,
    drafted,
)

pytestmark = pytest.mark.django_db
STEPS = [
    {"key": "w", "kind": "wait", "settings": {"days": 2}},
    {
        "key": "b",
        "kind": "branch",
        "settings": {"condition": {"all": []}, "days": 1},
        "branches": {"yes": [{"key": "t", "kind": "tag", "settings": {"add": ["x"]}}]},
    },
]


def api_of(user, *scopes) -> APIClient:
    client = APIClient()
    key = create_token(user=user, name="t", scopes=scopes or None, at=timezone.now())
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def api():
    return api_of(MarketerFactory())


def published(**fields) -> Sequence:
    version = SequenceVersionFactory(sequence=SequenceFactory(**fields))
    StepFactory(version=version)
    return version.sequence


def test_a_sequence_is_written_published_and_entered(api):
    made = api.post("/api/v1/sequences/", {"name": "Welcome", "steps": STEPS}, "json")
    assert made.status_code == 201, made.data
    url = f"/api/v1/sequences/{made.data['id']}/"
    assert made.data["status"] == "draft"
    assert [step["key"] for step in made.data["steps"]] == ["w", "b"]
    assert made.data["steps"][1]["branches"]["no"] == []

    live = api.post(f"{url}publish/", {"note": "Start"}, "json")
    assert (live.status_code, live.data["status"]) == (200, "active")
    assert live.data["version"]["published_at"]

    contact = ContactFactory()
    entry = {"sequence": made.data["id"], "contact": contact.pk}
    first = api.post("/api/v1/enrollments/", entry, "json")
    again = api.post("/api/v1/enrollments/", entry, "json")
    assert [first.status_code, again.status_code] == [201, 200]
    assert first.data["id"] == again.data["id"]
    assert api.get(url).data["counts"]["active"] == 1

    gone = api.delete(f"/api/v1/enrollments/{first.data['id']}/")
    assert gone.status_code == 204
    assert Enrollment.objects.get().end == "by_hand"


def test_changing_steps_makes_a_draft_and_leaves_what_is_published(api):
    sequence = published()
    url = f"/api/v1/sequences/{sequence.pk}/"

    changed = api.patch(url, {"steps": STEPS}, "json")

    assert changed.status_code == 200
    assert changed.data["version"]["published_at"] is None
    assert sequence.versions.count() == 2
    assert api.post(f"{url}publish/", {"people": "move"}, "json").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "attr", "code"),
    [
        ({"steps": []}, 400, "name", "required"),
        ({"name": "A", "color": "red"}, 400, "color", "unknown"),
        ({"name": "A", "steps": [{"kind": "x"}]}, 400, "steps.0.kind", "bad_step"),
        ({"name": "A", "steps": "x"}, 400, "steps", "bad_step"),
        ({"name": "A", "send_days": [8]}, 400, "send_days.0", "max_value"),
        ({"name": "A", "send_days": []}, 400, "send_days", "bad_window"),
        ({"name": "A", "trigger": "segment"}, 400, "trigger_settings", "bad_trigger"),
        ({"name": "A", "goal": {"field": "x"}}, 400, "goal", None),
        ({"name": "A", "hold_out": 51}, 400, "hold_out", "max_value"),
        ({"name": "Taken"}, 409, None, "name_taken"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_stored(api, body, status, attr, code):
    SequenceFactory(name="Taken")

    response = api.post("/api/v1/sequences/", body, "json")

    assert response.status_code == status, response.data
    [error] = response.data["errors"]
    assert (error["attr"] or "").startswith(attr or "")
    assert code is None or error["code"] == code
    assert Sequence.objects.count() == 1


def test_a_sequence_without_steps_is_not_published(api):
    sequence = SequenceFactory(status="draft")

    response = api.post(f"/api/v1/sequences/{sequence.pk}/publish/", {}, "json")

    assert response.status_code == 409
    assert response.data["errors"][0]["code"] == "nothing_to_publish"


def test_it_is_paused_and_goes_on(api):
    sequence = published()
    url = f"/api/v1/sequences/{sequence.pk}/status/"

    assert api.post(url, {"status": "paused"}, "json").data["status"] == "paused"
    entry = {"sequence": sequence.pk, "contact": ContactFactory().pk}
    refused = api.post("/api/v1/enrollments/", entry, "json")
    assert refused.status_code == 409
    assert refused.data["errors"][0]["code"] == "sequence_not_active"
    assert api.post(url, {"status": "active"}, "json").data["status"] == "active"
    assert api.post(url, {"status": "draft"}, "json").status_code == 400


def test_the_forecast_says_of_how_many_it_speaks(api):
    run = EnrollmentFactory()
    StepFactory(version=run.version)

    found = api.get(f"/api/v1/sequences/{run.sequence_id}/forecast/").data

    assert found == {"mails": [], "shown": 1, "total": 1, "is_trial": False}


def test_the_forecast_of_a_draft_is_a_trial(api):
    SenderFactory()
    template = MailTemplateFactory()
    segment = SegmentFactory(condition={"field": "language", "op": "eq", "value": "de"})
    sequence = drafted(
        {"key": "m1", "kind": "mail", "settings": {"template": template.pk}},
        trigger="segment",
        trigger_settings={"segment": segment.pk},
    )
    contact = ContactFactory(language="de")

    found = api.get(f"/api/v1/sequences/{sequence.pk}/forecast/").data

    assert (found["is_trial"], found["total"]) == (True, 1)
    [mail] = found["mails"]
    assert (mail["contact"], mail["enrollment"]) == (contact.pk, None)
    assert (mail["ends"], mail["held_back"][0]["code"]) == (True, "no_consent")


def test_who_may_do_what():
    sequence = published()
    url, entry = f"/api/v1/sequences/{sequence.pk}/", {"sequence": sequence.pk}
    entry["contact"] = ContactFactory().pk
    rep = api_of(RepFactory())
    assert rep.get(url).status_code == 200
    assert rep.patch(url, {"name": "B"}, "json").status_code == 403
    assert rep.post("/api/v1/enrollments/", entry, "json").status_code == 201
    reader = api_of(UserFactory())
    assert reader.post("/api/v1/enrollments/", entry, "json").status_code == 403
    narrow = api_of(MarketerFactory(), "sequences:read")
    assert narrow.patch(url, {"name": "B"}, "json").status_code == 403
    assert APIClient().get(url).status_code == 401


@pytest.mark.parametrize("rows", [1, 3])
def test_query_counts_do_not_grow_with_rows(api, django_assert_num_queries, rows):
    for _ in range(rows):
        EnrollmentFactory(version=StepFactory().version)

    with django_assert_num_queries(5):  # token, rows, versions, steps, counts
        found = api.get("/api/v1/sequences/").data["results"]
    assert len(found) == rows
    with django_assert_num_queries(2):  # token, rows
        assert len(api.get("/api/v1/enrollments/").data["results"]) == rows
