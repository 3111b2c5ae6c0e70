"""What we offer and send. Django finds models here; import them from their module."""

from campaigns.models.address import AddressKey
from campaigns.models.public_pages import (
    Form,
    FormSubmission,
    LandingPage,
    PageCount,
)

__all__ = ["AddressKey", "Form", "FormSubmission", "LandingPage", "PageCount"]
