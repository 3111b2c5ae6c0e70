"""The mails of the demo: they leave on paper only, and people and machines open them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from campaigns.mailing.lines import KEPT, Refused
from campaigns.models import Message
from campaigns.models.sender import Sender
from campaigns.services.claiming import claim_due
from campaigns.services.preparing import prepare
from campaigns.services.reactions import note_refusal
from campaigns.services.steps import (
    note_sent,
    note_unknown,
    pass_point_of_no_return,
    refuse,
    touch_of,
)
from campaigns.services.supplies import supplies_for
from contacts.gate import reasons_against
from journeys.machines import Signs
from journeys.models import TrackedLink
from journeys.services.clicks import follow_link, note_open

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
)
# They fetch images for everybody, and links to look for what is evil.
PROXY = "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"
SCANNER = "python-requests/2.32"
NO_SUCH_USER = Refused("rcpt", 550, "5.1.1 The mailbox does not exist")
# Of the sequence's mails these two have another fate.
BOUNCES, NOBODY_KNOWS = 6, 22


class Post:
    """Takes mails that are due, and says who will do what with each, and when."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0

    def deliver(self, *, until: datetime) -> Iterator[tuple[datetime, Message]]:
        """Let all that is due leave, each when it was due; yield those that arrived."""
        sender = Sender.objects.current()
        while messages := claim_due(at=until, leave_out=set(), per_domain=1_000):
            for message in messages:
                late = timedelta(seconds=self.random.random())
                at = min(until, message.due_at + late)
                if self._hand_over(message, sender, at=at):
                    yield at, message

    def _hand_over(
        self, message: Message, sender: Sender | None, *, at: datetime
    ) -> bool:
        reasons = reasons_against(touch_of(message, at=at))
        if reasons and refuse(message, at=at):
            return False
        is_of_sequence = message.kind == Message.Kind.SEQUENCE
        self.count += is_of_sequence
        fate = self.count if is_of_sequence else 0
        if fate == BOUNCES:
            note_refusal(message, NO_SUCH_USER, at=at)
            return False
        supplies = supplies_for([message])
        mail = prepare(message, sender=sender, supplies=supplies, at=at)
        if not pass_point_of_no_return(message, mail, at=at):
            return False
        if fate == NOBODY_KNOWS:
            why = "The connection was lost before the server had answered"
            note_unknown(message, why=why, at=at)
            return False
        return note_sent(message, answer=KEPT, at=at)

    def reactions(
        self, message: Message, *, at: datetime
    ) -> Iterator[tuple[datetime, TrackedLink, str]]:
        """(moment, link, user agent) of all that will be opened and clicked."""
        links = [
            row.link for row in message.links.select_related("link").order_by("pk")
        ]
        images = [link for link in links if not link.target_url]
        targets = [link for link in links if link.target_url]
        lot = self.random.random()
        if lot < 0.3:  # an image proxy has it before anybody sees it
            for link in images:
                yield at + timedelta(seconds=2), link, PROXY
        elif lot < 0.4:
            for link in targets:
                yield at + timedelta(seconds=3), link, SCANNER
        if self.random.random() < 0.5:
            seen_at = at + timedelta(minutes=self.random.randrange(4, 900))
            for link in images:
                yield seen_at, link, BROWSER
            if targets and self.random.random() < 0.5:
                link = self.random.choice(targets)
                yield seen_at + timedelta(seconds=40), link, BROWSER


def react(link: TrackedLink, user_agent: str, *, at: datetime) -> None:
    signs = Signs(at=at, user_agent=user_agent)
    if link.target_url:
        follow_link(link=link, signs=signs, at=at)
    else:
        note_open(link=link, signs=signs, at=at)
