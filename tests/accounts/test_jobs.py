from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from rest_framework.test import APIClient

from accounts.models import Job, User
from accounts.services import running
from accounts.services.jobs import JobFinished, cancel_job, start_job
from accounts.services.running import JobLost, job_runner, run_next_job
from leadhub.errors import DomainError

pytestmark = pytest.mark.django_db


class NothingToExport(DomainError):
    code = "nothing_to_export"


@pytest.fixture
def runners(monkeypatch):
    monkeypatch.setattr(running, "_runners", {})


@pytest.fixture
def owner():
    return User.objects.create_user("owner", "owner@example.com", role="marketer")


def started(owner=None, **params) -> Job:
    return start_job(
        kind="export", owner=owner, params=params, total=3, at=timezone.now()
    )


def test_a_job_runs_to_its_result(runners):
    @job_runner("export")
    def run(job, progress):
        for _ in range(3):
            progress.advance(1)
        return {"rows": job.params["rows"]}

    job = started(rows=7)

    assert run_next_job()
    job.refresh_from_db()
    assert (job.status, job.done, job.total, job.result) == (
        "done",
        3,
        3,
        {"rows": 7},
    )
    assert not run_next_job()


def test_a_job_speaks_the_language_of_who_asked_for_it(runners):
    @job_runner("export")
    def run(job, progress):
        raise NothingToExport(gettext("There is no such contact."))

    with translation.override("de"):
        job = started()
    run_next_job()

    job.refresh_from_db()
    assert job.error == "Diesen Kontakt gibt es nicht."
    assert translation.get_language() == "en"


def test_a_refusal_ends_it_with_its_sentence_and_an_accident_with_a_general_one(
    runners,
):
    @job_runner("export")
    def run(job, progress):
        raise (
            NothingToExport("There is nothing to export.")
            if job.params["refuse"]
            else ZeroDivisionError("secret")
        )

    refused, broken = started(refuse=True), started(refuse=False)

    assert run_next_job()
    assert run_next_job()
    refused.refresh_from_db()
    broken.refresh_from_db()
    assert (refused.status, refused.error) == ("failed", "There is nothing to export.")
    assert broken.status == "failed"
    assert "secret" not in broken.error


def test_a_canceled_job_stops_at_its_next_step_and_the_chunk_is_undone(runners, owner):
    @job_runner("export")
    def run(job, progress):
        progress.advance(1)
        cancel_job(job=job, at=timezone.now())
        with transaction.atomic():
            User.objects.filter(pk=owner.pk).update(first_name="Undone")
            progress.advance(1)
        raise AssertionError("not reached")

    job = started()
    run_next_job()

    job.refresh_from_db()
    owner.refresh_from_db()
    assert (job.status, job.done, owner.first_name) == ("cancelled", 1, "")


def test_a_killed_run_is_taken_over_when_its_lease_is_over(runners):
    seen = []

    @job_runner("export")
    def run(job, progress):
        seen.append(job.done)
        return {}

    job = started()
    Job.objects.filter(pk=job.pk).update(
        status="running", done=2, lease_until=timezone.now() + timedelta(seconds=30)
    )
    assert not run_next_job()

    Job.objects.filter(pk=job.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert run_next_job()
    assert seen == [2]


def test_who_has_lost_a_job_writes_nothing_more(runners):
    @job_runner("export")
    def run(job, progress):
        hour = timezone.now() + timedelta(hours=1)
        Job.objects.filter(pk=job.pk).update(lease_until=hour)  # another run took it
        with pytest.raises(JobLost):
            progress.advance(1)
        return {"by": "the one who lost it"}

    job = started()
    run_next_job()

    job.refresh_from_db()
    assert (job.status, job.done, job.result) == ("running", 0, None)


def test_a_finished_job_cannot_be_canceled(runners):
    job = started()
    Job.objects.filter(pk=job.pk).update(status="done")

    with pytest.raises(JobFinished):
        cancel_job(job=job, at=timezone.now())


def test_over_the_api_one_sees_and_cancels_ones_own(owner):
    job, foreign = started(owner=owner), started(owner=None)
    client = APIClient()
    client.force_authenticate(owner)

    seen = client.get(reverse("job-detail", args=[job.pk]))
    canceled = client.delete(reverse("job-detail", args=[job.pk]))
    hidden = client.get(reverse("job-detail", args=[foreign.pk]))
    malformed = client.get("/api/v1/jobs/not-an-id/")

    assert seen.json() == {
        "id": str(job.pk),
        "kind": "export",
        "status": "queued",
        "done": 0,
        "total": 3,
        "result": None,
        "error": "",
    }
    assert canceled.json()["status"] == "cancelled"
    assert [hidden.status_code, malformed.status_code] == [404, 404]


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_list_of_jobs_costs_the_same_with_more_rows(
    owner, row_count, django_assert_num_queries
):
    for _ in range(row_count):
        started(owner=owner)
    client = APIClient()
    client.force_authenticate(owner)

    with django_assert_num_queries(1):
        found = client.get(reverse("job-list")).json()

    assert len(found["results"]) == row_count
