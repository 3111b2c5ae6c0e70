from datetime import date

import pytest
from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.services.tokens import create_token
from accounts.services.users import (
    InvalidUser,
    LastAdministrator,
    UserTaken,
    create_user,
    deactivate_user,
    reactivate_user,
    update_user,
)
from tests.factories.accounts import AdminFactory, RepFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def added(**changes) -> User:
    values = {"username": "anna", "email": "anna@example.com", "role": "rep"}
    return create_user(**(values | changes), by=None, at=NOW)


def test_somebody_added_without_a_password_cannot_sign_in_yet():
    assert not added().has_usable_password()
    assert added(
        username="bea", email="b@example.com", password="long enough to do"
    ).check_password("long enough to do")


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"username": "no spaces"}, "username"),
        ({"email": "nowhere"}, "email"),
        ({"role": "king"}, "role"),
        ({"password": "short"}, "password"),
        ({"capacity": -1}, "capacity"),
        ({"language": "tlh"}, "language"),
        ({"last_name": "x" * 200}, "last_name"),
    ],
)
def test_what_is_wrong_is_named(changes, attr):
    with pytest.raises(InvalidUser) as refusal:
        added(**changes)

    assert refusal.value.attr == attr


@pytest.mark.parametrize(
    "changes", [{"username": "bea"}, {"email": "ANNA@example.com"}]
)
def test_names_and_addresses_are_given_once(changes):
    added()

    with pytest.raises(UserTaken):
        added(**changes)


def test_people_change_their_preferences_and_nothing_else():
    rep = RepFactory()

    update_user(user=rep, values={"theme": "dark"}, by=rep)
    with pytest.raises(InvalidUser) as refusal:
        update_user(user=rep, values={"role": "admin"}, by=rep)

    assert refusal.value.attr == "role"
    rep.refresh_from_db()
    assert (rep.theme, rep.role) == ("dark", "rep")


def test_the_last_administrator_stays_one():
    admin = AdminFactory()

    with pytest.raises(LastAdministrator):
        update_user(user=admin, values={"role": "rep"}, by=admin)
    with pytest.raises(LastAdministrator):
        deactivate_user(user=admin, by=admin, at=NOW)

    AdminFactory()
    assert update_user(user=admin, values={"role": "rep"}, by=admin).role == "rep"


def test_who_leaves_is_out_with_all_tokens_and_may_come_back():
    rep = RepFactory()
    create_token(user=rep, name="phone", at=NOW)

    deactivate_user(user=rep, by=None, at=NOW)

    assert ApiToken.objects.get().revoked_at == NOW
    assert not User.objects.active().filter(pk=rep.pk).exists()
    assert reactivate_user(user=rep, by=None).is_active
    assert not ApiToken.objects.get().is_live(at=NOW)


def test_the_last_day_of_an_absence_is_part_of_it():
    RepFactory(absent_until=date(2026, 3, 5))

    present = User.objects.reps()
    assert not present.present(on=date(2026, 3, 5)).exists()
    assert present.present(on=date(2026, 3, 6)).exists()


def test_who_is_never_absent_is_present():
    RepFactory(absent_until=None)

    assert User.objects.reps().present(on=date(2026, 3, 5)).exists()
