from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

MAX_WORDS = 8


class CompanyQuerySet(models.QuerySet["Company"]):
    def visible_to(self, user: User, action: str) -> CompanyQuerySet:
        if action == "read" or user.may_write:
            return self
        return self.none()

    def search(self, words: str) -> CompanyQuerySet:
        """Those with each of ``words`` in name or domain, in any order."""
        found = self
        for word in words.casefold().split()[:MAX_WORDS]:
            found = found.filter(
                models.Q(name_key__contains=word) | models.Q(domain__contains=word)
            )
        return found


class Company(models.Model):
    """An organization that contacts belong to."""

    name = models.CharField(_("name"), max_length=200)
    # The name without regard to case and spaces; kept in step by the verbs.
    name_key = models.CharField(max_length=400, default="", editable=False)
    # Lower case, without "www."; what tells two companies of one name apart.
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["domain"],
                condition=~models.Q(domain=""),
                name="contacts_company_domain_once",
            ),
        ]
        indexes = [models.Index("name_key", "id", name="contacts_company_by_name")]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def key_of(name: str) -> str:
        return " ".join(name.casefold().split())[:400]
