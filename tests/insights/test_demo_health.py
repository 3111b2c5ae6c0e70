"""The flaw that is planted in the demo's journey, and that its health names."""

from datetime import UTC, datetime

import pytest

from insights.selectors.findings.ranking import findings
from insights.selectors.findings.steps import weakest_finding
from insights.selectors.health import health
from insights.selectors.periods import last_days
from insights.services.demo import create_demo
from journeys.models import Journey

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def test_the_planted_flaw_is_named_first(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    create_demo(contacts=150, interactions=900, seed=1, at=AT)
    journey = Journey.objects.get(name="Business customers")

    for days in (30, 90):
        found = health(journey, last_days(days, at=AT), at=AT)
        first, *others = findings(found)

        assert (first.code, str(first.phase)) == ("nobody_enters", "Trial")
        assert first.contacts >= 10
        assert first.sentence == (
            "Nobody has ever entered Trial: its entry condition brings nobody in. "
            f"{first.contacts} contacts came past it."
        )
        [paid] = [
            flaw for flaw in others if str(flaw.measure) == "Guided trial accounts"
        ]
        assert (paid.code, paid.severity) == ("idle_measure", first.severity)
        assert "€ and set nothing in motion in this period." in paid.sentence
        assert weakest_finding(found) is not None
