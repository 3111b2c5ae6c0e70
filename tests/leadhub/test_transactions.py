"""What is asked once in a transaction is asked anew in the next."""

from __future__ import annotations

from itertools import count

import pytest
from django.db import transaction

from leadhub.transactions import OncePerTransaction


@pytest.fixture
def numbers():
    return OncePerTransaction(count().__next__)


@pytest.mark.django_db(transaction=True)
def test_each_transaction_asks_once(numbers):
    asked = []
    for _transaction in range(2):
        with transaction.atomic():
            asked += [numbers(), numbers()]
            with transaction.atomic():
                asked.append(numbers())

    assert asked == [0, 0, 0, 1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_outside_of_transactions_nothing_is_remembered(numbers):
    assert [numbers(), numbers()] == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_before_a_rollback_is_forgotten(numbers):
    for _transaction in range(2):
        with transaction.atomic():
            last = numbers()
            transaction.set_rollback(True)
    with transaction.atomic():
        with transaction.atomic():
            numbers()
            transaction.set_rollback(True)
        after_a_part = numbers()

    assert [last, after_a_part] == [1, 3]


@pytest.mark.django_db
def test_who_changes_it_makes_it_forgotten(numbers):
    first = numbers()
    numbers.forget()

    assert [first, numbers()] == [0, 1]
