"""A16: requests made up from the description of the API, right ones and wrong ones."""

from __future__ import annotations

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from leadhub.rest.docs import description

# Of each kind for each operation; more by hand: EXAMPLES=200 pytest tests/security
EXAMPLES = int(os.environ.get("EXAMPLES", "1"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def operations():
    """Those of the description, called in this process on the test's connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_dict(description())
    schema.app = get_wsgi_application()
    schema.config.output.sanitization.enabled = False
    yield [found.ok() for found in schema.get_all_operations()]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_answers_are_as_described_and_never_a_failure_of_ours(operations, world, mode):
    failures = []
    for operation in operations:
        try:
            attempts(operation, mode, world)()
        except (Exception, BaseExceptionGroup) as failure:  # whatever a check raises
            failures.append(f"{operation.label}: {failure}")

    assert not failures, "\n\n".join(failures)


def attempts(operation, mode, world):
    """What sends requests to ``operation``, each to the world as it was."""
    token = {"Authorization": f"Bearer {world.token('admin')}"}
    resource = operation.path.split("/")[3]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case):
        if "id" in case.path_parameters:
            case.path_parameters["id"] = str(world.pk(resource))
        point = transaction.savepoint()
        try:
            case.call_and_validate(headers=token, checks=CHECKS)
        finally:
            transaction.savepoint_rollback(point)

    return attempt
