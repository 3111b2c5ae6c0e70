"""Who works here: users, their tokens, their inbox, their long-running jobs.

Django finds models here; everything else imports them from their own module.
"""

from accounts.models.job import Job
from accounts.models.notification import Notification
from accounts.models.token import ApiToken
from accounts.models.user import User

__all__ = ["ApiToken", "Job", "Notification", "User"]
