"""Weights from outcomes: which conditions tell, and how many points each is worth.

``candidates`` proposes conditions without looking at outcomes, ``fitting`` chooses
among them. Neither reads the database. See docs/adr/0013-weights-from-outcomes.md.
"""
