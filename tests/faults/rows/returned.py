"""Mails that come back: bounces, complaints and auto-replies, all of them twice."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from campaigns.models import Message
from campaigns.services.returned import take_returned_mail
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models import Suppression
from journeys.models import Interaction
from tests.campaigns import returned_mails as made
from tests.faults.mails import plan_mails
from tests.faults.registry import row
from tests.faults.world import World

SHAPES = (made.postfix, made.exchange, made.gmail)
Reason = Suppression.Reason


@row("F18", size=250, short=50)
def mails_that_come_back(world: World) -> None:
    """Of five mails one is dead, one late, one complained about, two answered by robots."""
    mails = plan_mails(world.size)
    past = timezone.now() - timedelta(hours=1)
    Message.objects.update(state="sent", transmitted_at=past, attempts=1)
    expected: dict[str, set[int]] = {"dead": set(), "complaint": set(), "other": set()}
    raw: list[bytes] = []
    for number, mail in enumerate(Message.objects.filter(pk__in=[m.pk for m in mails])):
        shape = SHAPES[number // 5 % len(SHAPES)]
        vacation = made.VACATIONS[number % len(made.VACATIONS)]
        came, what = [
            (shape(mail), "dead"),
            (shape(mail, made.SOFT), "other"),
            (made.complaint(mail), "complaint"),
            (made.answer(mail, **vacation), "other"),
            (made.answer(mail, **vacation), "other"),
        ][number % 5]
        expected[what].add(mail.contact_id)
        raw.append(came)
    raw *= 2
    world.random.shuffle(raw)
    for each in raw:
        take_returned_mail(raw=each, at=timezone.now())
    world.faults = len(raw)

    dead = _suppressed(Reason.BOUNCED)
    world.say("wrong hard", len(dead - expected["dead"]))
    world.say("hard missed", len(expected["dead"] - dead))
    complained = _suppressed(Reason.COMPLAINT)
    world.say("complaints wrong", len(complained ^ expected["complaint"]))
    ended = sum(
        _reasons(mail) != [] for mail in mails if mail.contact_id in expected["other"]
    )
    world.say("vacation = unsubscribe", ended)
    bounces = Interaction.objects.filter(kind="email_bounce").count()
    world.say("bounces beyond one each", bounces - world.size * 2 // 5)
    answers = Interaction.objects.filter(kind="email_reply").count()
    world.say("robots taken for people", answers)


def _suppressed(reason: str) -> set[int]:
    rows = Suppression.objects.filter(reason=reason)
    return set(rows.values_list("contact", flat=True))


def _reasons(mail: Message) -> list[str]:
    now = timezone.now()
    touch = Touch(mail.contact, Channel.EMAIL, Purpose.MARKETING, at=now)
    return [r.code for r in reasons_against(touch) if r.code != "frequency_cap"]
