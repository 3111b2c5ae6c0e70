"""Who works here: users, their tokens, their inbox, their long-running jobs.

Django finds models here; everything else imports them from their own module.
"""

from accounts.models.digest import Digest
from accounts.models.job import Job
from accounts.models.notification import Notification
from accounts.models.token import ApiToken
from accounts.models.user import User
from accounts.models.webhook import (
    EventCount,
    EventType,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)

__all__ = [
    "ApiToken",
    "Digest",
    "EventCount",
    "EventType",
    "Job",
    "Notification",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
