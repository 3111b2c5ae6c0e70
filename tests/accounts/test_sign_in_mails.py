"""What is mailed to people who cannot sign in."""

import pytest

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def ask(client, email, **headers):
    return client.post("/accounts/password/reset/", {"email": email}, **headers)


def test_a_new_password_is_offered_in_the_language_of_who_gets_the_mail(
    client, mailoutbox, settings
):
    settings.LANGUAGE_CODE = "en"
    UserFactory(username="anna", email="anna@example.com", language="en")

    ask(client, "anna@example.com", HTTP_ACCEPT_LANGUAGE="de")

    [mail] = mailoutbox
    assert mail.subject == "A new password for LeadHub"
    assert "Somebody, probably you, asked for a new password." in mail.body
    assert "Your user name is anna." in mail.body
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"


def test_an_address_nobody_has_is_told_so_without_an_offer_to_sign_up(
    client, mailoutbox
):
    ask(client, "nobody@example.com")

    [mail] = mailoutbox
    assert mail.subject == "Your password for LeadHub"
    assert "Nobody here is known by this address." in mail.body
    assert "signup" not in mail.body
