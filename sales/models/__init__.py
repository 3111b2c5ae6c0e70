"""What sales does with a lead that is ready. Django finds models here."""

from sales.models.calendar import Holiday, PromiseSettings
from sales.models.cause import HandoffCause
from sales.models.claim import Claim
from sales.models.deal import Deal, DealEvent
from sales.models.deal_settings import DealSettings
from sales.models.handoff import Handoff, HandoffEvent
from sales.models.needs import NeedsAnswer, Question
from sales.models.offer import Offer, OfferCounter, OfferLine
from sales.models.reply_mark import ReplyMark
from sales.models.task import Task
from sales.models.territory import Territory

__all__ = [
    "Claim",
    "Deal",
    "DealEvent",
    "DealSettings",
    "Handoff",
    "HandoffCause",
    "HandoffEvent",
    "Holiday",
    "NeedsAnswer",
    "Offer",
    "OfferCounter",
    "OfferLine",
    "PromiseSettings",
    "Question",
    "ReplyMark",
    "Task",
    "Territory",
]
