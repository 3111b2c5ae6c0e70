"""Which fields weights may be learned from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from contacts.conditions.fields import FieldSpec
from contacts.conditions.registry import vocabulary
from contacts.conditions.vocabulary import Lookup
from contacts.models.custom_field import CustomField
from leadhub.errors import InvalidValue

# The name under which what contacts did is asked for, as conditions say it.
BEHAVIOR = "did"
# Who somebody is rather than what he is like; or what we did about him, which comes of
# how he was judged. All but the score may be asked for by name.
NOT_BY_ITSELF = frozenset(
    {
        "email",
        "first_name",
        "last_name",
        "phone",
        "created_at",
        "updated_at",
        "owner",
        "company",
        "company.name",
        "company.domain",
        "phase",
        "favorite_channel",
        "best_hour",
    }
)
# What behavior says of the present day, that after the outcome included.
OF_TODAY = ("interest.",)
TYPES = frozenset("text choice number boolean date datetime words reference".split())


class UnknownField(InvalidValue):
    code = "unknown_field"
    attr = "fields"


def usual_fields() -> list[FieldSpec]:
    """All that tell what somebody is like: what is looked at unless one says what."""
    identifying = {
        f"custom.{key}"
        for key in CustomField.objects.filter(is_identifier=True).values_list(
            "key", flat=True
        )
    }
    return [
        spec
        for spec in learnable_fields()
        if spec.name not in NOT_BY_ITSELF | identifying
        and not spec.name.startswith(OF_TODAY)
    ]


def learnable_fields() -> list[FieldSpec]:
    """All that a fit rule may name. The score cannot depend on itself."""
    return [
        spec
        for spec in Lookup(vocabulary).all()
        if spec.type.name in TYPES and not spec.name.startswith("score.")
    ]


def checked_fields(names: Any, *, attr: str = "fields") -> list[str]:
    """Names of fields, each known. Raises ``UnknownField``, saying which is not."""
    if not isinstance(names, list) or len(names) > 500:
        raise UnknownField(_("This must be a list."), attr=attr)
    known = {BEHAVIOR, *(spec.name for spec in learnable_fields())}
    for place, name in enumerate(names):
        if isinstance(name, str) and name.startswith("score."):
            sentence = _("A score cannot depend on itself.")
            raise UnknownField(sentence, attr=f"{attr}.{place}")
        if not isinstance(name, str) or name not in known:
            sentence = _('There is no field "%(name)s".') % {"name": str(name)[:80]}
            raise UnknownField(sentence, attr=f"{attr}.{place}")
    return list(dict.fromkeys(names))


def fields_named(names: Sequence[str]) -> list[FieldSpec]:
    """Those that still exist, in this order."""
    known = {spec.name: spec for spec in learnable_fields()}
    return [known[name] for name in names if name in known]


def fields_in(condition: Any) -> Iterator[str]:
    """The names of fields that a condition asks for; ``did`` for behavior."""
    if isinstance(condition, list):
        for part in condition:
            yield from fields_in(part)
    elif isinstance(condition, dict):
        if isinstance(condition.get("field"), str):
            yield condition["field"]
        elif "did" in condition:
            yield BEHAVIOR
        else:
            yield from fields_in(list(condition.values()))
