"""Tasks come into the inbox when they are due, and end where they may not be."""

from datetime import timedelta
from secrets import token_hex

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Notification
from accounts.services.answers import finish_notification, reopen_notification
from accounts.services.snoozes import snooze_notification
from accounts.services.tokens import create_token
from accounts.services.users import deactivate_user
from contacts.services.consents import record_consents
from contacts.services.merging import merge_contacts, undo_merge
from insights.selectors.queue import tasks_of
from sales.models import Task
from sales.selectors.next_touch import next_touches
from sales.services.refusals import TouchRefused
from sales.services.tasks import (
    BadTask,
    TaskOver,
    change_task,
    finish_task,
    plan_task,
    reopen_task,
)
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    MarketerFactory,
    RepFactory,
    UserFactory,
)
from tests.factories.contacts import ContactFactory
from tests.factories.sales import TaskFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


def planned(contact=None, rep=None, *, kind="call", due=HOUR, text="", at=NOW):
    rep = rep or RepFactory()
    return plan_task(
        contact=contact or ContactFactory(),
        kind=kind,
        due_at=at + due,
        assignee=rep,
        by=rep,
        at=at,
        text=text,
    )


def forbid_calls(contact):
    record_consents(
        contact=contact, decisions={"phone": False}, source="test", proof={}, at=NOW
    )


def in_inbox(rep, at) -> list[Notification]:
    return list(Notification.objects.filter(recipient=rep).in_inbox(at=at))


def test_a_task_comes_into_the_inbox_when_it_is_due_and_not_before():
    task = planned(text="About the offer")

    assert in_inbox(task.assignee, NOW) == []
    [line] = in_inbox(task.assignee, task.due_at)
    assert line.title == str(task.contact)
    assert line.detail == "Call back: About the offer"
    assert line.mail_due_at == line.due_at == task.due_at


def test_tasks_about_a_contact_are_one_line_that_says_the_next():
    contact, rep = ContactFactory(), RepFactory()
    first = planned(contact, rep)
    planned(contact, rep, kind="follow_up", due=2 * HOUR, text="Sent it?")

    [line] = in_inbox(rep, NOW + 3 * HOUR)
    assert line.detail == "Call back · Follow up: Sent it?"
    finish_task(task=first, by=rep, at=NOW)

    assert in_inbox(rep, NOW + HOUR) == []
    [line] = in_inbox(rep, NOW + 2 * HOUR)
    assert line.detail == "Follow up: Sent it?"
    assert Notification.objects.count() == 1


def test_ticking_the_line_off_does_what_was_due_and_undo_takes_it_back():
    contact, rep = ContactFactory(), RepFactory()
    due, later = planned(contact, rep), planned(contact, rep, due=5 * HOUR)
    at = NOW + 2 * HOUR
    [line] = in_inbox(rep, at)

    finish_notification(notification=line, at=at)
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.done_at, due.done_by, later.done_at) == (at, rep, None)
    assert in_inbox(rep, at) == []

    reopen_notification(notification=line, at=at + timedelta(seconds=5))
    due.refresh_from_db()
    assert due.is_open
    assert [row.pk for row in in_inbox(rep, at)] == [line.pk]


def test_putting_the_line_off_puts_the_task_off():
    task = planned()
    at, until = NOW + 2 * HOUR, NOW + timedelta(days=1)
    [line] = in_inbox(task.assignee, at)

    snooze_notification(notification=line, until=until, at=at)

    task.refresh_from_db()
    assert task.due_at == until
    assert in_inbox(task.assignee, at) == []
    assert len(in_inbox(task.assignee, until)) == 1


def test_a_task_that_is_given_away_moves_to_the_other_inbox():
    task, ben = planned(), RepFactory()

    change_task(task=task, assignee=ben, due_at=NOW + 2 * HOUR, at=NOW)

    assert in_inbox(task.assignee, NOW + 3 * HOUR) == []
    assert len(in_inbox(ben, NOW + 2 * HOUR)) == 1


def test_a_merge_makes_one_line_of_two_and_its_undo_two_of_one():
    rep = RepFactory()
    kept, gone = ContactFactory(last_name="Kept"), ContactFactory(last_name="Gone")
    planned(kept, rep, text="Ours")
    planned(gone, rep, due=2 * HOUR, text="Theirs")
    later = NOW + 3 * HOUR

    merge = merge_contacts(keep=kept, merge=gone, by=None, at=NOW, source="test")

    [line] = in_inbox(rep, later)
    assert line.subject_id == kept.pk
    assert [task["text"] for task in line.facts["tasks"]] == ["Ours", "Theirs"]

    undo_merge(merge=merge, by=None, at=NOW)

    lines = {line.subject_id: line.facts["tasks"] for line in in_inbox(rep, later)}
    assert {pk: [task["text"] for task in tasks] for pk, tasks in lines.items()} == {
        kept.pk: ["Ours"],
        gone.pk: ["Theirs"],
    }


def test_no_call_is_planned_after_do_not_call():
    contact = ContactFactory()
    forbid_calls(contact)

    with pytest.raises(TouchRefused) as refusal:
        planned(contact)
    mail = planned(contact, kind="follow_up")

    assert refusal.value.code == "do_not_call"
    assert Task.objects.get() == mail


def test_do_not_call_cancels_the_calls_that_are_planned_and_nothing_else():
    contact, rep = ContactFactory(), RepFactory()
    call, mail = planned(contact, rep), planned(contact, rep, kind="follow_up")
    of_somebody_else = planned()

    forbid_calls(contact)

    call.refresh_from_db()
    assert (call.cancelled_at, call.cancelled_because) == (NOW, "do_not_call")
    assert set(Task.objects.open()) == {mail, of_somebody_else}
    [line] = in_inbox(rep, NOW + 2 * HOUR)
    assert line.detail == "Follow up"
    with pytest.raises(TaskOver):
        reopen_task(task=call, by=rep, at=NOW)


def test_a_call_that_was_made_is_not_to_be_made_again_after_do_not_call():
    task = planned()
    finish_task(task=task, by=task.assignee, at=NOW)
    forbid_calls(task.contact)

    with pytest.raises(TouchRefused):
        reopen_task(task=task, by=task.assignee, at=NOW)


def test_planning_it_twice_by_the_same_form_plans_it_once():
    contact, rep, action = ContactFactory(), RepFactory(), token_hex(8)
    asked = {"contact": contact, "assignee": rep, "by": rep, "at": NOW}
    asked |= {"kind": "call", "due_at": NOW + HOUR, "action": action}

    assert plan_task(**asked) == plan_task(**asked)


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"kind": "dance"}, "kind"),
        ({"kind": "other"}, "text"),
        ({"due": -HOUR}, "due_at"),
        ({"due": timedelta(days=800)}, "due_at"),
        ({"text": "x" * 201}, "text"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(values, attr):
    from leadhub.errors import InvalidValue

    with pytest.raises(InvalidValue) as refusal:
        planned(**values)

    assert refusal.value.attr == attr


def test_nobody_who_only_reads_is_given_a_task():
    with pytest.raises(BadTask):
        change_task(task=planned(), assignee=UserFactory(role="read_only"), at=NOW)


def test_what_somebody_who_left_was_to_do_goes_to_who_is_responsible():
    ben = RepFactory()
    contact = ContactFactory(owner=ben)
    task = planned(contact, RepFactory())

    deactivate_user(user=task.assignee, by=AdminFactory(), at=NOW)

    task.refresh_from_db()
    assert task.assignee == ben
    assert len(in_inbox(ben, NOW + HOUR)) == 1


def test_the_next_touch_says_who_calls():
    rep = RepFactory(first_name="Anna", last_name="Berg")
    task = planned(rep=rep)

    touch = next_touches([task.contact], NOW)[task.contact_id]

    assert (touch.label, touch.at) == ("Anna Berg calls", task.due_at)


def test_today_has_what_is_due_today_late_first():
    rep, at = RepFactory(), timezone.localtime(NOW).replace(hour=8)
    late = planned(rep=rep, at=at - timedelta(days=2))
    today = planned(rep=rep, at=at, kind="follow_up")
    planned(rep=rep, at=at + timedelta(days=1))

    tasks, count = tasks_of(rep, at=at)

    assert count == 2
    assert [(task.due_at, task.is_late) for task in tasks] == [
        (late.due_at, True),
        (today.due_at, False),
    ]


# The doors -------------------------------------------------------------------------


def test_the_form_is_sent_as_it_stands(client):
    contact, rep = ContactFactory(), RepFactory()
    client.force_login(rep)
    url = reverse("sales:task_new", args=[contact.pk])
    form = client.get(url).context["form"]
    asked = {name: form[name].value() or "" for name in form.fields}

    answer = client.post(url, asked, headers={"HX-Request": "true"})

    assert answer.status_code == 204, answer.content
    task = Task.objects.get()
    assert (task.contact, task.kind, task.assignee) == (contact, "call", rep)
    assert timezone.localtime(task.due_at).hour == 9


def in_the_browser(rep, task):
    client = Client()
    client.force_login(rep)
    return client.post(reverse("sales:task_done", args=[task.pk]))


def over_the_api(rep, task):
    client = APIClient()
    key = create_token(user=rep, name="phone", scopes=["tasks:write"], at=NOW)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client.post(f"/api/v1/tasks/{task.pk}/done/")


@pytest.mark.parametrize("finish", [in_the_browser, over_the_api])
def test_a_task_is_done_through_any_door_by_whose_it_is(finish):
    task = TaskFactory()
    assert finish(MarketerFactory(), task).status_code == 404

    assert finish(task.assignee, task).status_code in (200, 302)

    task.refresh_from_db()
    assert task.done_by == task.assignee


def test_a_lead_changes_a_task_in_its_form(client):
    task, ben = TaskFactory(), RepFactory()
    client.force_login(LeadFactory())
    url = reverse("sales:task_edit", args=[task.pk])
    assert client.get(url).status_code == 200

    when = timezone.localtime(NOW + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(url, {"due_at": when, "assignee": ben.pk})

    assert answer.status_code == 302
    task.refresh_from_db()
    assert task.assignee == ben


def test_the_api_plans_and_puts_off():
    rep, contact = RepFactory(), ContactFactory()
    client = APIClient()
    client.force_authenticate(rep)
    due = (NOW + HOUR).isoformat()

    made = client.post(
        "/api/v1/tasks/",
        {"contact": contact.pk, "kind": "call", "due_at": due},
        format="json",
    )
    later = client.patch(
        f"/api/v1/tasks/{made.data['id']}/",
        {"due_at": (NOW + 2 * HOUR).isoformat()},
        format="json",
    )
    listed = client.get("/api/v1/tasks/?open=true")

    assert (made.status_code, later.status_code) == (201, 200), made.data
    assert made.data["assignee"] == rep.pk
    assert [row["id"] for row in listed.data["results"]] == [made.data["id"]]
    forbid_calls(contact)
    refused = client.post(
        "/api/v1/tasks/",
        {"contact": contact.pk, "kind": "call", "due_at": due},
        format="json",
    )
    assert refused.status_code == 409
    assert refused.data["errors"][0]["code"] == "do_not_call"


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_panels_query_count_does_not_grow_with_its_rows(
    client, django_assert_num_queries, row_count
):
    contact, rep = ContactFactory(), RepFactory()
    TaskFactory.create_batch(row_count, contact=contact, assignee=rep)
    client.force_login(rep)
    url = reverse("sales:contact_tasks", args=[contact.pk])

    with django_assert_num_queries(5):  # session, user, contact, tasks, which are mine
        page = client.get(url).content.decode()

    assert page.count("<li>") == row_count


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_apis_query_count_does_not_grow_with_its_rows(
    django_assert_num_queries, row_count
):
    TaskFactory.create_batch(row_count)
    client = APIClient()
    client.force_authenticate(RepFactory())

    with django_assert_num_queries(1):
        found = client.get("/api/v1/tasks/").data["results"]

    assert len(found) == row_count
