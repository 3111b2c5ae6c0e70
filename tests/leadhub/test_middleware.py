"""What requests pass before their view."""

import pytest
from django.db import OperationalError, connection

pytestmark = pytest.mark.django_db


def test_public_doors_take_no_session_and_keep_their_headers(client):
    response = client.get("/t/o/unknown.gif")

    assert response.status_code == 200
    assert response["Content-Length"] == str(len(response.content))
    assert response["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in response
    assert not response.cookies


def test_public_doors_answer_503_while_the_database_is_away(client):
    def is_away(execute, sql, params, many, context):
        raise OperationalError("away")

    with connection.execute_wrapper(is_away):
        response = client.get("/t/c/unknown")

    assert response.status_code == 503


def test_public_doors_refuse_foreign_hosts(client):
    response = client.get("/t/o/unknown.gif", headers={"Host": "evil.example"})

    assert response.status_code == 400
