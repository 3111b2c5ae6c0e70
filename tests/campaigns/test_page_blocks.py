"""Pages composed of blocks, in the browser."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.blocks import BadBlocks, read_blocks
from campaigns.models import Form, LandingPage, Upload
from tests.campaigns import files
from tests.campaigns.content_pages import PAGE, png, signed_in
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import (
    ContentFactory,
    FormFactory,
    LandingPageFactory,
    UploadFactory,
)

pytestmark = pytest.mark.django_db


def block(n, kind, **values):
    fields = {f"block-{n}-{name}": value for name, value in values.items()}
    return {f"block-{n}-type": kind, **fields}


@pytest.mark.parametrize(
    "blocks",
    [
        None,
        {},
        "text",
        [None],
        ["text"],
        [{"type": "script"}],
        [{"type": ["text"]}],
        [{"type": "text"}],
        [{"type": "text", "text": " "}],
        [{"type": "text", "text": 5}],
        [{"type": "text", "text": "a\x00"}],
        [{"type": "text", "text": "x" * 5001}],
        [{"type": "text", "text": "a", "html": "<b>"}],
        [{"type": "list", "items": "a"}],
        [{"type": "list", "items": []}],
        [{"type": "list", "items": [["a"]]}],
        [{"type": "list", "items": ["a"] * 31}],
        [{"type": "image", "image": "x"}],
        [{"type": "form"}, {"type": "form"}],
        [{"type": "form"}] * 61,
    ],
)
def test_blocks_that_cannot_be_are_refused(blocks):
    with pytest.raises(BadBlocks):
        read_blocks(blocks)


def test_a_page_is_composed_without_script(marketing, anybody):
    form = FormFactory(content=ContentFactory(title="The guide"))
    blocks = {}
    for wish in ("add:heading", "add:list", "add:form", "add:content"):
        shown = marketing.post("/campaigns/pages/new/", {**PAGE, **blocks, "do": wish})
        assert shown.status_code == 200
        assert not LandingPage.objects.exists()
        pattern = r'name="(block-\d+-type)" value="(\w+)"'
        blocks = dict(re.findall(pattern, shown.content.decode()))
    assert [*blocks.values()] == ["heading", "list", "form", "content"]
    filled = {
        **PAGE,
        "form": form.pk,
        **blocks,
        "block-0-text": "What <b>you</b> get",
        "block-1-items": "One\r\n\r\nTwo",
        "block-3-content": form.content.slug,
    }

    moved = marketing.post("/campaigns/pages/new/", {**filled, "do": "up:1"})
    assert re.findall(r'-type" value="(\w+)"', moved.content.decode())[0] == "list"
    assert marketing.post("/campaigns/pages/new/", filled).status_code == 302

    page = LandingPage.objects.get()
    assert page.slug == "get-the-guide"
    assert anybody.get(f"/p/{page.slug}/").status_code == 404
    marketing.post(f"/campaigns/pages/{page.pk}/publish/", {"published": "yes"})
    public = anybody.get(f"/p/{page.slug}/").content.decode()
    assert "What &lt;b&gt;you&lt;/b&gt; get" in public
    assert "<li>Two</li>" in public
    assert public.count("<form") == 1
    marketing.post(f"/campaigns/pages/{page.pk}/publish/", {"published": "no"})
    assert anybody.get(f"/p/{page.slug}/").status_code == 404


def test_what_is_incomplete_is_said_and_kept(marketing):
    values = {**PAGE, **block(0, "heading", text=""), **block(1, "text", text="Kept")}

    answer = marketing.post("/campaigns/pages/new/", values)

    assert answer.status_code == 422
    assert "Block 1" in answer.content.decode()
    assert "Kept" in answer.content.decode()


@pytest.mark.parametrize(
    "values",
    [
        {"title": ""},
        {"slug": "ä ö"},
        {"language": "xx"},
        {"form": "0"},
        block(0, "content", content="none"),
        block(0, "form"),
        block(0, "image", image="../../x", alt="a"),
        block(0, "image", image="a" * 32, alt="a"),
        block(0, "text", text="a\x00"),
    ],
)
def test_pages_that_cannot_be_are_refused(marketing, values):
    answer = marketing.post("/campaigns/pages/new/", {**PAGE, **values})

    assert answer.status_code == 422
    assert not LandingPage.objects.exists()


@pytest.mark.parametrize(
    "wish",
    ["up:0", "down:0", "delete:9", "up:x", "add:script", ":", "", "up:-1", "up:²"],
)
def test_odd_wishes_change_nothing(marketing, wish):
    values = {**PAGE, **block(0, "text", text="Kept"), "do": wish}

    answer = marketing.post("/campaigns/pages/new/", values)

    assert answer.status_code == 200
    assert answer.content.decode().count("Kept") == 1


def test_an_address_that_is_taken_is_said(marketing):
    LandingPageFactory(slug="get-the-guide")

    answer = marketing.post("/campaigns/pages/new/", PAGE)

    assert answer.status_code == 422
    assert "Something else has this address." in answer.content.decode()


def test_an_image_is_kept_whatever_button_is_pressed(marketing, anybody):
    values = {**PAGE, **block(0, "image", alt="Our office", file=png())}

    shown = marketing.post("/campaigns/pages/new/", {**values, "do": "add:text"})
    upload = Upload.objects.get()
    assert upload.key in shown.content.decode()
    stored = block(0, "image", alt="Our office", image=upload.key)
    marketing.post("/campaigns/pages/new/", {**PAGE, **stored})
    page = LandingPage.objects.get()
    marketing.post(f"/campaigns/pages/{page.pk}/publish/", {"published": "yes"})

    assert 'alt="Our office"' in anybody.get(f"/p/{page.slug}/").content.decode()
    picture = anybody.get(f"/p/pictures/{upload.key}")
    assert b"".join(picture.streaming_content) == files.png()
    assert picture["Content-Type"] == "image/png"
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in picture["Content-Security-Policy"]


def test_an_image_that_is_none_is_said(marketing):
    bad = SimpleUploadedFile("a.png", files.SVG)
    values = {**PAGE, **block(0, "image", alt="x", file=bad)}

    answer = marketing.post("/campaigns/pages/new/", values)

    assert answer.status_code == 422
    assert "Not an image that we take" in answer.content.decode()


def test_only_images_are_pictures(anybody):
    upload = UploadFactory()

    assert anybody.get(f"/p/pictures/{upload.key}").status_code == 404


def test_a_page_of_before_shows_its_text_and_is_edited_as_blocks(marketing, anybody):
    page = LandingPageFactory(body="Hello.\n\n- One\n- Two")
    assert "<li>Two</li>" in anybody.get(f"/p/{page.slug}/").content.decode()

    editor = marketing.get(f"/campaigns/pages/{page.pk}/").content.decode()

    assert re.findall(r'-type" value="(\w+)"', editor) == ["text", "list"]
    assert ">One\nTwo</textarea>" in editor


def test_the_preview_stores_nothing_and_runs_nothing(marketing):
    form = FormFactory()
    values = {**PAGE, "form": form.pk, **block(0, "text", text="<script>x</script>")}
    values |= block(1, "heading", text="")

    shown = marketing.post("/campaigns/pages/preview/", values)
    path = re.search(r'src="([^"]+)"', shown.content.decode())[1]
    frame = marketing.get(path)

    assert "&lt;script&gt;x" in frame.content.decode()
    assert "sandbox" in frame["Content-Security-Policy"]
    assert "script-src" not in frame["Content-Security-Policy"]
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert not LandingPage.objects.exists()
    assert signed_in(MarketerFactory()).get(path).status_code == 404


def test_a_page_is_deleted(marketing):
    page = LandingPageFactory()

    marketing.post(f"/campaigns/pages/{page.pk}/delete/")

    assert not LandingPage.objects.exists()
    assert Form.objects.exists()
