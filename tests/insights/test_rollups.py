"""What dashboards count beforehand is what there is, whatever has happened."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact
from insights.models import (
    Arrival,
    DailyArrivals,
    DailyCount,
    RollupMark,
    RollupState,
)
from insights.selectors.distribution import new_contacts_by_channel
from insights.selectors.origins import with_origin
from insights.selectors.passages import miscounted
from insights.selectors.periods import last_days
from insights.services import rollups
from insights.services.rollup_checks import differences
from insights.services.rollups import count_on, recount, roll_up
from journeys.models import Interaction
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory, MeasureFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def counted():
    rows = DailyCount.objects.values_list(
        "day", "kind", "channel", "measure_id", "is_machine", "interactions"
    )
    return {row[:-1]: row[-1] for row in rows}


def there():
    """The same in plain Python, of every interaction."""
    zone = timezone.get_default_timezone()
    return dict(
        Counter(
            (
                row.occurred_at.astimezone(zone).date(),
                row.kind,
                row.channel,
                row.measure_id,
                row.is_machine,
            )
            for row in Interaction.objects.all()
        )
    )


def arrivals():
    """Contact -> day, channel and measure; of those who are not merged into others."""
    zone, first = timezone.get_default_timezone(), {}
    rows = Interaction.objects.filter(is_machine=False).exclude(contact=None)
    for row in sorted(rows, key=lambda row: (row.occurred_at, str(row.pk))):
        first.setdefault(row.contact_id, (row.channel, row.measure_id))
    return {
        row.pk: (row.created_at.astimezone(zone).date(), *first.get(row.pk, ("", None)))
        for row in Contact.objects.all()
    }


def first_measures():
    return {pk: measure for pk, (*_came, measure) in arrivals().items() if measure}


def origins():
    """The same as figures have it."""
    rows = with_origin(Contact.objects.order_by(), "pk").exclude(origin=None)
    return dict(rows.values_list("pk", F("origin")))


def assert_right():
    assert counted() == there()
    found = {
        row.pk: (row.day, row.channel, row.measure_id) for row in Arrival.objects.all()
    }
    assert found == arrivals()
    assert origins() == first_measures()
    days = DailyArrivals.objects.values_list("day", "channel", "contacts")
    came = Counter((day, channel) for day, channel, _measure in found.values())
    assert {(day, channel): n for day, channel, n in days} == came
    assert miscounted(Contact.everyone.values_list("pk", flat=True)) == {}


def test_days_are_those_of_the_time_zone(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    berlin = ZoneInfo("Europe/Berlin")
    midnight = datetime(2026, 3, 10, tzinfo=berlin)
    InteractionFactory(occurred_at=midnight - timedelta(seconds=1))
    InteractionFactory(occurred_at=midnight)

    roll_up(at=NOW)

    assert [row.day.day for row in DailyCount.objects.order_by("day")] == [9, 10]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland", "UTC"])
def test_another_time_zone_counts_everything_anew(settings, zone):
    for hours in range(30):
        InteractionFactory(occurred_at=NOW + timedelta(hours=hours))
    roll_up(at=NOW)

    settings.TIME_ZONE = zone
    roll_up(at=NOW)

    assert_right()
    InteractionFactory(occurred_at=NOW)
    roll_up(at=NOW)
    assert_right()


def test_what_is_late_relabeled_moved_or_deleted_is_counted_anew():
    ada, bea = ContactFactory(), ContactFactory()
    rows = [
        InteractionFactory(contact=ada, occurred_at=NOW - n * DAY, channel=channel)
        for n, channel in enumerate(["email", "social", "event"])
    ]
    measure = MeasureFactory()
    roll_up(at=NOW)
    assert Arrival.objects.get(pk=ada.pk).channel == "event"

    rows[2].is_machine = True
    Interaction.objects.bulk_update([rows[2]], ["is_machine"])
    Interaction.objects.filter(pk=rows[1].pk).update(contact=bea, measure=measure)
    InteractionFactory(contact=bea, occurred_at=NOW - 90 * DAY, channel="partner")
    roll_up(at=NOW)

    assert_right()
    assert Arrival.objects.get(pk=ada.pk).channel == "email"
    assert Arrival.objects.get(pk=bea.pk).channel == "partner"

    measure.delete()
    bea.delete()
    roll_up(at=NOW)

    assert_right()
    assert not Arrival.objects.filter(pk=bea.pk).exists()


def test_nothing_is_marked_by_what_nobody_counts():
    row = InteractionFactory()
    roll_up(at=NOW)

    Interaction.objects.filter(pk=row.pk).update(title="Another", recorded_at=NOW)

    assert not RollupMark.objects.exists()
    with CaptureQueriesContext(connection) as found:
        assert roll_up(at=NOW) == 0
    assert len([q for q in found if "SAVEPOINT" not in q["sql"]]) == 2


def test_a_mark_is_taken_back_with_what_it_is_about():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        InteractionFactory()
        assert RollupMark.objects.exists()
        raise ZeroDivisionError

    assert not RollupMark.objects.exists()


def test_pages_are_never_behind():
    period = last_days(30, at=NOW)
    contact = ContactFactory(created_at=NOW - DAY)
    InteractionFactory(contact=contact, occurred_at=NOW - DAY, channel="email")

    def channels():
        return list(new_contacts_by_channel(period)[1])

    assert channels() == ["email"]  # nothing was ever counted
    roll_up(at=NOW)
    assert channels() == ["email"]
    InteractionFactory(contact=contact, occurred_at=NOW - 2 * DAY, channel="social")
    assert channels() == ["social"]  # marked, not yet counted
    roll_up(at=NOW)
    assert channels() == ["social"]
    Contact.objects.all().delete()
    assert channels() == []


def test_it_reads_what_was_counted_and_not_the_interactions():
    contact = ContactFactory(created_at=NOW - DAY)
    InteractionFactory(contact=contact, channel="email")
    roll_up(at=NOW)

    DailyArrivals.objects.update(channel="partner")

    assert list(new_contacts_by_channel(last_days(30, at=NOW))[1]) == ["partner"]


def test_the_command_finds_and_mends_what_is_wrong():
    InteractionFactory(contact=ContactFactory(), occurred_at=NOW, channel="email")
    old = InteractionFactory(contact=ContactFactory(), occurred_at=NOW - 40 * DAY)
    out = StringIO()
    call_command("recount_rollups", verify=True, stdout=out)
    DailyCount.objects.filter(channel="email").update(interactions=3)
    DailyArrivals.objects.filter(channel="email").update(contacts=5)
    Arrival.objects.filter(channel="email").update(channel="social")
    Arrival.objects.create(contact_id=0, day=NOW, channel="event")
    day = old.occurred_at.date() - 400 * DAY
    DailyCount.objects.create(
        day=day, kind="x", channel="email", is_machine=True, interactions=1
    )

    assert len(list(differences(at=NOW))) == 7
    with pytest.raises(CommandError, match="7 figures differ"):
        call_command("recount_rollups", verify=True, stdout=out)
    assert "page_view by email, people: counted 3, there are 1" in out.getvalue()
    assert "x by email, machines: counted 1, there are 0" in out.getvalue()

    call_command("recount_rollups", stdout=out, stderr=StringIO())

    assert list(differences(at=NOW)) == []
    assert_right()


def test_while_all_is_counted_anew_pages_ask_the_interactions():
    contact = ContactFactory(created_at=NOW - DAY)
    InteractionFactory(contact=contact, channel="email")
    seen = []

    def look(line):
        if line == "all":
            return
        DailyArrivals.objects.all().delete()
        seen.append(list(new_contacts_by_channel(last_days(30, at=NOW))[1]))

    recount(at=NOW, progress=look)

    assert seen == [["email"], ["email"]]
    assert RollupState.objects.get().is_complete


def test_a_run_that_was_not_patient_enough_goes_on_where_it_was():
    for days in (0, 40, 80):
        InteractionFactory(contact=ContactFactory(), occurred_at=NOW - days * DAY)

    assert roll_up(at=NOW, patience=-1) == 0
    assert not DailyCount.objects.exists()
    reached = [count_on(at=NOW) for _step in range(4)]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        count_on(at=NOW)
        raise ZeroDivisionError

    assert reached[:3] == ["2026-01-19", "2026-02-19", "2026-03-10"]
    assert count_on(at=NOW) == "all"
    assert roll_up(at=NOW) == 6
    assert_right()


def test_what_is_marked_while_everything_is_counted_is_counted_later():
    contact = ContactFactory()
    InteractionFactory(contact=contact, occurred_at=NOW - 40 * DAY, channel="email")

    def change(line):
        if line == "all":
            return
        InteractionFactory(
            contact=contact, occurred_at=NOW - 60 * DAY, channel="social"
        )

    recount(at=NOW, progress=change)

    assert RollupMark.objects.exists()
    roll_up(at=NOW)
    assert_right()


def test_marks_are_taken_some_at_a_time(monkeypatch):
    roll_up(at=NOW)
    monkeypatch.setattr(rollups, "MARKS", 3)
    for days in (5, 1, 9, 1, 5, 0, 2):
        InteractionFactory(contact=ContactFactory(), occurred_at=NOW - days * DAY)

    # Of each the contact that comes, and what it did.
    assert roll_up(at=NOW) == 14
    assert_right()


@pytest.mark.parametrize(
    ("table", "events"),
    [
        ("journeys_interaction", ["insert", "update", "delete"]),
        ("journeys_phasevisit", ["insert", "update", "delete"]),
        ("journeys_phase", ["update"]),
        ("journeys_measure", ["update"]),
        ("contacts_contact", ["insert", "update", "delete"]),
    ],
)
def test_the_database_marks_by_itself(table, events):
    """A migration that makes one of these tables anew on SQLite loses its triggers

    without a word: make them once more in the same migration.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger"
                f" WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal"
            )
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master"
                f" WHERE type = 'trigger' AND tbl_name = '{table}'"
            )
        names = {name for (name,) in cursor.fetchall()}

    name = table.split("_")[1]
    of = "" if name == "interaction" else f"{name}_"
    assert names == {f"insights_mark_{of}{event}" for event in events}
