from django.dispatch import Signal

interactions_tracked = Signal()
"""Interactions have been stored, or have got their contact.

Sent by ``track_interactions``, ``join_visitor`` and ``confirm_click`` with ``send``,
inside their transaction: what a receiver writes is committed with them or not at all. So
receivers write rows and queue work; they never call the network.

Each interaction comes once without a contact at most, and once with it.

sender: the ``Interaction`` class
interactions: list of the rows, saved; repeats are not among them. ``contact_id`` is
    None for those of visitors nobody knows; ``contact`` may be loaded without columns
at: ``datetime`` at which they were recorded
"""
