from django.dispatch import Signal

lead_sales_ready = Signal()
"""A contact has just crossed the sales-ready threshold, upwards: the handoff signal.

Sent by ``recompute_scores`` with ``send``, inside its transaction: if a receiver
raises, this contact's new score is undone too, its marks stay, and the next run
tries both again. So receivers write rows and queue work; they never call the
network.

sender: the ``Score`` class
score: the ``Score`` that crossed, saved, its row locked, ``score.contact`` loaded
crossing: the ``Crossing``, saved, with what the score consisted of
at: ``datetime`` of the crossing
"""

scores_counted = Signal()
"""Scores have been counted again, whether they changed or not.

Sent by ``recompute_scores`` with ``send``, inside its transaction and after its writes,
while it holds the scores. Receivers write rows and queue work, cheaply: a full recount
sends it for each batch.

sender: the ``Score`` class
contact_ids: list of the numbers of the contacts
at: ``datetime`` as of which they were counted
"""
