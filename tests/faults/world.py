"""What a row works in: people, a model, an installation, and oracles outside of it."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import ExitStack
from itertools import chain, count
from pathlib import Path
from random import Random
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Notification, User
from accounts.services.tokens import create_token
from contacts.models import Contact
from journeys.models import Interaction
from sales.models import Handoff
from scoring.models import Crossing, Rule, Score, ScoringModel, StaleMark
from scoring.selectors.verification import wrong_crossings, wrong_scores
from tests.factories.accounts import AdminFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.faults.registry import Figure
from tests.faults.traffic import Event, Traffic
from tests.installation.client import Client
from tests.installation.processes import Installation, wait_for
from tests.installation.servers import Postgres, Redis
from tests.oracle import score as oracle

# Together they are each kind of rule that there is.
RULES = [
    oracle.EngagementRule(("chat",), 5, None),
    oracle.EngagementRule(("page_view",), 1, 7, max_per_day=5, max_points=10),
    oracle.EngagementRule(("webinar_attended",), 25, 30),
    oracle.EngagementRule(("unsubscribe",), -30, 30),
]
KINDS = ["chat", "chat", "page_view", "page_view", "page_view", "webinar_attended"]
KINDS += ["unsubscribe"]
SETTLE_SECONDS = 60


class World:
    """One row's surroundings. As a context it ends all that was started in it."""

    def __init__(
        self,
        place: Path,
        *,
        size: int,
        seed: int,
        is_short: bool = False,
        redis_url: str = "",
        postgres: Postgres | None = None,
        redis: Redis | None = None,
    ) -> None:
        self.place, self.size, self.seed = place, size, seed
        # Beside other tests, so times say little.
        self.is_short = is_short
        self.redis_url, self.postgres, self.redis = redis_url, postgres, redis
        self.random = Random(seed)
        self.backend = "sqlite" if connection.vendor == "sqlite" else "PG + Redis"
        self.faults = 0
        self.figures: list[Figure] = []
        self.traffic = Traffic(self)
        self._stack = ExitStack()
        self.installation: Installation | None = None
        self._count, self._numbers = 0, count()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.traffic.stop()
        self._stack.close()
        connections.close_all()

    # What there is ---------------------------------------------------------------

    def install(self, roles: str = "web worker scheduler", **more: str) -> Installation:
        """LeadHub's processes; they end with the row."""
        self.installation = self.prepare(**more).start(roles)
        return self.installation

    def prepare(self, **more: str) -> Installation:
        """One of which nothing runs yet."""
        self._count += 1
        where = self.place / f"installation{self._count}"
        made = Installation(where, redis_url=self.redis_url, **more)
        return self._stack.enter_context(made)

    def add_model(self, *, threshold: float = 60) -> ScoringModel:
        model = ScoringModelFactory(threshold=threshold)
        for rule in RULES:
            RuleFactory(
                scoring_model=model,
                dimension=Rule.Dimension.ENGAGEMENT,
                points=rule.points,
                when={"kind": list(rule.kinds)},
                uses_model_half_life=False,
                half_life_days=rule.half_life_days,
                max_per_day=rule.max_per_day,
                max_points=rule.max_points,
            )
        return model

    def add_contacts(self, count: int, **fields: object) -> list[Contact]:
        rep = User.objects.filter(role=User.Role.REP).first() or RepFactory()
        return [ContactFactory(owner=rep, company=None, **fields) for _ in range(count)]

    def token(self) -> str:
        admin = User.objects.filter(role=User.Role.ADMIN).first() or AdminFactory()
        return create_token(user=admin, name="faults", at=timezone.now())

    def client(self) -> Client:
        made = Client(self.installation.port, token=self.traffic.token)
        self._stack.callback(made.close)
        return made

    def events(self, contacts: list[Contact], number: int) -> list[Event]:
        """New events of the last two days, in any order."""
        now = timezone.now()
        return [
            Event(
                event_id=f"e{self.seed}-{next(self._numbers)}",
                contact_id=self.random.choice(contacts).pk,
                kind=self.random.choice(KINDS),
                occurred_at=now
                - timezone.timedelta(seconds=self.random.uniform(0, 48 * 3600)),
            )
            for _ in range(number)
        ]

    # What is said of it ----------------------------------------------------------

    def say(self, name: str, value: float, most: float | None = 0) -> None:
        self.figures.append(Figure(name, value, most))

    def settle(self, seconds: float = SETTLE_SECONDS) -> float:
        """Wait for the last mark to go; the processes do it. Return how long it took."""
        began = time.monotonic()
        wait_for(lambda: not StaleMark.objects.to_do().exists(), seconds=seconds)
        return time.monotonic() - began

    def judge(self) -> None:
        """The figures that every row owes: what was lost, doubled or counted wrong."""
        sent = self.traffic.acknowledged
        stored = set(Interaction.objects.values_list("event_id", flat=True))
        self.say("lost", len(sent.keys() - stored))
        self.say("double", Interaction.objects.count() - len(stored))
        self.say("unscored", StaleMark.objects.count())
        self.say("wrong", self.differences())
        mismatches = list(chain(wrong_scores(), wrong_crossings()))
        self.say("mismatches", len(mismatches))
        crossings = Crossing.objects.count()
        self.say("crossings", crossings, None)
        told = Notification.objects.filter(kind="handoff").count()
        self.say("notifications - crossings", abs(told - crossings))
        by_contact = Handoff.objects.open().values_list("contact_id", flat=True)
        self.say("second handoffs", len(by_contact) - len(set(by_contact)))
        self.say("5xx", len(self.traffic.errors))

    def differences(self) -> int:
        """Contacts whose score is not what the oracle makes of what the client sent."""
        happened = defaultdict(list)
        for event in self.traffic.acknowledged.values():
            one = oracle.Happened(event.kind, event.occurred_at)
            happened[event.contact_id].append(one)
        zone, wrong = ZoneInfo(settings.TIME_ZONE), 0
        for score in Score.objects.filter(evaluated_at__isnull=False):
            expected = oracle.engagement(
                RULES, happened[score.pk], at=score.evaluated_at, zone=zone
            )
            wrong += abs(score.engagement - expected) > 1e-6
        evaluated = Score.objects.filter(pk__in=happened, evaluated_at__isnull=False)
        return wrong + len(happened) - evaluated.count()
