"""Who we may talk to. Django finds models here; import them from their own module."""

from contacts.models.company import Company
from contacts.models.consent import Consent
from contacts.models.contact import Contact, ContactIdentifier, FieldChange, Tag
from contacts.models.custom_field import CustomField
from contacts.models.data_request import DataRequest
from contacts.models.imports import Import, ImportRow
from contacts.models.merge import Distinct, Merge
from contacts.models.proposal import Proposal
from contacts.models.segment import SavedView, Segment
from contacts.models.touch import (
    CompanyGuard,
    Suppression,
    TouchDecision,
    TouchGuard,
)

__all__ = [
    "Company",
    "CompanyGuard",
    "Consent",
    "Contact",
    "ContactIdentifier",
    "CustomField",
    "DataRequest",
    "Distinct",
    "FieldChange",
    "Import",
    "ImportRow",
    "Merge",
    "Proposal",
    "SavedView",
    "Segment",
    "Suppression",
    "Tag",
    "TouchDecision",
    "TouchGuard",
]
