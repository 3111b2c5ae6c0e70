"""Tags of pages, and the files that pages are made of."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from leadhub import navigation
from leadhub.icons import FOLDER, icon_svg
from tests.factories.accounts import UserFactory

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # 14:00 in Berlin
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
SCRIPTS = sorted((settings.BASE_DIR / "static" / "js").glob("*.js"))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split()).replace(" ,", ",")


def render(source: str, **context) -> str:
    return Template("{% load ui charts %}" + source).render(Context(context))


# Icons ---------------------------------------------------------------------------


def test_every_icon_that_is_named_exists():
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(
            r"""{% icon "([^"]+)"|\bicon="([a-z0-9-]+)\"""", path.read_text()
        )
        for name in name
        if name
    } | {entry.icon for entry in navigation.ENTRIES}

    missing = {name for name in named if not (FOLDER / f"outline/{name}.svg").exists()}

    assert len(named) > 10
    assert missing == set()


def test_an_icon_is_decoration_or_has_a_name():
    assert 'aria-hidden="true"' in icon_svg("inbox")
    assert 'aria-label="Go &quot;up&quot;"' in icon_svg("inbox", label='Go "up"')
    assert "style=" not in icon_svg("inbox")


@pytest.mark.parametrize("name", ["no-such-icon", "../outline/inbox", ""])
def test_an_unknown_icon_is_an_error(name):
    with pytest.raises(LookupError):
        icon_svg(name)


# Charts --------------------------------------------------------------------------


def test_histogram_counts_every_bin_in_its_table():
    bins = [(0, 30, 12), (30, 60, 7), (60, 90, 3)]
    drawn = render("{% histogram bins 'Three are ready' threshold=60 %}", bins=bins)

    assert 'role="img" aria-label="Three are ready"' in drawn
    assert drawn.count('class="is-bar"') == 2
    assert drawn.count('class="is-ready"') == 1
    assert re.findall(r'<td class="lh-num">(\d+)</td>', drawn) == ["12", "7", "3"]


def test_bars_stand_over_round_numbers_wherever_they_begin():
    bins = [(start * 7.17, start * 7.17 + 7.17, 1) for start in range(-3, 26)]
    drawn = render("{% histogram bins 'Spread' %}", bins=bins)

    assert re.findall(r'anchor="middle">([^<]+)<', drawn) == ["0", "50", "100", "150"]


def test_histogram_of_nothing():
    drawn = render("{% histogram bins 'Nobody yet' threshold=no.model %}", bins=[])

    assert "<svg" in drawn
    assert "is-threshold" not in drawn


def test_sparkline_keeps_points_inside_the_picture():
    rows = [("a", -10.0), ("b", 120.5), ("c", 60.0)]
    drawn = render("{% sparkline rows 'Rose' threshold=60 %}", rows=rows)
    points = re.search(r'points="([^"]+)"', drawn)[1].split()

    assert len(points) == 3
    assert all(0 <= float(p.split(",")[1]) <= 130 for p in points)


def test_a_line_says_where_it_begins_and_ends_unless_a_threshold_is_beside_it():
    rows = [("a", 440), ("b", 12.5), ("c", 77253)]
    drawn = render("{% sparkline rows 'Rose' %}", rows=rows)
    beside = render("{% sparkline rows 'Rose' threshold=60 %}", rows=rows)

    assert re.findall(r'anchor="(?:start|end)">([\d,]+)</text>', drawn) == [
        "440",
        "77,253",
    ]
    assert "77,253</text>" not in beside


def test_charts_have_numbers_that_svg_reads_in_any_language():
    with translation.override("de"):
        drawn = render("{% sparkline rows 'x' %}", rows=[("a", 0.5), ("b", 2.25)])

    assert not re.search(r'(?:x1|y1|cx|cy)="\d+,\d', drawn)


@pytest.mark.parametrize("share", [-1, 0, 0.49, 3, None])
def test_share_bar_stays_in_its_frame(share):
    width = float(
        re.search(r'is-part" width="([\d.]+)"', render("{% share_bar s %}", s=share))[1]
    )

    assert 0 <= width <= 100


# Forms ---------------------------------------------------------------------------


class Form(forms.Form):
    name = forms.CharField(help_text="As on the card")
    size = forms.ChoiceField(choices=[("s", "Small")])
    wanted = forms.BooleanField(required=False)


def test_field_ties_hint_and_error_to_its_control():
    html = render_to_string("_ui/form_fields.html", {"form": Form({})})

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert html.count('aria-invalid="true"') == 2
    assert '<a href="#id_name">Name</a>' in html


def test_controls_get_the_class_of_their_kind():
    html = render_to_string("_ui/form_fields.html", {"form": Form()})

    assert re.search(r'<select[^>]*class="form-select"', html)
    assert re.search(r'type="checkbox"[^>]*class="form-check-input"', html)
    assert "role=" not in html


def test_a_row_that_may_stay_empty_marks_nothing_as_required():
    rows = forms.formset_factory(Form, extra=1, min_num=1, validate_min=True)()
    needed, spare = (
        render_to_string("_ui/field.html", {"field": form["name"]}) for form in rows
    )

    assert "required" in needed
    assert "required" not in spare


def test_the_choice_of_nothing_is_not_a_row_of_dashes():
    class Chosen(forms.Form):
        one = forms.ModelChoiceField(Group.objects.none())
        none = forms.ModelChoiceField(Group.objects.none(), required=False)

    html = render_to_string("_ui/form_fields.html", {"form": Chosen()})

    assert re.findall(r'<option value=""[^>]*>([^<]*)<', html) == ["Choose", "–"]


# Toasts --------------------------------------------------------------------------


def test_a_message_with_undo_gets_a_form():
    message = Message(25, "Done", extra_tags="x undo=/contacts/imports/7/undo/")
    html = render_to_string("_ui/toasts.html", {"messages": [message]})
    shown = html.partition("<template")[0]

    assert 'action="/contacts/imports/7/undo/"' in shown
    assert "lh-toast-success" in shown


# Navigation ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "insights:today"),
        ("/inbox/7/", "accounts:inbox"),
        ("/handoffs/7/", "accounts:inbox"),
        ("/contacts/import/", "contacts:list"),
        ("/companies/new/", "contacts:list"),
        ("/segments/", "contacts:list"),
        ("/teams/", "journeys:list"),
        ("/phases/3/measures/new/", "journeys:list"),
        ("/links/", "journeys:list"),
        ("/visitors/", "journeys:list"),
        ("/settings/fields/", "accounts:settings"),
        ("/accounts/password/change/", "accounts:settings"),
        ("/accounts/2fa/", "accounts:settings"),
    ],
)
def test_navigation_marks_where_one_is(path, name):
    here = [p.entry.url_name for p in navigation.places(path) if p.is_here]

    assert here == [name]


def test_navigation_marks_nothing_on_a_page_of_its_own():
    assert not any(place.is_here for place in navigation.places("/search/"))


def test_navigation_has_each_key_once():
    keys = [entry.key for entry in navigation.ENTRIES]

    assert len(set(keys)) == len(keys)


# Pages of errors and of the account ------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500, 503])
def test_error_pages_need_no_request(status):
    page = render_to_string(f"{status}.html", {"detail": "That was it."})

    assert "That was it." in page
    assert page.count("<h1>") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["account_login", "account_reset_password", "account_signup"]
)
def test_entrance_pages(client, name):
    page = client.get(reverse(name)).content.decode()

    assert page.count("<h1>") == 1
    assert "css/ui/tokens" in page


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["username", "email"])
def test_one_signs_in_by_name_or_by_address(client, by):
    user = UserFactory(email="lena@example.com")
    user.set_password("correct horse battery")
    user.save()

    client.post(
        reverse("account_login"),
        {"login": getattr(user, by), "password": "correct horse battery"},
    )

    assert client.session["_auth_user_id"] == str(user.pk)


# Files ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline(path: Path):
    """The content security policy would block it."""
    source = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.S)
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", source)

    if "emails" not in path.parts:
        assert not re.search(r"\sstyle=", source)
        assert "<style" not in source
    assert not re.search(r"\son[a-z]+=|hx-on|javascript:", source)
    assert [s for s in scripts if "json" not in s] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_evaluate_nothing(path: Path):
    source = path.read_text()

    assert not re.search(
        r"\beval\(|new Function|\.innerHTML\b|insertAdjacentHTML|\.cssText", source
    )
    assert '"use strict";' in source


def test_only_listed_files_of_other_people_are_served():
    tabler = "vendor/@tabler/core/dist/css/tabler.min.css"

    assert finders.find(tabler)
    assert finders.find("vendor/@tabler/core/package.json") is None
    assert finders.find("vendor/../package.json") is None
    assert finders.find("css/ui/tokens.css")


def test_every_vendor_file_is_installed():
    root = settings.BASE_DIR / "node_modules"

    assert [name for name in settings.VENDOR_FILES if not (root / name).exists()] == []


def test_every_package_in_the_lock_has_a_hash():
    lock = json.loads((settings.BASE_DIR / "package-lock.json").read_text())
    packages = [value for name, value in lock["packages"].items() if name]

    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)


def test_public_pages_are_light():
    """Under 60 kB with everything that we bring, before compression."""
    sent = len(render_to_string("base_public.html", {"company": {"name": "Acme"}}))
    for name in ("css/public.css", "img/favicon.svg"):
        sent += Path(finders.find(name)).stat().st_size

    assert sent < 20_000
