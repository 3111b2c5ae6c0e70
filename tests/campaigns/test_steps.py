"""The tree of steps: what may stand in it, and in which order it is walked."""

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Sequence
from campaigns.services.sequences import save_draft
from campaigns.steps.branches import variant_of
from campaigns.steps.kinds import BadStep
from campaigns.steps.plan import Plan
from campaigns.steps.tree import as_json, read_steps
from contacts.conditions.parsing import InvalidCondition
from tests.factories.accounts import RepFactory
from tests.factories.journeys import PhaseFactory
from tests.factories.sequences import SequenceFactory

pytestmark = pytest.mark.django_db
ANYBODY = {"all": []}


def wait(key: str, days: int = 1, **more) -> dict:
    settings = {"days": days, "hours": 0, "minutes": 0}
    return {"key": key, "kind": "wait", "settings": settings, "branches": {}} | more


def branch(key: str, yes: list, no: list) -> dict:
    return {
        "key": key,
        "kind": "branch",
        "settings": {"condition": ANYBODY, "days": 2},
        "branches": {"yes": yes, "no": no},
    }


def plan_of(steps: list) -> Plan:
    version = save_draft(
        sequence=SequenceFactory(), steps=steps, by=None, at=timezone.now()
    )
    return Plan(version.steps.all())


def test_a_tree_comes_back_as_it_was_written():
    steps = [
        wait("a"),
        branch("b", [wait("c"), branch("d", [], [wait("e")])], []),
        wait("f"),
    ]

    assert as_json(plan_of(steps)) == steps


def test_behind_the_end_of_a_branch_comes_what_follows_it():
    plan = plan_of(
        [branch("b", [wait("c"), branch("d", [wait("e")], [])], []), wait("f")]
    )
    step = plan.by_key()

    assert plan.at(None) == step["b"]
    assert plan.next(step["b"], "yes") == step["c"]
    assert plan.next(step["b"], "no") == step["f"]
    assert plan.next(step["c"]) == step["d"]
    assert plan.next(step["d"], "yes") == step["e"]
    assert plan.next(step["e"]) == plan.next(step["d"], "no") == step["f"]
    assert plan.next(step["f"]) is None
    assert [s.key for s, _depth in plan.in_order()] == ["b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    ("step", "attr"),
    [
        ("no step", "steps.0"),
        ({"kind": "explode"}, "steps.0.kind"),
        ({"kind": "wait", "more": 1}, "steps.0"),
        ({"kind": "wait", "settings": []}, "steps.0.settings"),
        ({"kind": "wait", "settings": {}}, "steps.0.settings"),
        ({"kind": "wait", "settings": {"days": -1}}, "steps.0.settings"),
        ({"kind": "wait", "settings": {"days": True}}, "steps.0.settings"),
        ({"kind": "wait", "settings": {"days": 1, "x": 1}}, "steps.0.settings"),
        ({"kind": "wait", "settings": {"days": 1}, "key": "Ä"}, "steps.0.key"),
        (wait("a", branches={"yes": []}), "steps.0.branches"),
        ({"kind": "wait_until", "settings": {"time": "late"}}, "steps.0.settings"),
        (
            {"kind": "wait_until", "settings": {"time": "09:00", "days": [8]}},
            "steps.0.settings",
        ),
        (
            {"kind": "wait_until", "settings": {"time": "09:00", "best_hour": 1}},
            "steps.0.settings",
        ),
        ({"kind": "mail", "settings": {"template": 999_999}}, "steps.0.settings"),
        ({"kind": "move", "settings": {"phase": 999_999}}, "steps.0.settings"),
        ({"kind": "notify", "settings": {"user": 0, "text": "x"}}, "steps.0.settings"),
        ({"kind": "task", "settings": {"text": " "}}, "steps.0.settings"),
        ({"kind": "tag", "settings": {}}, "steps.0.settings"),
        (
            {"kind": "set_field", "settings": {"field": "email", "value": "x"}},
            "steps.0.settings",
        ),
        (
            {"kind": "set_field", "settings": {"field": "custom.gone", "value": 1}},
            "steps.0.settings",
        ),
        (
            {"kind": "split", "settings": {"variants": [{"name": "A", "share": 99}]}},
            "steps.0.settings",
        ),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_with_its_place(step, attr):
    with pytest.raises(BadStep) as refusal:
        read_steps([step])

    assert refusal.value.attr == attr
    assert str(refusal.value)


def test_a_condition_that_makes_no_sense_is_refused():
    settings = {"condition": {"field": "shoe_size", "op": "eq", "value": 1}}

    with pytest.raises(InvalidCondition, match="shoe_size"):
        read_steps([{"kind": "branch", "settings": settings}])


def test_shares_of_variants_add_up_to_a_hundred():
    variants = [{"name": "A", "share": 50}, {"name": "B", "share": 49}]

    with pytest.raises(BadStep, match="add up to 100"):
        read_steps([{"kind": "split", "settings": {"variants": variants}}])


def test_two_steps_cannot_have_one_key_nor_a_hundred_and_one_be_stored():
    with pytest.raises(BadStep, match="“a”"):
        read_steps([wait("a"), wait("a")])
    with pytest.raises(BadStep, match="100"):
        read_steps([wait(f"k{n}") for n in range(101)])


def test_branches_go_five_deep_and_no_deeper():
    steps = [wait("z")]
    for number in range(6):
        steps = [branch(f"b{number}", steps, [])]

    with pytest.raises(BadStep, match="5"):
        read_steps(steps)


def test_saving_again_replaces_the_draft():
    sequence = SequenceFactory(status=Sequence.Status.DRAFT)
    first = save_draft(sequence=sequence, steps=[wait("a")], by=None, at=timezone.now())

    again = save_draft(
        sequence=sequence, steps=[wait("b"), wait("c")], by=None, at=timezone.now()
    )

    assert again == first
    assert [s.key for s in again.steps.order_by("position")] == ["b", "c"]


def test_settings_that_are_fine_are_kept_as_read():
    rep, phase = RepFactory(), PhaseFactory()
    steps = [
        {"kind": "wait_until", "settings": {"time": "09:05", "days": [5, 1]}},
        {"kind": "tag", "settings": {"add": ["warm"]}},
        {"kind": "set_field", "settings": {"field": "job_title", "value": "CEO"}},
        {"kind": "move", "settings": {"phase": phase.pk}},
        {"kind": "notify", "settings": {"user": rep.pk, "text": " Call "}},
    ]

    read = read_steps(steps)

    assert read[0].settings == {"time": "09:05", "days": [1, 5]}
    assert read[4].settings == {"user": rep.pk, "text": "Call"}


VARIANTS = [{"name": "A", "share": 30}, {"name": "B", "share": 70}]


@given(st.text(max_size=40))
def test_a_variant_is_the_same_each_time(subject):
    assert variant_of(VARIANTS, subject=subject) == variant_of(
        VARIANTS, subject=subject
    )


def test_variants_get_about_their_share():
    drawn = [variant_of(VARIANTS, subject=f"k:{n}") for n in range(2_000)]

    assert 0.26 < drawn.count("A") / 2_000 < 0.34
