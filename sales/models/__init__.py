"""What sales does with a lead that is ready. Django finds models here."""

from sales.models.claim import Claim
from sales.models.handoff import Handoff, HandoffEvent

__all__ = ["Claim", "Handoff", "HandoffEvent"]
