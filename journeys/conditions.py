"""What conditions may say about behavior: ``did``, ``phase``, and single interactions.

An interaction's condition, the ``when`` of an engagement rule and what stands in
``did``, is ``{"kind": "page_view" or [...], "where": [leaf, ...]}``: of one of these
kinds, and all leaves hold. Their fields are columns of the interaction; ``utm.<key>``
and ``properties.<key>`` are read from its JSON, a property as the type that it is
compared with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from operator import and_, attrgetter
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.conditions import registry
from contacts.conditions.catalog import entry_of
from contacts.conditions.fields import Choices, FieldSpec, no_choices
from contacts.conditions.json_values import (
    JsonBoolean,
    JsonNumber,
    JsonScalar,
    JsonText,
    is_safe_key,
)
from contacts.conditions.parsing import (
    InvalidCondition,
    Parser,
    check_days,
    check_keys,
    check_list,
)
from contacts.conditions.references import REFERENCE, Link, Rows
from contacts.conditions.sentences import describe_leaf, joined
from contacts.conditions.tree import Batch, Node, Not, Test
from contacts.conditions.value_types import (
    ANY,
    BOOLEAN,
    CHOICE,
    NUMBER,
    TEXT,
    ValueType,
)
from contacts.conditions.vocabulary import Leaf, Lookup, Vocabulary
from contacts.models.contact import Contact
from journeys.models.interaction import Channel, Interaction, Kind
from journeys.models.journey import Phase, PhaseVisit

MAX_KINDS = 50
MAX_TIMES = 1_000
_KIND = re.compile(r"[A-Za-z0-9_-]{1,40}")

interaction_fields = Vocabulary()
# Fields of interactions have no operators that count back from now.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class When:
    """A condition on an interaction, read and checked.

    It does not ask whether the interaction is machine traffic; who counts them does.
    """

    kinds: frozenset[str]
    where: tuple[Test | Not, ...] = ()

    def q(self) -> Q:
        kinds = Q(kind__in=sorted(self.kinds))
        return reduce(and_, (test.q(NO_TIME) for test in self.where), kinds)

    def holds(self, interaction: Any) -> bool:
        return interaction.kind in self.kinds and self.says(interaction)

    def says(self, interaction: Any) -> bool:
        """``holds``, of one that is of these kinds."""
        return all(test.holds(interaction, NO_TIME) for test in self.where)


@dataclass(frozen=True, slots=True)
class Did:
    """A contact did something, so often, in so many days. Machines do not count."""

    when: When
    at_least: int = 1
    within_days: int | None = None

    def q(self, at: datetime) -> Q:
        theirs = self._interactions(at).filter(contact=OuterRef("pk"))
        # The first that is enough: nothing is counted beyond it.
        return Q(Exists(theirs[self.at_least - 1 : self.at_least]))

    def among(self, batch: Batch) -> frozenset[int]:
        if batch.past is not None:
            return batch.past.reader(Did).among(self, batch)
        theirs = self._interactions(batch.at).filter(contact__in=batch.ids)
        counts = theirs.values("contact").annotate(times=Count("pk")).order_by()
        enough = counts.filter(times__gte=self.at_least)
        return frozenset(enough.values_list("contact", flat=True))

    def _interactions(self, at: datetime) -> QuerySet[Interaction]:
        found = Interaction.objects.by_people().filter(
            self.when.q(), occurred_at__lte=at
        )
        if self.within_days is None:
            return found
        return found.filter(occurred_at__gte=at - timedelta(days=self.within_days))


def parse_when(when: Any, *, attr: str = "when") -> When:
    """Raises ``InvalidCondition``."""
    return _read_when(Parser(registry.vocabulary), when, attr)


def validate_when(when: Any, *, attr: str = "when") -> None:
    """Check the condition of an engagement rule. Raises ``InvalidCondition``."""
    parse_when(when, attr=attr)


def interaction_matches(when: dict[str, Any], interaction: Any) -> bool:
    """Does it hold for one; for many, keep ``parse_when(when).holds``."""
    return parse_when(when).holds(interaction)


def interaction_q(when: dict[str, Any]) -> Q:
    """The condition, for ``filter`` of a queryset of interactions."""
    return parse_when(when).q()


def read_did(parser: Parser, raw: Any, path: str) -> Node:
    check_keys(raw, {"kind", "where", "at_least", "within_days"}, path)
    when = {name: raw[name] for name in ("kind", "where") if name in raw}
    times = raw.get("at_least", 1)
    is_number = isinstance(times, int) and not isinstance(times, bool)
    if not is_number or not 1 <= times <= MAX_TIMES:
        sentence = _("This must be a whole number from 1 to %(limit)d.")
        raise InvalidCondition(sentence % {"limit": MAX_TIMES}, attr=f"{path}.at_least")
    days = raw.get("within_days")
    try:
        days = None if days is None else check_days(days)
    except ValueError as error:
        raise InvalidCondition(str(error), attr=f"{path}.within_days") from error
    return Did(_read_when(parser, when, path), times, days)


def describe_did(did: dict[str, Any]) -> str:
    sentence = describe_when(did)
    if (times := did.get("at_least", 1)) > 1:
        sentence = _("%(did)s at least %(times)d times") % {
            "did": sentence,
            "times": times,
        }
    if days := did.get("within_days"):
        sentence = _("%(did)s in the last %(days)d days") % {
            "did": sentence,
            "days": days,
        }
    return sentence


def describe_when(when: dict[str, Any]) -> str:
    """A valid condition on an interaction in words: “Viewed a page (URL is ...)”."""
    kinds = [when["kind"]] if isinstance(when["kind"], str) else when["kind"]
    labels = dict(Kind.choices)
    sentence = joined([str(labels.get(kind, kind)) for kind in kinds], by_or=True)
    lookup = Lookup(interaction_fields)
    leaves = [describe_leaf(leaf, lookup) for leaf in when.get("where", ())]
    return f"{sentence} ({joined(leaves)})" if leaves else sentence


def behavior_words() -> dict[str, Any]:
    """What the editor needs to write ``did`` or ``when``."""
    return {
        "behaviors": [
            {"kind": kind, "label": str(label)} for kind, label in Kind.choices
        ],
        "where_fields": [entry_of(spec) for spec in INTERACTION_FIELDS],
    }


def _read_when(parser: Parser, raw: Any, path: str) -> When:
    check_keys(raw, {"kind", "where"}, path)
    kinds = raw.get("kind")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not isinstance(kinds, list) or not 1 <= len(kinds) <= MAX_KINDS:
        sentence = _("Say which kind, or a list of kinds.")
        raise InvalidCondition(sentence, attr=f"{path}.kind")
    for kind in kinds:
        if not isinstance(kind, str) or not _KIND.fullmatch(kind):
            sentence = _("A kind is a word like page_view.")
            raise InvalidCondition(sentence, attr=f"{path}.kind")
    inner = f"{path}.where"
    lookup = Lookup(interaction_fields)
    tests = (
        parser.test(leaf, f"{inner}.{place}", lookup)
        for place, leaf in enumerate(check_list(raw.get("where", []), inner))
    )
    return When(frozenset(kinds), tuple(tests))


def _own(
    name: str,
    label: Any,
    type_: ValueType = TEXT,
    choices: Callable[[], Choices] = no_choices,
) -> FieldSpec:
    return FieldSpec(name, label, type_, F(name), attrgetter(name), choices=choices)


def _in_json(column: str, key: str, type_: ValueType, json_value: Any) -> FieldSpec:
    return FieldSpec(
        f"{column}.{key}",
        f"{column}.{key}",
        type_,
        json_value(F(column), key),
        partial(_json_value, column=column, key=key),
    )


def _json_value(interaction: Any, *, column: str, key: str) -> Any:
    values = getattr(interaction, column)
    return values.get(key) if isinstance(values, dict) else None


def _property(key: str, value: Any) -> FieldSpec | None:
    """``properties.<key>``, read as the type of ``value`` or of the first in it."""
    if not is_safe_key(key):
        return None
    if isinstance(value, list) and value:
        value = value[0]
    if value is None:
        return _in_json("properties", key, ANY, JsonScalar)
    if isinstance(value, bool):
        return _in_json("properties", key, BOOLEAN, JsonBoolean)
    if isinstance(value, int | float):
        return _in_json("properties", key, NUMBER, JsonNumber)
    return _in_json("properties", key, TEXT, JsonText)


def _phases_of(contacts: Sequence[Contact], at: datetime) -> dict[int, tuple[int, str]]:
    rows = PhaseVisit.objects.filter(
        contact__in=[contact.pk for contact in contacts], left_at=None
    )
    found = rows.values_list("contact_id", "phase_id", "phase__name")
    return {pk: (phase, name) for pk, phase, name in found}


def _phases_to_choose() -> Choices:
    phases = Phase.objects.select_related("journey")
    return [
        (phase.pk, f"{phase.name} ({phase.journey.name})")
        for phase in phases.order_by("journey__name", "journey", "position")
    ]


PHASE = FieldSpec(
    "phase",
    gettext_lazy("Phase"),
    REFERENCE,
    Rows(
        PhaseVisit.objects.filter(contact=OuterRef("pk"), left_at=None),
        Link("phase_id", "phase__name"),
    ),
    lambda phase: [phase],
    source=_phases_of,
    choices=_phases_to_choose,
)
INTERACTION_FIELDS = [
    _own("url", gettext_lazy("URL")),
    _own("title", gettext_lazy("Title")),
    _own("channel", gettext_lazy("Channel"), CHOICE, lambda: Channel.choices),
    _own("source", gettext_lazy("Source")),
    _own("value", gettext_lazy("Value"), NUMBER),
    *(
        _in_json("utm", key, TEXT, JsonText)
        for key in ("source", "medium", "campaign", "term", "content")
    ),
]


def register() -> None:
    registry.register_field(PHASE)
    registry.register_leaf("did", Leaf(read_did, describe_did, behavior_words))
    for spec in INTERACTION_FIELDS:
        interaction_fields.register_field(spec)
    interaction_fields.register_open_family("properties", _property)
