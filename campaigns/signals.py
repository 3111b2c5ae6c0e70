"""What campaigns tells the apps above it, and those of its own that a verb may not know."""

from django.dispatch import Signal

messages_settled = Signal()
"""Messages have come to an end: sent, failed, cancelled or expired.

Also sent for a message about which a person decided that it arrived. Sent with ``send``
by the verbs that move messages, inside their transaction: what a receiver writes is
committed with it or not at all. So receivers write rows and queue work; they never call
the network.

sender: the ``Message`` class
messages: list of ``Message``, their ``state``, ``reason`` and ``key`` up to date
at: ``datetime`` at which it was recorded
"""
