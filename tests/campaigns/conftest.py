import io

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Job
from accounts.services.running import run_until_finished
from campaigns import public
from campaigns.models import AttendanceBatch
from campaigns.services.attendance_files import (
    map_attendance,
    start_attendance,
    upload_attendance,
)
from campaigns.services.sending import breaker
from tests.campaigns.sequences import TUESDAY
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.campaigns import ConsentTextFactory, FormFactory, SenderFactory
from tests.journeys.test_public import BROWSER

LIST = """Email,First name,Attended
ada@example.com,Ada,yes
bo@example.com,Bo,no
ADA@example.com,Ada,no
,Nobody,yes
cy@example.com,Cy,perhaps
"""


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


@pytest.fixture
def rep(client):
    user = RepFactory()
    client.force_login(user)
    return user


@pytest.fixture
def upload(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def upload(event, text=LIST, **said):
        now = timezone.now()
        batch = upload_attendance(
            event=event,
            file=io.BytesIO(text.encode()),
            name="list.csv",
            by=None,
            at=now,
        )
        said = {
            "mapping": batch.run.mapping,
            "attended_column": batch.attended_column,
            "all_attended": batch.all_attended,
        } | said
        return map_attendance(batch=batch, by=None, at=now, **said)

    return upload


@pytest.fixture
def bring(upload):
    def bring(event, text=LIST, **said):
        batch = upload(event, text, **said)
        job = start_attendance(batch=batch, by=None, at=timezone.now())
        job = run_until_finished(job)
        assert job.status == Job.Status.DONE, job.error
        return AttendanceBatch.objects.select_related("run").get(pk=batch.pk)

    return bring
