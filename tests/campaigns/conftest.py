import pytest
import time_machine
from django.test import Client
from rest_framework.test import APIClient

from campaigns import public
from campaigns.services.sending import breaker
from tests.campaigns.sequences import TUESDAY
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import ConsentTextFactory, FormFactory, SenderFactory
from tests.journeys.test_public import BROWSER


@pytest.fixture(autouse=True)
def _no_forms_before() -> None:
    public.sendings.clear()


@pytest.fixture
def anybody() -> Client:
    """A browser that nobody is signed in with."""
    return Client(headers={"User-Agent": BROWSER}, enforce_csrf_checks=True)


@pytest.fixture
def clock():
    """It is a Tuesday morning until a test moves on."""
    with time_machine.travel(TUESDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def sender():
    """Who mails come from."""
    return SenderFactory()


@pytest.fixture
def marketing() -> Client:
    """A browser in which a marketer is signed in; ``client`` is nobody's then."""
    client = Client()
    client.force_login(MarketerFactory())
    return client


@pytest.fixture
def form():
    """A newsletter's, with a text to agree to."""
    fields = [{"name": n, "label": n.title()} for n in ("email", "first_name", "phone")]
    form = FormFactory(name="Newsletter", fields=fields)
    ConsentTextFactory(form=form)
    return form


@pytest.fixture
def mail_server_works() -> None:
    """Whatever happened to mails in other tests."""
    breaker.worked()


@pytest.fixture
def api() -> APIClient:
    """REST, as a marketer in a browser asks."""
    client = APIClient()
    client.force_login(MarketerFactory())
    return client
