from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.contact import Contact
from contacts.models.segment import Segment
from journeys.models.interaction import Channel
from journeys.models.team import Team


class JourneyQuerySet(models.QuerySet["Journey"]):
    def visible_to(self, user: User, action: str) -> JourneyQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def live(self) -> JourneyQuerySet:
        return self.filter(is_active=True)


class Journey(models.Model):
    """The way we have in mind for a segment: ordered phases, reviewed by a date."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)
    # Contacts of this segment enter by themselves; without one only by hand or API.
    segment = models.ForeignKey(
        Segment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="journeys",
        verbose_name=_("segment"),
    )
    # Contacts in it for whom it holds have reached what it is for; empty: nobody.
    goal = models.JSONField(_("goal"), default=dict, blank=True)
    ends_at_goal = models.BooleanField(
        _("who reaches the goal leaves the journey"), default=False
    )
    target_days = models.PositiveSmallIntegerField(
        _("target time of the whole in days"), null=True, blank=True
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Whom reviews are asked of.
    owner = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    review_date = models.DateField(_("to be reviewed by"), null=True, blank=True)
    remind_days = models.PositiveSmallIntegerField(
        _("days before it to remind"), default=7, validators=[MaxValueValidator(365)]
    )
    # The review dates of which somebody was reminded, and told that they have passed.
    reminded_date = models.DateField(null=True, editable=False)
    overdue_date = models.DateField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = JourneyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class PhaseManager(models.Manager["Phase"]):
    """Of the plan as it is. Stays in phases that have left it are history."""

    def get_queryset(self) -> models.QuerySet[Phase]:
        return super().get_queryset().filter(retired_at=None)


class PhaseQuerySet(models.QuerySet["Phase"]):
    def visible_to(self, user: User, action: str) -> PhaseQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def nurturing(self, contact_id: int) -> PhaseQuerySet:
        """Of marketing's, in the journey that a contact is in: where it may return to."""
        here = self.filter(visits__contact=contact_id, visits__left_at=None)
        return self.filter(
            journey__in=here.values("journey"), stage=Phase.Stage.MARKETING
        ).order_by("position")


class Phase(models.Model):
    """One step of a journey, owned by a team."""

    class Stage(models.TextChoices):
        """Whose phase it is; the board shows them in these bands."""

        MARKETING = "marketing", _("Marketing")
        HANDOFF = "handoff", _("Handoff")
        SALES = "sales", _("Sales")

    class ExitLeads(models.TextChoices):
        """Where contacts go once the exit condition holds."""

        NEXT = "next", _("On to the next phase")
        OUT = "out", _("Out of the journey")

    class Outcome(models.TextChoices):
        """Which deals lead here."""

        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="phases")
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"))
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage.choices, default=Stage.MARKETING
    )
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="phases",
        verbose_name=_("team"),
    )
    # Contacts of the journey whose deal ended like that move here.
    outcome = models.CharField(
        _("where deals end that were"),
        max_length=4,
        choices=Outcome.choices,
        blank=True,
        default="",
    )
    # Contacts of the journey that satisfy it move here; empty: only by hand.
    entry_condition = models.JSONField(_("entry condition"), default=dict, blank=True)
    # Contacts in it for whom it holds are done here, unless the entry condition of a
    # later phase takes them further. Of marketing's phases only.
    exit_condition = models.JSONField(_("exit condition"), default=dict, blank=True)
    exit_leads = models.CharField(
        _("the exit leads"),
        max_length=4,
        choices=ExitLeads.choices,
        default=ExitLeads.NEXT,
    )
    target_days = models.PositiveSmallIntegerField(
        _("target time in days"), null=True, blank=True
    )
    # Since when it is not of the plan any more, and where contacts in it went: into
    # another phase, else out of the journey.
    retired_at = models.DateTimeField(null=True, editable=False)
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = PhaseManager.from_queryset(PhaseQuerySet)()
    ever = PhaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "name"],
                condition=Q(retired_at=None),
                name="journeys_phase_name_once",
            ),
            models.UniqueConstraint(
                fields=["journey", "position"],
                condition=Q(retired_at=None),
                name="journeys_phase_position_once",
            ),
            models.UniqueConstraint(
                fields=["journey", "outcome"],
                condition=~Q(outcome="") & Q(retired_at=None),
                name="journeys_phase_outcome_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to(self, user: User, action: str) -> MeasureQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def current(self) -> MeasureQuerySet:
        """Of the plan as it is: what others brought stays counted on them."""
        return self.filter(retired_at=None, phase__retired_at=None)

    def choosable(self, *, kept: int | None) -> MeasureQuerySet:
        """Of the plan as it is, and the one with the number ``kept``, chosen before."""
        is_current = Q(retired_at=None, phase__retired_at=None)
        return self.filter(is_current | Q(pk=kept))


class Measure(models.Model):
    """An acquisition measure of a phase. What it brought is counted on it.

    An interaction is counted on a measure by the tracked link it came through, or by
    ``utm_campaign`` where the source names one.
    """

    class Direction(models.TextChoices):
        PULL = "pull", _("Pull")
        PUSH = "push", _("Push")

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="measures")
    name = models.CharField(_("name"), max_length=120)
    direction = models.CharField(
        _("direction"), max_length=4, choices=Direction.choices
    )
    channel = models.CharField(_("channel"), max_length=20, choices=Channel.choices)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, verbose_name=_("team")
    )
    url = models.URLField(_("content"), blank=True)
    utm_campaign = models.CharField(_("UTM campaign"), max_length=120, blank=True)
    # Since when it is not of the plan any more.
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["utm_campaign"],
                condition=~Q(utm_campaign=""),
                name="journeys_measure_utm",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_retired(self) -> bool:
        """It, or its phase, is not of the plan any more. The phase is to be there."""
        return self.retired_at is not None or self.phase.retired_at is not None


class PhaseVisitQuerySet(models.QuerySet["PhaseVisit"]):
    def visible_to(self, user: User, action: str) -> PhaseVisitQuerySet:
        """One team, one record: whoever is signed in may read all of them."""
        return self


class PhaseVisit(models.Model):
    """A contact's stay in a phase. Only ``left_at`` is ever written later.

    A contact is in one phase of one journey at a time.
    """

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="phase_visits")
    phase = models.ForeignKey(Phase, models.PROTECT, related_name="visits")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    # Who moved them; None: the entry condition did.
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = PhaseVisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(left_at=None),
                name="journeys_one_open_visit",
            )
        ]
        indexes = [
            models.Index(
                fields=["phase", "entered_at"],
                condition=Q(left_at=None),
                name="journeys_visits_open",
            ),
            models.Index(
                fields=["contact", "-entered_at"], name="journeys_visits_contact"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.phase_id} since {self.entered_at:%Y-%m-%d}"
