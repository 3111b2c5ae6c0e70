"""Weights learned from outcomes, where the law behind them is known."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Job
from accounts.services.jobs import cancel_job
from accounts.services.running import run_waiting_jobs
from contacts.conditions.parsing import InvalidCondition
from contacts.models import Contact
from scoring.models import ScoringModel
from scoring.outcomes import Happening, register_outcome
from scoring.roc import roc_auc
from scoring.selectors.evaluation import evaluate
from scoring.selectors.learnable import UnknownField
from scoring.selectors.outcomes import UnknownOutcome
from scoring.services.learning import OutcomeTellsItself, start_learning
from scoring.services.models import create_model
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import ScoringModelFactory
from tests.scoring.law import OUTCOME, law_says, make_examples, make_learning_fields

pytestmark = pytest.mark.django_db
FIELDS = ["custom.trade", "custom.visits", "custom.free_mail", "custom.shoe_size"]


@pytest.fixture
def model():
    make_learning_fields()
    return ScoringModelFactory()


def learned(model, **data):
    """The result of a run."""
    now = timezone.now()
    data = {"outcome": OUTCOME, "fields": FIELDS, **data}
    job = start_learning(model=model, data=data, by=None, at=now)
    run_waiting_jobs()
    job.refresh_from_db()
    assert job.status == Job.Status.DONE, job.error
    return job.result


def test_learned_rules_rank_unseen_contacts_nearly_as_well_as_the_law(model):
    make_examples(1_000, seed=1)
    result = learned(model)
    unseen = make_examples(1_000, seed=2)
    draft = create_model(
        data={"name": "Learned", "threshold": 60, "rules": result["rules"]},
        by=None,
        at=timezone.now(),
    )

    draft = ScoringModel.objects.with_rules().get(pk=draft.pk)
    scores = evaluate(unseen, model=draft, at=timezone.now())
    bought = [contact.custom["bought"] for contact in unseen]
    area = roc_auc([scores[contact.pk].now.total for contact in unseen], bought)
    best = roc_auc([law_says(contact.custom) for contact in unseen], bought)

    assert result["n"] == 1_000
    assert area >= best - 0.02
    assert abs(result["auc"] - area) < 0.06


def test_learned_rules_are_those_of_the_law_with_their_evidence(model):
    contacts = make_examples(1_000)

    result = learned(model)

    points = {
        rule["when"]["field"]: rule["points"]
        for rule in reversed(result["rules"])
        if rule["when"].get("value") != "Food"
    }
    assert points["custom.trade"] > 0 > points["custom.free_mail"]
    assert points["custom.visits"] > 0
    assert "custom.shoe_size" not in points
    for rule, evidence in zip(result["rules"], result["evidence"], strict=True):
        assert rule["points"] == int(rule["points"])
        assert evidence["points_low"] <= rule["points"] <= evidence["points_high"]
        assert evidence["with"] + evidence["without"] == len(contacts)
    free = next(
        place
        for place, rule in enumerate(result["rules"])
        if rule["when"]["field"] == "custom.free_mail"
    )
    held = [contact for contact in contacts if contact.custom["free_mail"]]
    had = sum(contact.custom["bought"] for contact in held)
    assert result["evidence"][free]["with"] == len(held)
    assert result["evidence"][free]["rate_with"] == pytest.approx(had / len(held))
    assert result["rules"][free]["name"] == "Free mail is yes"


def test_the_same_contacts_teach_the_same(model):
    make_examples(400)

    assert learned(model) == learned(model)


def test_chance_is_not_taken_for_a_good_rule(model):
    contacts = make_examples(600)
    for place, contact in enumerate(contacts):
        contact.custom["bought"] = place % 2 == 0
    Contact.objects.bulk_update(contacts, ["custom"])

    result = learned(model)

    assert result["auc"] is None or result["auc"] < 0.6


@pytest.mark.parametrize(
    ("bought", "sentence"),
    [
        (lambda place: place < 99, "Only 99 of these contacts had the outcome."),
        (lambda place: place >= 99, "Only 99 of these contacts did not have"),
    ],
)
def test_too_few_outcomes_of_one_kind_teach_nothing_and_say_so(model, bought, sentence):
    contacts = make_examples(400)
    for place, contact in enumerate(contacts):
        contact.custom["bought"] = bought(place)
    Contact.objects.bulk_update(contacts, ["custom"])

    result = learned(model)

    assert result["rules"] == []
    assert result["auc"] is None
    assert sentence in result["reason"]


def test_nobody_to_learn_from_is_said(model):
    result = learned(model)

    assert (result["n"], result["rules"]) == (0, [])
    assert "Only 0" in result["reason"]


def test_a_field_that_looks_like_a_consequence_is_left_out_unless_one_insists(model):
    contacts = make_examples(400)
    for place, contact in enumerate(contacts):
        bought = contact.custom["bought"]
        contact.custom["trade"] = "Invoiced" if bought and place % 20 else "Open"
    Contact.objects.bulk_update(contacts, ["custom"])

    result = learned(model)
    insisted = learned(model, insist=["custom.trade"])

    left_out = [one["field"] for one in result["fields"] if one["is_left_out"]]
    assert left_out == ["custom.trade"]
    assert "custom.trade" not in [rule["when"]["field"] for rule in result["rules"]]
    assert insisted["rules"][0]["when"]["field"] == "custom.trade"
    assert insisted["auc"] > 0.9


def test_only_those_among_whom_it_was_asked_teach(model):
    make_examples(300, seed=1)
    make_examples(250, seed=2)
    among = {"field": "email", "op": "starts_with", "value": "e2-"}

    assert learned(model, among=among)["n"] == 250


def test_usual_fields_do_not_tell_who_somebody_is_or_what_was_done_about_him(model):
    make_examples(400)

    result = learned(model, fields=None)

    told = {one["field"] for one in result["fields"]}
    assert told == {"custom.trade", "custom.visits", "custom.shoe_size"} | {
        "custom.free_mail"
    }


@pytest.mark.parametrize(
    ("data", "error", "attr"),
    [
        ({"outcome": None}, UnknownOutcome, "outcome"),
        ({"outcome": "rich"}, UnknownOutcome, "outcome"),
        (
            {"outcome": {"field": "hair", "op": "is_set"}},
            InvalidCondition,
            "outcome.field",
        ),
        ({"among": {"field": "hair", "op": "is_set"}}, InvalidCondition, "among.field"),
        ({"fields": ["job_title", "hair"]}, UnknownField, "fields.1"),
        ({"fields": "job_title"}, UnknownField, "fields"),
        ({"fields": [7]}, UnknownField, "fields.0"),
        ({"fields": ["score.total"]}, UnknownField, "fields.0"),
        ({"insist": ["hair"]}, UnknownField, "insist.0"),
        ({"fields": ["custom.bought"]}, OutcomeTellsItself, "fields.0"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_by_name(model, data, error, attr):
    asked = {"outcome": OUTCOME, **data}

    with pytest.raises(error) as refusal:
        start_learning(model=model, data=asked, by=None, at=timezone.now())

    assert refusal.value.attr == attr
    assert not Job.objects.exists()


def test_a_canceled_run_leaves_nothing(model):
    make_examples(300)
    data = {"outcome": OUTCOME, "fields": FIELDS}
    job = start_learning(model=model, data=data, by=None, at=timezone.now())

    cancel_job(job=job, at=timezone.now())
    run_waiting_jobs()

    job.refresh_from_db()
    assert (job.status, job.result) == (Job.Status.CANCELLED, None)


def test_behavior_after_the_outcome_teaches_nothing(model):
    now = timezone.now()
    came_at = now - timedelta(days=10)
    contacts = ContactFactory.create_batch(
        240, company=None, created_at=now - timedelta(days=30)
    )
    buyers = {contact.pk for contact in contacts[:120]}
    for contact in contacts[:110]:
        InteractionFactory(
            contact=contact, kind="webinar_attended", occurred_at=came_at - timedelta(1)
        )
        InteractionFactory(
            contact=contact, kind="chat", occurred_at=came_at + timedelta(1)
        )
    for contact in contacts[110:140]:
        InteractionFactory(
            contact=contact, kind="webinar_attended", occurred_at=came_at - timedelta(1)
        )
    register_outcome(
        "bought_in_test",
        "Bought",
        lambda ids, history: {pk: [Happening(came_at)] for pk in buyers & set(ids)},
    )

    result = learned(model, outcome="bought_in_test", fields=["did"])

    assert [rule["when"] for rule in result["rules"]] == [{"kind": "webinar_attended"}]
    [rule] = result["rules"]
    assert rule["dimension"] == "engagement"
    assert rule["points"] > 0
    assert rule["max_points"] == 3 * rule["points"]


def test_behavior_is_left_out_where_nobody_knows_when_the_outcome_came(model):
    for contact in make_examples(240):
        InteractionFactory(contact=contact, kind="chat")

    result = learned(model, fields=[*FIELDS, "did"])

    assert result["behavior_left_out"]
    assert {rule["dimension"] for rule in result["rules"]} == {"fit"}


def test_the_command_tries_rules_on_contacts_it_has_not_learned_from(
    model, capsys, tmp_path
):
    make_examples(400, seed=1)
    make_examples(200, seed=2)
    starts = [
        json.dumps({"field": "email", "op": "starts_with", "value": start})
        for start in ("e1-", "e2-")
    ]

    call_command(
        "learn_weights",
        model.pk,
        outcome=json.dumps(OUTCOME),
        among=starts[0],
        held_out=starts[1],
        fields=",".join(FIELDS),
        pictures=str(tmp_path / "new"),
    )

    said = capsys.readouterr().out
    area = float(re.search(r"AUC on 200 contacts held out: (\S+)", said)[1])
    draft = ScoringModel.objects.get(is_active=False)
    assert "400 contacts" in said
    assert 0.7 < area < 1
    assert draft.rules.exists()
    assert ScoringModel.objects.get(is_active=True) == model
    pictures = {path.name: ElementTree.parse(path) for path in tmp_path.rglob("*.svg")}
    assert set(pictures) == {"rules.svg", "roc.svg", "shares.svg"}
    label = pictures["roc.svg"].getroot().get("aria-label")
    assert label == f"Contacts held out: area under the curve {area:.3f}"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"outcome": '{"field": "hair", "op": "is_set"}'}, 'no field "hair"'),
        ({"outcome": "{"}, "This is not JSON"),
        ({"outcome": "deal_won", "fields": "hair"}, 'no field "hair"'),
    ],
)
def test_the_command_says_what_is_wrong(model, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("learn_weights", model.pk, **options)
