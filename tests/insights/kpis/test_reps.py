"""Figures of single reps: to themselves, and to others only where that is laid down."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from insights.models import FigureSettings
from insights.services.targets import save_figure_settings
from tests.factories.accounts import LeadFactory, MarketerFactory, RepFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
PAGE = "insights:figures"


def compare(is_on):
    chosen = FigureSettings(compares_reps=is_on)
    save_figure_settings(chosen=chosen, by=None, at=timezone.now())


def doors(client, rep):
    """What each door says of one rep: the figures of the page, CSV, API, months."""
    query = {"rep": rep.pk}
    page = client.get(reverse(PAGE), query)
    one = client.get(reverse("insights:figure", args=["accepted"]), query)
    return {
        "page": page.context["scope"].rep,
        "figure": one.context["scope"].rep,
        "file": client.get(reverse("insights:figure_file"), query).status_code,
        "api": client.get("/api/v1/kpis/", query).status_code,
        "months": client.get("/api/v1/kpis/accepted/months/", query).status_code,
    }


OPEN = {"file": 200, "api": 200, "months": 200}
SHUT = {"page": None, "figure": None, "file": 404, "api": 403, "months": 403}


@pytest.mark.parametrize("factory", [LeadFactory, MarketerFactory])
@pytest.mark.parametrize("is_on", [True, False])
def test_no_door_tells_of_a_rep_once_it_is_switched_off(client, factory, is_on):
    rep = RepFactory()
    HandoffFactory(assignee=rep, status="accepted", accepted_at=timezone.now())
    client.force_login(factory())
    compare(is_on)

    found = doors(client, rep)

    assert found == ({"page": rep, "figure": rep} | OPEN if is_on else SHUT)


@pytest.mark.parametrize("is_on", [True, False])
def test_a_rep_sees_their_own_and_nobody_elses(client, is_on):
    rep, other = RepFactory(), RepFactory()
    client.force_login(rep)
    compare(is_on)

    assert doors(client, rep) == {"page": rep, "figure": rep} | OPEN
    assert doors(client, other) == SHUT


@pytest.mark.parametrize("is_on", [True, False])
def test_the_page_of_a_figure_lists_reps_only_where_they_are_compared(client, is_on):
    rep = RepFactory(first_name="Zenobia", last_name="Quill")
    now = timezone.now()
    HandoffFactory(assignee=rep, status="accepted", accepted_at=now)
    client.force_login(LeadFactory())
    compare(is_on)

    for page in (reverse(PAGE), reverse("insights:figure", args=["accepted"])):
        shown = client.get(page).content.decode()
        assert ("Zenobia Quill" in shown) is is_on


@pytest.mark.parametrize("is_on", [True, False])
def test_attribution_names_reps_only_where_they_are_compared(client, is_on):
    client.force_login(LeadFactory())
    compare(is_on)

    page = client.get(reverse("insights:attribution"), {"by": "rep"})
    answer = client.get("/api/v1/attribution/", {"by": "rep"})

    assert ("switched off" in page.content.decode()) is not is_on
    assert answer.status_code == (200 if is_on else 400)


def test_who_leads_switches_it_in_the_browser(client):
    client.force_login(LeadFactory())
    url = reverse("insights:figure_settings")

    response = client.post(url, {"freeze_after_days": 5})

    assert response.status_code == 302
    saved = FigureSettings.current()
    assert (saved.compares_reps, saved.freeze_after_days) == (False, 5)
    assert client.post(url, {"freeze_after_days": 28}).status_code == 422


def test_nobody_else_does(client):
    for factory in (RepFactory, MarketerFactory):
        client.force_login(factory())
        url = reverse("insights:figure_settings")
        assert client.post(url, {"freeze_after_days": 5}).status_code == 403
        assert client.get(url).status_code == 200
    assert FigureSettings.current().compares_reps


def test_over_rest_too(client):
    client.force_login(LeadFactory())
    url = "/api/v1/figure-settings/"

    changed = client.patch(
        url, {"compares_reps": False}, content_type="application/json"
    )

    assert changed.json() == {"compares_reps": False, "freeze_after_days": 3}
    assert client.get(url).json() == changed.json()
    for bad in ({"freeze_after_days": 99}, {"x": 1}, {"compares_reps": None}):
        refused = client.patch(url, bad, content_type="application/json")
        assert refused.status_code == 400
