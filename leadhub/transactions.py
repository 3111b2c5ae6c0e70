"""What is asked once in a transaction, however many verbs want to know it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import transaction

Answer = TypeVar("Answer")


class OncePerTransaction(Generic[Answer]):
    """Calls ``ask`` once in each transaction of this thread; outside of one each time.

    What others commit meanwhile counts from the next transaction on. Whoever changes
    what is asked for calls ``forget`` in the same transaction.
    """

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self.ask = ask
        self.known = threading.local()

    def __call__(self) -> Answer:
        connection = transaction.get_connection()
        if not connection.in_atomic_block:
            return self.ask()
        # Django begins this list anew when a transaction, or a part of it, is over.
        current: list[Any] = connection.run_on_commit
        if getattr(self.known, "current", None) is not current:
            self.known.answer = self.ask()
            self.known.current = current
        return self.known.answer

    def forget(self) -> None:
        self.known.current = None
