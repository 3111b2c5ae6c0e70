"""The description of the API: public, complete, and shown on a page."""

from __future__ import annotations

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from leadhub.rest.docs import description

pytestmark = pytest.mark.django_db
METHODS = {"get", "post", "put", "patch", "delete"}


def operations():
    for path, methods in description()["paths"].items():
        for method in METHODS & set(methods):
            yield f"{method.upper()} {path}", methods[method]


def test_anybody_may_read_the_schema_and_the_page():
    schema = APIClient().get("/api/v1/schema/")
    page = Client().get("/api/v1/docs/")

    assert schema.status_code == page.status_code == 200
    assert schema.json()["openapi"].startswith("3.1")
    assert schema.json()["info"]["title"] == "LeadHub API"


def test_the_schema_says_nothing_about_this_installation():
    before = description()
    description.cache_clear()

    assert description() == before


def test_nothing_in_the_schema_is_guessed_or_named_twice():
    description.cache_clear()
    GENERATOR_STATS.reset()

    description()

    assert not GENERATOR_STATS


def test_a_parameter_that_the_schema_does_not_have_is_400():
    response = APIClient().get("/api/v1/schema/?format=yaml")

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "format"


def test_only_the_docs_page_may_set_inline_styles():
    docs = Client().get("/api/v1/docs/")["Content-Security-Policy"]
    other = Client().get("/accounts/login/")["Content-Security-Policy"]

    assert "style-src 'self' 'unsafe-inline'" in docs.split("; ")
    assert "script-src 'self'" in docs.split("; ")
    assert "unsafe-inline" not in other


def test_every_operation_has_a_summary_a_tag_and_a_way_in():
    tags = {tag["name"] for tag in description()["tags"]}
    wrong = [
        name
        for name, operation in operations()
        if not operation.get("summary")
        or not set(operation["tags"]) <= tags
        or {next(iter(way)) for way in operation["security"]} != {"token", "session"}
        or "401" not in operation["responses"]
    ]

    assert wrong == []


def test_every_operation_names_the_scope_it_needs():
    nameless = [
        name
        for name, operation in operations()
        if not any(way.get("token") for way in operation["security"])
    ]

    assert nameless == []


def test_every_post_takes_an_idempotency_key():
    without = [
        name
        for name, operation in operations()
        if name.startswith("POST")
        and "Idempotency-Key" not in [p["name"] for p in operation["parameters"]]
    ]

    assert without == []


def test_operation_ids_are_unique():
    ids = [operation["operationId"] for _name, operation in operations()]

    assert len(set(ids)) == len(ids)


def examples():
    """Each example with the schema that it is an example of."""
    components = description()["components"]["schemas"]
    for name, operation in operations():
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for media in body.get("content", {}).values():
                for example in media.get("examples", {}).values():
                    schema = {**media["schema"], "components": {"schemas": components}}
                    yield name, schema, example["value"]


def test_examples_are_what_the_description_says():
    wrong = [
        f"{name}: {fault.json_path} {fault.message[:200]}"
        for name, schema, value in examples()
        for fault in Draft202012Validator(schema).iter_errors(value)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "name",
    [
        "POST contacts/",
        "POST contacts/batch/",
        "POST companies/",
        "POST custom-fields/",
        "POST handoffs/{id}/decline/",
        "POST interactions/",
        "POST interactions/batch/",
        "POST links/",
        "POST scoring-models/",
        "POST segments/",
    ],
)
def test_main_resources_have_examples_of_what_they_take(name):
    method, _, path = name.partition(" ")
    operation = dict(operations())[f"{method} /api/v1/{path}"]

    [media] = operation["requestBody"]["content"].values()
    assert media["examples"]


@pytest.mark.parametrize("resource", ["journeys", "phases", "measures", "teams"])
def test_plans_have_examples_of_all_they_take_and_answer(resource):
    bodies = {
        f"{name} {number}": body
        for name, operation in operations()
        if name.split(" ")[1].startswith(f"/api/v1/{resource}/")
        for number, body in {
            "body": operation.get("requestBody", {}),
            **operation["responses"],
        }.items()
        if not number.startswith(("4", "5"))
    }

    without = [
        name
        for name, body in bodies.items()
        for media in body.get("content", {}).values()
        if not media.get("examples")
    ]

    assert bodies
    assert without == []
