"""The whole demo, made once: what the README promises, and that it goes again."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts.models import Notification, User
from campaigns.models import (
    AddressKey,
    Content,
    DownloadGrant,
    Enrollment,
    Form,
    FormSubmission,
    LandingPage,
    MailLink,
    MailTemplate,
    Message,
    OptIn,
    Sequence,
    Topic,
    Upload,
)
from campaigns.models.event import Event
from campaigns.models.interest import Interest
from campaigns.models.sender import Sender
from campaigns.services.interests import recount_stale_interests
from contacts.duplicates import likely_pairs
from contacts.models import Contact, Suppression
from insights.kpis.definitions import Scope
from insights.models import (
    KpiMonth,
    KpiTarget,
    ReportSubscription,
    WallBoard,
)
from insights.selectors.attribution.report import attribution
from insights.selectors.figure_pages import all_figures
from insights.selectors.findings.ranking import findings
from insights.selectors.findings.steps import weakest_finding
from insights.selectors.health import health
from insights.selectors.periods import last_days, month_of
from insights.services.demo import create_demo
from insights.services.demo_removal import remove_demo
from journeys.models import Interaction, Journey, TrackedLink
from sales.models import Claim, Deal, Handoff, Holiday, Territory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
MADE = (
    *(Sequence, Enrollment, Event, MailTemplate, Message, Content, Upload),
    *(Topic, Interest, Sender, LandingPage, Form, FormSubmission, OptIn),
    *(TrackedLink, MailLink, Suppression, AddressKey, DownloadGrant, Claim),
    *(Holiday, Territory, ReportSubscription, WallBoard, KpiMonth, KpiTarget),
)


@pytest.fixture(scope="module")
def _demo(
    django_db_setup, django_db_blocker, tmp_path_factory
) -> Iterator[dict[str, str]]:
    """Each test is undone by a savepoint within this transaction."""
    place = tmp_path_factory.mktemp("demo")
    with (
        override_settings(DATA_DIR=place, MEDIA_ROOT=place),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        yield create_demo(contacts=1_200, interactions=9_000, seed=1, at=AT)
        transaction.set_rollback(True)


@pytest.fixture
def passwords(_demo: dict[str, str], db) -> dict[str, str]:
    return _demo


def test_the_readme_keeps_its_promise(passwords):
    rep = User.objects.get(username="rep")
    waiting = Notification.objects.in_inbox(at=AT).filter(
        recipient=rep, kind=Notification.Kind.HANDOFF
    )
    assert (Contact.objects.count(), Journey.objects.count()) == (1_200, 2)
    assert waiting.count() == 7
    assert list(passwords) == ["admin", "marketer", "rep", "rep2", "lead"]
    assert 7_000 < Interaction.objects.count() < 11_000
    assert not Interaction.objects.filter(occurred_at__gt=AT).exists()
    # Nothing that the promise clock would have seen to.
    assert not Handoff.objects.acting(at=AT).exists()
    assert len(likely_pairs()) >= 4
    open_deals = Deal.objects.open()
    stages = Counter(open_deals.values_list("stage", flat=True))
    assert {"needs_analysis", "offer", "negotiation"} == stages.keys()
    late = open_deals.filter(next_step_date__lt=timezone.localdate(AT)).count()
    assert 0 < late < sum(stages.values()) / 2
    ends = {"won", "lost"}
    assert ends < set(Deal.objects.values_list("status", flat=True))
    kinds = Counter(Handoff.objects.values_list("status", flat=True))
    assert {"offered", "accepted", "declined"} <= kinds.keys()
    # One answer waits for the next, and Ben has passed on a question of Lena's.
    mine = Notification.objects.filter(recipient=rep)
    assert mine.snoozed(at=AT).filter(waits_for=Notification.Event.REPLY).exists()
    [question] = mine.in_inbox(at=AT).filter(kind=Notification.Kind.MENTION)
    assert str(question.given_by) == "Ben Ortiz"
    figures_tell_a_story()


def figures_tell_a_story():
    """Closed months of everybody, targets met and missed, and measures that paid."""
    month = Scope(month_of(timezone.localdate(AT), at=AT).earlier(), at=AT)
    closed = KpiMonth.objects.filter(month=month.period.first)
    whose = {
        scope.partition(":")[0] for scope in closed.values_list("scope", flat=True)
    }
    assert whose == {"", "journey", "phase", "team", "rep", "measure"}
    assert closed.get(kpi="won_value", scope="").value > 0
    assert {row.is_met for row in all_figures(month)} == {None, True, False}
    found = attribution(
        last_days(90, at=AT),
        rows=Deal.objects.all(),
        conversion="deal_won",
        by="measure",
    )
    assert len(found.known) >= 0.6 * len(found.walks) > 0
    paid = [line.back for line in found.lines("position") if line.cost]
    # One brings more than it costs, and what is planted to bring nothing does not.
    assert max(paid) > 1 > min(paid) == 0


@pytest.mark.usefixtures("passwords")
def test_the_planted_flaw_is_named_first():
    journey = Journey.objects.get(name="Business customers")

    for days in (30, 90):
        found = health(journey, last_days(days, at=AT), at=AT)
        first, *others = findings(found)

        assert (first.code, str(first.phase)) == ("nobody_enters", "Trial")
        assert first.contacts >= 10
        assert first.sentence == (
            "Nobody has ever entered Trial: its entry condition brings nobody in. "
            f"{first.contacts} contacts came past it."
        )
        [paid] = [
            flaw for flaw in others if str(flaw.measure) == "Guided trial accounts"
        ]
        assert (paid.code, paid.severity) == ("idle_measure", first.severity)
        assert "€ and set nothing in motion in this period." in paid.sentence
        assert weakest_finding(found) is not None


@pytest.mark.usefixtures("passwords")
def test_nothing_that_marketing_made_in_the_demo_is_left():
    recount_stale_interests()
    empty = [model.__name__ for model in MADE if not model.objects.exists()]

    removal = remove_demo(by=None, at=AT)

    assert empty == []
    assert [m.__name__ for m in MADE if m.objects.exists()] == []
    # The last administrator stays.
    assert removal.kept == ["Robin Albers"]
