"""A3: what bodies may not set, and whom they may not name."""

from __future__ import annotations

import json

import pytest
from rest_framework.test import APIClient

from leadhub.rest.docs import description
from tests.security.test_a1_routes import TABLE, URL

# Written by POST, PUT or PATCH at these addresses: columns of these rows.
WRITTEN = sorted(
    {
        route.split(" ")[1].split("/")[0]
        for route in TABLE
        if not route.startswith(("GET", "DELETE"))
        and route.split(" ")[1].rstrip("/").count("/") < 2
    }
    - {"duplicates", "handoffs", "jobs", "kpis", "messages", "notifications"}
    - {"uploads"}
)
# A text that is not there yet makes one.
MADE_OF_NAMES = {"tags", "topics"}
NEEDED = {"contacts": {"last_name": "Byron"}}
NOBODY = [2**62, -1, 0, "x", True, {}, [], 1.5]


@pytest.fixture
def api(world):
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {world.token('admin')}")
    return client


def writing(resource):
    """Method and address of whatever creates or changes a row of the resource."""
    places = [f"{resource}/", f"{resource}/{{id}}/"]
    return [
        tuple(route.split(" "))
        for route in TABLE
        if route.split(" ")[1] in places and not route.startswith(("GET", "DELETE"))
    ]


def body_fields(method, path):
    """What the description says that the body may hold."""
    operation = description()["paths"][URL + path][method.lower()]
    [media] = operation["requestBody"]["content"].values()
    name = media["schema"]["$ref"].rpartition("/")[2]
    return description()["components"]["schemas"][name]["properties"]


@pytest.mark.parametrize("resource", WRITTEN)
def test_columns_that_no_body_may_set_are_refused_by_name(api, world, resource):
    row = world.rows[resource]
    columns = {field.name for field in row._meta.get_fields()}
    columns |= {f"{name}_id" for name in columns} | {"pk", "is_superuser", "password"}
    found = []
    for method, path in writing(resource):
        offered = set(body_fields(method, path))
        for column in sorted(columns - offered):
            response = api.generic(
                method,
                URL + path.replace("{id}", str(row.pk)),
                f'{{"{column}": "2001-01-01T00:00:00Z"}}',
                content_type="application/json",
            )
            named = [fault["attr"] for fault in response.json().get("errors", [])]
            if response.status_code != 400 or column not in named:
                found.append(f"{method} {path} {column}: {response.status_code}")

    assert found == []


@pytest.mark.parametrize("resource", WRITTEN)
def test_what_was_read_may_be_sent_back(api, world, resource):
    found = []
    for method, path in writing(resource):
        if "{id}" not in path:
            continue
        url = URL + path.replace("{id}", str(world.pk(resource)))
        read = api.get(url).json()
        response = api.generic(method, url, json.dumps(read), "application/json")
        if response.status_code != 200:
            found.append(f"{method} {path}: {response.content!r}")

    assert found == []


@pytest.mark.parametrize("resource", WRITTEN)
def test_rows_that_do_not_exist_are_refused_by_name(api, world, resource):
    row = world.rows[resource]
    related = {
        field.name
        for field in row._meta.get_fields()
        if field.is_relation and not field.auto_created
    } - MADE_OF_NAMES
    found = []
    for method, path in writing(resource):
        for name in sorted(related & set(body_fields(method, path))):
            for nobody in NOBODY:
                if (resource, name, nobody) == ("contacts", "company", {}):
                    continue  # a company without facts is none
                value = [nobody] if row._meta.get_field(name).many_to_many else nobody
                body = NEEDED.get(resource, {}) | {name: value}
                response = api.generic(
                    method,
                    URL + path.replace("{id}", str(row.pk)),
                    json.dumps(body),
                    content_type="application/json",
                )
                faults = response.json().get("errors", [])
                named = [str(fault["attr"]).split(".")[0] for fault in faults]
                if response.status_code != 400 or name not in named:
                    found.append(f"{method} {path} {name}={value!r}: {faults}")

    assert found == []
