"""Tags and filters of pages, and the files that pages are made of."""

import json
import math
import re
from datetime import UTC, datetime, timedelta
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
from hypothesis import given
from hypothesis import strategies as st

from leadhub import moments, navigation
from leadhub.icons import FOLDER, icon_svg
from leadhub.temperature import (
    Temperature,
    adding_up,
    temperature_of,
    tenth,
    whole,
)
from tests.factories.accounts import UserFactory

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # 14:00 in Berlin
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
SCRIPTS = sorted((settings.BASE_DIR / "static" / "js").glob("*.js"))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split()).replace(" ,", ",")


def render(source: str, **context) -> str:
    return Template("{% load ui charts %}" + source).render(Context(context))


# Temperature ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "word"),
    [
        (-5, "cold"),
        (29.99, "cold"),
        (30, "mild"),
        (59.999, "mild"),
        (60, "warm"),
        (79.99, "warm"),
        (80, "hot"),
    ],
)
def test_temperature_of_a_threshold_of_60(points, word):
    assert temperature_of(points, 60) == word


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.floats(0.5, 1e4),
)
def test_more_points_are_never_colder(one, other, threshold):
    order = list(Temperature)
    low, high = sorted([one, other])

    assert order.index(temperature_of(low, threshold)) <= order.index(
        temperature_of(high, threshold)
    )


@given(st.floats(0, 1e6), st.integers(1, 10_000))
def test_a_score_never_reads_as_ready_before_it_is(points, threshold):
    assert (whole(points) >= threshold) == (points >= threshold)


@given(st.floats(-1e6, 1e6))
def test_a_total_begins_with_the_number_of_its_badge(points):
    assert math.floor(tenth(points)) == whole(points)


@given(st.lists(st.floats(-1e4, 1e4), max_size=12))
def test_the_lines_of_a_score_add_up_to_its_total_as_shown(parts):
    shown = adding_up(parts, sum(parts))

    assert sum(shown) == pytest.approx(tenth(sum(parts)), abs=1e-6)
    assert all(abs(a - b) < 0.1001 for a, b in zip(shown, parts, strict=True))


def test_a_total_of_119_98_agrees_with_its_badge_and_its_lines():
    lines = [{"rule": "Demo", "points": 99.985}, {"rule": "Form", "points": 19.997}]
    source = (
        "{% for line in lines|lines_of:total %}{{ line.points|points }} {% endfor %}"
    )

    assert render(source + "{{ total|total }}", lines=lines, total=119.982) == (
        "+99.9 +20 119.9"
    )
    assert text_of(render("{% score_badge 119.982 60 %}")) == "119 Hot"


def test_score_badge_says_number_and_word():
    assert text_of(render("{% score_badge 86.9 60 %}")) == "86 Hot"
    assert text_of(render("{% score_badge 59.97 60 %}")) == "59 Mild"


def test_score_badge_says_why_not_ready():
    badge = render("{% score_badge 72 60 fit=8.9 min_fit=20 %}")

    assert text_of(badge) == "72 Warm, fit 8 of 20"


def test_score_badge_below_the_threshold_does_not_excuse_itself():
    badge = render("{% score_badge 12 60 fit=8 min_fit=20 engagement=4 %}")

    assert text_of(badge) == "12 Cold"


def test_score_badge_without_score_or_threshold():
    assert text_of(render("{% score_badge None 60 %}")) == "No score yet"
    assert text_of(render("{% score_badge 12.7 None %}")) == "12"
    assert text_of(render("{% score_badge no.points no.threshold %}", no=None)) == (
        "No score yet"
    )


# Moments and numbers -------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-30, "just now"),
        (-18 * 60, "18 min ago"),
        (-119 * 60, "1 h ago"),
        (-47 * 3600, "47 h ago"),
        (-3 * 86_400, "3 d ago"),
        (42 * 60, "in 42 min"),
        (-8 * 86_400, "16 Nov"),
        (-400 * 86_400, "20 Oct 2025"),
    ],
)
def test_relative_text(seconds, text):
    said = moments.relative_text(NOW + timedelta(seconds=seconds), now=NOW)

    assert said.replace(moments.NARROW, " ") == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW - timedelta(hours=5), "today 09:00"),
        (NOW - timedelta(hours=15), "yesterday 23:00"),
        # 23:30 in Berlin is today, although it is 22:30 in UTC.
        (NOW + timedelta(hours=9, minutes=30), "today 23:30"),
        (NOW + timedelta(hours=10), "tomorrow 00:00"),
        (NOW - timedelta(days=83), "2 Sep"),
    ],
)
def test_day_text_is_of_the_place_where_we_are(moment, text):
    assert moments.day_text(moment, now=NOW) == text


def test_moment_text_says_the_hour_of_days_that_are_further_away_too():
    assert moments.moment_text(NOW, now=NOW) == "today 14:00"
    later = NOW + timedelta(days=3)
    said = moments.moment_text(later, now=NOW)
    assert said == f"{later:%a} {moments.day_text(later, now=NOW)} 14:00"


def test_shares_are_rounded_and_not_cut():
    source = "{{ a|percent }} {{ b|percent:1 }} {{ c|percent }}"
    said = render(source, a=8 / 27, b=1 / 6, c=0.5)

    assert said.replace(moments.NARROW, " ") == "30 % 16.7 % 50 %"


def test_due_text_says_left_or_overdue():
    left = moments.due_text(NOW + timedelta(minutes=42), now=NOW)
    late = moments.due_text(NOW - timedelta(hours=1), now=NOW)

    assert left.replace(moments.NARROW, " ") == "42 min left"
    assert late.replace(moments.NARROW, " ") == "overdue by 1 h"


def test_time_tags_carry_the_absolute_moment(time_machine):
    time_machine.move_to(NOW, tick=False)
    late = render("{% due m %}", m=NOW - timedelta(hours=2))

    assert 'datetime="2026-11-24T11:00:00+00:00"' in late
    assert 'title="24 November 2026, 12:00"' in late
    assert 'class="lh-late"' in late
    assert render("{% ago None %}{% day None %}{% due None %}") == "–––"


def test_numbers_read_alike():
    source = "{{ a|percent }} {{ b|grouped }} {{ c|points }} {{ d|points }}"
    said = render(source, a=0.384, b=12480, c=20.5, d=-8.0)

    assert said.replace(moments.NARROW, " ") == "38 % 12,480 +20.5 −8"
    assert render("{{ 100|points }} {{ x|percent }}", x=None) == "+100 –"
    assert render("{{ 0|points }} {{ a|points }}", a=-0.04) == "0 0"
    assert render("{{ x|total }} {{ a|total }}", x=None, a=-3.21) == "– −3.3"


def test_initials():
    assert render("{{ n|initials }}", n="Mara von Lindqvist") == "ML"
    assert render("{{ n|initials }}", n="demo") == "D"
    assert render("{{ n|initials }}", n="") == ""


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
