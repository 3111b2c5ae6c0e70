"""The pages of figures: all of them, those of a journey, a rep and a measure, and each.

The same house as in ``dashboards``, its months closed. Goal: at 100,000 contacts and
1,000,000 interactions the 95th percentile of the server's time stays below 300 ms.
"""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from insights.kpis.registry import KPIS
from insights.selectors.periods import CHOICES
from insights.services.kpi_months import freeze_due_month
from journeys.models import Journey, Measure, Phase
from tests.benchmarks import contact_list, dashboards
from tests.benchmarks._report import only, seconds


def run() -> bool:
    dashboards.fill()
    only("closing twelve months", f"{seconds(close_months):.0f} s")
    contact_list.settle()
    contact_list.as_the_web_process_does()
    _marketer, rep, lead = dashboards.people()
    met = []
    for user in (lead, rep):
        client = Client()
        client.force_login(user)
        paths = paths_of(user)
        met += [dashboards.measured(client, name, paths[name]) for name in paths]
    return all(met)


def close_months() -> None:
    while freeze_due_month(at=timezone.now()):
        pass


def paths_of(user: User) -> dict[str, str]:
    """What is measured: name -> address."""
    rep = User.objects.filter(role=User.Role.REP).first()
    narrowed = {
        "all figures": "",
        "figures of a journey": f"&journey={Journey.objects.get().pk}",
        "figures of a measure": f"&measure={Measure.objects.first().pk}",
        "figures of a rep": f"&rep={rep.pk}",
    }
    every = reverse("insights:figures")
    paths = {
        f"{name} in {days} days, {user.role}": f"{every}?period={days}{query}"
        for days in CHOICES
        for name, query in narrowed.items()
    }
    phase = Phase.objects.order_by("position")[1]
    for key, kpi in KPIS.items():
        query = f"&phase={phase.pk}" if kpi.needs_phase else ""
        page = reverse("insights:figure", args=[key])
        paths[f"page of {key}, {user.role}"] = f"{page}?period=365{query}"
    return paths
