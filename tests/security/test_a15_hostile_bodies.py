"""A15 and A2: bodies that no client sends by accident, at every address that takes one.

None is a failure of ours, and what is refused has changed nothing.
"""

from __future__ import annotations

import json
import os
import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from rest_framework.test import APIClient

from leadhub.models import IdempotentRequest
from leadhub.rest.docs import description
from tests.security.test_a1_routes import TABLE, URL

EVERY_PLACE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"7",
    b'"text"',
    b"[" * 100_000,
    b'{"a":' * 33 + b"1" + b"}" * 33,
    b'{"name": NaN}',
    b'{"name": Infinity, "email": -Infinity}',
    b'{"email": "a@example.com", "email": "b@example.com"}',
    b'{"name": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"name": "\\u0000", "email": "a\\u0000@example.com"}',
    b'{"name": "\xff\xfe"}',
    b'{"threshold": 1e400}',
    b'{"threshold": ' + b"9" * 5_000 + b"}",
    b'{"__proto__": {}, "$where": 1, "pk": 1, "constructor": {}}',
    json.dumps({f"f{n}": n for n in range(5_000)}).encode(),
    b'{"items": [null, 7, [], "x", {"contact": []}, {"contact": {"id": true}}]}',
    b'{"items": {"length": 5000}}',
]
ODD_VALUES = [
    None,
    True,
    -1,
    0,
    10**30,
    1.5,
    "",
    " ",
    "\x00",
    "\u202e\u2066",
    "a" * 70_000,
    "😀" * 300,
    "' OR 1=1 --",
    "{{ 7*7 }}",
    [],
    [[[]]],
    [None],
    {},
    {"id": -1},
    {"$ne": None},
]
# Which part of all is tried at each address, another one at the next: what a body is
# refused for is the same code everywhere. All of it: PARTS=1 pytest tests/security
BODY_PARTS = int(os.environ.get("PARTS", "3"))
VALUE_PARTS = int(os.environ.get("PARTS", "7"))
WRITING = [route for route in TABLE if not route.startswith(("GET", "DELETE"))]


class Recorder:
    """What is written to the database, but for what every request may write."""

    def __init__(self):
        self.writes = []

    def __call__(self, execute, sql, params, many, context):
        if re.match(r"\s*(INSERT|UPDATE|DELETE)\b", sql, re.IGNORECASE):
            self.writes.append(sql)
        return execute(sql, params, many, context)


def everything():
    models = [m for m in apps.get_models() if m is not IdempotentRequest]
    return {model: list(model._base_manager.values_list()) for model in models}


def path_of(world, route):
    method, path = route.split(" ")
    path = path.replace("{email}", world.rows["contacts"].email)
    path = path.replace("{key}", "new_contacts")
    resource = path.split("/")[0]
    if "{id}" in path:
        path = path.replace("{id}", str(world.pk(resource)))
    return method, URL + path


@pytest.fixture
def send(world):
    """Sends a body; says what is wrong about the answer, or nothing."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {world.token('admin')}")
    client.get(f"{URL}users/")  # the token has been used now
    before = everything()

    def send(route, body):
        method, path = path_of(world, route)
        recorder = Recorder()
        point = transaction.savepoint()
        try:
            with connection.execute_wrapper(recorder):
                response = client.generic(
                    method, path, body, content_type="application/json"
                )
            status = response.status_code
            changed = 400 <= status < 500 and recorder.writes and everything() != before
        finally:
            transaction.savepoint_rollback(point)
        if status >= 500 or changed:
            did = "and wrote" if changed else ""
            return f"{route} {body[:80]!r}: {status} {did} {response.content[:200]!r}"
        if status >= 400 and set(response.json()) != {"type", "errors"}:
            return f"{route} {body[:80]!r}: another shape of error"
        return None

    return send


def test_hostile_bodies_are_refused_and_change_nothing(send):
    found = [
        send(route, body)
        for number, route in enumerate(WRITING)
        for body in EVERY_PLACE[number % BODY_PARTS :: BODY_PARTS]
    ]

    assert [fault for fault in found if fault] == []


def fields_of(route):
    """The names that the description has for the route's body."""
    method, path = route.split(" ")
    operation = description()["paths"][URL + path][method.lower()]
    if "requestBody" not in operation:
        return []
    [media] = operation["requestBody"]["content"].values()
    name = media["schema"]["$ref"].rpartition("/")[2]
    return list(description()["components"]["schemas"][name]["properties"])


def test_fields_bear_every_kind_of_value(send):
    places = [(route, field) for route in WRITING for field in fields_of(route)]
    found = [
        send(route, json.dumps({field: value}).encode())
        for number, (route, field) in enumerate(places)
        for value in ODD_VALUES[number % VALUE_PARTS :: VALUE_PARTS]
    ]

    assert [fault for fault in found if fault] == []
