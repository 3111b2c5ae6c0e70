"""The builder: steps of a sequence are added, moved and taken away in the browser."""

import json

import pytest
from django.urls import reverse

from campaigns.models import Enrollment, Sequence
from campaigns.selectors.sequences import latest_versions, plan_of
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.sequences import save_draft
from campaigns.steps.tree import as_json
from tests.campaigns.sequence_steps import IS_HEAD, branch, said, wait
from tests.campaigns.sequences import TUESDAY
from tests.factories.campaigns import MailTemplateFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.sequences import EnrollmentFactory, drafted, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "sender")]


def tree(sequence: Sequence) -> list:
    return as_json(plan_of(latest_versions([sequence])[sequence.pk]))


def keys(steps: list) -> list:
    """The keys, those of branches in brackets."""
    found = []
    for step in steps:
        found.append(step["key"])
        inner = {name: keys(line) for name, line in step["branches"].items() if line}
        if inner:
            found.append(inner)
    return found


@pytest.mark.parametrize(
    ("kind", "given", "settings"),
    [
        ("wait", {"days": "2"}, {"days": 2, "hours": 0, "minutes": 0}),
        (
            "wait_until",
            {"days": ["2", "4"], "time": "09:30"},
            {"days": [2, 4], "time": "09:30"},
        ),
        (
            "wait_until",
            {"days": ["2"], "time": "09:30", "best_hour": "on"},
            {"days": [2], "time": "09:30", "best_hour": True},
        ),
        (
            "branch",
            {"condition": json.dumps(IS_HEAD), "days": "3"},
            {"condition": IS_HEAD, "days": 3},
        ),
        ("tag", {"add": "a, b", "remove": ""}, {"add": ["a", "b"], "remove": []}),
        (
            "set_field",
            {"field": "job_title", "value": "Head"},
            {"field": "job_title", "value": "Head"},
        ),
        ("task", {"text": "Call"}, {"text": "Call"}),
        (
            "split",
            {
                "name_0": "A",
                "share_0": "70",
                "name_1": "B",
                "share_1": "30",
                "by": "goal",
                "least": "100",
                "days": "5",
            },
            {
                "variants": [{"name": "A", "share": 70}, {"name": "B", "share": 30}],
                "winner": "",
                "by": "goal",
                "least": 100,
                "days": 5,
            },
        ),
    ],
)
def test_each_kind_of_step_is_added_and_edited_by_a_form(
    client, marketer, kind, given, settings
):
    sequence = drafted()
    add = reverse("campaigns:step_add", args=[sequence.pk]) + f"?kind={kind}"

    assert client.get(add).status_code == 200
    answer = client.post(add, given)

    [step] = tree(sequence)
    assert (step["kind"], step["settings"]) == (kind, settings)
    assert answer.url.endswith(f"#step-{step['key']}")
    edit = reverse("campaigns:step_edit", args=[sequence.pk, step["key"]])
    assert client.get(edit).status_code == 200
    client.post(edit, given)
    assert tree(sequence) == [step]


def test_mails_moves_and_notices_name_what_there_is(client, marketer):
    from tests.factories.journeys import PhaseFactory

    sequence, template, phase = drafted(), MailTemplateFactory(), PhaseFactory()
    add = reverse("campaigns:step_add", args=[sequence.pk])

    client.post(add + "?kind=mail", {"template": template.pk})
    client.post(add + "?kind=move&position=1", {"phase": phase.pk})
    told = {"user": marketer.pk, "text": "Look"}
    client.post(add + "?kind=notify&position=2", told)

    assert [step["settings"] for step in tree(sequence)] == [
        {"template": template.pk},
        {"phase": phase.pk},
        told,
    ]
    page = said(client.get(reverse("campaigns:sequence", args=[sequence.pk])))
    assert template.name in page
    assert f"{phase.journey}: {phase}" in page
    assert "Stops when" in page


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("wait", {"days": "0"}),
        ("wait", {"days": "9999"}),
        ("wait", {"days": "x"}),
        ("mail", {}),
        ("mail", {"template": "0"}),
        ("branch", {"condition": "{", "days": "1"}),
        ("branch", {"condition": "{}", "days": "1"}),
        ("split", {"name_0": "A", "share_0": "100"}),
        ("split", {"name_0": "A", "share_0": "x", "name_1": "B", "share_1": "50"}),
        ("tag", {"add": "", "remove": ""}),
        ("set_field", {"field": "email", "value": "x"}),
        ("set_field", {"field": "language", "value": "no language at all"}),
        ("wait_until", {"days": ["9"], "time": "09:00"}),
    ],
)
def test_a_bad_step_is_told_and_not_stored(client, marketer, kind, given):
    sequence = drafted()

    answer = client.post(
        reverse("campaigns:step_add", args=[sequence.pk]) + f"?kind={kind}", given
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert tree(sequence) == []


def test_a_step_is_added_into_a_branch(client, marketer):
    sequence = drafted(branch("b1"), wait("w1"))
    add = reverse("campaigns:step_add", args=[sequence.pk])

    client.post(add + "?kind=wait&parent=b1&branch=no&position=0", {"days": "2"})

    [first, _second] = tree(sequence)
    assert [step["settings"]["days"] for step in first["branches"]["no"]] == [2]


@pytest.mark.parametrize(
    "query",
    ["kind=moon", "kind=", "kind=wait&parent=zz&branch=yes", "kind=wait&position=x"],
)
def test_a_step_at_no_place_is_refused(client, marketer, query):
    sequence = drafted(wait("w1"))

    answer = client.post(
        reverse("campaigns:step_add", args=[sequence.pk]) + f"?{query}", {"days": "2"}
    )

    # Without a position that can be read it comes first.
    expected = 302 if query.endswith("position=x") else (404, 422)
    assert answer.status_code in (
        expected if isinstance(expected, tuple) else (expected,)
    )


@pytest.mark.parametrize(
    ("key", "to", "expected"),
    [
        ("w1", "down", ["b1", {"yes": ["w2"]}, "w1", "w3"]),
        ("w3", "up", ["w1", "w3", "b1", {"yes": ["w2"]}]),
        ("w1", "up", ["w1", "b1", {"yes": ["w2"]}, "w3"]),
        ("w3", "down", ["w1", "b1", {"yes": ["w2"]}, "w3"]),
        ("w2", "up", ["w1", "w2", "b1", "w3"]),
        ("w2", "down", ["w1", "b1", "w2", "w3"]),
        ("w1", "b1.yes.1", ["b1", {"yes": ["w2", "w1"]}, "w3"]),
        ("w1", "..3", ["b1", {"yes": ["w2"]}, "w3", "w1"]),
        ("w3", "..0", ["w3", "w1", "b1", {"yes": ["w2"]}]),
        ("w3", "b1.no.0", ["w1", "b1", {"yes": ["w2"], "no": ["w3"]}]),
        # None of these places is one.
        ("b1", "b1.yes.0", ["w1", "b1", {"yes": ["w2"]}, "w3"]),
        ("w1", "gone.yes.0", ["w1", "b1", {"yes": ["w2"]}, "w3"]),
        ("w1", "b1.maybe.0", ["w1", "b1", {"yes": ["w2"]}, "w3"]),
        ("w1", "somewhere", ["w1", "b1", {"yes": ["w2"]}, "w3"]),
        ("gone", "up", ["w1", "b1", {"yes": ["w2"]}, "w3"]),
    ],
)
def test_steps_move(client, marketer, key, to, expected):
    sequence = drafted(wait("w1"), branch("b1", yes=[wait("w2")]), wait("w3"))

    client.post(reverse("campaigns:step_move", args=[sequence.pk, key]), {"to": to})

    assert keys(tree(sequence)) == expected


def test_all_places_that_are_offered_can_be_taken(client, marketer):
    steps = (wait("w1"), branch("b1", yes=[wait("w2")]), wait("w3"))
    sequence = drafted(*steps)
    edit = reverse("campaigns:step_edit", args=[sequence.pk, "w1"])

    for value, _words in client.get(edit).context["spots"]:
        save_draft(sequence=sequence, steps=list(steps), by=None, at=TUESDAY)
        answer = client.post(
            reverse("campaigns:step_move", args=[sequence.pk, "w1"]),
            {"to": value},
            follow=True,
        )
        assert not list(answer.context["messages"])


def test_a_deleted_step_is_put_back_where_it_was(client, marketer):
    sequence = drafted(wait("w1"), branch("b1", yes=[wait("w2")]), wait("w3"))
    before = tree(sequence)

    answer = client.post(
        reverse("campaigns:step_delete", args=[sequence.pk, "b1"]), follow=True
    )

    assert keys(tree(sequence)) == ["w1", "w3"]
    [message] = answer.context["messages"]
    undo = message.extra_tags.removeprefix("undo=")
    client.post(undo)
    assert tree(sequence) == before
    client.post(undo)  # twice does no harm
    assert tree(sequence) == before


def test_a_variant_that_is_renamed_keeps_its_steps(client, marketer):
    variants = [{"name": "A", "share": 50}, {"name": "B", "share": 50}]
    split = {
        "key": "s1",
        "kind": "split",
        "settings": {"variants": variants},
        "branches": {"A": [wait("w1")]},
    }
    sequence = drafted(split)
    edit = reverse("campaigns:step_edit", args=[sequence.pk, "s1"])
    given = {
        "name_0": "Short",
        "share_0": "50",
        "name_1": "B",
        "share_1": "50",
        "by": "clicks",
        "least": "200",
        "days": "3",
    }

    client.post(edit, given)

    assert keys(tree(sequence)) == ["s1", {"Short": ["w1"]}]
    gone = given | {"name_0": "B", "name_1": "C"}
    answer = client.post(edit, gone)
    assert answer.status_code == 422
    assert "Short" in said(answer)


def test_editing_what_is_published_begins_a_draft(client, marketer):
    sequence = published(wait("w1"))
    EnrollmentFactory(
        version=sequence.versions.get(), sequence=sequence, due_at=TUESDAY
    )

    client.post(reverse("campaigns:step_edit", args=[sequence.pk, "w1"]), {"days": "5"})

    page = said(client.get(reverse("campaigns:sequence", args=[sequence.pk])))
    assert "Contacts go through version 1" in page
    assert sequence.versions.count() == 2
    publish = reverse("campaigns:sequence_publish", args=[sequence.pk])
    assert "1 contact is in the middle" in said(client.get(publish))
    client.post(publish, {"people": "move", "note": "Slower"})
    run = Enrollment.objects.get()
    assert run.version.number == 2
    assert run.version.note == "Slower"
    assert run.version.published_by == marketer


def test_a_draft_is_dropped(client, marketer):
    sequence = published(wait("w1"))
    client.post(reverse("campaigns:step_delete", args=[sequence.pk, "w1"]))

    client.post(reverse("campaigns:draft_drop", args=[sequence.pk]))

    assert keys(tree(sequence)) == ["w1"]


def test_nothing_is_published_without_steps(client, marketer):
    sequence = drafted()
    publish = reverse("campaigns:sequence_publish", args=[sequence.pk])

    assert "nothing to publish" in said(client.get(publish))
    assert client.post(publish, {"people": "keep"}).status_code == 422
    assert client.post(publish, {"people": "eat"}).status_code == 422


def test_a_sequence_pauses_goes_on_and_closes(client, marketer):
    sequence = published(wait("w1"))
    url = reverse("campaigns:sequence_status", args=[sequence.pk])

    for status in ("paused", "active", "closed"):
        client.post(url, {"status": status})
        sequence.refresh_from_db()
        assert sequence.status == status
    assert client.post(url, {"status": "draft"}).status_code == 404
    fresh = drafted()
    client.post(
        reverse("campaigns:sequence_status", args=[fresh.pk]), {"status": "active"}
    )
    fresh.refresh_from_db()
    assert fresh.status == Sequence.Status.DRAFT


def test_the_builder_counts_who_waits_where(client, marketer):
    sequence = published(branch("b1", yes=[wait("w1", 3)], no=[]), wait("w2", 2))
    for title in ("Head of Sales", "Head of IT"):
        contact = ContactFactory(job_title=title)
        ConsentFactory(contact=contact)
        EnrollmentFactory(
            version=sequence.versions.get(), sequence=sequence, contact=contact
        )
    advance_due_enrollments()

    answer = client.get(reverse("campaigns:sequence", args=[sequence.pk]))

    [first, _second] = answer.context["rows"]
    [yes, no] = first.branches
    assert (first.done, yes.taken, no.taken) == (2, 2, 0)
    assert yes.rows[0].waiting == 2
    assert yes.rows[0].number == "1a1"
