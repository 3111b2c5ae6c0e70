"""The demo comes through the verbs, and goes again without a trace of it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job, User
from accounts.tasks import run_jobs
from contacts.models import Company, Contact, Merge, Segment
from contacts.services.merging import merge_contacts
from insights.models import (
    DemoData,
)
from insights.selectors.first_run import first_steps
from insights.services.demo import create_demo
from insights.services.demo_removal import remove_demo
from journeys.models import Interaction, Journey
from scoring.models import ScoringModel
from tests.factories.accounts import AdminFactory, RepFactory
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def demo() -> DemoData:
    create_demo(contacts=12, interactions=40, seed=1, at=NOW)
    return DemoData.objects.get()


def by_command() -> None:
    call_command("remove_demo")


def in_the_browser() -> None:
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(username="admin"))
    client.post(reverse("insights:remove_demo"))
    run_jobs()


@pytest.mark.parametrize("remove", [by_command, in_the_browser])
def test_the_demo_is_removed_through_any_door_and_what_is_ours_stays(demo, remove):
    ours = ContactFactory(email="")  # belongs to no segment of the demo
    rep = RepFactory(username="real")

    remove()

    assert list(Contact.objects.all()) == [ours]
    assert list(Company.objects.all()) == [ours.company]
    for model in (Interaction, Journey, Segment, DemoData):
        assert model.objects.count() == 0
    assert ScoringModel.objects.filter(is_active=True).exists()
    active = User.objects.filter(is_active=True).values_list("username", flat=True)
    assert sorted(active) == ["admin", rep.username]


def test_a_journey_that_ours_have_entered_is_switched_off_and_named(demo):
    ours = ContactFactory()
    run_jobs()
    assert ours.phase_visits.exists()

    removal = remove_demo(by=None, at=NOW)

    assert removal.kept == ["Business customers"] * 2 + ["Robin Albers"]
    assert [j.is_active for j in Journey.objects.all()] == [False]
    assert list(Contact.objects.all()) == [ours]


def test_demo_people_stay_shut_out_but_not_who_removes_them(demo):
    boss = AdminFactory()

    remove_demo(by=boss, at=NOW)

    assert list(User.objects.filter(is_active=True)) == [boss]


def test_who_was_merged_goes_with_the_demo_and_so_does_their_company(demo):
    keep, merge = Contact.objects.exclude(company=None).order_by("pk")[:2]
    merge_contacts(keep=keep, merge=merge, by=None, at=NOW, source="test")

    remove_demo(by=None, at=NOW)

    for rows in (Contact.everyone, Company.objects, Merge.objects):
        assert list(rows.all()) == []


def test_removing_the_demo_again_changes_nothing(demo):
    ours = ContactFactory()
    remove_demo(by=None, at=NOW)

    again = remove_demo(by=None, at=NOW)

    assert (again.contacts, again.kept) == (0, [])
    assert list(Contact.objects.all()) == [ours]


def test_only_administrators_remove_the_demo(demo, client):
    client.force_login(User.objects.get(username="marketer"))

    assert client.post(reverse("insights:remove_demo")).status_code == 403
    assert Job.objects.filter(kind=Job.Kind.DEMO_REMOVAL).count() == 0


def test_first_steps_do_not_count_what_the_demo_did(demo):
    before = [step.is_done for step in first_steps(demo)]
    ContactFactory()
    RepFactory()

    after = [step.is_done for step in first_steps(demo)]

    # mail, contacts, scoring, journey, page, rep
    assert before == [True, False, True, False, False, False]
    assert after == [True, True, True, False, False, True]


def test_today_shows_the_banner_and_the_first_steps_to_administrators(demo, client):
    client.force_login(User.objects.get(username="admin"))
    seen = client.get(reverse("insights:today")).content.decode()
    client.force_login(User.objects.get(username="rep"))
    by_rep = client.get(reverse("insights:today")).content.decode()

    assert "Remove them" in seen
    assert "First steps" in seen
    assert "Demo data." in by_rep
    assert "Remove them" not in by_rep
    assert "First steps" not in by_rep
