"""SQLite whose writers within a process wait in line.

SQLite lets one connection write at a time. Whoever finds the file locked sleeps and
tries again, and who is lucky comes first: under load some wait for seconds. So the
threads of our one process take turns, in the order in which they came. Against other
processes (commands) SQLite's own lock and its timeout still stand.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_READS = ("SELECT", "PRAGMA", "EXPLAIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")


class FairLock:
    """A lock that goes to who has waited longest."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    def acquire(self, timeout: float) -> bool:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(timeout):
            return True
        with self._mutex:
            if turn.is_set():  # handed over in the very last moment
                return True
            self._waiting.remove(turn)
            return False

    def release(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


_locks: dict[str, FairLock] = {}
_locks_guard = threading.Lock()


class Turn:
    """One connection's turn to write, which it has or has not."""

    def __init__(self, name: str) -> None:
        with _locks_guard:
            self.lock = _locks.setdefault(name, FairLock())
        self.is_mine = False

    def take(self, timeout: float) -> None:
        if self.is_mine:
            return
        if not self.lock.acquire(timeout):
            raise OperationalError("database is locked: waited too long for a turn")
        self.is_mine = True

    def give_back(self) -> None:
        if self.is_mine:
            self.is_mine = False
            self.lock.release()


class CursorWrapper(base.SQLiteCursorWrapper):
    """Takes a turn for a single statement that writes outside of a transaction."""

    turn: Turn
    timeout: float

    def execute(self, query: str, params: Any = None) -> Any:
        return self._in_turn(query, super().execute, query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        return self._in_turn(query, super().executemany, query, param_list)

    def _in_turn(self, query: str, execute: Any, *args: Any) -> Any:
        if (
            self.turn.is_mine
            or self.connection.in_transaction
            or query.lstrip().upper().startswith(_READS)
        ):
            return execute(*args)
        self.turn.take(self.timeout)
        try:
            return execute(*args)
        finally:
            if not self.connection.in_transaction:
                self.turn.give_back()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with a turn to write per connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: Turn | None = None

    @property
    def turn(self) -> Turn:
        # Made late: tests give the database another name after this object is made.
        name = str(self.settings_dict["NAME"])
        if self._turn is None or self._turn.lock is not _locks.get(name):
            self._turn = Turn(name)
            # A thread that dies in mid-transaction takes its connection with it.
            weakref.finalize(self, self._turn.give_back)
        return self._turn

    @property
    def patience(self) -> float:
        return float(self.settings_dict["OPTIONS"].get("timeout", 20))

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """In a new installation the first command finds no data directory yet."""
        if not self.is_in_memory_db():
            place = Path(self.settings_dict["NAME"]).parent
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> CursorWrapper:
        cursor = self.connection.cursor(factory=CursorWrapper)
        cursor.turn = self.turn
        cursor.timeout = self.patience
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        self.turn.take(self.patience)
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self.turn.give_back()
            raise

    def _commit(self) -> None:
        super()._commit()
        self.turn.give_back()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self.turn.give_back()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self.turn.give_back()
