"""Counting marked scores: what they come to, when they cross, what is left marked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from scoring.models import Crossing, Score, StaleMark
from scoring.services.batches import recompute_batch, stale_batches
from scoring.services.marks import mark_scores_stale
from scoring.services.scores import rearm, recompute_scores
from scoring.signals import lead_sales_ready
from scoring.tasks import recompute_stale_scores
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import (
    RuleFactory,
    ScoreFactory,
    ScoringModelFactory,
    StaleMarkFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.get_default_timezone())
DAY = timedelta(days=1)


@pytest.fixture
def announced():
    """The crossings that were announced."""
    crossings = []

    def receive(*, crossing, **kwargs):
        crossings.append(crossing)

    lead_sales_ready.connect(receive, weak=False)
    yield crossings
    lead_sales_ready.disconnect(receive)


def model_of(**rule):
    return RuleFactory(**{"half_life_days": None, **rule}).scoring_model


def track(contact, *, at=NOW, recorded_at=None, **values):
    row = InteractionFactory(
        contact=contact, occurred_at=at, recorded_at=recorded_at or at, **values
    )
    mark_scores_stale(contact_ids=[contact.pk], at=row.recorded_at)
    return row


def score_of(contact, *, at=NOW):
    recompute_scores(contact_ids=[contact.pk], at=at)
    return Score.objects.get(pk=contact.pk)


def test_score_fades_by_the_half_life_of_the_model():
    RuleFactory(points=40, scoring_model__half_life_days=10)
    contact = ContactFactory()
    track(contact, at=NOW - 10 * DAY)

    score = score_of(contact)

    assert score.engagement == pytest.approx(20)
    assert score.total == pytest.approx(20)
    assert score.evaluated_at == NOW


def test_rules_own_half_life_and_never_fading_win_over_the_models():
    model = ScoringModelFactory(half_life_days=10)
    own = {"scoring_model": model, "uses_model_half_life": False, "points": 8}
    RuleFactory(**own, half_life_days=5, when={"kind": "page_view"})
    RuleFactory(**own, half_life_days=None, when={"kind": ["page_view", "chat"]})
    contact = ContactFactory()
    track(contact, at=NOW - 10 * DAY)

    assert score_of(contact).total == pytest.approx(8 / 4 + 8)


def test_only_the_latest_of_a_day_count():
    """At 23:30 and 00:30 in Berlin are two days, though one in UTC."""
    model_of(points=10, max_per_day=1, uses_model_half_life=False)
    contact = ContactFactory()
    midnight = NOW.replace(hour=0)
    track(contact, at=midnight - timedelta(minutes=30))
    track(contact, at=midnight + timedelta(minutes=30))
    track(contact, at=midnight + timedelta(minutes=40))

    assert score_of(contact).total == 20


def test_caps_hold_both_ways_and_engagement_is_never_negative():
    model = ScoringModelFactory()
    common = {"scoring_model": model, "uses_model_half_life": False}
    RuleFactory(**common, points=10, max_points=25)
    RuleFactory(**common, points=-50, max_points=30, when={"kind": "unsubscribe"})
    contact = ContactFactory()
    for minutes in range(5):
        track(contact, at=NOW - timedelta(minutes=minutes))

    assert score_of(contact).total == 25

    track(contact, kind="unsubscribe")

    assert score_of(contact).total == 0


def test_machine_traffic_and_what_has_not_happened_yet_do_not_count():
    model_of(points=10, uses_model_half_life=False)
    contact = ContactFactory()
    track(contact, is_machine=True)
    track(contact, at=NOW + timedelta(minutes=4), recorded_at=NOW)

    score = score_of(contact)

    assert score.total == 0
    assert score.due_at == NOW + timedelta(minutes=4)


def test_without_an_active_model_scores_are_zero_and_marks_go():
    contact = ContactFactory()
    ScoreFactory(contact=contact, total=50, engagement=50)
    track(contact)

    score = score_of(contact)

    assert (score.total, score.model, score.is_ready) == (0, None, False)
    assert not StaleMark.objects.exists()


def test_only_marked_scores_are_counted():
    model_of(points=10)
    contact = ContactFactory()
    InteractionFactory(contact=contact, occurred_at=NOW)

    recompute_scores(contact_ids=[contact.pk], at=NOW)

    assert Score.objects.get(pk=contact.pk).evaluated_at is None


def test_crossing_is_announced_once_and_disarms(announced):
    model_of(points=60, scoring_model__threshold=60, uses_model_half_life=False)
    contact = ContactFactory()
    track(contact)

    score = score_of(contact)
    track(contact, at=NOW + timedelta(minutes=1))
    score_of(contact, at=NOW + timedelta(minutes=1))

    [crossing] = announced
    assert (crossing.contact, crossing.total, crossing.arming) == (contact, 60, 1)
    assert [line["points"] for line in crossing.contributions] == [60]
    assert score.is_ready
    assert not score.is_armed
    assert Crossing.objects.count() == 1


def test_just_below_the_threshold_does_not_cross(announced):
    model_of(points=59.999999, scoring_model__threshold=60)
    contact = ContactFactory()
    track(contact)

    assert not score_of(contact).is_ready
    assert announced == []


@pytest.mark.parametrize("limit", [{"min_fit": 1}, {"min_engagement": 61}])
def test_minima_keep_a_contact_from_being_ready(announced, limit):
    limits = {f"scoring_model__{name}": value for name, value in limit.items()}
    model_of(points=60, **limits)
    contact = ContactFactory()
    track(contact)

    assert not score_of(contact).is_ready
    assert announced == []


def test_disqualified_contacts_are_never_ready(announced):
    model_of(points=60)
    contact = ContactFactory(disqualified_at=NOW)
    track(contact)

    score = score_of(contact)

    assert (score.total, score.is_ready, score.is_disqualified) == (60, False, True)
    assert announced == []


def test_armed_again_when_it_had_cooled_below_before_the_new_interaction(announced):
    RuleFactory(points=60, scoring_model__half_life_days=10)
    contact = ContactFactory()
    track(contact)
    score_of(contact)
    later = NOW + 5 * DAY  # 60 has become 42.4, less than 48
    track(contact, at=later)

    score = score_of(contact, at=later)

    assert [crossing.arming for crossing in announced] == [1, 2]
    assert (score.arming, score.is_armed) == (2, False)


def test_not_armed_again_while_above_the_mark(announced):
    RuleFactory(points=60, scoring_model__half_life_days=10)
    contact = ContactFactory()
    track(contact)
    score_of(contact)
    later = NOW + 3 * DAY  # 48.7: below the threshold, not below 48
    StaleMarkFactory(contact=contact, at=later)
    assert not score_of(contact, at=later).is_ready
    track(contact, at=later)

    score_of(contact, at=later)

    assert len(announced) == 1


def test_falling_below_by_time_alone_is_found_by_the_sweep(announced):
    RuleFactory(points=60, scoring_model__half_life_days=10)
    contact = ContactFactory()
    track(contact)
    score = score_of(contact)
    assert score.falls_below_at - NOW < timedelta(seconds=1)
    later = NOW + 10 * DAY
    Score.objects.update(due_at=timezone.now())
    assert score.due_at <= score.falls_below_at

    recompute_stale_scores()

    score = score_of(contact, at=later)
    assert not StaleMark.objects.exists()
    assert (score.is_ready, score.is_armed) == (False, True)
    assert score.arming == 2


def test_falls_below_at_is_when_the_total_passes_the_threshold():
    RuleFactory(points=120, scoring_model__half_life_days=10)
    contact = ContactFactory()
    track(contact)

    score = score_of(contact)

    assert abs(score.falls_below_at - (NOW + 10 * DAY)) < timedelta(seconds=1)
    assert NOW < score.due_at < score.falls_below_at


def test_declined_lead_crosses_again_when_its_date_has_come(announced):
    model_of(points=60, uses_model_half_life=False)
    contact = ContactFactory()
    track(contact)
    score_of(contact)

    rearm(contact=contact, at=NOW + DAY)
    rearm(contact=contact, at=NOW + DAY)
    score_of(contact, at=NOW + DAY)

    assert [crossing.arming for crossing in announced] == [1, 2]


def test_a_lead_that_cannot_be_handed_off_stays_as_it_was():
    model_of(points=60)
    ill, well = ContactFactory(), ContactFactory()
    for contact in (ill, well):
        track(contact)

    def receive(*, score, **kwargs):
        if score.pk == ill.pk:
            raise RuntimeError("Nobody home.")

    lead_sales_ready.connect(receive)
    recompute_scores(contact_ids=[ill.pk, well.pk], at=NOW)
    lead_sales_ready.disconnect(receive)

    assert list(Crossing.objects.values_list("contact", flat=True)) == [well.pk]
    [mark] = StaleMark.objects.all()
    assert (mark.contact, mark.attempts) == (ill, 1)
    score = Score.objects.get(pk=ill.pk)
    assert (score.total, score.is_armed, score.evaluated_at) == (0, True, None)


def test_after_ten_attempts_the_marks_are_parked_and_others_go_on(caplog):
    model_of(points=1e308, uses_model_half_life=False)
    ill, well = ContactFactory(), ContactFactory()
    for _ in range(9):
        track(ill)  # more than a number can hold
    track(well, kind="chat")

    for _attempt in range(12):
        for contact_ids in stale_batches():
            recompute_batch(contact_ids=contact_ids, at=NOW)

    marks = StaleMark.objects.all()
    assert {(mark.contact, mark.attempts) for mark in marks} == {(ill, 10)}
    assert all(mark.parked_at for mark in marks)
    assert "Parked 9 marks" in caplog.text
    assert Score.objects.get(pk=well.pk).evaluated_at == NOW


def test_a_parked_contact_is_tried_again_with_its_next_interaction():
    model_of(points=10)
    contact = ContactFactory()
    StaleMarkFactory(contact=contact, at=NOW, attempts=10, parked_at=NOW)
    track(contact)

    score = score_of(contact)

    assert score.total == 10
    assert not StaleMark.objects.exists()


def test_batches_are_oldest_first_and_bounded(settings):
    settings.SCORES_PER_TRANSACTION = 2
    contacts = ContactFactory.create_batch(3)
    for contact in [*contacts, contacts[0]]:
        StaleMarkFactory(contact=contact)

    batches = list(stale_batches())

    assert batches == [
        [contacts[0].pk, contacts[1].pk],
        [contacts[2].pk, contacts[0].pk],
    ]


def test_run_clears_all_marks_of_a_burst(announced, settings):
    settings.SCORES_PER_TRANSACTION = 2
    model_of(points=1, scoring_model__threshold=5, uses_model_half_life=False)
    contacts = ContactFactory.create_batch(5)
    for _ in range(10):
        for contact in contacts:
            track(contact, at=timezone.now())

    recompute_stale_scores()

    assert not StaleMark.objects.exists()
    assert set(Score.objects.values_list("total", flat=True)) == {10}
    assert len(announced) == 5


@pytest.mark.parametrize("count", [1, 3, 30])
def test_query_count_does_not_grow_with_contacts(django_assert_num_queries, count):
    model_of(points=10, max_per_day=3)
    contacts = ContactFactory.create_batch(count)
    for contact in contacts:
        ScoreFactory(contact=contact)
        track(contact)

    # savepoint, lock, marks, models, rules, interactions, write,
    # sales: lines that wait; journeys: savepoint, two, release; delete, release
    with django_assert_num_queries(14):
        recompute_scores(contact_ids=[contact.pk for contact in contacts], at=NOW)

    assert set(Score.objects.values_list("total", flat=True)) == {10}
