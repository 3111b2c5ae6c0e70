"""Sequences in the browser: built step by step, published, watched."""

import json
from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from campaigns.models import Enrollment, Sequence
from campaigns.selectors.sequences import latest_versions, plan_of
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.sequences import save_draft
from campaigns.steps.tree import as_json
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.contacts import (
    ConsentFactory,
    ContactFactory,
    CustomFieldFactory,
    SegmentFactory,
)
from tests.factories.sequences import (
    EnrollmentFactory,
    SequenceFactory,
    drafted,
    published,
)

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)
IS_HEAD = {"field": "job_title", "op": "contains", "value": "head"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def marketer(client):
    user = MarketerFactory()
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def _sender():
    SenderFactory()


def wait(key: str, days: int = 1, **more) -> dict:
    return {"key": key, "kind": "wait", "settings": {"days": days}, **more}


def branch(key: str, yes=(), no=()) -> dict:
    settings = {"condition": IS_HEAD, "days": 1}
    branches = {"yes": list(yes), "no": list(no)}
    return {"key": key, "kind": "branch", "settings": settings, "branches": branches}


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


def settings_form(**changes) -> dict:
    return {
        "name": "Welcome",
        "trigger": "by_hand",
        "goal": "{}",
        "when": "{}",
        "send_days": ["1", "2"],
        "send_from": "08:00",
        "send_until": "12:00",
        "hold_out": "0",
        **changes,
    }


def said(response) -> str:
    return response.content.decode()


# Settings ------------------------------------------------------------------------


def test_a_sequence_is_made_and_changed_by_a_form(client, marketer):
    segment = SegmentFactory()

    answer = client.post(
        reverse("campaigns:sequence_create"),
        settings_form(trigger="segment", segment=segment.pk, goal=json.dumps(IS_HEAD)),
    )

    sequence = Sequence.objects.get()
    assert answer.url == reverse("campaigns:sequence", args=[sequence.pk])
    assert sequence.trigger_settings == {"segment": segment.pk}
    assert sequence.goal == IS_HEAD
    assert sequence.created_by == marketer
    edit = reverse("campaigns:sequence_edit", args=[sequence.pk])
    assert "08:00" in said(client.get(edit))
    when = json.dumps({"kind": "demo_request"})
    client.post(edit, settings_form(trigger="interaction", when=when, hold_out="10"))
    sequence.refresh_from_db()
    assert sequence.trigger_settings == {"when": {"kind": "demo_request"}}
    assert (sequence.goal, sequence.hold_out) == ({}, 10)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Taken"}, "name"),
        ({"trigger": "segment"}, "segment"),
        ({"trigger": "interaction", "when": "{"}, "when"),
        ({"trigger": "interaction", "when": '{"kind": []}'}, "when"),
        ({"goal": '{"field": "nothing", "op": "eq", "value": 1}'}, "goal"),
        ({"goal": "[" * 99}, "goal"),
        ({"send_days": []}, "send_days"),
        ({"send_from": "13:00"}, "send_days"),
        ({"hold_out": "51"}, "hold_out"),
        ({"trigger": "moon"}, "trigger"),
    ],
)
def test_bad_settings_are_told_at_their_field(client, marketer, changes, field):
    SequenceFactory(name="Taken")

    answer = client.post(reverse("campaigns:sequence_create"), settings_form(**changes))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Sequence.objects.count() == 1


# The builder ---------------------------------------------------------------------


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


# Who may what --------------------------------------------------------------------


READ = ["sequence", "sequence_forecast", "sequence_results", "sequence_people"]


@pytest.mark.parametrize("name", ["sequences", *READ])
def test_reps_read(client, name):
    client.force_login(RepFactory())
    sequence = published(wait("w1"))
    args = [] if name == "sequences" else [sequence.pk]

    answer = client.get(reverse(f"campaigns:{name}", args=args))

    assert answer.status_code == 200
    assert reverse("campaigns:sequence_create") not in said(answer)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("sequence_create", []),
        ("sequence_edit", ["w"]),
        ("sequence_publish", ["w"]),
        ("sequence_status", ["w"]),
        ("draft_drop", ["w"]),
        ("step_add", ["w"]),
        ("step_edit", ["w", "w1"]),
        ("step_move", ["w", "w1"]),
        ("step_delete", ["w", "w1"]),
        ("step_put_back", ["w", "x"]),
    ],
)
def test_only_marketing_changes_sequences(client, name, args):
    sequence = published(wait("w1"))
    made = [sequence.pk if arg == "w" else arg for arg in args]
    client.force_login(RepFactory())

    answer = client.post(reverse(f"campaigns:{name}", args=made) + "?kind=wait")

    assert answer.status_code == 403
    assert sequence.versions.count() == 1


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("sequence", [0]),
        ("sequence_edit", [0]),
        ("sequence_people", [0]),
        ("sequence_forecast", [0]),
        ("sequence_results", [0]),
        ("step_edit", ["w", "gone"]),
        ("step_preview", ["w", "w1"]),
        ("step_preview", ["w", "gone"]),
        ("contact_sequences", [0]),
    ],
)
def test_what_there_is_not_is_not_found(client, marketer, name, args):
    sequence = published(wait("w1"))
    made = [sequence.pk if arg == "w" else arg for arg in args]

    assert client.get(reverse(f"campaigns:{name}", args=made)).status_code == 404


# What is read --------------------------------------------------------------------


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    client, marketer, django_assert_num_queries, row_count
):
    for _n in range(row_count):
        segment = SegmentFactory()
        sequence = published(
            wait("w1"), trigger="segment", trigger_settings={"segment": segment.pk}
        )
        EnrollmentFactory(version=sequence.versions.get(), sequence=sequence)

    url = reverse("campaigns:sequences")
    # Session, user, page, counts, segments, what the navigation shows.
    with django_assert_num_queries(7):
        answer = client.get(url)

    assert said(answer).count("<tr data-row") == row_count


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_builder_costs_the_same_for_one_and_three_steps(
    client, marketer, django_assert_max_num_queries, row_count
):
    sequence = published(
        *(branch(f"b{n}", yes=[wait(f"w{n}")]) for n in range(row_count))
    )

    with django_assert_max_num_queries(16):
        answer = client.get(reverse("campaigns:sequence", args=[sequence.pk]))

    assert len(answer.context["rows"]) == row_count


@pytest.mark.parametrize("row_count", [1, 3])
def test_people_cost_the_same_for_one_and_three(
    client, marketer, django_assert_max_num_queries, row_count
):
    sequence = published(wait("w1"))
    for _n in range(row_count):
        EnrollmentFactory(version=sequence.versions.get(), sequence=sequence)

    with django_assert_max_num_queries(9):
        answer = client.get(
            reverse("campaigns:sequence_people", args=[sequence.pk]) + "?state=active"
        )

    assert said(answer).count("<tr data-row") == row_count


def test_who_waits_for_a_permission_is_told_apart(client, marketer):
    sequence = published(wait("w1"))
    version = sequence.versions.get()
    for contact in (ContactFactory(first_name="Silent"), ConsentFactory().contact):
        EnrollmentFactory(version=version, sequence=sequence, contact=contact)
    advance_due_enrollments()

    people = said(client.get(reverse("campaigns:sequence_people", args=[sequence.pk])))
    built = said(client.get(reverse("campaigns:sequence", args=[sequence.pk])))

    assert people.count("waits for the contact's permission") == 1
    assert people.count("Wait 1 day") == 1
    assert "1 waits for a permission before the first step" in built
    assert "1 waits here" in built


def test_the_forecast_says_who_gets_what_and_who_is_held_back(client, marketer):
    template = MailTemplateFactory(name="Welcome mail")
    sequence = published(
        wait("w1"), {"kind": "mail", "settings": {"template": template.pk}}
    )
    agreed, silent = ContactFactory(first_name="Ada"), ContactFactory(first_name="Eve")
    ConsentFactory(contact=agreed)
    for contact in (agreed, silent):
        EnrollmentFactory(
            version=sequence.versions.get(), sequence=sequence, contact=contact
        )

    page = said(client.get(reverse("campaigns:sequence_forecast", args=[sequence.pk])))

    assert "Welcome mail" in page
    assert "Ada" in page
    assert "Shown for all 2 contacts under way" in page
    assert "tomorrow 11:00" in page  # 10:00 in UTC
    assert "not at all" in page
    url = reverse("campaigns:sequence_forecast", args=[sequence.pk])
    held = said(client.get(url, {"show": "held"}))
    assert "Held back (0 later, 1 not at all)" in held
    assert "Eve" in held
    assert "Ada" not in held


def test_what_a_draft_would_send_is_shown_before_it_is_published(client, marketer):
    template = MailTemplateFactory(name="Welcome mail")
    segment = SegmentFactory(condition=IS_HEAD)
    sequence = drafted(
        wait("w1", days=5),
        {"kind": "mail", "settings": {"template": template.pk}},
        trigger="segment",
        trigger_settings={"segment": segment.pk},
    )
    url = reverse("campaigns:sequence_forecast", args=[sequence.pk])
    assert "No mail in the next 14 days" in said(client.get(url))
    ConsentFactory(contact=ContactFactory(first_name="Ada", job_title="Head"))

    page = said(client.get(url))

    assert "1 contact entered who is in the segment" in page
    assert "Sun 29 Nov 11:00" in page
    by_hand = drafted(wait("w1"))
    url = reverse("campaigns:sequence_forecast", args=[by_hand.pk])
    assert "Nobody enters by itself" in said(client.get(url))


def test_a_mail_is_shown_as_a_contact_would_get_it(client, marketer):
    template = MailTemplateFactory(subject="Dear {{ first_name | default: 'you' }}")
    sequence = drafted(
        {"key": "m1", "kind": "mail", "settings": {"template": template.pk}}
    )
    contact = ContactFactory(first_name="Ada", email="ada@example.org")
    url = reverse("campaigns:step_preview", args=[sequence.pk, "m1"])

    assert "Dear Ada" in said(client.get(url, {"contact": contact.email}))
    assert client.get(url, {"contact": "nobody@example.org"}).status_code == 200


# Contacts ------------------------------------------------------------------------


def test_a_contact_is_added_on_its_page_and_taken_out(client):
    client.force_login(RepFactory(username="ben"))
    sequence, contact = published(wait("w1")), ContactFactory()
    ConsentFactory(contact=contact)
    panel = reverse("campaigns:contact_sequences", args=[contact.pk])
    assert "In no sequence" in said(client.get(panel))

    client.post(
        reverse("campaigns:enroll_one", args=[contact.pk]), {"sequence": sequence.pk}
    )
    advance_due_enrollments()

    assert "Wait 1 day" in said(client.get(panel))
    run = Enrollment.objects.get()
    client.post(reverse("campaigns:enrollment_stop", args=[run.pk]))
    run.refresh_from_db()
    assert run.end == Enrollment.End.BY_HAND
    assert "Taken out by hand" in said(client.get(panel))


@pytest.mark.parametrize("given", ["", "0", "x", "9" * 30, "²"])
def test_nobody_is_added_to_no_sequence(client, marketer, given):
    contact = ContactFactory()

    answer = client.post(
        reverse("campaigns:enroll_one", args=[contact.pk]), {"sequence": given}
    )

    assert answer.status_code == 302
    assert not Enrollment.objects.exists()


def test_selected_contacts_are_added_at_once(client, marketer):
    sequence = published(wait("w1"))
    some = ContactFactory.create_batch(3)
    ContactFactory(job_title="Other")
    url = reverse("campaigns:enroll_selected")
    ticked = {"scope": "some", "contact": [contact.pk for contact in some]}

    assert "3 contacts are selected" in said(client.post(url, ticked))
    client.post(url, ticked | {"sequence": sequence.pk})
    assert Enrollment.objects.count() == 3
    answer = client.post(
        url, {"scope": "all", "query": "", "sequence": sequence.pk}, follow=True
    )
    assert Enrollment.objects.count() == 4
    assert "3 are or were in it already" in said(answer)


def test_a_selection_goes_into_no_sequence_that_is_paused(client, marketer):
    sequence = published(wait("w1"))
    Sequence.objects.update(status="paused")

    answer = client.post(
        reverse("campaigns:enroll_selected"),
        {"scope": "all", "query": "", "sequence": sequence.pk},
        follow=True,
    )

    assert answer.status_code == 200
    assert not Enrollment.objects.exists()


def test_results_tell_mails_and_ends(client, marketer):
    template = MailTemplateFactory(name="Welcome mail")
    sequence = published({"kind": "mail", "settings": {"template": template.pk}})
    run = EnrollmentFactory(version=sequence.versions.get(), sequence=sequence)
    ended = {"state": "stopped", "end": "replied", "due_at": None}
    Enrollment.objects.filter(pk=run.pk).update(**ended, ended_at=TUESDAY)

    page = said(client.get(reverse("campaigns:sequence_results", args=[sequence.pk])))

    assert "Welcome mail" in page
    assert "Replied" in page


def test_no_field_goes_that_a_sequence_names():
    from contacts.conditions.usage import conditions_naming

    has_city = {"field": "custom.city", "op": "is_set"}
    settings = {"condition": has_city, "days": 1}
    CustomFieldFactory(key="city")
    drafted({"key": "b1", "kind": "branch", "settings": settings}, name="By city")
    SequenceFactory(name="To a city", goal=has_city)

    assert set(conditions_naming("custom.city")) == {"By city", "To a city"}
