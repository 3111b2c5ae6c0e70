"""The REST doors to contacts and companies."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken
from contacts.columns import columns
from contacts.models import Company, Contact, FieldChange
from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.contacts import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    SegmentFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/contacts/"


def client_of(user, scopes=None):
    key = f"key-of-{user.pk}"
    ApiToken.objects.create(
        user=user, name="crm", digest=ApiToken.digest_of(key), scopes=scopes
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def api():
    return client_of(MarketerFactory())


def errors(response):
    return [(error["attr"], error["code"]) for error in response.json()["errors"]]


def test_create_read_update_delete(api):
    CustomFieldFactory(key="seats", type="number")
    rep = RepFactory()

    created = api.post(
        URL,
        {
            "email": "Ada@example.com",
            "first_name": "Ada",
            "company": {"name": "Acme", "domain": "acme.com", "employees": 50},
            "owner": rep.pk,
            "tags": ["VIP"],
            "custom": {"seats": 3},
        },
        format="json",
    )

    assert created.status_code == 201, created.content
    body = created.json()
    url = f"{URL}{body['id']}/"
    assert created["Location"].endswith(url)
    assert body["company"] == {
        "id": Company.objects.get().pk,
        "name": "Acme",
        "domain": "acme.com",
        "industry": "",
        "employees": 50,
        "country": "",
    }
    assert (body["owner"], body["tags"]) == (rep.pk, ["vip"])
    assert (body["custom"], body["source"]) == ({"seats": 3}, "crm")
    assert api.get(url).json() == body

    # What was read may be sent back.
    changed = api.patch(url, {**body, "job_title": "Head"}, format="json")
    assert changed.status_code == 200, changed.content
    assert changed.json()["job_title"] == "Head"
    [change] = FieldChange.objects.all()
    assert change.changes == {"job_title": ["", "Head"]}
    assert (change.by.role, change.source) == ("marketer", "crm")

    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


def test_creating_a_known_email_is_409_naming_the_contact(api):
    known = ContactFactory(email="ada@example.com")

    response = api.post(URL, {"email": "ADA@example.com"}, format="json")

    assert response.status_code == 409
    [error] = response.json()["errors"]
    assert error["code"] == "email_taken"
    assert f"contact {known.pk}" in error["detail"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("email", "required")]),
        ({"email": "no"}, [("email", "bad_email")]),
        ({"email": None, "phone": "x"}, [("phone", "bad_phone")]),
        ({"email": "a@x.com", "color": 1}, [("color", "unknown")]),
        ({"email": "a@x.com", "add_tags": ["a"]}, [("add_tags", "unknown")]),
        ({"email": "a@x.com", "first_name": 5}, [("first_name", "bad_text")]),
        ({"email": "a@x.com", "first_name": "a\x00"}, [("first_name", "bad_text")]),
        ({"email": "a@x.com", "first_name": "a" * 101}, [("first_name", "too_long")]),
        ({"email": "a@x.com", "tags": "vip"}, [("tags", "invalid")]),
        ({"email": "a@x.com", "tags": [{}]}, [("tags", "bad_text")]),
        ({"email": "a@x.com", "owner": 10**30}, [("owner", "does_not_exist")]),
        ({"email": "a@x.com", "owner": {}}, [("owner", "bad_text")]),
        ({"email": "a@x.com", "company": "Acme"}, [("company", "invalid")]),
        ({"email": "a@x.com", "company": 5}, [("company", "does_not_exist")]),
        (
            {"email": "a@x.com", "company": {"name": "A", "size": 3}},
            [("company.size", "unknown")],
        ),
        (
            {"email": "a@x.com", "company": {"name": "A", "employees": -1}},
            [("company.employees", "invalid")],
        ),
        ({"email": "a@x.com", "custom": {"no": 1}}, [("custom.no", "unknown")]),
        ({"email": "a@x.com", "custom": [1]}, [("custom", "invalid")]),
        (
            {"email": "no", "timezone": "Moon"},
            [("email", "bad_email"), ("timezone", "invalid")],
        ),
        ([1], [(None, "invalid")]),
        ("text", [(None, "invalid")]),
    ],
)
def test_bad_bodies_are_400_with_every_fault(api, body, expected):
    response = api.post(URL, json.dumps(body), content_type="application/json")

    assert response.status_code == 400, response.content
    got = [(a if a != "non_field_errors" else None, c) for a, c in errors(response)]
    assert got == expected
    assert not Contact.objects.exists()


def test_put_by_email_creates_then_updates(api):
    url = f"{URL}by-email/Ada@example.com/"

    first = api.put(url, {"first_name": "Ada"}, format="json")
    second = api.put(url, {"job_title": "Head"}, format="json")
    other = api.put(url, {"email": "bob@example.com"}, format="json")

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["first_name"] == "Ada"
    assert second.json()["job_title"] == "Head"
    assert Contact.objects.count() == 1
    assert (other.status_code, errors(other)) == (400, [("email", "invalid")])


def test_put_by_email_of_a_colleagues_contact_is_403():
    ContactFactory(email="ada@example.com", owner=RepFactory())

    response = client_of(RepFactory()).put(
        f"{URL}by-email/ada@example.com/", {"first_name": "X"}, format="json"
    )

    assert response.status_code == 403


def test_batch_answers_every_item(api):
    ContactFactory(email="known@example.com", first_name="Old")

    response = api.post(
        f"{URL}batch/",
        {
            "items": [
                {"email": "new@example.com"},
                {"email": "known@example.com", "first_name": "New"},
                {"email": "known@example.com", "first_name": "New"},
                {"email": "bad"},
                {"email": "b@example.com", "color": "red"},
                {"email": "c@example.com", "add_tags": ["x"]},
                7,
            ]
        },
        format="json",
    )

    assert response.status_code == 200, response.content
    results = response.json()["results"]
    assert [result["result"] for result in results] == [
        "created",
        "updated",
        "unchanged",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
    ]
    assert results[3]["errors"][0]["attr"] == "email"
    assert results[4]["errors"][0]["attr"] == "color"
    assert results[5]["errors"][0]["attr"] == "add_tags"
    assert Contact.objects.count() == 2


@pytest.mark.parametrize(
    "body", [[], {}, {"items": {}}, {"items": [], "x": 1}, {"items": [{}] * 1001}]
)
def test_bad_batches_are_400(api, body):
    response = api.post(f"{URL}batch/", body, format="json")

    assert response.status_code == 400


def test_what_may_not_be_changed_is_403_and_what_is_not_there_404():
    theirs = ContactFactory(owner=RepFactory())
    rep = client_of(RepFactory())

    assert rep.get(f"{URL}{theirs.pk}/").status_code == 200
    assert rep.patch(f"{URL}{theirs.pk}/", {}, format="json").status_code == 403
    assert rep.delete(f"{URL}{theirs.pk}/").status_code == 403
    assert rep.get(f"{URL}999999999999999999999999/").status_code == 404
    assert rep.get(f"{URL}abc/").status_code == 404
    assert Contact.objects.filter(pk=theirs.pk).exists()


def test_scopes_and_roles():
    reader = client_of(MarketerFactory(), scopes=["contacts:read"])
    stranger = client_of(MarketerFactory(), scopes=[])
    read_only = client_of(UserFactory())

    assert reader.get(URL).status_code == 200
    assert reader.post(URL, {"email": "a@x.com"}, format="json").status_code == 403
    assert stranger.get(URL).status_code == 403
    assert read_only.get(URL).status_code == 200
    assert read_only.post(URL, {"email": "a@x.com"}, format="json").status_code == 403
    assert APIClient().get(URL).status_code == 401


def emails(response):
    assert response.status_code == 200, response.content
    return [row["email"] for row in response.json()["results"]]


def test_filters(api):
    rep = RepFactory(username="rita")
    vip, fair = TagFactory(name="vip"), TagFactory(name="fair")
    acme = CompanyFactory(name="Acme Söhne")
    ada = ContactFactory(
        email="Ada@x.com", first_name="Ada", last_name="Órfield", owner=rep
    )
    ada.tags.add(vip, fair)
    bob = ContactFactory(email="bob@y.org", first_name="Bob", company=acme)
    bob.tags.add(vip)
    Contact.objects.filter(pk=bob.pk).update(
        updated_at=timezone.now() - timedelta(days=9)
    )
    segment = SegmentFactory(
        condition={"field": "first_name", "op": "eq", "value": "Bob"}
    )
    since = (timezone.now() - timedelta(days=1)).isoformat()

    for query, expected in [
        ({"email": "ADA@x.com"}, ["Ada@x.com"]),
        ({"q": "orfield ada"}, ["Ada@x.com"]),
        ({"q": "SÖHN y.or"}, ["bob@y.org"]),
        ({"q": "a%b"}, []),
        ({"q": "_"}, []),
        ({"tag": "VIP"}, ["Ada@x.com", "bob@y.org"]),
        ({"tag": ["vip", "fair"]}, ["Ada@x.com"]),
        ({"owner": "rita"}, ["Ada@x.com"]),
        ({"owner": rep.pk}, ["Ada@x.com"]),
        ({"owner": "none"}, ["bob@y.org"]),
        ({"company": acme.pk}, ["bob@y.org"]),
        ({"company": "acme söhne"}, ["bob@y.org"]),
        ({"updated_since": since}, ["Ada@x.com"]),
        ({"created_before": "2020-01-01"}, []),
        ({"crossed_since": "2020-01-01"}, []),
        ({"entered_since": "2020-01-01", "entered_phase": "1"}, []),
        ({"moved_in": "1", "moved_since": "2020-01-01", "way": "1-2"}, []),
        ({"moved_before": "2020-01-01", "went": "0-1", "went_step": "1"}, []),
        ({"moved_in": "1", "skipped": "1"}, []),
        ({"went": "1-2"}, []),
        ({"repeated": "1"}, []),
        ({"entered_phase": "1", "moved_on": "true"}, []),
        ({"entered_phase": "1", "moved_on": "false"}, []),
        ({"stayed_in": "1", "stayed_until": since, "stayed_since": since}, []),
        ({"stayed_in": "1"}, []),
        ({"touched_by": "1", "touched_since": "2020-01-01"}, []),
        ({"touched_by": "1", "brought_on": "true"}, []),
        ({"touched_by": "1", "brought_on": "false"}, []),
        ({"segment": segment.pk}, ["bob@y.org"]),
        ({"sales_ready": "true"}, []),
        ({"sales_ready": "false"}, ["Ada@x.com", "bob@y.org"]),
        ({"score_min": "1"}, []),
        ({"phase": "none"}, ["Ada@x.com", "bob@y.org"]),
        ({"phase": "1"}, []),
        ({"phase": "Lead"}, []),
    ]:
        assert sorted(emails(api.get(URL, query))) == expected, query


@pytest.mark.parametrize(
    "query",
    [
        {"color": "red"},
        {"segment": "x"},
        {"segment": "99"},
        {"score_min": "NaN"},
        {"score_min": "1e400"},
        {"score_max": "x"},
        {"sales_ready": "maybe"},
        {"updated_since": "yesterday"},
        {"created_since": "0001-01-01T00:00:00+14:00"},
        {"entered_before": "soon"},
        {"entered_phase": "0"},
        {"entered_phase": "9" * 19},
        {"way": "1-x"},
        {"way": "-1"},
        {"way": "1-" * 30 + "1"},
        {"went": "1"},
        {"went": "1-2-3"},
        {"went_step": "0"},
        {"skipped": "0"},
        {"moved_on": "maybe"},
        {"stayed_until": "soon"},
        {"touched_by": "x"},
        {"updated_since": "0001-01-01T00:00:00+14:00"},
        {"q": "a\x00"},
        {"q": "a" * 301},
        {"tag": "a\x00"},
        {"owner": "\x00"},
        {"ordering": "owner__password"},
        {"page_size": "0"},
        {"cursor": "x"},
    ],
)
def test_bad_parameters_are_400(api, query):
    response = api.get(URL, query)

    assert response.status_code == 400, response.content
    assert errors(response)[0][0] == next(iter(query))


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("name", ["c@x.com", "b@x.com", "a@x.com"]),
        ("-name", ["a@x.com", "b@x.com", "c@x.com"]),
        ("email", ["a@x.com", "b@x.com", "c@x.com"]),
        ("-updated_at", ["c@x.com", "b@x.com", "a@x.com"]),
        ("-score", ["c@x.com", "b@x.com", "a@x.com"]),
    ],
)
def test_order_holds_over_pages(api, ordering, expected):
    for name, email in [("Zoe", "a@x.com"), ("Mia", "b@x.com"), ("Ada", "c@x.com")]:
        ContactFactory(last_name=name, email=email, first_name="")

    found, url = [], f"{URL}?ordering={ordering}&page_size=1"
    while url:
        page = api.get(url)
        found += emails(page)
        url = page.json()["next"]

    assert found == expected


def test_list_query_count_does_not_grow(api):
    def queries():
        api.get(URL)
        with CaptureQueriesContext(connection) as found:
            assert api.get(URL).status_code == 200
        return len(found)

    def add():
        ContactFactory(owner=RepFactory()).tags.add(TagFactory())

    add()
    with_one = queries()
    add()
    add()

    assert queries() == with_one
    # Token, rows, tags; the rest is by the apps above.
    assert with_one <= 3 + 5 * len(columns())


def test_companies(api):
    url = "/api/v1/companies/"
    created = api.post(
        url, {"name": "Acme", "domain": "www.Acme.com", "employees": 5}, format="json"
    )
    assert created.status_code == 201, created.content
    number = created.json()["id"]
    contact = ContactFactory(company=Company.objects.get())
    again = api.post(url, {"name": "Acme 2", "domain": "acme.com"}, format="json")
    nameless = api.post(url, {"domain": "x.com"}, format="json")
    unknown = api.patch(f"{url}{number}/", {"color": "red"}, format="json")
    renamed = api.patch(f"{url}{number}/", {"name": "Zenith"}, format="json")

    assert created.json()["domain"] == "acme.com"
    assert (again.status_code, errors(again)) == (409, [("domain", "domain_taken")])
    assert (nameless.status_code, errors(nameless)) == (400, [("name", "required")])
    assert (unknown.status_code, errors(unknown)) == (400, [("color", "unknown")])
    assert renamed.json()["name"] == "Zenith"
    assert emails(api.get(URL, {"q": "zenith"})) == [contact.email]
    assert emails(api.get(URL, {"q": "acme"})) == []
    listed = api.get(url, {"q": "zen", "ordering": "-name"}).json()["results"]
    assert [row["id"] for row in listed] == [number]
    assert api.delete(f"{url}{number}/").status_code == 204
    contact.refresh_from_db()
    assert contact.company is None
    assert emails(api.get(URL, {"q": "zenith"})) == []
