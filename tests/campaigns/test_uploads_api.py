"""``uploads/`` over REST: files as the page takes them, in the API's shape of answers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from campaigns.models import Content, Upload
from campaigns.services import uploads
from tests.campaigns import files
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import ContentFactory, UploadFactory

pytestmark = pytest.mark.django_db
UPLOADS, CONTENTS = "/api/v1/uploads/", "/api/v1/contents/"


def send(api, body=files.PDF, called="guide.exe", key=None, **values):
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    file = SimpleUploadedFile(called, body)
    return api.post(UPLOADS, {"file": file, **values}, format="multipart", **headers)


def test_a_file_is_sent_and_a_content_gives_it(api):
    sent = send(api)
    body = {"title": "Guide", "upload": sent.json()["id"]}
    made = api.post(CONTENTS, body, format="json")

    upload = Upload.objects.get()
    assert sent.status_code == 201
    assert (sent.json()["name"], sent.json()["type"]) == (
        "guide.pdf",
        "application/pdf",
    )
    assert api.get(sent["Location"]).json() == sent.json()
    assert upload.file.name == upload.key
    with upload.file.open() as stored:
        assert stored.read() == files.PDF
    assert made.status_code == 201
    assert made.json()["file"]["name"] == "guide.pdf"
    assert Content.objects.get().upload == upload


def test_an_address_is_replaced_by_a_file(api):
    content = ContentFactory()
    where = f"{CONTENTS}{content.pk}/"
    upload = UploadFactory().pk

    both = api.patch(where, {"upload": upload}, format="json")
    changed = api.patch(where, {"upload": upload, "url": ""}, format="json")

    assert both.status_code == 400
    assert changed.status_code == 200
    assert (changed.json()["upload"], changed.json()["url"]) == (upload, "")


def test_a_name_of_its_own_takes_the_ending_of_what_is_in_it(api):
    assert send(api, files.png(), name="../Logo.html").json()["name"] == "Logo.png"


@pytest.mark.parametrize(
    ("body", "code"), [(files.SVG, "bad_upload"), (b"MZ", "bad_upload"), (b"", "empty")]
)
def test_what_is_not_taken_is_refused_by_name(api, body, code):
    refused = send(api, body)

    assert refused.status_code == 400
    [error] = refused.json()["errors"]
    assert (error["attr"], error["code"]) == ("file", code)
    assert not Upload.objects.exists()


def test_too_large_is_413_and_another_kind_of_body_415(api):
    large = api.generic(
        "POST",
        UPLOADS,
        b"--x--",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(uploads.MAX_BYTES + 2**20),
    )
    other = api.post(UPLOADS, {"file": "x"}, format="json")

    assert (large.status_code, other.status_code) == (413, 415)
    assert large.json()["errors"][0]["code"] == "too_large"


@pytest.mark.parametrize("values", [{"key": "x"}, {"colour": "x"}, {"size": "3"}])
def test_what_cannot_be_set_is_refused(api, values):
    file = SimpleUploadedFile("guide.pdf", files.PDF)
    answer = api.post(UPLOADS, {"file": file, **values}, format="multipart")

    assert answer.status_code == 400
    assert not Upload.objects.exists()


def test_a_repeat_with_its_key_stores_one_file_whatever_stands_between_parts(api):
    def with_boundary(boundary, body=files.PDF, key="k"):
        head = 'Content-Disposition: form-data; name="file"; filename="a.pdf"'
        sent = f"--{boundary}\r\n{head}\r\n\r\n".encode()
        sent += body + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        return api.generic(
            "POST", UPLOADS, sent, content_type=kind, HTTP_IDEMPOTENCY_KEY=key
        )

    first, again = with_boundary("one"), with_boundary("two")
    other = with_boundary("one", files.PDF + b"\n")

    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert Upload.objects.count() == 1


def test_a_large_file_may_come_with_a_key(api):
    assert send(api, files.PDF + b"%" * 11 * 2**20, key="k").status_code == 201


def test_reps_send_no_files():
    api = APIClient()
    api.force_login(RepFactory())

    assert api.get(UPLOADS).status_code == 200
    assert send(api).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_no_more_queries_for_more_rows(
    api, django_assert_num_queries, count
):
    UploadFactory.create_batch(count)

    with django_assert_num_queries(3):  # session, user; rows
        assert len(api.get(UPLOADS).json()["results"]) == count
