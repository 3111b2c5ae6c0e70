"""Who works here."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.hours import check_hours, check_timezone
from accounts.models import ApiToken, User
from accounts.signals import user_left
from leadhub.errors import DomainError, InvalidValue

# What people set for themselves; the rest is an administrator's to set.
OWN_FIELDS = (
    "first_name",
    "last_name",
    "language",
    "theme",
    "absent_until",
    "mails_notifications",
    "mails_digest",
    "digest_hour",
    "working_hours",
    "timezone",
)
USERNAME = re.compile(r"[\w.@+-]{1,150}")
MAX_CAPACITY = 1000


class InvalidUser(InvalidValue):
    code = "invalid"


class UserTaken(DomainError):
    code = "user_taken"


class LastAdministrator(DomainError):
    code = "last_administrator"


@transaction.atomic
def create_user(
    *,
    username: str,
    email: str,
    role: str,
    by: User | None,
    at: datetime,
    password: str | None = None,
    first_name: str = "",
    last_name: str = "",
    capacity: int | None = None,
    language: str = "",
) -> User:
    """Add somebody. Without a password they cannot sign in until they have set one.

    Raises ``InvalidUser`` and ``UserTaken``.
    """
    email = email.strip()
    if not USERNAME.fullmatch(username):
        sentence = _("A user name has letters, digits and . @ + - _ only.")
        raise InvalidUser(sentence, attr="username")
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidUser(_("This is no e-mail address."), attr="email") from error
    user = User(username=username, email=email, date_joined=at)
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise InvalidUser(" ".join(error.messages), attr="password") from error
    user.set_password(password)
    values: dict[str, Any] = {"role": role, "language": language}
    values |= {"first_name": first_name, "last_name": last_name}
    if capacity is not None:
        values["capacity"] = capacity
    _put(user, values)
    people = User.objects.all()
    if people.called(username).exists() or people.called(email).exists():
        raise UserTaken(_("Somebody has this user name or e-mail address already."))
    user.save(force_insert=True)
    return user


@transaction.atomic
def update_user(*, user: User, values: dict[str, Any], by: User | None) -> User:
    """Change what ``values`` names: one's own preferences, or anything as administrator.

    Setting a password is not among it. Raises ``InvalidUser``, ``InvalidHours``,
    ``LastAdministrator``.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if by is not None and not by.is_administrator:
        for name in values.keys() - set(OWN_FIELDS):
            raise InvalidUser(_("Only administrators may change this."), attr=name)
    was_administrator = user.is_administrator
    _put(user, values)
    if was_administrator and not user.is_administrator:
        _keep_an_administrator(user)
    user.save(update_fields=[*values])
    return user


@transaction.atomic
def deactivate_user(*, user: User, by: User | None, at: datetime) -> User:
    """Shut somebody out at once: sign-in, sessions and tokens. What they did stays.

    Sends ``user_left``. Repeating it is harmless. Raises ``LastAdministrator``.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_active:
        return user
    if user.is_administrator:
        _keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
    user_left.send(sender=User, user=user, by=by, at=at)
    return user


@transaction.atomic
def reactivate_user(*, user: User, by: User | None) -> User:
    """Let somebody in again. Tokens stay revoked."""
    User.objects.filter(pk=user.pk).update(is_active=True)
    return User.objects.get(pk=user.pk)


def _keep_an_administrator(leaving: User) -> None:
    # Locked, so that two of them cannot make each other the last.
    others = User.objects.administrators().select_for_update(no_key=True)
    if not [user for user in others.order_by("pk") if user.pk != leaving.pk]:
        raise LastAdministrator(_("Somebody must remain an administrator."))


def _put(user: User, values: dict[str, Any]) -> None:
    """Set the values. Raises ``InvalidUser`` for the first that is wrong."""
    allowed = {
        "role": set(User.Role.values),
        "theme": set(User.Theme.values),
        "language": {"", *dict(settings.LANGUAGES)},
    }
    for name, value in values.items():
        if name not in {*OWN_FIELDS, "role", "capacity"}:
            raise InvalidUser(_("There is no such field."), attr=name)
        if name in allowed and value not in allowed[name]:
            raise InvalidUser(_("This is not one of the choices."), attr=name)
        if name == "capacity" and not 0 <= value <= MAX_CAPACITY:
            sentence = _("From 0 to %(most)s.") % {"most": MAX_CAPACITY}
            raise InvalidUser(sentence, attr=name)
        if name == "digest_hour" and not 0 <= value <= 23:
            raise InvalidUser(_("From 0 to 23."), attr=name)
        if name in {"first_name", "last_name"} and len(value) > 150:
            raise InvalidUser(_("This is too long."), attr=name)
        if name == "working_hours" and value is not None:
            value = check_hours(value, attr=name)
        if name == "timezone":
            check_timezone(value, attr=name)
        setattr(user, name, value)
