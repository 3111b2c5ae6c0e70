from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from scoring.models import Crossing, Score, StaleMark
from scoring.services.marks import mark_scores_stale
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import RuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scored():
    """A contact with 10 points that fade, scored a minute ago."""
    RuleFactory(points=10)
    contact = ContactFactory()
    InteractionFactory(contact=contact, occurred_at=timezone.now() - timedelta(days=3))
    call_command("rescore", "--all")
    return Score.objects.get(pk=contact.pk)


def test_rescore_all_counts_everybody(scored, capsys):
    ContactFactory.create_batch(3)
    Score.objects.update(total=0, engagement=0)

    call_command("rescore", "--all")

    assert "Rescored 4 contacts" in capsys.readouterr().out
    assert Score.objects.count() == 4
    scored.refresh_from_db()
    assert scored.total == pytest.approx(10 * 2 ** (-3 / 30), abs=1e-4)


def test_rescore_counts_what_is_marked_only(scored, capsys):
    other = ContactFactory()
    mark_scores_stale(contact_ids=[other.pk], at=timezone.now())

    call_command("rescore")

    assert "Rescored 1 contacts" in capsys.readouterr().out
    assert not StaleMark.objects.exists()


def test_verify_scores_is_content_with_what_the_scorer_wrote(scored, capsys):
    call_command("verify_scores")

    assert "All scores" in capsys.readouterr().out


@pytest.mark.parametrize(
    "damage",
    [
        {"engagement": 9},
        {"total": 3},
        {"fit": 1},
        {"is_ready": True},
        {"model": None},
        {"is_ready": True, "is_armed": True, "total": 60},
    ],
)
def test_verify_scores_finds_what_was_edited(scored, damage):
    Score.objects.filter(pk=scored.pk).update(**damage)

    with pytest.raises(CommandError, match="mismatch"):
        call_command("verify_scores")


def test_verify_scores_leaves_marked_ones_to_the_scorer(scored):
    Score.objects.filter(pk=scored.pk).update(total=99)
    mark_scores_stale(contact_ids=[scored.pk], at=timezone.now())

    call_command("verify_scores")


def test_verify_scores_finds_a_crossing_that_reached_nobody(scored):
    Crossing.objects.create(
        contact=scored.contact,
        model=scored.model,
        arming=1,
        fit=0,
        engagement=60,
        total=60,
        threshold=60,
    )

    with pytest.raises(CommandError, match="1 mismatch"):
        call_command("verify_scores")
