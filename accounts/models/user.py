from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User, action: str) -> UserQuerySet:
        """Everybody may see who works here; only administrators change it."""
        return self if action == "read" or user.is_administrator else self.none()

    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)

    def reps(self) -> UserQuerySet:
        return self.active().filter(role__in=[User.Role.REP, User.Role.LEAD])

    def called(self, name: str) -> UserQuerySet:
        """Who has this user name or e-mail address."""
        return self.filter(models.Q(username=name) | models.Q(email__iexact=name))

    def wanting_digest(self) -> UserQuerySet:
        return self.active().filter(mails_digest=True).exclude(email="")

    def administrators(self) -> UserQuerySet:
        is_one = models.Q(is_superuser=True) | models.Q(role=User.Role.ADMIN)
        return self.active().filter(is_one)

    def present(self, *, on: date) -> UserQuerySet:
        """Without those who are absent. The last day of an absence is part of it."""
        return self.exclude(absent_until__gte=on)


class Users(UserManager.from_queryset(UserQuerySet)):
    """``create_user`` and friends, with our questions."""


class User(AbstractUser):
    """Somebody who works with LeadHub."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("Administrator")
        LEAD = "lead", _("Team lead")
        MARKETER = "marketer", _("Marketer")
        REP = "rep", _("Sales rep")
        READ_ONLY = "read_only", _("Read-only")

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail address"), unique=True)
    role = models.CharField(
        _("role"), max_length=12, choices=Role.choices, default=Role.READ_ONLY
    )
    language = models.CharField(_("language"), max_length=5, blank=True, default="")
    theme = models.CharField(
        _("theme"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM
    )
    # What a rep can take on at a time; assignment goes to the most free capacity.
    capacity = models.PositiveSmallIntegerField(_("open leads at a time"), default=20)
    absent_until = models.DateField(_("absent until"), null=True, blank=True)
    # Of the promise clock: see accounts.hours. None and "": as the firm.
    working_hours = models.JSONField(_("working hours"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True, default="")
    mails_notifications = models.BooleanField(
        _("mail me what arrives in my inbox"), default=True
    )
    mails_digest = models.BooleanField(
        _("mail me every working day what waits"), default=True
    )
    # By the clock of where they are.
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the daily mail"), default=8
    )

    objects = Users()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"), name="accounts_user_email_once"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_administrator(self) -> bool:
        return self.is_active and (self.is_superuser or self.role == self.Role.ADMIN)

    @property
    def wants_mail(self) -> bool:
        return self.is_active and self.mails_notifications and bool(self.email)

    @property
    def wants_digest(self) -> bool:
        return self.is_active and self.mails_digest and bool(self.email)

    @property
    def may_write(self) -> bool:
        return self.is_administrator or self.role != self.Role.READ_ONLY

    @property
    def leads(self) -> bool:
        """Decides for the whole team: who gets what, what is aimed at, who may see it."""
        return self.is_administrator or self.role == self.Role.LEAD

    @property
    def runs_marketing(self) -> bool:
        """May change models, journeys, campaigns and segments."""
        return self.is_administrator or self.role in {
            self.Role.LEAD,
            self.Role.MARKETER,
        }

    @property
    def sees_all_sales(self) -> bool:
        """Sees handoffs of everybody, not only their own."""
        return self.is_administrator or self.role in {
            self.Role.LEAD,
            self.Role.MARKETER,
            self.Role.READ_ONLY,
        }
