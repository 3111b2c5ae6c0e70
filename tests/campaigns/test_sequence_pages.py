"""Sequences in the browser: set up, watched, and who is in them."""

import json

import pytest
from django.urls import reverse

from campaigns.models import Enrollment, Sequence
from campaigns.services.advancing import advance_due_enrollments
from tests.campaigns.sequence_steps import IS_HEAD, branch, said, wait
from tests.campaigns.sequences import TUESDAY
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import MailTemplateFactory
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

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "sender")]


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
