"""What the people of the demo do: four kinds of them, from passers-by to buyers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

SITE = "https://www.example.com"


@dataclass(frozen=True, slots=True)
class Act:
    """Something done ``ago`` before the demo was made."""

    ago: timedelta
    kind: str
    url: str = ""
    title: str = ""
    channel: str = ""
    utm: dict[str, str] | None = None
    properties: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Character:
    """How somebody behaves: a share of all people, days of interest, acts on each."""

    name: str
    share: int
    days: tuple[int, int]
    # kind of act -> how often, compared with the others.
    acts: dict[str, int] = field(default_factory=dict)


PAGES = {
    "page_view": (
        ("/blog/lead-scoring-basics", "Lead scoring: the basics"),
        ("/blog/marketing-and-sales", "Why marketing and sales lose leads"),
        ("/product", "Product"),
        ("/customers/nordlicht", "How Nordlicht halved its response time"),
        ("/about", "About us"),
        ("/careers", "Careers"),
    ),
    "pricing_view": (("/pricing", "Pricing"),),
    "email_reply": (("", "Re: Your questions about lead management"),),
    "content_download": (
        ("/guides/buyers-guide", "Buyer's guide"),
        ("/guides/scoring-workbook", "Scoring workbook"),
    ),
    "webinar_registered": (("/webinars/one-team", "Webinar: one team, one journey"),),
    "webinar_attended": (("/webinars/one-team", "Webinar: one team, one journey"),),
    "demo_request": (("/demo", "Request a demo"),),
    "email_click": (("/blog/marketing-and-sales", "Newsletter"),),
    "email_open": (("", "Newsletter"),),
    "form_submit": (("/newsletter", "Newsletter form"),),
    "chat": (("/product", "Chat"),),
}
# Who comes by a measure says so in the address: path -> utm_campaign.
CAMPAIGNS = {"/guides/buyers-guide": "buyers-guide", "/webinars/one-team": "one-team"}

CHARACTERS = (
    Character("passer-by", 68, (1, 2), {"page_view": 10}),
    Character(
        "reader",
        21,
        (3, 6),
        {"page_view": 14, "content_download": 1, "email_open": 4, "email_click": 1},
    ),
    Character(
        "evaluator",
        7,
        (4, 9),
        {
            "page_view": 8,
            "content_download": 3,
            "webinar_registered": 2,
            "webinar_attended": 2,
            "pricing_view": 3,
            "email_click": 2,
        },
    ),
    Character(
        "buyer",
        4,
        (5, 9),
        {
            "page_view": 6,
            "pricing_view": 5,
            "content_download": 2,
            "webinar_attended": 2,
            "demo_request": 2,
            "chat": 1,
        },
    ),
)
# What the last leads of the demo do: enough to be in an inbox this morning. Not asking
# for a demo: that would have to be answered within minutes.
FINALE = ("content_download", "webinar_attended", "pricing_view", "email_reply")


def character(random: Random) -> Character:
    weights = [candidate.share for candidate in CHARACTERS]
    return random.choices(CHARACTERS, weights=weights)[0]


def acts_of(
    who: Character, *, joined: timedelta, per_day: float, random: Random
) -> Iterator[Act]:
    """What somebody did between ``joined`` ago and now, on working days mostly.

    ``per_day`` stretches how much they do on a day of interest.
    """
    kinds, weights = list(who.acts), list(who.acts.values())
    for _day in range(random.randint(*who.days)):
        # Interest is greatest in the beginning.
        moment = joined * (1 - random.random() ** 1.6)
        for _act in range(max(1, round(random.expovariate(1 / per_day)))):
            moment -= timedelta(seconds=random.randrange(20, 240))
            if moment < timedelta(minutes=10):
                break
            yield act(random.choices(kinds, weights=weights)[0], moment, random)


def finale_of(*, ago: timedelta, random: Random) -> Iterator[Act]:
    """A burst of serious interest that ended ``ago``."""
    for place, kind in enumerate(reversed(FINALE)):
        yield act(kind, ago + timedelta(minutes=7 * place), random)


def act(kind: str, ago: timedelta, random: Random) -> Act:
    path, title = random.choice(PAGES[kind])
    campaign = CAMPAIGNS.get(path)
    return Act(
        ago=ago,
        kind=kind,
        url=SITE + path if path else "",
        title=title,
        utm={"campaign": campaign} if campaign else None,
    )
