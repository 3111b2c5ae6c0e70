"""Writing models, and publishing them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.services.running import run_waiting_jobs
from contacts.conditions.parsing import InvalidCondition
from scoring.models import Crossing, Score, ScoringModel, StaleMark
from scoring.services.activation import UnknownTreatment, activate_model
from scoring.services.marks import mark_scores_stale
from scoring.services.models import (
    ModelHasHistory,
    ModelIsActive,
    copy_model,
    create_model,
    delete_model,
    update_model,
)
from scoring.services.scores import recompute_scores
from scoring.services.shipped import create_default_model
from scoring.services.validation import InvalidModel
from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.get_default_timezone())
CHAT = {
    "dimension": "engagement",
    "name": "Chat",
    "points": 60,
    "when": {"kind": "chat"},
}
BOSS = {
    "dimension": "fit",
    "name": "Boss",
    "points": 10,
    "when": {"field": "job_title", "op": "contains", "value": "head"},
}


def model_with(*rules, **values):
    data = {"name": "Draft", "rules": list(rules), **values}
    return create_model(data=data, by=None, at=NOW)


def activate(model, existing="mark_seen", at=None):
    job = activate_model(
        model=model, existing=existing, by=MarketerFactory(), at=at or timezone.now()
    )
    run_waiting_jobs()
    job.refresh_from_db()
    model.refresh_from_db()
    return job


def test_create_model_tells_three_kinds_of_half_life_apart():
    model = model_with(
        CHAT, {**CHAT, "half_life_days": 7}, {**CHAT, "half_life_days": None}, BOSS
    )

    found = [
        (rule.uses_model_half_life, rule.half_life_days)
        for rule in model.rules.order_by("position")
    ]

    assert found == [(True, None), (False, 7), (False, None), (True, None)]
    assert not model.is_active


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"threshold": 0}, "threshold"),
        ({"threshold": float("nan")}, "threshold"),
        ({"threshold": float("inf")}, "threshold"),
        ({"threshold": 10**400}, "threshold"),
        ({"threshold": None}, "threshold"),
        ({"threshold": True}, "threshold"),
        ({"half_life_days": -1}, "half_life_days"),
        ({"rearm_below": 61}, "rearm_below"),
        ({"min_fit": "much"}, "min_fit"),
        ({"colour": "red"}, "colour"),
        ({"rules": "all"}, "rules"),
        ({"rules": [CHAT] * 201}, "rules"),
        ({"rules": [CHAT, 5]}, "rules.1"),
        ({"rules": [{**CHAT, "points": "many"}]}, "rules.0.points"),
        ({"rules": [{**CHAT, "points": float("-inf")}]}, "rules.0.points"),
        ({"rules": [{**CHAT, "max_points": 0}]}, "rules.0.max_points"),
        ({"rules": [{**CHAT, "max_per_day": 0}]}, "rules.0.max_per_day"),
        ({"rules": [{**CHAT, "max_per_day": 1.5}]}, "rules.0.max_per_day"),
        ({"rules": [{**CHAT, "half_life_days": 0}]}, "rules.0.half_life_days"),
        ({"rules": [{**CHAT, "dimension": []}]}, "rules.0.dimension"),
        ({"rules": [{**CHAT, "disqualifies": True}]}, "rules.0.disqualifies"),
        ({"rules": [{**CHAT, "is_on": "no"}]}, "rules.0.is_on"),
        ({"rules": [{**CHAT, "weight": 1}]}, "rules.0.weight"),
        ({"rules": [{**BOSS, "half_life_days": 3}]}, "rules.0.half_life_days"),
        ({"rules": [{**BOSS, "max_per_day": 3}]}, "rules.0.max_per_day"),
    ],
)
def test_create_model_refuses_what_makes_no_sense(values, attr):
    with pytest.raises(InvalidModel) as refusal:
        create_model(data={"name": "Draft", **values}, by=None, at=NOW)

    assert refusal.value.attr == attr
    assert not ScoringModel.objects.exists()


@pytest.mark.parametrize(
    "rule",
    [
        {**CHAT, "when": {}},
        {**CHAT, "when": {"kind": "chat", "where": [{"field": "mood", "op": "eq"}]}},
        {**BOSS, "when": {"field": "shoe_size", "op": "eq", "value": 4}},
        {**BOSS, "when": None},
    ],
)
def test_create_model_refuses_conditions_that_are_none(rule):
    with pytest.raises(InvalidCondition) as refusal:
        model_with(rule)

    assert refusal.value.attr.startswith("rules.0.when")


def test_a_score_cannot_depend_on_itself():
    when = {"not": {"field": "score.total", "op": "gt", "value": 5}}

    with pytest.raises(InvalidModel, match="itself"):
        model_with({**BOSS, "when": when})


def test_update_model_replaces_rules_and_keeps_what_is_not_told():
    model = model_with(CHAT, BOSS, threshold=40, min_fit=3)

    update_model(model=model, data={"rules": [BOSS]}, by=None, at=NOW)

    model.refresh_from_db()
    assert [rule.name for rule in model.rules.all()] == ["Boss"]
    assert (model.threshold, model.min_fit) == (40, 3)


def test_a_live_model_is_renamed_but_never_changed():
    model = ScoringModelFactory(threshold=60)

    update_model(model=model, data={"name": "New name"}, by=None, at=NOW)
    for data in ({"threshold": 1}, {"rules": []}):
        with pytest.raises(ModelIsActive):
            update_model(model=model, data=data, by=None, at=NOW)

    model.refresh_from_db()
    assert (model.name, model.threshold) == ("New name", 60)


def test_copy_model_is_a_draft_like_it():
    model = RuleFactory(scoring_model__threshold=33, points=7).scoring_model

    copy = copy_model(model=model, by=None, at=NOW)

    assert not copy.is_active
    assert copy.threshold == 33
    assert [rule.points for rule in copy.rules.all()] == [7]
    assert model.rules.count() == 1


def test_delete_model_refuses_what_is_live_or_has_history():
    live, used = ScoringModelFactory(), ScoringModelFactory(is_active=False)
    Crossing.objects.create(
        contact=ContactFactory(),
        model=used,
        arming=1,
        fit=0,
        engagement=60,
        total=60,
        threshold=60,
    )

    with pytest.raises(ModelIsActive):
        delete_model(model=live, by=None, at=NOW)
    with pytest.raises(ModelHasHistory):
        delete_model(model=used, by=None, at=NOW)
    delete_model(model=copy_model(model=live, by=None, at=NOW), by=None, at=NOW)

    assert ScoringModel.objects.count() == 2


def test_default_model_is_a_valid_draft():
    model = create_default_model(by=None, at=NOW)

    assert model.rules.count() == 21
    assert (model.threshold, model.rearm_at) == (60, 48)


# Publishing ----------------------------------------------------------------------


def ready_contact(**values):
    contact = ContactFactory(**values)
    InteractionFactory(
        contact=contact, kind="chat", occurred_at=timezone.now() - timedelta(minutes=5)
    )
    mark_scores_stale(
        contact_ids=[contact.pk], at=timezone.now() - timedelta(minutes=5)
    )
    return contact


def chat_again(contact):
    now = timezone.now()
    InteractionFactory(contact=contact, kind="chat", occurred_at=now)
    mark_scores_stale(contact_ids=[contact.pk], at=now)
    recompute_scores(contact_ids=[contact.pk], at=now)


@pytest.fixture
def known():
    """A contact that was there and scored before anything is published."""
    contact = ready_contact()
    recompute_scores(contact_ids=[contact.pk], at=timezone.now())
    return contact


def test_mark_seen_hands_nobody_off_who_is_ready_already(known):
    model = model_with({**CHAT, "half_life_days": None})

    job = activate(model)

    score = Score.objects.get(pk=known.pk)
    assert (score.total, score.is_ready, score.is_armed) == (60, True, False)
    assert score.model == model
    assert not Crossing.objects.exists()
    assert (job.status, job.done, job.total) == ("done", 1, 1)
    assert job.result == {"ready": 1, "crossed": 0}

    chat_again(known)

    assert not Crossing.objects.exists()


def test_hand_off_hands_each_of_them_off_once(known):
    model = model_with({**CHAT, "half_life_days": None})

    job = activate(model, "hand_off")
    chat_again(known)

    assert Crossing.objects.count() == 1
    assert job.result == {"ready": 1, "crossed": 1}


def test_hand_off_takes_those_that_were_only_marked_seen(known):
    first = model_with({**CHAT, "half_life_days": None})
    activate(first)
    second = copy_model(model=first, by=None, at=timezone.now())

    activate(second, "hand_off")

    first.refresh_from_db()
    assert not first.is_active
    [crossing] = Crossing.objects.all()
    assert crossing.model == second


def test_hand_off_does_not_repeat_what_was_handed_off(known):
    first = model_with({**CHAT, "half_life_days": None})
    activate(first, "hand_off")
    second = copy_model(model=first, by=None, at=timezone.now())

    activate(second, "hand_off")

    assert Crossing.objects.count() == 1


def test_what_happens_after_publishing_crosses_even_if_it_is_counted_first(known):
    """A run that comes before the job must not take news for history."""
    model = model_with({**CHAT, "points": 40, "half_life_days": None})
    activate_model(model=model, existing="mark_seen", by=None, at=timezone.now())

    chat_again(known)

    assert Score.objects.get(pk=known.pk).total == 80
    assert Crossing.objects.count() == 1


def test_first_model_finds_contacts_that_nobody_has_counted_yet():
    contact = ready_contact(created_at=timezone.now() - timedelta(days=1))
    model = model_with({**CHAT, "half_life_days": None})

    activate(model)

    assert Score.objects.get(pk=contact.pk).is_ready
    assert not Crossing.objects.exists()


def test_new_contacts_are_handed_off_as_ever(known):
    model = model_with({**CHAT, "half_life_days": None})
    activate(model)

    chat_again(ContactFactory())

    assert Crossing.objects.count() == 1


def test_publishing_counts_everybody_and_leaves_no_mark(settings):
    settings.SCORES_PER_TRANSACTION = 2
    contacts = [ready_contact() for _ in range(5)]
    model = model_with({**CHAT, "half_life_days": None})

    job = activate(model)

    assert set(Score.objects.values_list("model", "total")) == {(model.pk, 60)}
    assert Score.objects.count() == len(contacts)
    assert job.done == 5
    assert not StaleMark.objects.exists()


def test_activate_model_refuses_an_unknown_treatment():
    with pytest.raises(UnknownTreatment):
        activate_model(model=model_with(), existing="shout", by=None, at=NOW)
