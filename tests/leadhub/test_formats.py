"""Dates, times and numbers as each language writes them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.forms import Form
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.formats import get_format

from accounts.forms import ProfileForm
from journeys.forms import RunningForm
from leadhub.moments import day_text, due_text, full_text, relative_text
from tests.factories.accounts import MarketerFactory

NOW = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
N = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["today 09:30", "2 Mar", "2 Sep 2025", "5 March 2026, 09:30"]),
        ("de", ["heute 09:30", "2. März", "02.09.2025", "5. März 2026, 09:30"]),
    ],
)
def test_days(language, texts):
    with translation.override(language):
        assert texts == [
            day_text(NOW, now=NOW),
            day_text(NOW - timedelta(days=3), now=NOW),
            day_text(datetime(2025, 9, 2, tzinfo=UTC), now=NOW),
            full_text(NOW),
        ]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", [f"18{N}min ago", f"in 3{N}h", f"2{N}d left", f"overdue by 1{N}h"]),
        (
            "de",
            [
                f"vor 18{N}Min.",
                f"in 3{N}Std.",
                f"noch 2{N}Tg.",
                f"seit 1{N}Std. überfällig",
            ],
        ),
    ],
)
def test_spans(language, texts):
    with translation.override(language):
        assert texts == [
            relative_text(NOW - timedelta(minutes=18), now=NOW),
            relative_text(NOW + timedelta(hours=3), now=NOW),
            due_text(NOW + timedelta(days=2), now=NOW),
            due_text(NOW - timedelta(hours=1), now=NOW),
        ]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", f"12,480 86.5 38{N}% +1,204.5"), ("de", f"12.480 86,5 38{N}% +1.204,5")],
)
def test_numbers(language, text):
    template = Template(
        "{% load ui %}{{ many|grouped }} {{ part|floatformat:1 }} {{ share|percent }}"
        " {{ added|points }}"
    )
    values = {"many": 12480, "part": 86.5, "share": 0.384, "added": 1204.5}
    with translation.override(language):
        assert template.render(Context(values)) == text


@pytest.mark.parametrize("language", ["en", "de"])
def test_weeks_begin_on_monday(language):
    assert get_format("FIRST_DAY_OF_WEEK", language) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_date_field_shows_what_browsers_read(language):
    """In German it showed 31.12.2026, which browsers drop: saving lost the date."""
    day = date(2026, 12, 31)
    person = MarketerFactory(absent_until=day)
    forms: list[Form] = [
        ProfileForm(instance=person),
        RunningForm(initial={"review_date": day}),
    ]
    with translation.override(language):
        assert [form.as_p().count('value="2026-12-31"') for form in forms] == [1, 1]


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_a_browser_sends_as_a_moment_is_read(language):
    from sales.talk_forms import TalkForm

    with translation.override(language), timezone.override("Europe/Berlin"):
        field = TalkForm.base_fields["occurred_at"]
        assert field.to_python("2026-03-05T09:30") == NOW
