"""Where contacts stand: the histogram with the threshold to move."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from scoring.models import ScoringModel
from scoring.selectors.preview import Preview, preview
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.scoring import ScoreFactory, ScoringModelFactory

pytestmark = pytest.mark.django_db


def test_a_live_model_shows_all_contacts_as_they_were_counted_last():
    model = ScoringModelFactory(threshold=60, min_fit=5)
    for total, fit in ((60.0, 10), (60.04, 10), (59.99, 10), (90, 0), (0, 0), (0, 0)):
        is_ready = total >= 60 and fit >= 5
        ScoreFactory(
            model=model, total=total, fit=fit, engagement=total - fit, is_ready=is_ready
        )
    ScoreFactory(model=ScoringModelFactory(is_active=False), total=99, fit=99)

    seen = preview(model, at=timezone.now())

    assert (seen.contacts, seen.seen, seen.is_sample) == (6, 6, False)
    assert seen.ready(model, 60) == seen.ready_now() == 2
    assert seen.ready_from(model, [1, 59.9, 60, 61]) == [3, 3, 2, 0]
    assert sum(count for _low, _high, count in seen.bins(60)) == 6


def test_who_stands_alike_counts_as_often_as_there_are():
    model = ScoringModel(threshold=60)
    one = (0.0, 70.0, False, True, False)
    other = (0.0, 20.0, False, False, True)

    alike = Preview([one, other], 10, [3, 7])
    apart = Preview([one] * 3 + [other] * 7, 10)

    assert alike.seen == apart.seen
    assert alike.bins(60) == apart.bins(60)
    for threshold in (10, 60, 80):
        assert alike.ready(model, threshold) == apart.ready(model, threshold)
        assert alike.handed_off(model, threshold) == apart.handed_off(model, threshold)
    assert alike.ready_from(model, [10, 60, 80]) == [10, 3, 0]


def test_the_line_over_what_is_live_becomes_the_threshold_of_a_draft(client):
    client.force_login(MarketerFactory())
    live = ScoringModelFactory(threshold=60, rearm_below=50)
    ScoreFactory(model=live)
    url = reverse("scoring:copy", args=[live.pk])

    page = client.get(reverse("scoring:preview", args=[live.pk])).content.decode()
    client.post(url, {"threshold": "72"})
    client.post(url, {"threshold": "40"})
    client.post(url, {"threshold": "many"})

    live.refresh_from_db()
    assert 'name="threshold" value="60.0" data-threshold' in page
    assert live.threshold == 60
    # 40 is below where it is armed again: refused, as is what is no number.
    assert ScoringModel.objects.get(is_active=False).threshold == 72


def test_whoever_may_only_read_gets_the_line_without_a_way_to_keep_it(client):
    client.force_login(RepFactory())
    live = ScoringModelFactory()
    ScoreFactory(model=live)

    page = client.get(reverse("scoring:preview", args=[live.pk])).content.decode()

    assert "lh-threshold-handle" in page
    assert "data-threshold" not in page
