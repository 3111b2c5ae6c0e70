"""Writers to SQLite take turns."""

import os
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.utils import OperationalError

from leadhub.sqlite.base import FairLock

pytestmark = pytest.mark.sqlite

WRITERS = 16
WRITES = 25


@pytest.fixture
def counter(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE turns (writer INTEGER, n INTEGER)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE turns")


def add_row(writer: int, n: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO turns VALUES (%s, %s)", [writer, n])


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM turns")
        return cursor.fetchone()[0]


def in_threads(work, count: int) -> list[BaseException]:
    errors = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[n]) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


@pytest.mark.parametrize("in_transaction", [True, False])
def test_sixteen_writers_lose_nothing_and_none_waits_long(counter, in_transaction):
    waits = []

    def write(writer: int) -> None:
        for n in range(WRITES):
            start = time.monotonic()
            if in_transaction:
                with transaction.atomic():
                    rows()
                    add_row(writer, n)
            else:
                add_row(writer, n)
            waits.append(time.monotonic() - start)

    assert in_threads(write, WRITERS) == []
    assert rows() == WRITERS * WRITES
    # Without turns the unlucky wait for more than three seconds.
    assert max(waits) < 2


def test_a_rolled_back_writer_gives_its_turn_back(counter):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        add_row(0, 0)
        _ = 1 / 0

    assert in_threads(lambda n: add_row(n, 1), 1) == []
    assert rows() == 1


def test_a_connection_closed_in_mid_transaction_gives_its_turn_back(counter):
    def drop_out(number: int) -> None:
        connection.ensure_connection()
        transaction.set_autocommit(True)
        connection._start_transaction_under_autocommit()
        add_row(number, 0)
        connection.close()

    assert in_threads(drop_out, 1) == []
    assert in_threads(lambda n: add_row(n, 1), 1) == []
    assert rows() == 1


def test_who_waits_too_long_is_told_so(counter, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)

    with transaction.atomic():
        [error] = in_threads(lambda n: add_row(n, 1), 1)

    assert isinstance(error, OperationalError)
    assert in_threads(lambda n: add_row(n, 1), 1) == []


def test_the_file_is_as_durable_as_promised(counter):
    pragmas = {}
    with connection.cursor() as cursor:
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = cursor.fetchone()[0]

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_turns_are_taken_in_the_order_of_coming():
    lock, order = FairLock(), []
    lock.acquire(1)

    def queue_up(number: int) -> None:
        lock.acquire(10)
        order.append(number)
        lock.release()

    threads = []
    for number in range(10):
        threads.append(threading.Thread(target=queue_up, args=[number]))
        threads[-1].start()
        while len(lock._waiting) <= number:
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join()

    assert order == list(range(10))


def in_new_installation(place, *command: str) -> subprocess.CompletedProcess:
    env = {"PATH": os.environ["PATH"], "LEADHUB_ENV_FILE": os.devnull, "DEBUG": "on"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=env | {"LEADHUB_DATA_DIR": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_command_makes_the_data_directory(tmp_path):
    place = tmp_path / "srv" / "leadhub"

    done = in_new_installation(place, "manage.py", "migrate", "accounts", "zero")

    assert (done.returncode, done.stderr) == (0, "")
    assert (place / "leadhub.sqlite3").is_file()
    assert place.stat().st_mode & 0o777 == 0o700


def test_a_data_directory_that_cannot_be_made_is_named_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "leadhub"

    done = in_new_installation(place, "-m", "leadhub.embedded")

    assert done.returncode == 1
    assert done.stderr == f"LEADHUB_DATA_DIR={place} cannot be used: Not a directory.\n"
