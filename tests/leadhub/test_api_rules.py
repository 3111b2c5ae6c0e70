"""What holds for all of the API: addresses, repeats, refusals."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken
from contacts.models import Company, Contact
from leadhub.models import IdempotentRequest
from leadhub.rest.idempotency import forget_old_requests
from tests.factories.accounts import AdminFactory, MarketerFactory
from tests.factories.contacts import CompanyFactory
from tests.factories.journeys import JourneyFactory, PhaseFactory
from tests.factories.scoring import ScoringModelFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/"


def client_of(user, name="crm"):
    key = f"{user.pk}-{name}"
    ApiToken.objects.create(user=user, name=name, digest=ApiToken.digest_of(key))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def api():
    return client_of(AdminFactory())


def codes(response):
    return [(error["attr"], error["code"]) for error in response.json()["errors"]]


def post(client, path, body, key):
    return client.post(URL + path, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


# Addresses -----------------------------------------------------------------------


def test_an_address_without_its_slash_is_led_on_with_method_and_body(api):
    response = api.post(f"{URL}contacts", {"email": "a@example.com"}, format="json")

    assert response.status_code == 308
    assert response["Location"] == f"{URL}contacts/"


def test_what_does_not_exist_is_404_in_the_one_shape(api):
    for path in ["nope/", "contacts/1/nope/", "contacts/../..;/", "contacts/%00/"]:
        response = api.get(URL + path)

        assert response.status_code == 404, path
        assert codes(response) == [(None, "not_found")]


def test_every_resource_that_is_made_says_where_it_is(api):
    phase = PhaseFactory(journey=JourneyFactory())
    bodies = {
        "companies/": {"name": "Acme"},
        "contacts/": {"email": "a@example.com"},
        "custom-fields/": {"key": "seats", "type": "number"},
        "interactions/": {"contact": {"email": "b@example.com"}, "kind": "chat"},
        "journeys/": {"name": "New"},
        "links/": {"name": "Offer", "target_url": "https://example.com/"},
        "measures/": {
            "phase": phase.pk,
            "name": "Ads",
            "direction": "pull",
            "channel": "paid_search",
            "url": "https://example.com/",
        },
        "phases/": {"journey": phase.journey.pk, "name": "Next"},
        "scoring-models/": {"name": "Draft", "rules": []},
        "segments/": {
            "name": "Heads",
            "condition": {"field": "job_title", "op": "contains", "value": "head"},
        },
        "teams/": {"name": "Hunters"},
        "users/": {"username": "new", "email": "new@example.com", "role": "rep"},
    }
    for path, body in bodies.items():
        made = api.post(URL + path, body, format="json")

        assert made.status_code == 201, (path, made.content)
        assert made["Location"] == f"http://testserver{URL}{path}{made.json()['id']}/"
        assert api.get(made["Location"]).status_code == 200


def test_a_copy_says_where_it_is(api):
    model = ScoringModelFactory()

    copy = api.post(f"{URL}scoring-models/{model.pk}/copy/")

    assert copy["Location"].endswith(f"/scoring-models/{copy.json()['id']}/")


@pytest.mark.parametrize("path", ["", "contacts/", "kpis/", "schema/", "jobs/"])
@pytest.mark.parametrize("name", ["nope", "format", "fields"])
def test_what_is_not_a_parameter_is_400(api, path, name):
    response = api.get(f"{URL}{path}?{name}=json")

    assert response.status_code == 400
    assert codes(response) == [(name, "unknown")]


def test_a_refusal_that_is_about_a_field_names_it(api):
    CompanyFactory(domain="acme.com")

    response = api.post(f"{URL}companies/", {"name": "A", "domain": "acme.com"})
    response = api.post(
        f"{URL}companies/", {"name": "A", "domain": "acme.com"}, format="json"
    )

    assert response.status_code == 409
    assert codes(response) == [("domain", "domain_taken")]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json; charset=utf-16", 400),
    ],
)
def test_bodies_are_json_in_utf_8(api, content_type, status):
    body = '{"email": "a@example.com"}'.encode("utf-16-le")

    response = api.post(f"{URL}contacts/", body, content_type=content_type)

    assert response.status_code == status
    assert response.json()["errors"]


# Repeats -------------------------------------------------------------------------


def test_a_repeat_gets_the_first_answer_and_has_no_second_effect(api):
    first = post(api, "companies/", {"name": "Acme"}, "k")
    again = post(api, "companies/", {"name": "Acme"}, "k")

    assert (first.status_code, again.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert again.json() == first.json()
    assert Company.objects.count() == 1


def test_a_key_with_another_body_is_422(api):
    post(api, "companies/", {"name": "Acme"}, "k")

    response = post(api, "companies/", {"name": "Zenith"}, "k")

    assert response.status_code == 422
    assert codes(response) == [(None, "idempotency_key_reused")]
    assert Company.objects.count() == 1


def test_a_key_belongs_to_its_user_and_its_address(api):
    other = client_of(MarketerFactory())
    post(api, "companies/", {"name": "Acme"}, "k")

    assert post(other, "companies/", {"name": "Zenith"}, "k").status_code == 201
    assert post(api, "teams/", {"name": "Hunters"}, "k").status_code == 201


def test_a_refusal_is_replayed_too(api):
    first = post(api, "contacts/", {"email": "no"}, "k")
    again = post(api, "contacts/", {"email": "no"}, "k")

    assert (first.status_code, again.status_code) == (400, 400)
    assert again["Idempotency-Replayed"] == "true"


def test_what_says_nothing_about_the_request_is_not_replayed():
    user = MarketerFactory()
    key = "small"
    token = ApiToken.objects.create(
        user=user, name="crm", digest=ApiToken.digest_of(key), scopes=[]
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    first = post(client, "companies/", {"name": "Acme"}, "k")
    ApiToken.objects.filter(pk=token.pk).update(scopes=["companies:write"])

    again = post(client, "companies/", {"name": "Acme"}, "k")

    assert (first.status_code, again.status_code) == (403, 201)


def test_a_failure_of_ours_leaves_the_key_free(api):
    def broken(execute, sql, params, many, context):
        if "INSERT INTO" in sql and "contacts_company" in sql:
            raise OperationalError("gone")
        return execute(sql, params, many, context)

    api.raise_request_exception = False
    with connection.execute_wrapper(broken):
        first = post(api, "companies/", {"name": "Acme"}, "k")
    again = post(api, "companies/", {"name": "Acme"}, "k")

    assert (first.status_code, first["Retry-After"]) == (503, "5")
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again


def running(user, key, *, since):
    return IdempotentRequest.objects.create(
        user=user,
        path=f"{URL}companies/",
        key=key,
        body_digest="0" * 64,
        created_at=since,
        lease_until=since + timedelta(seconds=60),
    )


def test_a_request_that_still_runs_is_409():
    user = AdminFactory()
    api = client_of(user)
    post(api, "companies/", {"name": "Acme"}, "k")
    IdempotentRequest.objects.update(
        status_code=None, lease_until=timezone.now() + timedelta(seconds=9)
    )

    response = post(api, "companies/", {"name": "Acme"}, "k")

    assert response.status_code == 409
    assert codes(response) == [(None, "idempotency_key_running")]


def test_what_a_killed_process_left_is_taken_over_after_its_lease(api):
    post(api, "companies/", {"name": "Acme"}, "k")
    Company.objects.all().delete()
    IdempotentRequest.objects.update(
        status_code=None, lease_until=timezone.now() - timedelta(seconds=1)
    )

    response = post(api, "companies/", {"name": "Acme"}, "k")

    assert response.status_code == 201
    assert Company.objects.count() == 1


def test_a_key_is_free_again_after_a_day(api):
    post(api, "companies/", {"name": "Acme"}, "k")
    old = timezone.now() - timedelta(hours=24, seconds=1)
    IdempotentRequest.objects.update(created_at=old)

    response = post(api, "companies/", {"name": "Zenith"}, "k")

    assert response.status_code == 201
    assert forget_old_requests() == 0


def test_old_keys_are_forgotten():
    user = AdminFactory()
    running(user, "old", since=timezone.now() - timedelta(hours=25))
    running(user, "new", since=timezone.now())

    assert forget_old_requests() == 1
    assert IdempotentRequest.objects.get().key == "new"


@pytest.mark.parametrize("key", ["", "a" * 201, "schlüssel", "a\tb"])
def test_a_key_that_cannot_be_one_is_400(api, key):
    response = post(api, "companies/", {"name": "Acme"}, key)

    assert response.status_code == 400
    assert codes(response) == [("Idempotency-Key", "invalid")]
    assert not Company.objects.exists()


def test_a_key_at_an_address_that_takes_no_post_is_405(api):
    assert post(api, "kpis/", {}, "k").status_code == 405


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_of_requests_at_once_one_has_an_effect():
    api = client_of(AdminFactory())

    def send(number):
        try:
            return post(api, "contacts/", {"email": "a@example.com"}, "k").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(send, range(8)))

    assert set(found) <= {201, 409}
    assert 201 in found
    assert Contact.objects.count() == 1
