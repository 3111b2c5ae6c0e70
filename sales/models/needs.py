"""What is asked to learn what a contact needs, and what they said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journeys.models import Team
from sales.models.deal import Deal


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, user: User, action: str) -> QuestionQuerySet:
        """Everybody may read them; those who lead write them."""
        return self if action == "read" or user.leads else self.none()

    def asked_in(self, deal: Deal) -> QuestionQuerySet:
        """Those of everybody and of the deal's team, in their order."""
        rows = self.filter(Q(team=None) | Q(team=deal.team_id), is_active=True)
        return rows.order_by("position", "pk")


class Question(models.Model):
    """A question of the needs analysis, of one team or of all."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("Choice")

    team = models.ForeignKey(
        Team,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("team"),
    )
    text = models.CharField(_("question"), max_length=300)
    kind = models.CharField(
        _("kind of answer"), max_length=6, choices=Kind.choices, default=Kind.TEXT
    )
    choices = models.JSONField(_("choices"), default=list, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    # Not asked any more, but was answered.
    is_active = models.BooleanField(_("is asked"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=1)

    objects = QuestionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.text


class NeedsAnswer(models.Model):
    """What was answered, with the question as it read then."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="answers")
    question = models.ForeignKey(
        Question, models.SET_NULL, null=True, related_name="answers"
    )
    asked = models.CharField(max_length=300)
    kind = models.CharField(max_length=6, choices=Question.Kind.choices)
    # Text, a number as text, true or false.
    value = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "question"], name="sales_one_answer_a_question"
            )
        ]

    def __str__(self) -> str:
        return f"{self.asked} {self.value}"
