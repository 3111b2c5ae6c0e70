"""Files that nothing uses are deleted a week after they came."""

from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Content, Upload
from campaigns.services.pages import save_page
from campaigns.services.unused_uploads import delete_unused_uploads
from campaigns.services.uploads import store_upload
from campaigns.tasks import delete_unused_uploads as task
from leadhub.schedule import SCHEDULE
from tests.campaigns import files
from tests.factories.campaigns import (
    ContentFactory,
    LandingPageFactory,
    MailTemplateFactory,
    SenderFactory,
)

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def disk(monkeypatch, tmp_path) -> Path:
    path = tmp_path / "uploads"
    storage = FileSystemStorage(location=path)
    monkeypatch.setattr(Upload._meta.get_field("file"), "storage", storage)
    return path


def picture() -> Upload:
    file = SimpleUploadedFile("a.png", files.png())
    return store_upload(file=file, name="a.png", by=None, at=timezone.now())


def image(upload: Upload) -> dict:
    return {"type": "image", "image": upload.key, "alt": "A chart"}


def in_a_week(task) -> None:
    with time_machine.travel(timezone.now() + WEEK + SECOND):
        task()


@pytest.mark.django_db(transaction=True)
def test_an_unused_file_goes_after_a_week_and_not_before(disk):
    upload, now = picture(), timezone.now()

    assert delete_unused_uploads(at=now + WEEK - timedelta(minutes=1)) == 0
    assert (disk / upload.key).exists()
    assert delete_unused_uploads(at=now + WEEK + SECOND) == 1
    assert delete_unused_uploads(at=now + WEEK + SECOND) == 0
    assert not Upload.objects.exists()
    assert not (disk / upload.key).exists()


def test_the_scheduler_looks_for_them():
    picture()

    in_a_week(task)

    assert not Upload.objects.exists()
    assert task.name in {entry["task"] for entry in SCHEDULE.values()}


def test_what_is_used_stays(disk):
    given, shown, logo, mailed, _unused = (picture() for _n in range(5))
    ContentFactory(upload=given, url="")
    LandingPageFactory(blocks=[{"type": "text", "text": "x"}, image(shown)])
    SenderFactory(logo=logo)
    MailTemplateFactory(body=f"![](https://x.example/p/pictures/{mailed.key})")

    in_a_week(task)

    left = {row.key for row in Upload.objects.all()}
    assert left == {given.key, shown.key, logo.key, mailed.key}


def test_the_file_that_another_has_replaced_goes(disk):
    content = ContentFactory(upload=picture(), url="")
    Content.objects.filter(pk=content.pk).update(upload=picture())

    in_a_week(task)

    assert Upload.objects.get().contents.get() == content


def test_a_file_whose_row_was_never_stored_goes(disk):
    kept = picture()
    ContentFactory(upload=kept, url="")
    (disk / "left-behind").write_bytes(files.PDF)

    assert delete_unused_uploads(at=timezone.now()) == 0
    assert delete_unused_uploads(at=timezone.now() + WEEK + SECOND) == 1
    assert [path.name for path in disk.iterdir()] == [kept.key]


def test_where_nothing_was_ever_handed_in_there_is_nothing_to_do(disk):
    assert delete_unused_uploads(at=timezone.now()) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_looking_costs_the_same_however_many_are_used(
    disk, django_assert_num_queries, count
):
    for _number in range(count):
        ContentFactory(upload=picture(), url="")

    with django_assert_num_queries(2):  # the rows, the names on the disk
        delete_unused_uploads(at=timezone.now() + WEEK + SECOND)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_a_picture_that_is_just_put_on_a_page_stays(disk):
    upload, later = picture(), timezone.now() + WEEK + SECOND
    page = LandingPageFactory()
    page.blocks = [image(upload)]

    def sweep() -> None:
        delete_unused_uploads(at=later)
        connection.close()

    with transaction.atomic():
        save_page(page=page, by=None, at=later)
        sweeper = Thread(target=sweep)
        sweeper.start()
        sweeper.join(timeout=0.5)
        assert sweeper.is_alive()
    sweeper.join()

    assert Upload.objects.get() == upload
