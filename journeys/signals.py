from django.dispatch import Signal

interactions_tracked = Signal()
"""New interactions have been stored.

Sent by ``track_interactions`` with ``send``, inside its transaction: what a
receiver writes is committed with them or not at all. So receivers write rows
and queue work; they never call the network.

sender: the ``Interaction`` class
interactions: list of the new rows, saved; repeats are not among them
at: ``datetime`` at which they were recorded
"""
