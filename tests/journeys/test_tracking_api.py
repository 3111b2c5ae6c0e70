"""``/api/v1/interactions/``: the door for programs."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken
from contacts.models import Contact
from journeys.models import Interaction
from scoring.models import StaleMark
from tests.factories.accounts import MarketerFactory, UserFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/interactions/"
BATCH = f"{URL}batch/"
SCOPES = ["interactions:read", "interactions:write"]


def client_of(user, scopes=SCOPES) -> APIClient:
    token = ApiToken.objects.create(
        user=user, name="shop", digest=ApiToken.digest_of("key"), scopes=scopes
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Bearer key")
    client.token = token
    return client


@pytest.fixture
def shop() -> APIClient:
    return client_of(MarketerFactory())


def send(client, path, body, **headers):
    return client.post(path, body, format="json", headers=headers)


def attrs_of(response):
    return {(error["attr"], error["code"]) for error in response.json()["errors"]}


def test_a_report_by_id_is_answered_with_the_interaction(shop):
    contact = ContactFactory()
    body = {
        "contact": {"id": contact.pk},
        "kind": "webinar_attended",
        "occurred_at": "2026-03-31T12:00:00+02:00",
        "event_id": "w-1",
        "title": "Roofs",
        "utm": {"source": "linkedin", "campaign": "spring"},
        "value": 12.5,
        "properties": {"minutes": 42},
    }

    response = send(shop, URL, body)

    assert response.status_code == 201
    answer = response.json()
    assert answer["contact"] == {"id": contact.pk, "email": contact.email}
    assert answer["occurred_at"] == "2026-03-31T10:00:00Z"
    assert answer["source"] == "shop"
    assert answer["channel"] == "social"
    assert answer["value"] == "12.50"
    assert answer["properties"] == {"minutes": 42}
    assert str(Interaction.objects.get().pk) == answer["id"]
    assert shop.get(f"{URL}{answer['id']}/").json() == answer
    assert StaleMark.objects.get().contact == contact


def test_a_repeated_event_answers_200_with_the_first(shop):
    body = {"contact": {"id": ContactFactory().pk}, "kind": "note", "event_id": "1"}

    first = send(shop, URL, body)
    again = send(shop, URL, body | {"kind": "chat", "contact": {"email": "a@b.de"}})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Interaction.objects.count() == 1


def test_an_unknown_address_becomes_a_contact(shop):
    contact = {"email": "Ada@Example.com", "first_name": "Ada", "tags": ["vip"]}

    response = send(shop, URL, {"contact": contact, "kind": "demo_request"})

    assert response.status_code == 201
    ada = Contact.objects.get()
    assert response.json()["contact"] == {"id": ada.pk, "email": "Ada@example.com"}
    assert (ada.first_name, ada.source) == ("Ada", "shop")


def test_a_known_address_is_not_overwritten(shop):
    known = ContactFactory(email="ada@example.com", first_name="Ada")

    response = send(
        shop,
        URL,
        {"contact": {"email": "ADA@example.com", "first_name": "Eve"}, "kind": "note"},
    )

    assert response.status_code == 201
    known.refresh_from_db()
    assert known.first_name == "Ada"
    assert Interaction.objects.get().contact == known


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"contact": None}, ("contact", "invalid")),
        ({"contact": {}}, ("contact.email", "required")),
        ({"contact": {"id": 1, "email": "a@b.de"}}, ("contact", "invalid")),
        ({"contact": {"id": "1"}}, ("contact.id", "invalid")),
        ({"contact": {"id": 10**12}}, ("contact.id", "does_not_exist")),
        ({"contact": {"id": 2**70}}, ("contact.id", "does_not_exist")),
        ({"contact": {"email": "nobody"}}, ("contact.email", "bad_email")),
        ({"contact": {"email": "a@b.de", "x": 1}}, ("contact.x", "unknown")),
        ({"kind": "no slug"}, ("kind", "bad_kind")),
        ({"kind": None}, ("kind", "required")),
        ({"kind": 5}, ("kind", "bad_text")),
        ({"occurred_at": "yesterday"}, ("occurred_at", "invalid")),
        ({"occurred_at": "2099-01-01T00:00:00Z"}, ("occurred_at", "in_future")),
        ({"occurred_at": "1900-01-01T00:00:00Z"}, ("occurred_at", "too_old")),
        ({"occurred_at": "0001-01-01T00:00:00+23:59"}, ("occurred_at", "invalid")),
        ({"occurred_at": "9999-12-31T23:59:59-23:59"}, ("occurred_at", "invalid")),
        ({"channel": "pigeon"}, ("channel", "invalid_choice")),
        ({"channel": ["email"]}, ("channel", "invalid_choice")),
        ({"source": " "}, ("source", "required")),
        ({"event_id": "x" * 121}, ("event_id", "too_long")),
        ({"title": "a\u0000b"}, ("title", "bad_text")),
        ({"url": "x" * 2001}, ("url", "too_long")),
        ({"utm": {"colour": "x"}}, ("utm.colour", "unknown")),
        ({"utm": []}, ("utm", "invalid")),
        ({"value": "many"}, ("value", "invalid")),
        ({"value": 1.234}, ("value", "invalid")),
        ({"value": 10**12}, ("value", "invalid")),
        ({"value": True}, ("value", "invalid")),
        ({"properties": {"x": "y" * 8200}}, ("properties", "too_long")),
        ({"properties": {"x": ["\u0000"]}}, ("properties", "bad_text")),
        ({"properties": {"\u0000": 1}}, ("properties", "bad_text")),
        ({"colour": "red"}, ("colour", "unknown")),
    ],
)
def test_what_is_wrong_is_named(shop, changes, expected):
    body = {"contact": {"email": "ada@example.com"}, "kind": "note", **changes}

    response = send(shop, URL, body)

    assert response.status_code == 400, response.json()
    assert expected in attrs_of(response)
    assert not Interaction.objects.exists()
    assert not Contact.objects.exists()


@pytest.mark.parametrize("body", [[], 5, "x", {}, None])
def test_bodies_of_another_shape_are_refused(shop, body):
    assert send(shop, URL, body).status_code == 400
    assert send(shop, BATCH, body).status_code == 400


def test_all_faults_are_named_at_once(shop):
    response = send(shop, URL, {"kind": 1, "value": "x", "x": 1})

    assert {attr for attr, _code in attrs_of(response)} == {
        "contact",
        "kind",
        "value",
        "x",
    }


def test_who_may_report():
    reader = client_of(MarketerFactory(), scopes=["interactions:read"])
    body = {"contact": {"email": "a@b.de"}, "kind": "note"}

    assert send(reader, URL, body).status_code == 403
    assert send(APIClient(), URL, body).status_code == 401
    reader.token.delete()
    assert send(client_of(UserFactory(), scopes=None), URL, body).status_code == 403
    assert not Contact.objects.exists()


def test_a_batch_takes_the_good_and_names_the_bad(shop):
    known = ContactFactory()
    InteractionFactory(source="shop", event_id="old", contact=known)
    items = [
        {"contact": {"id": known.pk}, "kind": "note", "event_id": "new"},
        {"contact": {"id": known.pk}, "kind": "note", "event_id": "new"},
        {"contact": {"email": "new@example.com"}, "kind": "note"},
        {"contact": {"email": "NEW@example.com"}, "kind": "chat"},
        {"contact": {"id": known.pk}, "kind": "note", "event_id": "old"},
        {"contact": {"id": 10**9}, "kind": "note"},
        {"contact": {"id": known.pk}, "kind": "n o"},
        "nonsense",
    ]

    response = send(shop, BATCH, {"items": items})

    assert response.status_code == 200
    answer = response.json()
    assert (answer["accepted"], answer["duplicates"], answer["rejected"]) == (3, 2, 3)
    assert [error["index"] for error in answer["errors"]] == [5, 6, 7]
    assert answer["errors"][0]["errors"][0]["attr"] == "contact.id"
    assert Contact.objects.count() == 2
    assert Interaction.objects.count() == 4


def test_a_batch_has_at_most_5000_items(shop):
    response = send(shop, BATCH, {"items": [{}] * 5001})

    assert attrs_of(response) == {("items", "invalid")}


@pytest.mark.postgresql
@pytest.mark.parametrize("count", [1, 3, 300])
def test_a_batch_costs_as_many_statements_as_one(
    shop, django_assert_max_num_queries, count
):
    contacts = ContactFactory.create_batch(3)
    items = [
        {"contact": {"id": contacts[n % 3].pk}, "kind": "note", "event_id": str(n)}
        for n in range(count)
    ] + [
        {"contact": {"email": f"{n % 7}@example.org"}, "kind": "note"}
        for n in range(count)
    ]

    with django_assert_max_num_queries(22):
        response = send(shop, BATCH, {"items": items})

    assert response.json()["accepted"] == 2 * count


@pytest.mark.postgresql
def test_one_report_costs_few_statements(shop, django_assert_num_queries):
    body = {"contact": {"id": ContactFactory().pk}, "kind": "note"}

    # token, contact, insert, who listens, two marks
    with django_assert_num_queries(6):
        send(shop, URL, body)


def test_an_idempotency_key_gets_the_first_answer(shop):
    body = {"contact": {"id": ContactFactory().pk}, "kind": "note"}

    first = send(shop, URL, body, **{"Idempotency-Key": "k1"})
    again = send(shop, URL, body, **{"Idempotency-Key": "k1"})

    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Interaction.objects.count() == 1


def test_the_list_is_filtered_and_paged(shop):
    now = timezone.now()
    ada = ContactFactory()
    rows = [
        InteractionFactory(
            contact=ada,
            kind="chat" if n % 2 else "note",
            source=f"s{n}",
            occurred_at=now - timedelta(hours=n),
        )
        for n in range(5)
    ]
    InteractionFactory(occurred_at=now - timedelta(days=9), channel="phone")

    def found(**query):
        results = shop.get(URL, query).json()["results"]
        return [row["source"] for row in results]

    assert found(contact=ada.pk) == ["s0", "s1", "s2", "s3", "s4"]
    assert found(kind="chat") == ["s1", "s3"]
    assert found(source="s2") == ["s2"]
    assert found(channel="phone") == ["website"]
    assert found(contact=ada.pk, ordering="occurred_at")[0] == "s4"
    since, until = rows[3].occurred_at.isoformat(), rows[1].occurred_at.isoformat()
    assert found(since=since, until=until) == ["s1", "s2", "s3"]
    page = shop.get(URL, {"page_size": 2}).json()
    assert len(page["results"]) == 2
    assert [row["source"] for row in shop.get(page["next"]).json()["results"]] == [
        "s2",
        "s3",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "contact=x",
        f"contact={10**30}",
        "contact=1.5",
        "since=never",
        "since=0001-01-01T00:00:00%2B23:59",
        "kind=%00",
        "channel=pigeon",
        "colour=red",
        "ordering=kind",
        "cursor=x",
    ],
)
def test_bad_queries_are_refused(shop, query):
    assert shop.get(f"{URL}?{query}").status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_the_same_however_many(shop, django_assert_num_queries, count):
    InteractionFactory.create_batch(count)

    with django_assert_num_queries(2):  # token, rows with contacts
        response = shop.get(URL)

    assert len(response.json()["results"]) == count


def test_nan_is_no_number(shop):
    body = json.dumps({"contact": {"email": "a@b.de"}, "kind": "note"})
    body = body[:-1] + ', "value": NaN}'

    response = shop.post(URL, body, content_type="application/json")

    assert response.status_code == 400
