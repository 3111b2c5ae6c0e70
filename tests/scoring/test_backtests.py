"""Backtests: what they count, and that they know nothing of the future."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import Job
from accounts.services.jobs import cancel_job
from accounts.services.running import run_next_job
from contacts.models import FieldChange
from contacts.services.contacts import update_contact
from contacts.services.merging import merge_contacts
from leadhub.errors import InvalidValue
from sales.models import Deal, DealEvent
from scoring.backtest_figures import fitting
from scoring.models import Backtest, Rule, ScoringModel
from scoring.services import backtests
from scoring.services.backtests import start_backtest, use_threshold
from scoring.services.models import delete_model, update_model
from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import PhaseFactory, PhaseVisitFactory
from tests.factories.sales import DealFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.scoring.past import DAY, HOUR, NOW, backtested, draft, told

pytestmark = pytest.mark.django_db
SINCE = NOW - 28 * DAY


def never_fading(model, **rule):
    return RuleFactory(scoring_model=model, **{"uses_model_half_life": False, **rule})


def won(contact, at):
    deal = DealFactory(contact=contact, status=Deal.Status.WON, closed_at=at)
    DealEvent.objects.create(deal=deal, kind="won", at=at, stage=deal.stage)
    return deal


def somebody(**values):
    return ContactFactory(**{"created_at": NOW - 60 * DAY, **values})


@pytest.fixture
def models():
    """A draft that wants one demo request, and a live model that wants three."""
    live = ScoringModelFactory(threshold=30)
    never_fading(live, points=10, when={"kind": "demo_request"})
    model = draft(threshold=10)
    never_fading(model, points=10, when={"kind": "demo_request"})
    return model, live


def ask(contact, *days_ago):
    for days in days_ago:
        told(contact, NOW - days * DAY, kind="demo_request")


def test_handoffs_hits_and_customers_are_counted_for_draft_and_live(models):
    model, live = models
    early, both, cold, unasked = (somebody(last_name=n) for n in "ABCD")
    ask(early, 20)
    ask(both, 25, 24, 23)
    ask(cold, 26)
    for contact, days in ((early, 15), (both, 18), (unasked, 10)):
        won(contact, NOW - days * DAY)

    found = backtested(model, horizon_days=14).result

    assert found["outcomes"] == 3
    now, then = found["draft"], found["live"]
    assert (now["handoffs"], now["judged"], now["hits"]) == (3, 3, 2)
    assert (then["handoffs"], then["judged"], then["hits"]) == (1, 1, 1)
    assert (now["caught"], then["caught"]) == (2, 1)
    assert now["precision"] == pytest.approx(2 / 3)
    assert now["recall"] == pytest.approx(2 / 3)
    assert now["per_week"] == pytest.approx(3 / 4)
    assert sum(week["draft"] for week in found["weeks"]) == 3
    by_name = {row["contact"]: row for row in found["customers"]}
    assert by_name[early.pk]["live"] is None
    assert by_name[unasked.pk]["draft"] is None
    assert found["ahead"] == {"customers": 1, "median_days": 2}
    assert found["live_model"] == live.pk


def test_what_nobody_knows_yet_is_not_judged(models):
    model, _live = models
    contact = somebody()
    ask(contact, 5)
    won(contact, NOW - DAY)

    found = backtested(model, horizon_days=14).result["draft"]

    assert (found["handoffs"], found["judged"], found["hits"]) == (1, 0, 0)
    assert found["precision"] is None
    assert found["caught"] == 1


def test_scores_are_held_against_what_came_of_them(models):
    model, _live = models
    hot, cold = somebody(), somebody()
    ask(hot, 28, 27)
    won(hot, NOW - 20 * DAY)
    assert cold.pk

    found = backtested(model, until=NOW - 27 * DAY + HOUR, horizon_days=14).result

    draft_figures = found["draft"]
    assert draft_figures["auc"] == 1.0
    assert draft_figures["scored"] == 2
    assert draft_figures["roc"][0] == [None, 0.0, 0.0]
    assert sum(row["contacts"] for row in draft_figures["calibration"]) == 2
    assert draft_figures["base_rate"] == 0.5


def test_a_handoff_long_before_the_outcome_was_too_early(models):
    model, _live = models
    contact = somebody()
    ask(contact, 25)
    won(contact, NOW - 5 * DAY)

    found = backtested(model, horizon_days=14).result

    assert (found["draft"]["caught"], found["draft"]["hits"]) == (0, 0)
    [customer] = found["customers"]
    assert customer["draft"] is not None
    assert customer["draft_caught"] is False


def test_handoffs_before_the_period_catch_but_are_not_counted(models):
    model, _live = models
    contact = somebody()
    ask(contact, 30)
    won(contact, NOW - 20 * DAY)

    found = backtested(model, horizon_days=14).result["draft"]

    assert (found["handoffs"], found["caught"]) == (0, 1)


def test_a_backtest_knows_nothing_of_the_future(models):
    """The same for a period that is over, whatever is recorded later."""
    model, live = models
    fit = {"field": "job_title", "op": "contains", "value": "head"}
    for one in (model, live):
        RuleFactory(scoring_model=one, dimension=Rule.Dimension.FIT, when=fit, points=5)
    until = NOW - 20 * DAY
    people = [somebody(last_name=str(n)) for n in range(6)]
    for number, contact in enumerate(people):
        ask(contact, *range(24, 24 + number))
    won(people[3], until + 2 * DAY)
    period = {"since": NOW - 40 * DAY, "until": until, "horizon_days": 7}
    before = backtested(model, **period).result

    later = until + 8 * DAY
    # Reported later, of a time before.
    for contact in people:
        for kind in ("demo_request", "page_view"):
            told(contact, until - 3 * DAY, kind=kind, late=11 * DAY)
    data = {"job_title": "Head of Sales", "tags": ["new"], "last_name": "Other"}
    for contact in people:
        contact.refresh_from_db()
        update_contact(contact=contact, data=data, by=None, at=later, source="test")
    # Beyond the horizon.
    won(people[1], later)
    deal = Deal.objects.get(contact=people[3])
    DealEvent.objects.create(deal=deal, kind="reopened", at=later, stage=deal.stage)
    merge_contacts(keep=people[5], merge=people[4], by=None, at=later, source="test")
    merge_contacts(
        keep=people[0], merge=people[5], by=None, at=later + HOUR, source="test"
    )
    somebody(created_at=later)
    after = backtested(model, **period).result

    assert FieldChange.objects.filter(at__gte=later).exists()
    assert _comparable(after) == _comparable(before)


def test_what_is_known_of_the_past_does_count(models):
    """So the test above does not hold for want of anything to see."""
    model, _live = models
    contact = somebody()
    before = backtested(model).result
    ask(contact, 20)

    after = backtested(model).result

    assert _comparable(after) != _comparable(before)


def _comparable(result):
    return {key: value for key, value in result.items() if key != "backtest"}


def test_late_records_count_from_when_they_were_recorded_and_are_told(models):
    model, _live = models
    told(somebody(), NOW - 20 * DAY, kind="demo_request", late=5 * DAY)

    found = backtested(model).result

    assert (found["interactions"], found["late_interactions"]) == (1, 1)
    # Twenty days ago is in the second week, fifteen days ago in the third.
    assert [week["draft"] for week in found["weeks"]] == [0, 1, 0, 0]


def test_a_condition_is_an_outcome_from_when_it_came_to_hold(models):
    model, _live = models
    contact = somebody()
    ask(contact, 20)
    for days, title in ((17, "Customer"), (2, "Gone")):
        contact.refresh_from_db()
        update_contact(
            contact=contact,
            data={"job_title": title},
            by=None,
            at=NOW - days * DAY,
            source="test",
        )
    outcome = {"field": "job_title", "op": "eq", "value": "customer"}

    found = backtested(model, outcome=outcome, horizon_days=7).result

    assert found["outcomes"] == 1
    assert (found["draft"]["hits"], found["draft"]["caught"]) == (1, 1)
    at = datetime.fromisoformat(found["customers"][0]["at"])
    assert at == NOW - 17 * DAY


def test_a_journeys_draft_is_tried_on_who_was_in_it():
    phase = PhaseFactory()
    model = draft(threshold=10, journey=phase.journey)
    never_fading(model, points=10, when={"kind": "demo_request"})
    inside, outside = somebody(), somebody()
    PhaseVisitFactory(contact=inside, phase=phase, entered_at=NOW - 25 * DAY)
    ask(inside, 20)
    ask(outside, 20)

    found = backtested(model).result

    assert found["draft"]["handoffs"] == 1
    assert found["live"] is None


def test_threshold_that_fits_a_capacity_is_found_under_the_crossing_rule(models):
    model, _live = models
    for number in range(1, 9):
        ask(somebody(), *(20 - n / 10 for n in range(number)))
    update_model(model=model, data={"threshold": 40}, by=None, at=NOW)

    curve = backtested(model).result["curve"]

    by_threshold = {point["threshold"]: point["per_week"] for point in curve}
    assert by_threshold[40] == 5 / 4
    assert by_threshold[80] == 1 / 4
    assert fitting(curve, 1.25) == 31
    assert fitting(curve, 0.1) == 81
    assert fitting(curve, 100) == 10


def test_a_run_that_was_killed_is_taken_over_where_it_stood(models, monkeypatch):
    model, _live = models
    for _n in range(3):
        ask(somebody(), 20)
    expected = backtested(model).result
    monkeypatch.setattr(backtests, "CHUNK", 1)
    monkeypatch.setattr(backtests, "SECONDS_BETWEEN_CHECKPOINTS", 0)
    backtest = start_backtest(
        model=model,
        since=SINCE,
        until=NOW,
        outcome="deal_won",
        horizon_days=14,
        by=None,
        at=NOW,
    )
    job = backtest.job
    real, left = backtests.Measuring.add_to, [2]

    def dies(self, state):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(self, state)

    monkeypatch.setattr(backtests.Measuring, "add_to", dies)
    with pytest.raises(KeyboardInterrupt):
        run_next_job()
    job.refresh_from_db()
    assert (job.status, job.done) == ("running", 2)
    monkeypatch.setattr(backtests.Measuring, "add_to", real)
    Job.objects.filter(pk=job.pk).update(lease_until=NOW - timedelta(days=900))

    assert run_next_job()

    job.refresh_from_db()
    backtest.refresh_from_db()
    assert (job.status, job.done, job.total) == ("done", 3, 3)
    assert _comparable(backtest.result) == _comparable(expected)
    assert backtest.state == {}


def test_a_canceled_backtest_stops_and_has_no_result(models):
    model, _live = models
    somebody()
    backtest = start_backtest(
        model=model, since=SINCE, until=NOW, outcome="deal_won", by=None, at=NOW
    )
    cancel_job(job=backtest.job, at=NOW)

    assert not run_next_job()

    backtest.refresh_from_db()
    assert backtest.result is None


def test_a_draft_that_is_changed_meanwhile_ends_it(models):
    model, _live = models
    backtest = start_backtest(
        model=model, since=SINCE, until=NOW, outcome="deal_won", by=None, at=NOW
    )
    update_model(model=model, data={"threshold": 20}, by=None, at=NOW + HOUR)

    run_next_job()

    job = Job.objects.get(pk=backtest.job_id)
    assert job.status == "failed"
    assert "changed" in job.error


def test_a_draft_that_is_deleted_meanwhile_ends_it(models):
    model, _live = models
    start_backtest(
        model=model, since=SINCE, until=NOW, outcome="deal_won", by=None, at=NOW
    )
    delete_model(model=model, by=None, at=NOW)

    run_next_job()

    assert "deleted" in Job.objects.get().error


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"since": NOW}, "to"),
        ({"until": NOW + 2 * DAY}, "to"),
        ({"since": NOW + HOUR, "until": NOW + 2 * HOUR}, "from"),
        ({"since": NOW - 1_200 * DAY}, "from"),
        ({"outcome": "lost"}, "outcome"),
        ({"outcome": {"field": "nonsense", "op": "eq", "value": 1}}, "outcome.field"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"horizon_days": 1.5}, "horizon_days"),
        ({"horizon_days": True}, "horizon_days"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": "many"}, "capacity"),
    ],
)
def test_what_makes_no_backtest_is_refused_by_name(models, values, attr):
    model, _live = models
    usual = {"since": SINCE, "until": NOW, "outcome": "deal_won"}

    with pytest.raises(InvalidValue) as refusal:
        start_backtest(model=model, by=None, at=NOW, **{**usual, **values})

    assert refusal.value.attr == attr
    assert not Backtest.objects.exists()


def test_a_threshold_that_was_tried_is_written_into_the_draft(models):
    model, _live = models
    backtest = backtested(model)

    use_threshold(backtest=backtest, threshold=33.0, by=MarketerFactory(), at=NOW)

    assert ScoringModel.objects.get(pk=model.pk).threshold == 33
