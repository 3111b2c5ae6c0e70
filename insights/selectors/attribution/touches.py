"""What counts as a touch on the way to a conversion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.db.models import TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from insights.attribution.paths import Key
from journeys.models import Interaction
from journeys.models.interaction import CallOutcome, InteractionQuerySet, Kind

# Our own doings, what programs do by themselves, and formalities. A mail counts when it
# is clicked or answered, not when it is sent or opened.
NO_TOUCH = (
    Kind.EMAIL_SENT,
    Kind.EMAIL_OPEN,
    Kind.EMAIL_BOUNCE,
    Kind.OPT_IN_CONFIRMED,
    Kind.UNSUBSCRIBE,
    Kind.NOTE,
)
NOT_REACHED = (CallOutcome.NO_ANSWER, CallOutcome.VOICEMAIL)
# Touches of one key that follow upon each other so closely are one visit.
ONE_VISIT = timedelta(minutes=30)

Row = tuple[int, datetime, Key]
"""(contact's number, when, on what it is counted), by contact, oldest first."""


Visits = tuple[list[Key], list[datetime]]
"""What touched a contact, and when each of these visits began."""


def touches() -> InteractionQuerySet:
    """What contacts did, and who of us reached them; machine traffic left out."""
    rows = Interaction.objects.by_people().filter(contact__isnull=False)
    rows = rows.exclude(kind__in=NO_TOUCH)
    # Calls of which nobody says how they ended count.
    outcome = KeyTextTransform("outcome", "properties")
    rows = rows.alias(outcome=Coalesce(outcome, Value(""), output_field=TextField()))
    return rows.exclude(kind=Kind.CALL_OUTBOUND, outcome__in=NOT_REACHED)


def visits(rows: Iterable[Row]) -> Iterator[tuple[int, Visits]]:
    """Contact -> its touches in order, those of one visit taken together."""
    # The same few keys come again and again: each is kept once.
    known: dict[Key, Key] = {}
    for contact_id, theirs in groupby(rows, key=itemgetter(0)):
        keys: list[Key] = []
        moments: list[datetime] = []
        latest = None
        for _contact, at, key in theirs:
            if latest is None or key != keys[-1] or at - latest > ONE_VISIT:
                keys.append(known.setdefault(key, key))
                moments.append(at)
            latest = at
        yield contact_id, (keys, moments)
