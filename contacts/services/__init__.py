"""Verbs about contacts, companies and the lists of them."""
