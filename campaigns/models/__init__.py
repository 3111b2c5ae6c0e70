"""What we offer and send. Django finds models here; import them from their module."""

from campaigns.models.public_pages import (
    Form,
    FormSubmission,
    LandingPage,
    PageCount,
)

__all__ = ["Form", "FormSubmission", "LandingPage", "PageCount"]
