from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class CompanyQuerySet(models.QuerySet["Company"]):
    def visible_to(self, user: User, action: str) -> CompanyQuerySet:
        if action == "read" or user.may_write:
            return self
        return self.none()


class Company(models.Model):
    """An organization that contacts belong to."""

    name = models.CharField(_("name"), max_length=200)
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
        indexes = [models.Index(Lower("name"), "id", name="contacts_company_name")]

    def __str__(self) -> str:
        return self.name
