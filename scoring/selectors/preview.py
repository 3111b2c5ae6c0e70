"""What a draft would do, before it is published."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from math import floor, inf, log10
from random import Random

from django.core.cache import cache
from django.db.models import Count, Max, Min

from contacts.models import Contact
from journeys.conditions import interaction_q
from journeys.models import Interaction
from scoring.models import Rule, Score, ScoringModel
from scoring.selectors.activity import engagement_rules
from scoring.selectors.evaluation import evaluate
from scoring.selectors.standing import is_ready

EVERYBODY_UP_TO = 5_000
# Under what is live all are known as they were counted last; beyond, reading them takes
# longer than one waits for a page.
STORED_UP_TO = 250_000
SECONDS_KEPT = 300
CONTACTS_PER_READ = 500
BARS = 40
BARS_BELOW_THRESHOLD = 12
FIRED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Preview:
    """How contacts would stand under a model: all of them, or a random sample."""

    # (fit, engagement, is disqualified, is ready by what is live, can be handed off)
    rows: Sequence[tuple[float, float, bool, bool, bool]]
    contacts: int
    # How many contacts stand so; one each unless told.
    counts: Sequence[int] = ()

    @property
    def seen(self) -> int:
        return sum(self.counts) if self.counts else len(self.rows)

    @property
    def is_sample(self) -> bool:
        return self.seen < self.contacts

    def ready(self, model: ScoringModel, threshold: float) -> int:
        """How many would be sales-ready at this threshold, of all contacts."""
        return self._of_all(self._sum(self._ready(model, threshold)))

    def ready_from(self, model: ScoringModel, thresholds: Sequence[float]) -> list[int]:
        """The same for each of these thresholds."""
        # Who is ready without any threshold is ready from every one up to the total.
        could = self._ready(model, -inf)
        standing = sorted(
            (row[0] + row[1], count)
            for is_one, row, count in zip(could, self.rows, self._counts, strict=True)
            if is_one
        )
        totals = [total for total, _count in standing]
        below = [0, *accumulate(count for _total, count in standing)]
        return [
            self._of_all(below[-1] - below[bisect_left(totals, t)]) for t in thresholds
        ]

    def ready_now(self) -> int:
        return self._of_all(self._sum(row[3] for row in self.rows))

    def handed_off(self, model: ScoringModel, threshold: float) -> int:
        """How many ``hand_off`` would offer to sales."""
        ready = self._ready(model, threshold)
        rows = zip(ready, self.rows, strict=True)
        return self._of_all(self._sum(is_one and row[4] for is_one, row in rows))

    def bins(self, threshold: float) -> list[tuple[float, float, int]]:
        """(from, to, contacts) of equal width, the threshold among the edges."""
        totals = [fit + engagement for fit, engagement, *_ in self.rows]
        width = threshold / BARS_BELOW_THRESHOLD
        low = min([0.0, *totals])
        first = int(low // width)
        counts = [0] * (BARS + max(0, -first))
        for total, count in zip(totals, self._counts, strict=True):
            place = int(total // width) - first
            counts[max(0, min(place, len(counts) - 1))] += count
        return [
            ((first + place) * width, (first + place + 1) * width, self._of_all(count))
            for place, count in enumerate(counts)
        ]

    def thresholds(self, threshold: float) -> list[float]:
        """What one may try: a few hundred round numbers up to the last bar's end."""
        end = self.bins(threshold)[-1][1]
        size = floor(log10(end / 100))
        step = 10.0**size
        return [round(n * step, max(0, -size)) for n in range(1, int(end / step) + 1)]

    def _ready(self, model: ScoringModel, threshold: float) -> Iterator[bool]:
        for fit, engagement, is_disqualified, *_ in self.rows:
            yield is_ready(
                model,
                fit=fit,
                engagement=engagement,
                is_disqualified=is_disqualified,
                threshold=threshold,
            )

    @property
    def _counts(self) -> Sequence[int]:
        return self.counts or [1] * len(self.rows)

    def _sum(self, which: Iterable[bool]) -> int:
        pairs = zip(which, self._counts, strict=True)
        return sum(count for is_one, count in pairs if is_one)

    def _of_all(self, count: int) -> int:
        return round(count * self.contacts / self.seen) if self.rows else 0


def preview(model: ScoringModel, *, at: datetime) -> Preview:
    """Count contacts under ``model``. Kept for five minutes.

    What is live has counted everybody: those scores are taken, a tenth of a point off
    at most from when they were counted. Under a draft up to 5,000 are counted.
    """
    key = f"scoring:preview:{model.pk}:{model.updated_at.timestamp()}"
    kept = cache.get(key)
    if kept is None:
        kept = _preview(model, at=at)
        cache.set(key, kept, SECONDS_KEPT)
    rows, contacts, counts = kept
    return Preview([tuple(row) for row in rows], contacts, counts)


def _preview(model: ScoringModel, *, at: datetime) -> tuple[list, int, list[int]]:
    scores = Score.objects.filter(model=model)
    scores = scores.exclude(contact__in=Contact.everyone.merged())
    if model.is_active and scores[STORED_UP_TO : STORED_UP_TO + 1].count() == 0:
        stood = Counter(
            (fit, floor(total * 10) / 10 - fit, is_out, is_ready, is_armed)
            for fit, total, is_out, is_ready, is_armed in scores.values_list(
                "fit", "total", "is_disqualified", "is_ready", "is_armed"
            ).iterator(chunk_size=5_000)
        )
        if stood:
            return list(stood), sum(stood.values()), list(stood.values())
    contacts = Contact.objects.count()
    return list(_rows(model, _sampled(contacts), at=at)), contacts, []


def times_fired(model: ScoringModel, *, at: datetime) -> dict[int, int]:
    """Rule id -> how many interactions of the last 30 days it is about. One query."""
    rules = engagement_rules(model)
    if not rules:
        return {}
    key = f"scoring:fired:{model.pk}:{model.updated_at.timestamp()}"
    counts = cache.get(key)
    if counts is None:
        lately = Interaction.objects.by_people().filter(
            occurred_at__gte=at - timedelta(days=FIRED_DAYS), contact__isnull=False
        )
        found = lately.aggregate(
            **{
                f"rule_{rule.pk}": Count("pk", filter=interaction_q(rule.when))
                for rule in rules
            }
        )
        counts = [[rule.pk, found[f"rule_{rule.pk}"]] for rule in rules]
        cache.set(key, counts, SECONDS_KEPT)
    return dict(counts)


def decay_of(rule: Rule, model: ScoringModel) -> list[tuple[int, float]]:
    """(days later, points left) of one interaction, for a picture."""
    half_life = (
        model.half_life_days if rule.uses_model_half_life else rule.half_life_days
    )
    last = 3 * (half_life or model.half_life_days)
    days = [last * step / 30 for step in range(31)]
    return [
        (round(day), rule.points * (2.0 ** (-day / half_life) if half_life else 1.0))
        for day in days
    ]


def _sampled(contacts: int) -> list[int]:
    """Ids of everybody, or of 5,000 drawn at random."""
    ids = Contact.objects.order_by("pk").values_list("pk", flat=True)
    if contacts <= EVERYBODY_UP_TO:
        return list(ids[:EVERYBODY_UP_TO])
    ends = Contact.objects.aggregate(first=Min("pk"), last=Max("pk"))
    numbers = range(ends["first"], ends["last"] + 1)
    gaps = len(numbers) / contacts
    # The same draw each time, so that two drafts are compared on the same people.
    size = min(len(numbers), int(EVERYBODY_UP_TO * gaps))
    drawn = sorted(Random(5).sample(numbers, size))
    found: list[int] = []
    for start in range(0, len(drawn), 10_000):
        found += ids.filter(pk__in=drawn[start : start + 10_000])
    return found[:EVERYBODY_UP_TO]


def _rows(
    model: ScoringModel, contact_ids: Sequence[int], *, at: datetime
) -> Iterator[tuple[float, float, bool, bool, bool]]:
    for start in range(0, len(contact_ids), CONTACTS_PER_READ):
        ids = contact_ids[start : start + CONTACTS_PER_READ]
        contacts = list(Contact.objects.filter(pk__in=ids))
        evaluations = evaluate(contacts, model=model, at=at)
        states = Score.objects.filter(pk__in=ids).values_list(
            "pk", "is_ready", "is_armed"
        )
        stored = {pk: (ready, armed) for pk, ready, armed in states}
        for contact in contacts:
            now = evaluations[contact.pk].now
            ready, armed = stored.get(contact.pk, (False, True))
            yield (now.fit, now.engagement, now.is_disqualified, ready, armed)
