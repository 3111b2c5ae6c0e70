"""The words of a language of conditions: its fields and its leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contacts.conditions.fields import Choices, FieldSpec

if TYPE_CHECKING:  # the parser reads words, words bring readers of their own
    from contacts.conditions.parsing import Parser
    from contacts.conditions.tree import Node

Members = Callable[[], dict[str, FieldSpec]]
"""The fields of a family by key, as they are now; at most one query."""
Maker = Callable[[str, Any], FieldSpec | None]
"""(key, value of the condition) -> the field; None if there can be none."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the form ``{name: ...}``, read and put into words."""

    # (parser, what stands in it, its path)
    read: Callable[[Parser, Any, str], Node]
    describe: Callable[[Any], str]
    # What the editor needs to write one, by the name that it has there.
    words: Callable[[], dict[str, Any]] = dict


class Vocabulary:
    """Registered when apps start, read-only afterwards."""

    def __init__(self) -> None:
        self.fields: dict[str, FieldSpec] = {}
        self.families: dict[str, Members] = {}
        self.open_families: dict[str, Maker] = {}
        self.leaves: dict[str, Leaf] = {}

    def register_field(self, spec: FieldSpec) -> None:
        self.fields[spec.name] = spec

    def register_family(self, prefix: str, members: Members) -> None:
        """Fields named ``prefix.<key>`` that people make and unmake."""
        self.families[prefix] = members

    def register_open_family(self, prefix: str, make: Maker) -> None:
        """Fields named ``prefix.<key>`` of which nobody has a list."""
        self.open_families[prefix] = make

    def register_leaf(self, name: str, leaf: Leaf) -> None:
        self.leaves[name] = leaf


class Lookup:
    """Finds fields for one reader, each family loaded once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._families: dict[str, dict[str, FieldSpec]] = {}
        self._choices: dict[str, Choices] = {}

    def field(self, name: str, value: Any) -> FieldSpec | None:
        """The field of that name, as it compares with ``value``."""
        if spec := self.vocabulary.fields.get(name):
            return spec
        prefix, _, key = name.partition(".")
        if make := self.vocabulary.open_families.get(prefix):
            return make(key, value)
        return self._members(prefix).get(key)

    def choices(self, spec: FieldSpec) -> Choices:
        if spec.name not in self._choices:
            self._choices[spec.name] = spec.choices()
        return self._choices[spec.name]

    def is_in_family(self, name: str) -> bool:
        return name.partition(".")[0] in self.vocabulary.families

    def all(self) -> Iterator[FieldSpec]:
        yield from self.vocabulary.fields.values()
        for prefix in self.vocabulary.families:
            yield from self._members(prefix).values()

    def _members(self, prefix: str) -> dict[str, FieldSpec]:
        if prefix not in self._families:
            members = self.vocabulary.families.get(prefix, dict)
            self._families[prefix] = members()
        return self._families[prefix]
