"""What is left to do before LeadHub works for a company; computed, never ticked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from accounts.models import Job, User
from campaigns.models import LandingPage
from contacts.models import Contact
from insights.models import DemoData
from journeys.models import Journey
from scoring.models import ScoringModel


@dataclass(frozen=True, slots=True)
class Step:
    """A thing to do, why, and where; what the demo did does not count as done."""

    label: str
    hint: str
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class DemoState:
    """That there are demo data, and the job that is taking them away, if one is."""

    demo: DemoData
    job: Job | None


def demo_state() -> DemoState | None:
    demo = DemoData.objects.first()
    if demo is None:
        return None
    unfinished = (Job.Status.QUEUED, Job.Status.RUNNING)
    jobs = Job.objects.filter(kind=Job.Kind.DEMO_REMOVAL, status__in=unfinished)
    return DemoState(demo, jobs.first())


def first_steps(demo: DemoData | None) -> list[Step]:
    """The steps in order; seven queries at most."""
    rows = demo.rows if demo else {}

    def own(model: type[Any]) -> Any:
        ids = rows.get(model._meta.label, [])
        return model._default_manager.exclude(pk__in=ids)

    reps = own(User).filter(is_active=True, role__in=(User.Role.REP, User.Role.LEAD))
    published = own(LandingPage).filter(Q(form__isnull=False), is_published=True)
    return [
        Step(
            _("Set up mail"),
            _("So that reps are told by mail and people can confirm: EMAIL_URL."),
            "",
            not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"),
        ),
        Step(
            _("Bring in your contacts"),
            _("From a file of any kind; you see first what it would bring."),
            _url("contacts:imports"),
            Contact.objects.filter(pk__gt=demo.last_contact_id if demo else 0).exists(),
        ),
        Step(
            _("Decide when a lead is ready"),
            _("Take our scoring rules, look at what they would do, publish them."),
            _url("scoring:list"),
            ScoringModel.objects.filter(is_active=True).exists(),
        ),
        Step(
            _("Lay out a journey"),
            _("Phases, who looks after them, and what brings people in."),
            _url("journeys:list"),
            own(Journey).exists(),
        ),
        Step(
            _("Publish a landing page with a form"),
            _("Where visitors trade their data for content."),
            _url("campaigns:list"),
            published.exists(),
        ),
        Step(
            _("Invite a sales rep"),
            _("Somebody has to be there when the first lead is ready."),
            _url("accounts:person_new"),
            reps.exists(),
        ),
    ]


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
