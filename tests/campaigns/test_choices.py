"""The doors ``/preferences/`` and ``/unsubscribe/``, which links in mails open."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification
from campaigns.models import AddressKey
from campaigns.services.preferences import preference_url, unsubscribe_url
from campaigns.tokens import Door, make_token
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models import Consent, Contact, DataRequest, Suppression, TouchGuard
from contacts.services.consents import record_consents, suppress_address
from contacts.services.contacts import delete_contacts
from contacts.services.touches import pause_touches
from journeys.models import Interaction, Visitor
from tests.factories.accounts import AdminFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    TrackedLinkFactory,
    VisitorFactory,
)

pytestmark = pytest.mark.django_db
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def unsubscribe_path(contact) -> str:
    return path_of(unsubscribe_url(SimpleNamespace(contact=contact)))


def preference_path(contact) -> str:
    return path_of(preference_url(contact))


def refusals(contact, purpose=Purpose.MARKETING):
    touch = Touch(contact, Channel.EMAIL, purpose, at=timezone.now())
    return [reason.code for reason in reasons_against(touch)]


@pytest.fixture
def ada():
    """She gets mails."""
    contact = ContactFactory(email="ada@example.com", first_name="Adalbertine")
    ConsentFactory(contact=contact)
    return contact


# Unsubscribe ---------------------------------------------------------------------


def test_opening_the_link_shows_a_button_and_changes_nothing(anybody, ada):
    response = anybody.get(unsubscribe_path(ada))

    assert response.status_code == 200
    assert response.content.decode().count("<button") == 1
    assert not response.cookies
    assert response["Referrer-Policy"] == "no-referrer"
    assert refusals(ada) == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (ONE_CLICK, FORM),
        (
            '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        ("", FORM),
        ("", ""),
        ("no parts", "multipart/form-data"),
        ("\x00\xff" * 100, "application/octet-stream"),
        ("{", "application/json"),
        ("a=1&" * 3000, FORM),
    ],
)
def test_one_click_needs_no_cookie_and_takes_any_body(ada, body, content_type):
    mailbox_provider = Client(enforce_csrf_checks=True)

    response = mailbox_provider.generic(
        "POST", unsubscribe_path(ada), body, content_type
    )

    assert response.status_code == 200
    assert not response.cookies
    assert refusals(ada) == ["suppressed_unsubscribed", "withdrawn"]
    assert refusals(ada, Purpose.SERVICE) == []
    consent = Consent.objects.order_by("pk").last()
    assert (consent.granted, consent.source) == (False, "unsubscribe link")
    assert consent.proof["evidence"]["method"] == "POST"


def test_unsubscribing_again_is_fine_and_counts_once(anybody, ada):
    path = unsubscribe_path(ada)

    answers = [anybody.post(path).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert Consent.objects.filter(contact=ada, granted=False).count() == 1
    assert Suppression.objects.count() == 1
    assert Interaction.objects.get(contact=ada).kind == "unsubscribe"


def test_who_was_erased_can_still_unsubscribe_and_gets_no_mail_later(anybody, ada):
    path = unsubscribe_path(ada)
    delete_contacts(contact_ids=[ada.pk], by=None)

    assert anybody.get(path).status_code == 200
    assert anybody.post(path).status_code == 200
    assert anybody.post(path).status_code == 200

    back = ContactFactory(email="ADA@example.com")
    ConsentFactory(contact=back, source="import 1")
    assert refusals(back) == ["suppressed_unsubscribed"]


def test_a_link_of_two_years_ago_still_ends_mails(anybody, ada):
    row = AddressKey.objects.get(key=_key_of(ada))
    old = make_token(
        Door.UNSUBSCRIBE, key=row.key, at=timezone.now() - timedelta(days=730)
    )

    assert anybody.post(f"/unsubscribe/{old}").status_code == 200
    assert refusals(ada) != []


def test_a_link_sent_to_a_former_address_ends_mails_to_that_one_only(anybody, ada):
    path = unsubscribe_path(ada)
    Contact.objects.filter(pk=ada.pk).update(
        email="new@example.com", email_key="new@example.com"
    )
    ada.refresh_from_db()

    anybody.post(path)

    assert refusals(ada) == []
    former = ContactFactory(email="ada@example.com")
    assert "suppressed_unsubscribed" in refusals(former)


def _key_of(contact) -> str:
    unsubscribe_path(contact)
    return AddressKey.objects.get(contact=contact).key


# Bad links -----------------------------------------------------------------------


def bad_tokens(contact) -> dict[Door, list[str]]:
    now = timezone.now()
    key = _key_of(contact)
    found = {}
    for door in (Door.PREFERENCES, Door.UNSUBSCRIBE, Door.CONFIRM):
        good = make_token(door, key=key, at=now)
        other = next(each for each in Door if each != door)
        found[door] = [
            "x",
            "é" * 30,
            "A" * 56,
            "A" * 3000,
            good[:-1] + ("A" if good[-1] != "A" else "B"),
            good.lower(),
            make_token(other, key=key, at=now),
            make_token(door, key="0" * 32, at=now),  # signed, but nobody's
        ]
        if door != Door.UNSUBSCRIBE:
            found[door].append(make_token(door, key=key, at=now - timedelta(days=31)))
    return found


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("door", [Door.PREFERENCES, Door.UNSUBSCRIBE])
def test_all_bad_links_get_the_same_answer(
    anybody, ada, method, door, django_assert_num_queries
):
    answers = set()
    for token in bad_tokens(ada)[door]:
        with django_assert_num_queries(2):  # address, sender
            response = getattr(anybody, method)(f"/{door}/{token}")
        headers = {k: v for k, v in response.items() if k != "Content-Length"}
        answers.add((response.status_code, response.content, str(headers)))

    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert refusals(ada) == []


def test_the_link_of_who_was_erased_opens_no_preferences(anybody, ada):
    path = preference_path(ada)
    nothing = anybody.get("/preferences/x").content
    delete_contacts(contact_ids=[ada.pk], by=None)

    response = anybody.get(path)

    assert (response.status_code, response.content) == (404, nothing)


# Preferences ---------------------------------------------------------------------


def test_the_center_shows_switches_and_nothing_about_the_person(anybody, ada):
    ada.phone = "+4930123456"
    ada.job_title = "Head of Sales"
    ada.save(update_fields=["phone", "job_title"])
    InteractionFactory(contact=ada, url="https://example.com/secret", title="Secret")

    response = anybody.get(preference_path(ada))

    shown = response.content.decode()
    assert response.status_code == 200
    assert shown.count('role="switch"') == 5
    assert shown.count("checked") == 1
    for private in ("Adalbertine", "ada@", "30123456", "Head of", "ecret", "Company"):
        assert private not in shown
    assert not response.cookies


def test_a_switch_is_recorded_with_its_sentence_and_who_pressed_it(anybody, ada):
    path = preference_path(ada)

    response = anybody.post(
        path,
        {"do": "save", "email_marketing": "on", "phone": "on"},
        REMOTE_ADDR="203.0.113.77",
    )

    assert "Saved." in response.content.decode()
    assert Consent.objects.filter(contact=ada).count() == 2
    phone = Consent.objects.get(contact=ada, purpose="phone")
    assert phone.granted
    assert phone.source == "preference center"
    assert phone.proof["text"] == "Call me about your offers."
    assert phone.proof["evidence"]["ip"] == "203.0.113.77"
    assert phone.proof["evidence"]["network"] == "203.0.113.0/24"
    assert "Mozilla" in phone.proof["evidence"]["user_agent"]


def test_switching_mails_off_is_as_easy_and_ends_them(anybody, ada):
    anybody.post(preference_path(ada), {"do": "save"})

    assert "withdrawn" in refusals(ada)
    assert Interaction.objects.get(contact=ada).kind == "unsubscribe"


def test_switching_mails_on_again_lifts_what_stood_against_it(anybody, ada):
    reason = Suppression.Reason
    path = preference_path(ada)
    anybody.post(path, {"do": "save"})
    for each in (reason.OBJECTION, reason.BOUNCED):
        suppress_address(address=ada.email, reason=each, source="t", at=timezone.now())

    anybody.post(path, {"do": "save", "email_marketing": "on"})

    assert refusals(ada) == ["suppressed_bounced"]


def test_an_unsubscribed_address_shows_its_mails_as_off(anybody, ada):
    reason = Suppression.Reason.OBJECTION
    suppress_address(address=ada.email, reason=reason, source="t", at=timezone.now())

    shown = anybody.get(preference_path(ada)).content.decode()

    assert "checked" not in shown


def test_all_off_withdraws_every_purpose_and_unlinks_the_browsers(anybody, ada):
    record_consents(
        contact=ada,
        decisions={"web_tracking": True, "profiling": True},
        source="t",
        proof={},
        at=timezone.now(),
    )
    visitor = VisitorFactory(contact=ada, level=3)
    seen = InteractionFactory(contact=ada, visitor=visitor)

    anybody.post(preference_path(ada), {"do": "stop"})

    latest = {row.purpose: row.granted for row in Consent.objects.order_by("at", "pk")}
    assert latest == dict.fromkeys(Consent.Purpose.values, False)
    visitor.refresh_from_db()
    seen.refresh_from_db()
    assert (visitor.contact, visitor.level) == (None, 0)
    assert visitor.withdrawn_at is not None
    assert seen.visitor is None


def test_withdrawing_recognition_alone_unlinks_the_browsers(anybody, ada):
    record_consents(
        contact=ada,
        decisions={"web_tracking": True},
        source="t",
        proof={},
        at=timezone.now(),
    )
    VisitorFactory(contact=ada, level=1)

    anybody.post(preference_path(ada), {"do": "save", "email_marketing": "on"})

    assert Visitor.objects.get().contact is None
    assert refusals(ada) == []


def test_a_pause_lasts_thirty_days_and_can_be_ended(anybody, ada):
    path = preference_path(ada)

    paused = anybody.post(path, {"do": "pause"}).content.decode()

    guard = TouchGuard.objects.get(contact=ada)
    left = guard.paused_until - timezone.now()
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    assert refusals(ada) == ["paused"]
    assert 'value="resume"' in paused
    anybody.post(path, {"do": "resume"})
    assert refusals(ada) == []


def test_a_pause_does_not_shorten_a_longer_one(anybody, ada):
    now = timezone.now()
    long = now + timedelta(days=90)
    pause_touches(contact=ada, until=long, by=None, at=now)

    anybody.post(preference_path(ada), {"do": "pause"})

    assert TouchGuard.objects.get(contact=ada).paused_until == long


@pytest.mark.parametrize("kind", DataRequest.Kind.values)
def test_asking_for_ones_data_tells_administrators_once(anybody, ada, kind):
    boss = AdminFactory()
    path = preference_path(ada)

    shown = [anybody.post(path, {"do": kind}).content.decode() for _ in range(2)][1]

    request = DataRequest.objects.get()
    assert (request.contact, request.kind) == (ada, kind)
    assert request.due_at - request.at == timedelta(days=30)
    notice = Notification.objects.get()
    assert (notice.recipient, notice.contact_id) == (boss, ada.pk)
    assert str(ada) in notice.title
    assert f'value="{kind}"' not in shown


@pytest.mark.parametrize("wish", [{}, {"do": ""}, {"do": "x"}, {"do": "\x00"}])
def test_a_wish_that_there_is_not_changes_nothing(anybody, ada, wish):
    response = anybody.post(preference_path(ada), wish | {"phone": "on"})

    assert response.status_code == 400
    assert Consent.objects.count() == 1


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused(anybody, ada, method):
    for path in (preference_path(ada), unsubscribe_path(ada)):
        assert getattr(anybody, method)(path).status_code == 405


def test_pages_speak_the_language_of_the_contact(anybody, ada):
    Contact.objects.filter(pk=ada.pk).update(language="de-AT")

    for path in (preference_path(ada), unsubscribe_path(ada)):
        assert '<html lang="de">' in anybody.get(path).content.decode()


def test_the_center_takes_a_fixed_number_of_queries(
    anybody, ada, django_assert_num_queries
):
    path = preference_path(ada)
    for count in (1, 3):
        ConsentFactory.create_batch(count, contact=ada)
        # address, consents, suppression, guard, requests, sender
        with django_assert_num_queries(6):
            anybody.get(path)


def test_nothing_is_told_of_old_mails_after_tracking_was_withdrawn(anybody, ada):
    """P4: their links and images go on working, and tell nobody."""
    ConsentFactory(contact=ada, purpose="email_tracking")
    links = TrackedLinkFactory.create_batch(2, contact=ada, channel="email")
    anybody.get(f"/t/c/{links[0].token}")
    assert Interaction.objects.count() == 1

    anybody.post(preference_path(ada), {"do": "save", "email_marketing": "on"})
    response = anybody.get(f"/t/c/{links[1].token}")
    anybody.get(f"/t/o/{links[1].token}.gif")

    assert response.status_code == 302
    assert "lhc=" not in response["Location"]
    assert Interaction.objects.count() == 1
