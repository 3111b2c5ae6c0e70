"""Who changed a thing last stands where it is changed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.services.segments import create_segment, update_segment
from journeys.models import Journey
from journeys.services.plans import save_journey
from scoring.services.models import create_model, update_model
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return UserFactory(first_name="Anna", last_name="Berger", role="admin")


def segment(by, at):
    row = create_segment(
        data={"name": "Heads", "condition": {"all": []}}, by=None, at=at
    )
    row = update_segment(segment=row, data={"description": "all"}, by=by, at=at)
    return reverse("contacts:edit_segment", args=[row.pk])


def journey(by, at):
    row = save_journey(journey=Journey(name="Buying"), by=by, at=at)
    return reverse("journeys:edit", args=[row.pk])


def model(by, at):
    row = create_model(data={"name": "Ours", "threshold": 50}, by=None, at=at)
    row = update_model(model=row, data={"threshold": 60}, by=by, at=at)
    return reverse("scoring:detail", args=[row.pk])


@pytest.mark.parametrize("change", [segment, journey, model])
def test_a_page_says_who_changed_it_last(client, anna, change):
    page = change(anna, timezone.now())

    client.force_login(anna)

    assert f"Changed by {anna} <time" in client.get(page).content.decode()
