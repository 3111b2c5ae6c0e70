"""What contacts tell the apps above them."""

from django.dispatch import Signal

contacts_changed = Signal()
"""Contacts are new, or something about them has changed that a condition can see.

Sent with ``send`` by every verb that creates or changes contacts, their companies,
tags or consents, inside its transaction and after its writes: what a receiver writes
is committed with them or not at all. So receivers write rows and queue work; they
never call the network.

sender: the ``Contact`` class
contact_ids: set of the numbers of the contacts concerned, never empty
at: ``datetime`` at which it was recorded
"""
