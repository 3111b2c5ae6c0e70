from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken
from accounts.services.tokens import (
    BadExpiry,
    BadTokenName,
    UnknownScope,
    create_token,
    revoke_token,
)
from tests.factories.accounts import RepFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def status_with(key: str) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client.get("/api/v1/jobs/").status_code


def test_a_token_opens_the_api_until_it_is_revoked():
    key = create_token(user=RepFactory(), name="shop", at=NOW)

    assert status_with(key) == 200
    revoke_token(token=ApiToken.objects.get(), at=NOW)
    assert status_with(key) == 401
    assert status_with("lh_guess") == 401


def test_a_token_expires():
    create = {"user": RepFactory(), "name": "shop"}
    key = create_token(**create, at=NOW, expires_at=NOW + timedelta(hours=1))
    ApiToken.objects.update(expires_at=NOW - timedelta(seconds=1))

    assert status_with(key) == 401
    with pytest.raises(BadExpiry):
        create_token(**create, at=NOW, expires_at=NOW)


def test_only_the_digest_of_a_token_is_kept():
    key = create_token(user=RepFactory(), name="shop", at=NOW)

    row = ApiToken.objects.get()
    assert key not in str(vars(row))
    assert row.digest == ApiToken.digest_of(key)


def test_scopes_left_out_are_all_and_none_named_is_nothing():
    rep = RepFactory()

    every = create_token(user=rep, name="all", at=NOW)
    none = create_token(user=rep, name="none", scopes=[], at=NOW)

    assert ApiToken.objects.get(digest=ApiToken.digest_of(every)).allows("jobs:read")
    assert not ApiToken.objects.get(digest=ApiToken.digest_of(none)).allows("jobs:read")


def test_a_token_has_a_name_and_scopes_that_exist():
    with pytest.raises(UnknownScope, match="contacts:eat"):
        create_token(user=RepFactory(), name="shop", scopes=["contacts:eat"], at=NOW)
    with pytest.raises(BadTokenName):
        create_token(user=RepFactory(), name=" ", at=NOW)


def printed(*args: str) -> str:
    out = StringIO()
    call_command("create_token", *args, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_token_and_nothing_else():
    rep = RepFactory(username="anna", email="Anna@example.com")

    output = printed("anna", "--scopes", "contacts:read,jobs:read", "--name", "phone")

    assert output.count("\n") == 1
    token = ApiToken.objects.get(digest=ApiToken.digest_of(output.strip()))
    assert (token.user, token.name) == (rep, "phone")
    assert token.scopes == ["contacts:read", "jobs:read"]
    assert status_with(output.strip()) == 200
    assert printed("anna@EXAMPLE.com", "--scopes", "")
    assert ApiToken.objects.filter(scopes=[]).exists()


@pytest.mark.parametrize("args", [["nobody"], ["anna", "--scopes", "x"]])
def test_the_command_says_what_is_wrong(args):
    RepFactory(username="anna")

    with pytest.raises(CommandError):
        printed(*args)
