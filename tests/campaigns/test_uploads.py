"""A11: what may be uploaded, and what becomes of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from campaigns.services.uploads import BadUpload, store_upload
from tests.campaigns import files

pytestmark = pytest.mark.django_db


def upload(body, name="a.pdf", **options):
    file = SimpleUploadedFile(name, body)
    at = timezone.now()
    return store_upload(file=file, name=name, by=None, at=at, **options)


@pytest.mark.parametrize(
    ("body", "media_type", "size"),
    [
        (files.PDF, "application/pdf", (None, None)),
        (files.png(7, 5), "image/png", (7, 5)),
        (files.GIF, "image/gif", (3, 2)),
        (files.JPEG, "image/jpeg", (30, 20)),
        (files.WEBP, "image/webp", (100, 50)),
        (b"\x00\x00\x00\x18ftypmp42rest", "video/mp4", (None, None)),
        (
            files.docx(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            (None, None),
        ),
        (
            files.archive(mimetype="application/epub+zip"),
            "application/epub+zip",
            (None, None),
        ),
    ],
)
def test_the_type_is_read_from_what_is_in_the_file(body, media_type, size):
    stored = upload(body, name="harmless.exe")

    assert (stored.media_type, stored.width, stored.height) == (media_type, *size)
    assert not stored.name.endswith(".exe")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        files.SVG,
        files.HTML,
        b"<?xml version='1.0'?>" + files.SVG,
        b"MZ\x90\x00",
        b"#!/bin/sh\n",
        b" %PDF-1.4",
        files.HTML + files.PDF,
        b"PK\x03\x04broken",
        files.archive(readme="an archive of anything"),
        files.docx(vbaProject="macros"),
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + files.HTML,
        files.png(0, 5),
        b"\xff\xd8\xff\xe0\x00",
        b"\xff\xd8\xff" + b"\xff" * 300,
        b"RIFF\x00\x00\x00\x00WEBPVP9 ",
        b"GIF89a",
    ],
)
def test_what_is_not_taken_is_refused(body):
    with pytest.raises(BadUpload):
        upload(body, name="picture.png")


def test_an_image_that_would_fill_the_memory_is_refused():
    with pytest.raises(BadUpload, match="pixels"):
        upload(files.png(100_000, 100_000))


def test_a_file_that_is_too_large_is_refused():
    file = SimpleUploadedFile("a.pdf", files.PDF)
    file.size = 21 * 1024 * 1024

    with pytest.raises(BadUpload, match="20 MB"):
        store_upload(file=file, name="a.pdf", by=None, at=timezone.now())


def test_only_images_are_pictures():
    assert upload(files.GIF, only_images=True).is_image
    with pytest.raises(BadUpload, match="Not an image"):
        upload(files.PDF, only_images=True)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
        ("invoice\u202efdp.exe", "invoice fdp.pdf"),
        ('"><script>.pdf', "script.pdf"),
        ("   ", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("Preisliste für Größe.pdf", "Preisliste für Größe.pdf"),
    ],
)
def test_the_name_is_harmless_and_not_that_of_the_file_on_disk(name, kept, settings):
    at = timezone.now()
    file = SimpleUploadedFile("x.pdf", files.PDF)
    stored = store_upload(file=file, name=name, by=None, at=at)

    assert stored.name == kept
    assert stored.file.name == stored.key
    assert stored.file.path == str(settings.MEDIA_ROOT / "uploads" / stored.key)
