"""Lines that are handed to a colleague."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from accounts.services.answers import finish_notification
from accounts.services.assigning import (
    CannotHave,
    LineOver,
    assign_line,
    take_line_back,
)
from sales.models import Handoff
from sales.services.handoffs import hand_off
from sales.services.refusals import NotARep
from sales.services.tasks import plan_task
from tests.accounts.test_inbox import api_of, signed_in
from tests.factories.accounts import (
    MarketerFactory,
    NotificationFactory,
    RepFactory,
    UserFactory,
)
from tests.factories.contacts import ContactFactory
from tests.factories.sales import CrossingFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def anna():
    return RepFactory(first_name="Anna", last_name="Berg")


@pytest.fixture
def ben():
    return RepFactory(first_name="Ben", last_name="Cole")


def about(contact, recipient, **values) -> Notification:
    moments = {"created_at": NOW - HOUR, "surfaces_at": NOW - HOUR}
    made = {"recipient": recipient, "contact_id": contact.pk, **moments, **values}
    return NotificationFactory(**made)


def offered(rep) -> Notification:
    contact = ContactFactory(owner=rep)
    hand_off(crossing=CrossingFactory(contact=contact), at=NOW)
    return Notification.objects.get(recipient=rep)


def give(line, to, *, at=NOW) -> Notification:
    return assign_line(notification=line, to=to, by=line.recipient, at=at)


def inbox_of(user, *, at=NOW) -> list[Notification]:
    return list(user.notifications.in_inbox(at=at))


def test_it_leaves_the_one_inbox_and_is_new_in_the_other(anna, ben):
    line = about(ContactFactory(), anna, kind="reply", read_at=NOW, title="Ada")

    given = give(line, ben)

    assert (given.done_at, given.given_to) == (NOW, ben)
    assert inbox_of(anna) == []
    [theirs] = inbox_of(ben)
    assert (theirs.title, theirs.given_by, theirs.read_at) == ("Ada", anna, None)
    assert (theirs.surfaces_at, theirs.contact_id) == (NOW, line.contact_id)


def test_a_line_that_they_have_about_it_is_renewed_in_its_place(anna, ben):
    contact = ContactFactory()
    known = about(contact, ben, kind="reply", key="reply:1", done_at=NOW - HOUR)
    line = about(contact, anna, kind="reply", key="reply:1", title="Newer")

    give(line, ben)

    [theirs] = ben.notifications.all()
    assert (theirs.pk, theirs.title, theirs.done_at) == (known.pk, "Newer", None)


def test_an_open_lead_goes_with_its_line(anna, ben):
    line = offered(anna)

    give(line, ben)

    handoff = Handoff.objects.get()
    assert (handoff.assignee, handoff.status) == (ben, "offered")
    assert inbox_of(anna) == []
    [theirs] = inbox_of(ben)
    assert (theirs.kind, theirs.given_by) == ("handoff", anna)


def test_a_lead_goes_to_nobody_who_cannot_take_it_on(anna):
    line = offered(anna)

    with pytest.raises(NotARep):
        give(line, MarketerFactory())

    assert inbox_of(anna) == [line]
    assert Handoff.objects.get().assignee == anna


def test_tasks_go_with_their_line(anna, ben):
    due_at = NOW + HOUR
    contact = ContactFactory()
    task = plan_task(
        contact=contact, kind="call", due_at=due_at, assignee=anna, by=anna, at=NOW
    )

    give(anna.notifications.get(), ben, at=due_at + HOUR)

    task.refresh_from_db()
    assert task.assignee == ben
    assert inbox_of(anna, at=due_at + HOUR) == []
    [theirs] = inbox_of(ben, at=due_at + HOUR)
    assert (theirs.kind, theirs.given_by) == ("task", anna)
    assert theirs.surfaces_at == due_at + HOUR


def test_what_a_sequence_asks_for_moves_no_tasks_of_whoever_has_its_number(anna, ben):
    contact = ContactFactory()
    task = plan_task(
        contact=contact, kind="call", due_at=NOW + HOUR, assignee=anna, by=anna, at=NOW
    )
    values = {"kind": "task", "key": "sequence:1:2", "subject_id": contact.pk}
    first = about(ContactFactory(), anna, **values)
    second = about(ContactFactory(), anna, **(values | {"key": "sequence:1:3"}))

    give(first, ben)
    finish_notification(notification=second, at=NOW + 2 * HOUR)

    task.refresh_from_db()
    assert (task.assignee, task.done_at) == (anna, None)


@pytest.mark.parametrize(
    "to",
    [
        lambda: UserFactory(role=User.Role.READ_ONLY),
        lambda: RepFactory(is_active=False),
    ],
)
def test_only_who_may_work_with_the_contact_gets_it(anna, to):
    line = about(ContactFactory(), anna)

    with pytest.raises(CannotHave):
        give(line, to())
    with pytest.raises(CannotHave):
        give(line, anna)


def test_access_follows_the_contacts(anna, ben):
    contact = ContactFactory(owner=anna)
    line = about(contact, anna)
    contact.delete()

    with pytest.raises(CannotHave):
        give(line, ben)

    assert inbox_of(ben) == []


def test_what_is_about_nobody_and_what_is_done_stays(anna, ben):
    with pytest.raises(CannotHave):
        give(NotificationFactory(recipient=anna), ben)
    with pytest.raises(LineOver):
        give(about(ContactFactory(), anna, done_at=NOW), ben)


def test_a_request_for_data_stays_with_administrators(anna, ben):
    with pytest.raises(CannotHave):
        give(about(ContactFactory(), anna, kind="data_request"), ben)


# Taken back -----------------------------------------------------------------------


def back(line, *, at=NOW) -> Notification:
    return take_line_back(notification=line, at=at)


def test_what_was_handed_over_by_mistake_comes_back(anna, ben):
    line = give(about(ContactFactory(), anna, kind="mention"), ben)

    assert back(line) == line

    assert inbox_of(anna) == [line]
    assert inbox_of(ben) == []
    with pytest.raises(LineOver):
        back(line)


def test_a_lead_comes_back_with_its_line(anna, ben):
    line = back(give(offered(anna), ben))

    assert Handoff.objects.get().assignee == anna
    assert inbox_of(anna) == [line]
    assert inbox_of(ben) == []


def test_tasks_come_back_with_their_line(anna, ben):
    task = plan_task(
        contact=ContactFactory(),
        kind="call",
        due_at=NOW + HOUR,
        assignee=anna,
        by=anna,
        at=NOW,
    )
    line = give(anna.notifications.get(), ben, at=NOW + 2 * HOUR)

    back(line, at=NOW + 2 * HOUR)

    task.refresh_from_db()
    assert task.assignee == anna
    assert inbox_of(ben, at=NOW + 2 * HOUR) == []
    assert len(inbox_of(anna, at=NOW + 2 * HOUR)) == 1


def test_what_they_have_dealt_with_or_had_for_long_stays_theirs(anna, ben):
    dealt = give(about(ContactFactory(), anna, kind="mention"), ben)
    finish_notification(notification=ben.notifications.get(), at=NOW)
    old = give(about(ContactFactory(), anna, kind="reply"), ben)

    with pytest.raises(LineOver):
        back(dealt)
    with pytest.raises(LineOver):
        back(old, at=NOW + HOUR)
    with pytest.raises(LineOver):
        back(about(ContactFactory(), anna))


# Through the doors ----------------------------------------------------------------


def in_the_browser(line, to):
    url = reverse("accounts:inbox_assign", args=[line.pk])
    return signed_in(line.recipient).post(url, {"assignee": to.pk})


def by_htmx(line, to):
    url = reverse("accounts:inbox_assign", args=[line.pk])
    headers = {"HX-Request": "true"}
    return signed_in(line.recipient).post(url, {"assignee": to.pk}, headers=headers)


def in_bulk(line, to):
    values = {"ids": [line.pk], "assignee": to.pk}
    return signed_in(line.recipient).post(reverse("accounts:inbox_bulk"), values)


def over_the_api(line, to):
    url = f"/api/v1/notifications/{line.pk}/assign/"
    return api_of(line.recipient).post(url, {"assignee": to.pk}, format="json")


doors = pytest.mark.parametrize(
    "door", [in_the_browser, by_htmx, in_bulk, over_the_api]
)


@doors
def test_assign_through_any_door(door, anna, ben):
    line = about(ContactFactory(), anna)

    door(line, ben)

    [theirs] = inbox_of(ben, at=timezone.now())
    assert theirs.given_by == anna


@doors
def test_no_door_hands_over_what_somebody_cannot_have(door, anna):
    line = about(ContactFactory(), anna)

    door(line, UserFactory())

    assert inbox_of(anna) == [line]


@pytest.mark.parametrize("verb", ["assign", "take_back"])
def test_nobody_hands_over_what_is_in_others_inboxes(verb, anna, ben):
    line = about(ContactFactory(), anna)

    page = signed_in(ben).post(
        reverse(f"accounts:inbox_{verb}", args=[line.pk]), {"assignee": ben.pk}
    )
    url = f"/api/v1/notifications/{line.pk}/{verb.replace('_', '-')}/"
    body = {"assignee": ben.pk} if verb == "assign" else None

    assert page.status_code == 404
    assert api_of(ben).post(url, body, format="json").status_code == 404


@pytest.mark.parametrize("wrong", ["", "x", "0", "9" * 30, "²"])
def test_a_colleague_who_is_none_is_refused(wrong, anna):
    line = about(ContactFactory(), anna)
    client = signed_in(anna)

    client.post(reverse("accounts:inbox_assign", args=[line.pk]), {"assignee": wrong})
    api = api_of(anna).post(
        f"/api/v1/notifications/{line.pk}/assign/", {"assignee": wrong}, format="json"
    )

    assert api.status_code == 400
    assert inbox_of(anna) == [line]


def test_the_toast_takes_it_back(anna, ben):
    line = about(ContactFactory(), anna)

    told = json.loads(by_htmx(line, ben)["HX-Trigger"])
    signed_in(anna).post(told["toast"]["undo"])

    assert told["inbox:gone"] == {"line": line.pk}
    assert inbox_of(anna, at=timezone.now()) == [line]


def test_the_api_tells_who_handed_it_over_and_takes_it_back(anna, ben):
    line = about(ContactFactory(), anna)

    answer = over_the_api(line, ben).json()
    [theirs] = api_of(ben).get("/api/v1/notifications/").json()["results"]
    again = api_of(anna).post(f"/api/v1/notifications/{line.pk}/take-back/")
    twice = api_of(anna).post(f"/api/v1/notifications/{line.pk}/take-back/")

    assert (answer["state"], answer["given_to"]) == ("done", ben.pk)
    assert theirs["given_by"] == anna.pk
    assert again.json()["state"] == "inbox"
    assert twice.status_code == 409
    assert twice.json()["errors"][0]["code"] == "line_over"


def test_of_ticked_lines_those_that_cannot_go_are_named(anna, ben):
    goes = about(ContactFactory(), anna)
    stays = NotificationFactory(recipient=anna, title="Import is done")

    page = signed_in(anna).post(
        reverse("accounts:inbox_bulk"),
        {"ids": [goes.pk, stays.pk], "assignee": ben.pk},
        follow=True,
    )

    text = page.content.decode()
    assert "1 line is with Ben Cole now." in text
    assert "Import is done: Only what is about a contact" in text


def test_both_pages_say_who_has_it_from_whom(anna, ben):
    line = about(ContactFactory(), anna)
    in_the_browser(line, ben)

    inbox = signed_in(ben).get(reverse("accounts:inbox")).content.decode()
    done = signed_in(anna).get(f"{reverse('accounts:inbox')}?state=done")
    [theirs] = ben.notifications.all()
    detail = signed_in(ben).get(reverse("accounts:inbox_item", args=[theirs.pk]))

    assert "from Anna Berg" in inbox
    assert "given to Ben Cole" in done.content.decode()
    assert "Anna Berg handed this over to you" in detail.content.decode()


def test_colleagues_are_those_who_may_work_with_contacts(anna, ben):
    UserFactory(first_name="Only", last_name="Reads")
    RepFactory(first_name="Long", last_name="Gone", is_active=False)

    page = signed_in(anna).get(reverse("accounts:inbox_colleagues")).content.decode()

    assert "Ben Cole" in page
    assert all(name not in page for name in ("Anna Berg", "Only Reads", "Long Gone"))


@pytest.mark.parametrize("row_count", [1, 3])
def test_names_of_givers_take_one_query_more_however_many(
    django_assert_num_queries, row_count, anna
):
    for _number in range(row_count):
        about(ContactFactory(), anna, given_by=RepFactory())
    client = signed_in(anna)

    with django_assert_num_queries(6):
        client.get(reverse("accounts:inbox"))
