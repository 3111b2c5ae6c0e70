"""Two teams, their contacts and LeadHub's own work, all at once: what must never happen.

``stage`` sets up who plays, ``acts`` is what each of them can do (the verbs of the
product, nothing beside them), ``ledger`` keeps what was promised and sees whether it was
broken, ``checks`` says what must hold when all is quiet again.
"""
