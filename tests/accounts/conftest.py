"""Whom webhooks are sent to."""

import pytest

from tests.webhooks import Sink


@pytest.fixture
def sink(settings):
    with Sink() as server:
        settings.EGRESS_ALLOW = [f"127.0.0.1:{server.port}"]
        yield server
