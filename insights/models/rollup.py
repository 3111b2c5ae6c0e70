"""What dashboards would count for too long, counted beforehand (ADR 0011).

Nothing here is a fact: all of it can be thrown away and counted anew.
"""

from __future__ import annotations

from django.db import models

from contacts.models import Contact


class RollupMark(models.Model):
    """Something about a contact or a day has changed that is not counted yet.

    The database appends them itself, by triggers, in the transaction that changes it,
    whoever does; see migrations 0004, 0009 and 0013. Plain inserts: they wait for
    nobody. Who counts deletes them.
    """

    # Plain numbers: a mark outlives the contact it is about.
    contact_id = models.BigIntegerField(null=True)
    # Of ``occurred_at``, in UTC: the database does not know our time zone.
    day = models.DateField()

    class Meta:
        indexes = [
            models.Index(
                fields=["contact_id"],
                condition=models.Q(contact_id__isnull=False),
                name="insights_mark_contact",
            )
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} on {self.day}"


class DailyCount(models.Model):
    """How many interactions of one sort there were on a day of ``TIME_ZONE``."""

    day = models.DateField()
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    # A plain number, as the interactions had it when they were counted.
    measure_id = models.BigIntegerField(null=True)
    is_machine = models.BooleanField()
    interactions = models.PositiveIntegerField()

    class Meta:
        # With all that is added up, so that a year is read from it alone.
        indexes = [
            models.Index(
                fields=["day"],
                include=["kind", "channel", "measure_id", "is_machine", "interactions"],
                name="insights_daily_count_all",
            )
        ]

    def __str__(self) -> str:
        return f"{self.interactions} {self.kind} on {self.day}"


class Arrival(models.Model):
    """When a contact came to us, and by what; not of who was merged into another."""

    # It may outlive the contact until that is counted.
    contact = models.OneToOneField(
        Contact,
        models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="arrival",
    )
    # Of ``TIME_ZONE``, on which it was created.
    day = models.DateField()
    # Of a person's first touch; empty without one.
    channel = models.CharField(max_length=20, blank=True)
    # Its measure; a plain number, as the interaction had it when it was counted.
    measure_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["day", "channel"], name="insights_arrival_day"),
            models.Index(
                fields=["measure_id"],
                include=["contact"],
                condition=models.Q(measure_id__isnull=False),
                name="insights_arrival_measure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} on {self.day} by {self.channel}"


class DailyArrivals(models.Model):
    """How many contacts came on a day by a channel: the sum of ``Arrival``, always."""

    day = models.DateField()
    channel = models.CharField(max_length=20, blank=True)
    contacts = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "channel"], name="insights_arrivals_of_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contacts} by {self.channel} on {self.day}"


class RollupState(models.Model):
    """The one row that whoever counts locks; without it nothing was ever counted."""

    # Whose days they are. Another ``TIME_ZONE`` has others.
    zone = models.CharField(max_length=64)
    # All interactions were counted since: only then is what is here complete.
    is_complete = models.BooleanField(default=False)
    # Until then: up to which day, and up to which contact.
    days_until = models.DateField(null=True)
    contacts_until = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"counted at {self.counted_at:%Y-%m-%d %H:%M}"
