"""Mails and their sender: every door, who may, and what lists cost."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.services.tokens import create_token
from campaigns.models import Message, MessageCopy, Sender
from campaigns.services.deciding import NotUnknown, decide_unknown
from journeys.models import Interaction
from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.campaigns import MessageFactory

pytestmark = pytest.mark.django_db
MAIL = (
    b"From: News <news@example.org>\r\nTo: ada@example.com\r\nSubject: Hello\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nHello in text\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p style='color:red'>Hello in HTML</p>"
    b'<img src="http://x.example/t/o/abc.gif" alt="">\r\n--b--\r\n'
)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


class Api:
    def __init__(self, user, *scopes) -> None:
        key = create_token(user=user, name="t", scopes=scopes, at=timezone.now())
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def call(self, method, path, data=None):
        body = json.dumps(data) if data is not None else ""
        url = f"/api/v1/{path}"
        return self.client.generic(method, url, body, content_type="application/json")


def messages_api(user) -> Api:
    return Api(user, "messages:read", "messages:write")


def with_copy(**fields) -> Message:
    message = MessageFactory(**fields)
    MessageCopy.objects.create(
        message=message,
        subject="Hello",
        preheader="There",
        recipient="ada@example.com",
        mail=zlib.compress(MAIL),
    )
    return message


# Deciding and taking back --------------------------------------------------------


def decided_in_the_browser(user, message, *, arrived):
    url = reverse("campaigns:mail_decide", args=[message.pk])
    return signed_in(user).post(url, {"arrived": "yes" if arrived else "no"})


def decided_over_the_api(user, message, *, arrived):
    path = f"messages/{message.pk}/decide/"
    return messages_api(user).call("POST", path, {"arrived": arrived})


deciding = pytest.mark.parametrize(
    "decide", [decided_in_the_browser, decided_over_the_api]
)


@deciding
def test_it_arrived_through_any_door(decide):
    message, marketer = MessageFactory(state="unknown", owner="gone"), MarketerFactory()

    decide(marketer, message, arrived=True)

    message.refresh_from_db()
    assert (message.state, message.owner) == ("sent", "")
    [event] = message.events.all()
    assert (event.name, event.by) == ("decided_arrived", marketer)
    assert Interaction.objects.get(kind="email_sent").contact == message.contact


@deciding
def test_send_again_through_any_door(decide):
    message, marketer = MessageFactory(state="unknown", owner="gone"), MarketerFactory()
    token = message.token

    decide(marketer, message, arrived=False)

    message.refresh_from_db()
    assert (message.state, message.owner) == ("queued", "")
    assert message.token != token
    assert [e.name for e in message.events.all()] == ["decided_again"]


def test_only_what_is_unknown_is_decided_about():
    message = MessageFactory(state="sent")

    with pytest.raises(NotUnknown):
        decide_unknown(message=message, arrived=False, by=None, at=timezone.now())
    response = decided_over_the_api(MarketerFactory(), message, arrived=False)

    assert response.status_code == 409
    assert response.json()["errors"][0]["code"] == "not_unknown"


def cancelled_in_the_browser(user, message):
    return signed_in(user).post(reverse("campaigns:mail_cancel", args=[message.pk]))


def cancelled_over_the_api(user, message):
    return messages_api(user).call("POST", f"messages/{message.pk}/cancel/")


cancelling = pytest.mark.parametrize(
    "cancel", [cancelled_in_the_browser, cancelled_over_the_api]
)


@cancelling
def test_taking_a_mail_back_through_any_door(cancel):
    message, marketer = MessageFactory(state="planned"), MarketerFactory()

    cancel(marketer, message)

    message.refresh_from_db()
    assert (message.state, message.reason) == ("cancelled", "by_hand")
    assert message.events.get().by == marketer


def test_what_left_is_409():
    response = cancelled_over_the_api(MarketerFactory(), MessageFactory(state="sent"))

    assert response.status_code == 409
    assert response.json()["errors"][0]["code"] == "too_late"


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [("marketer", 200, 200), ("rep", 200, 404), ("reader", 403, 403)],
)
def test_who_may_take_back_which_mail(role, own, others):
    factories = {"marketer": MarketerFactory, "rep": RepFactory, "reader": UserFactory}
    user = factories[role]()
    api = messages_api(user) if role != "reader" else Api(user, "messages:read")
    mine, theirs = MessageFactory(by=user), MessageFactory()

    assert api.call("POST", f"messages/{mine.pk}/cancel/").status_code == own
    assert api.call("POST", f"messages/{theirs.pk}/cancel/").status_code == others


def test_a_token_without_the_scope_may_not():
    api = Api(MarketerFactory(), "messages:read")

    assert api.call("GET", "messages/").status_code == 200
    response = api.call("POST", f"messages/{MessageFactory().pk}/cancel/")
    assert response.status_code == 403


# Reading -------------------------------------------------------------------------


def test_the_api_tells_where_a_mail_is_and_why():
    message = with_copy(
        state="failed", reason="unresolved", detail="first_name", title="Welcome"
    )
    api = messages_api(MarketerFactory())

    [row] = api.call("GET", "messages/?state=failed").json()["results"]
    detail = api.call("GET", f"messages/{message.pk}/").json()
    copy = api.call("GET", f"messages/{message.pk}/mail/").json()

    assert (row["title"], row["reason"]) == ("Welcome", "unresolved")
    assert "first_name" in row["reason_text"]
    assert detail["events"] == []
    assert copy["text"].strip() == "Hello in text"
    assert {"name": "Subject", "value": "Hello"} in copy["headers"]
    assert api.call("GET", "messages/?state=nonsense").status_code == 400
    assert api.call("GET", "messages/?nonsense=1").status_code == 400
    assert api.call("GET", f"messages/{MessageFactory().pk}/mail/").status_code == 404


def test_the_page_shows_the_mail_in_a_frame_that_can_do_nothing():
    message = with_copy(state="sent")
    client = signed_in(MarketerFactory())

    page = client.get(reverse("campaigns:mail", args=[message.pk]))
    frame = client.get(reverse("campaigns:mail_html", args=[message.pk]))

    assert "Hello in text" in page.content.decode()
    assert '<iframe class="lh-mail-frame" sandbox src=' in page.content.decode()
    assert b"Hello in HTML" in frame.content
    assert b"/t/o/" not in frame.content  # looking must not count as opening
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("tab", ["", "waiting", "sent", "unknown", "failed", "stopped"])
def test_each_tab_of_the_mails_opens(tab):
    for state in Message.State.values:
        MessageFactory(state=state, title=f"In {state}")

    page = signed_in(RepFactory()).get(reverse("campaigns:mails"), {"tab": tab})

    assert page.status_code == 200
    assert ("In unknown" in page.content.decode()) == (tab in ("", "unknown"))


def test_mails_are_found_by_whole_address_and_kind():
    MessageFactory(
        contact__email="Ada@example.com", contact__email_key="ada@example.com"
    )
    MessageFactory(title="Other")
    client = signed_in(RepFactory())
    url = reverse("campaigns:mails")

    found = client.get(url, {"to": "ADA@example.com"}).content.decode()

    assert "Other" not in found
    assert "A mail" in found
    assert "No mail is like" in client.get(url, {"kind": "opt_in"}).content.decode()
    assert client.get(url, {"kind": "nonsense"}).status_code == 404
    assert client.get(url, {"tab": "nonsense"}).status_code == 404
    assert client.get(url, {"cursor": "nonsense"}).status_code == 404
    assert client.get(url, {"to": "a\0b"}).status_code == 200


def test_nobody_sees_mails_who_is_not_signed_in():
    message = with_copy()
    for name, args in [
        ("mails", []),
        ("mail", [message.pk]),
        ("mail_html", [message.pk]),
        ("mail_templates", []),
        ("sender", []),
    ]:
        response = Client().get(reverse(f"campaigns:{name}", args=args))
        assert response.status_code == 302


@pytest.mark.parametrize("row_count", [1, 3])
def test_mails_cost_the_same_however_many_there_are(
    row_count, django_assert_num_queries
):
    for _ in range(row_count):
        with_copy(state="sent")
    marketer = MarketerFactory()
    client, api = signed_in(marketer), messages_api(marketer)

    with django_assert_num_queries(6):  # session, user, pins, inbox, unknown, page
        page = client.get(reverse("campaigns:mails"))
    with django_assert_num_queries(2):  # token, page
        rows = api.call("GET", "messages/").json()["results"]

    assert page.content.decode().count("<tr data-row") == row_count == len(rows)


# The sender ----------------------------------------------------------------------

SENDER = {
    "name": "Example",
    "email": "news@example.org",
    "reply_to": "",
    "imprint": "Example GmbH, Street 1",
    "per_day": "1",
    "per_week": "3",
    "quiet_from": "21:00",
    "quiet_until": "07:00",
    "per_domain": "60",
}


def test_the_sender_is_set_once_and_changed():
    client, url = signed_in(MarketerFactory()), reverse("campaigns:sender")

    assert client.get(url).status_code == 200
    client.post(url, SENDER)
    client.post(url, {**SENDER, "per_week": "4"})

    sender = Sender.objects.get()
    assert (sender.per_week, str(sender)) == (4, "Example <news@example.org>")


@pytest.mark.parametrize(
    "values",
    [
        {"imprint": ""},
        {"email": "nobody"},
        {"name": "a\nb"},
        {"quiet_from": ""},
        {"per_day": "0"},
    ],
)
def test_a_sender_without_what_the_law_asks_is_refused(values):
    url = reverse("campaigns:sender")
    response = signed_in(MarketerFactory()).post(url, {**SENDER, **values})

    assert response.status_code == 422
    assert not Sender.objects.exists()


def test_reps_do_not_change_the_sender():
    response = signed_in(RepFactory()).post(reverse("campaigns:sender"), SENDER)

    assert response.status_code == 403


def test_old_mails_come_last():
    old = MessageFactory(planned_at=timezone.now() - timedelta(days=1), title="Old")
    MessageFactory(title="New")

    rows = messages_api(RepFactory()).call("GET", "messages/").json()["results"]

    assert [row["title"] for row in rows] == ["New", "Old"]
    assert rows[1]["id"] == old.pk
