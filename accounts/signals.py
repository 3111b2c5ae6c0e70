"""What accounts tell the apps above them."""

from django.dispatch import Signal

user_left = Signal()
"""Somebody has been deactivated and works here no more.

Sent by ``deactivate_user`` with ``send``, inside its transaction: what waits for the
user is to be given to others in it. Receivers write rows and queue work; they never
call the network.

sender: the ``User`` class
user: the ``User``, saved as inactive
by: the ``User`` who did it, or None
at: ``datetime`` of it
"""

lines_answered = Signal()
"""Somebody has ticked lines of their inbox off, put them off, or taken that back; or what
they wait for has happened.

Sent by the verbs of ``answers`` and ``snoozes`` with ``send``, inside their
transaction and after their writes, so that what a line is about may follow it. Not
sent when the subject itself finishes its lines. Receivers write rows and queue work;
they never call the network.

sender: the ``Notification`` class
lines: list of ``Notification``, as they stand now
answer: "done", "snoozed", "woken" or "reopened"
at: ``datetime`` of it
"""
