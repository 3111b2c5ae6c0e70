"""What one can choose from when writing a condition: for editors, and for the curious."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from contacts.conditions.fields import FieldSpec
from contacts.conditions.parsing import names_of
from contacts.conditions.registry import vocabulary
from contacts.conditions.vocabulary import Lookup


def catalog(user: User) -> list[dict[str, Any]]:
    """The fields of contacts: ``field, label, type, ops, choices``, ready for JSON.

    ``choices`` are pairs of value and label; none means that anything may be typed.
    """
    return [entry_of(spec) for spec in Lookup(vocabulary).all()]


def editor_words(user: User) -> dict[str, Any]:
    """What ``_ui/condition_editor.html`` asks for: ``fields``, and what leaves bring."""
    words: dict[str, Any] = {"fields": catalog(user)}
    for leaf in vocabulary.leaves.values():
        words |= leaf.words()
    return words


def entry_of(spec: FieldSpec) -> dict[str, Any]:
    return {
        "field": spec.name,
        "label": str(spec.label),
        "type": spec.type.name,
        "ops": names_of(spec.type.operators),
        "choices": [[value, str(label)] for value, label in spec.choices()],
    }
