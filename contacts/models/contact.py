from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from django.db import models
from django.db.models import FilteredRelation, Q
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.likeness import core_of
from contacts.models.company import MAX_WORDS, Company
from contacts.text import folded

Key = TypeVar("Key")

# What every list asks. An index that says so answers it without reading the row.
LIVES = Q(merged_into=None)


class Tag(models.Model):
    """A word that contacts are marked with. Lower case."""

    name = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User, action: str) -> ContactQuerySet:
        """One team, one record: all may read; reps write their own and unowned ones."""
        if action == "read" or user.runs_marketing:
            return self
        if user.role == User.Role.REP and action != "bulk_delete":
            return self.filter(Q(owner=user) | Q(owner=None))
        return self.none()

    def by_email(self, emails: list[str]) -> dict[str, Contact]:
        """Those with one of these addresses, by key (see ``Contact.key_of``)."""
        keys = {Contact.key_of(email) for email in emails}
        return {row.email_key: row for row in self.filter(email_key__in=keys)}

    def addressed(self, keys: Collection[str]) -> dict[str, Contact]:
        """Whom these addresses lead to, by key: who has one, or took over who had it."""
        rows = self.filter(email_key__in=keys) if keys else ()
        return self.living({row.email_key: row for row in rows})

    def living(self, found: dict[Key, Contact]) -> dict[Key, Contact]:
        """The same, with survivors in place of those who were merged into them."""
        gone = {row.merged_into_id for row in found.values()} - {None}
        if not gone:
            return found
        kept = Contact.objects.in_bulk(gone)
        return {
            key: row if row.merged_into_id is None else kept[row.merged_into_id]
            for key, row in found.items()
            if row.merged_into_id is None or row.merged_into_id in kept
        }

    def merged(self) -> ContactQuerySet:
        """Of everyone those who go on as somebody else; few, and found by index."""
        return self.filter(merged_into__isnull=False)

    def with_open_visit(self) -> ContactQuerySet:
        """With ``open_visit``: where the contact is now. Joined only if it is used."""
        is_open = Q(phase_visits__left_at=None)
        return self.annotate(
            open_visit=FilteredRelation("phase_visits", condition=is_open)
        )

    def search(self, words: str) -> ContactQuerySet:
        """Those with each of ``words`` in name, e-mail or company, in any order.

        Of fewer than three letters, they are found where a word begins: of those the
        index of trigrams knows nothing else, and every row would have to be read.
        """
        found = self
        for word in folded(words).split()[:MAX_WORDS]:
            if len(word) < 3 and word.isalnum():
                matches = Q(search_text__startswith=word)
                for before in " @.-":
                    matches |= Q(search_text__contains=f"{before}{word}")
            else:
                matches = Q(search_text__contains=word)
            found = found.filter(matches)
        return found


class LivingManager(models.Manager.from_queryset(ContactQuerySet)):
    """Without those who were merged into another: nobody deals with them any more."""

    def get_queryset(self) -> ContactQuerySet:
        return super().get_queryset().filter(LIVES)


class Contact(models.Model):
    """A known person."""

    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    # The address without regard to case; None without an address.
    email_key = models.CharField(max_length=254, unique=True, null=True, editable=False)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    company = models.ForeignKey(
        Company,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("company"),
    )
    owner = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("owner"),
    )
    tags = models.ManyToManyField(
        Tag, blank=True, related_name="contacts", verbose_name=_("tags")
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    timezone = models.CharField(_("time zone"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True)
    custom = models.JSONField(_("custom fields"), default=dict, blank=True)
    # The address without what the same mailbox may be written with: see core_of.
    email_core = models.CharField(max_length=254, default="", editable=False)
    # What it is sorted by: last and first name, else the address, folded.
    name_key = models.CharField(max_length=254, default="", editable=False)
    # Name, e-mail and company, folded. The verbs keep both in step.
    search_text = models.TextField(default="", editable=False)
    created_at = models.DateTimeField(_("created"), default=now)
    updated_at = models.DateTimeField(_("updated"), default=now)
    # Someone who never becomes sales-ready: a competitor, a bad fit, an objection.
    disqualified_at = models.DateTimeField(null=True, blank=True)
    # The same person, who goes on there. Its row is kept, so that it can be undone and
    # its address leads to the survivor.
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        related_name="absorbed",
        editable=False,
        db_index=False,
    )

    objects = LivingManager()
    everyone = ContactQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["-updated_at", "-id"],
                condition=LIVES,
                name="contacts_updated",
            ),
            models.Index(
                fields=["-created_at", "-id"],
                condition=LIVES,
                name="contacts_created",
            ),
            models.Index(
                fields=["name_key", "id"],
                condition=LIVES,
                name="contacts_by_name_key",
            ),
            models.Index(
                fields=["owner", "-updated_at", "-id"],
                condition=LIVES,
                name="contacts_by_owner",
            ),
            models.Index(
                fields=["company", "-updated_at", "-id"],
                condition=LIVES,
                name="contacts_by_company",
            ),
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="contacts_merged",
            ),
            models.Index(
                fields=["email_core"],
                condition=~Q(email_core=""),
                name="contacts_by_email_core",
            ),
            models.Index(
                fields=["phone"], condition=~Q(phone=""), name="contacts_by_phone"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or gettext("Unnamed contact")

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @staticmethod
    def key_of(email: str) -> str:
        return email.strip().casefold()

    def is_like(self, other: Contact) -> bool:
        """True if all that stands in the two rows is the same."""
        names = [field.attname for field in Contact._meta.concrete_fields]
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def refresh_keys(self) -> None:
        """Bring in step what lists sort by and search in; not saved."""
        company = self.company.name if self.company else ""
        name = f"{self.last_name} {self.first_name}".strip() or self.email
        self.email_core = core_of(self.email)
        self.name_key = folded(name)[:254]
        self.search_text = folded(f"{self.full_name} {self.email} {company}")


class ContactIdentifier(models.Model):
    """A contact's value of an identifying custom field: no two contacts share one."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identifiers")
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["field", "value"], name="contacts_identifier_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


class FieldChange(models.Model):
    """What somebody changed on a contact, field by field. Appended, never edited."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="changes")
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    at = models.DateTimeField()
    # Where it came from: "browser", "api", "import 12", "form".
    source = models.CharField(max_length=80)
    # field -> [before, after], as JSON.
    changes = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-at"], name="contacts_change_timeline")
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.changes)} at {self.at:%Y-%m-%d %H:%M}"
