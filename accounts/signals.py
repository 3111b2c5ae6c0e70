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
