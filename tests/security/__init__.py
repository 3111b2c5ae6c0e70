"""Attacks, by the ids of the list of attacks that we test against."""
