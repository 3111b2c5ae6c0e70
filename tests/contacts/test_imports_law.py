"""The law of imports: a trial tells the truth, a rerun is idle, an undo is whole."""

import csv
import io
import tempfile

from django.test import override_settings
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Job
from accounts.services.running import run_until_finished
from contacts.models import CustomField
from contacts.models.imports import ImportRow
from contacts.services.imports import (
    map_import,
    start_import,
    try_import,
    upload_import,
)
from contacts.services.undoing import undo_import
from tests.contacts.test_imports import everything

COLUMNS = {
    "Mail": "email",
    "First": "first_name",
    "Phone": "phone",
    "Firm": "company.name",
    "Web": "company.domain",
    "Sector": "company.industry",
    "Staff": "company.employees",
    "Words": "tags",
    "Seats": "custom.seats",
    "Number": "custom.number",
}
CELLS = {
    "Mail": st.sampled_from(
        ["", "ada@example.com", "ADA@example.com", "bo@example.com", "cy@x.test", "no"]
    ),
    "First": st.sampled_from(["", "Ada", "Bo", "'=1", "é", "a\x07b"]),
    "Phone": st.sampled_from(["", "+49301234567", "many"]),
    "Firm": st.sampled_from(["", "Acme", "ACME", "Blau", "Rot"]),
    "Web": st.sampled_from(["", "acme.com", "https://www.blau.de/x", "no domain"]),
    "Sector": st.sampled_from(["", "Games", "Tools"]),
    "Staff": st.sampled_from(["", "7", "8", "few"]),
    "Words": st.sampled_from(["", "vip", "vip, old", "new"]),
    "Seats": st.sampled_from(["", "1", "2.5", "x"]),
    "Number": st.sampled_from(["", "1", "2", "3"]),
}
rows = st.lists(st.tuples(*CELLS.values()), max_size=8)


def file_of(table):
    text = io.StringIO()
    csv.writer(text).writerows([list(COLUMNS), *table])
    return io.BytesIO(text.getvalue().encode())


def mapped(table, *, updates_existing):
    now = timezone.now()
    run = upload_import(file=file_of(table), name="law.csv", by=None, at=now)
    return map_import(
        run=run,
        mapping=COLUMNS,
        updates_existing=updates_existing,
        list_name="law" if len(table) % 2 else "",
        by=None,
        at=now,
    )


def bring(run):
    job = run_until_finished(start_import(run=run, by=None, at=timezone.now()))
    assert job.status == Job.Status.DONE, job.error
    return {name: job.result[name] for name in ImportRow.Result.values}


class LawTest(TestCase):
    def setUp(self):
        self.media = tempfile.TemporaryDirectory()
        self.addCleanup(self.media.cleanup)

    @settings(max_examples=25, deadline=None)
    @given(before=rows, table=rows, updates_existing=st.booleans())
    def test_trial_run_rerun_and_undo(self, before, table, updates_existing):
        with override_settings(MEDIA_ROOT=self.media.name):
            self.check(before, table, updates_existing)

    def check(self, before, table, updates_existing):
        CustomField.objects.create(key="seats", label="Seats", type="number")
        CustomField.objects.create(key="number", label="Number", is_identifier=True)
        bring(mapped(before, updates_existing=True))
        at_first = everything()

        trial = try_import(
            run=mapped(table, updates_existing=updates_existing),
            by=None,
            at=timezone.now(),
            rows=None,
        )
        assert everything() == at_first

        run = mapped(table, updates_existing=updates_existing)
        assert trial.counts == bring(run)
        assert trial.rejected == list(run.rejected_rows())
        in_the_end = everything()

        if not updates_existing:
            again = bring(mapped(table, updates_existing=False))
            assert again["created"] == again["updated"] == 0
            assert again["rejected"] == trial.counts["rejected"]
            assert everything() == in_the_end

        undone = run_until_finished(undo_import(run=run, by=None, at=timezone.now()))
        assert undone.result["kept"] == 0
        assert undone.result["deleted"] == trial.counts["created"]
        assert everything() == at_first

    @settings(max_examples=12, deadline=None)
    @given(table=rows)
    def test_the_same_file_again_ends_in_the_same(self, table):
        with override_settings(MEDIA_ROOT=self.media.name):
            CustomField.objects.create(key="seats", label="Seats", type="number")
            CustomField.objects.create(key="number", label="Number", is_identifier=True)
            first = bring(mapped(table, updates_existing=True))
            once = everything()
            again = bring(mapped(table, updates_existing=True))

            assert again["created"] == 0
            assert again["rejected"] >= first["rejected"]
            assert everything() == once
