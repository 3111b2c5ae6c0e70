"""What links in mails carry."""

import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.tokens import LIFE, Door, make_token, read_token

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "0123456789abcdef" * 2


@pytest.mark.parametrize("door", Door)
def test_a_token_gives_its_key_to_its_own_door(door):
    reading = read_token(door, make_token(door, key=KEY, at=NOW), at=NOW)

    assert reading.is_good
    assert reading.key == KEY


def test_no_door_takes_the_token_of_another():
    for door in Door:
        token = make_token(door, key=KEY, at=NOW)
        others = [other for other in Door if other != door]
        assert not any(read_token(other, token, at=NOW).is_good for other in others)


def test_tokens_have_one_shape_and_carry_no_number():
    tokens = [make_token(Door.CONFIRM, key=f"{n:032x}", at=NOW) for n in range(50)]

    assert {len(token) for token in tokens} == {56}
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)


@pytest.mark.parametrize(("door", "days"), [(Door.CONFIRM, 7), (Door.PREFERENCES, 30)])
def test_a_token_expires_after_its_days(door, days):
    token = make_token(door, key=KEY, at=NOW)
    end = NOW + timedelta(days=days)

    assert read_token(door, token, at=end).is_good
    assert not read_token(door, token, at=end + timedelta(seconds=1)).is_good


def test_a_link_that_ends_mails_never_expires():
    token = make_token(Door.UNSUBSCRIBE, key=KEY, at=NOW)

    assert LIFE[Door.UNSUBSCRIBE] is None
    assert read_token(Door.UNSUBSCRIBE, token, at=NOW.replace(year=2096)).is_good


def test_a_link_outlives_the_secret_that_signed_it(settings):
    token = make_token(Door.UNSUBSCRIBE, key=KEY, at=NOW)
    former = settings.SECRET_KEY

    settings.SECRET_KEY = "another" * 10
    assert not read_token(Door.UNSUBSCRIBE, token, at=NOW).is_good
    settings.SECRET_KEY_FALLBACKS = [former]
    assert read_token(Door.UNSUBSCRIBE, token, at=NOW).is_good


def test_nothing_near_a_token_is_one():
    rng = random.Random(7)
    token = make_token(Door.CONFIRM, key=KEY, at=NOW)
    raw = bytearray(urlsafe_b64decode(token))
    near = {"", token[:-1], token + "A", token.swapcase(), f" {token}", token + "="}
    near |= {f"{token[:20]}{letter}{token[21:]}" for letter in "+/=.%\x00é "}
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1 << rng.randrange(8)
        near.add(urlsafe_b64encode(changed).decode())
    for _ in range(20_000):
        near.add(urlsafe_b64encode(rng.randbytes(42)).decode())
    near.discard(token)

    assert not [text for text in near if read_token(Door.CONFIRM, text, at=NOW).is_good]
