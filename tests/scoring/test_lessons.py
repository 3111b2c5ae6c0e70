"""Learning by itself: what it says on the way, and conditions that are the same."""

from __future__ import annotations

from array import array
from random import Random

from scoring.learning.candidates import Candidate
from scoring.learning.lessons import Lesson, learn
from scoring.selectors.examples import Examples, without_twins


def examples(count=600, conditions=6):
    random = Random(1)
    found = Examples(array("q", range(count)), bytearray(count))
    members = [
        [row for row in range(count) if random.random() < 0.4]
        for _condition in range(conditions)
    ]
    for row in range(count):
        likely = 0.7 if row in members[0] else 0.2
        found.outcome[row] = random.random() < likely
    for number, rows in enumerate(members):
        when = {"field": f"custom.f{number}", "op": "is_set"}
        found.candidates.append(Candidate(f"custom.f{number}", "fit", when))
        found.places.append(array("q", rows))
        found.worths.append(None)
    return found


def test_learning_takes_its_steps_and_breathes_between_them():
    said = []

    lesson = learn(
        examples(),
        threshold=60,
        insist=frozenset(),
        seed=5,
        step=lambda: said.append("step"),
        breathe=lambda: said.append("breath"),
    )

    assert [rule.place for rule in lesson.rules][:1] == [0]
    assert said.count("step") == Lesson.STEPS
    # Whoever learns long may be canceled, and is not taken for dead, meanwhile.
    assert "breath" in said[: said.index("step")]
    for step in (n for n, what in enumerate(said) if what == "step" and n):
        assert said[step - 1] == "breath"


def test_of_conditions_that_hold_for_nearly_the_same_one_of_a_field_stays():
    found = Examples(array("q", range(1_000)), bytearray(1_000))
    for field, rows in [
        ("a", range(400)),
        ("a", range(1, 403)),  # nearly the same, of the same field
        ("b", range(1, 403)),  # the same as that one
        ("c", range(2, 404)),  # nearly the same, of another field
        ("a", range(500)),
    ]:
        when = {"field": field, "op": "is_set"}
        found.candidates.append(Candidate(field, "fit", when))
        found.places.append(array("q", rows))

    assert without_twins(found, range(5), advance=int) == [0, 3, 4]
