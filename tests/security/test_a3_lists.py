"""Lists of the API: what they cost, and what nobody may order or filter by (A3, A4)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.factories.accounts import NotificationFactory
from tests.security.test_a1_routes import LISTED, URL
from tests.security.world import make_world

INSIDE = ["owner__password", "password", "user__api_tokens__digest", "pk", "--id", "x"]
ODD = ["' OR 1=1 --", "1); DROP TABLE x; --", "\x00", "9" * 400, "\\", "%", "１"]
NO_IDS = ["abc", "0", "-1", "9" * 30, "1.0", "%00", "１", "1%27", "..", "None"]


def client_of(world, role):
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {world.token(role)}")
    return client


@pytest.fixture
def admin(world):
    return client_of(world, "admin")


def test_no_list_costs_more_queries_for_more_rows(world):
    clients = {role: client_of(world, role) for role in ("admin", "rep")}
    places = [
        (name, "rep" if name == "notifications" else "admin") for name in LISTED.split()
    ]

    def queries(name, role):
        clients[role].get(f"{URL}{name}/")
        with CaptureQueriesContext(connection) as found:
            rows = clients[role].get(f"{URL}{name}/").json()["results"]
        return len(rows), len(found)

    before = {place: queries(*place) for place in places}
    make_world()
    make_world()
    NotificationFactory.create_batch(2, recipient=world.people["rep"])
    after = {place: queries(*place) for place in places}

    assert [p for p in places if after[p][0] < before[p][0] + 2] == []
    assert {p: n for p, (_rows, n) in after.items() if n != before[p][1]} == {}


@pytest.mark.parametrize("name", LISTED.split())
def test_lists_are_ordered_and_filtered_by_what_they_offer_only(admin, name):
    tried = [f"ordering={one}" for one in INSIDE]
    tried += [f"{one}=1" for one in INSIDE if one != "--id"]
    tried += ["email__startswith=a", "id__in=1,2", "owner__role=admin"]

    found = {query: admin.get(f"{URL}{name}/?{query}").status_code for query in tried}

    assert {query: status for query, status in found.items() if status != 400} == {}


@pytest.mark.parametrize("name", LISTED.split())
def test_parameters_of_lists_bear_anything(admin, name):
    names = ["cursor", "page_size", "ordering", "count", "q", "since", "contact"]
    found = [
        (one, value, admin.get(f"{URL}{name}/", {one: value}).status_code)
        for one in names
        for value in ODD
    ]

    assert [fault for fault in found if fault[2] not in {200, 400}] == []


@pytest.mark.parametrize("name", LISTED.split())
def test_what_cannot_be_an_id_is_404(admin, name):
    found = {one: admin.get(f"{URL}{name}/{one}/").status_code for one in NO_IDS}

    assert {one: status for one, status in found.items() if status != 404} == {}
