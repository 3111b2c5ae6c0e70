"""``manage.py demo``: what the README promises, and the same for the same seed."""

import io
import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import Notification, User
from contacts.duplicates import likely_pairs
from contacts.models import Contact
from insights.kpis.definitions import Scope
from insights.models import KpiMonth
from insights.selectors.attribution.report import attribution
from insights.selectors.figure_pages import all_figures
from insights.selectors.periods import last_days, month_of
from insights.services.demo import NotEmpty, create_demo
from journeys.models import Interaction, Journey
from sales.models import Deal, Handoff

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def told():
    """All that was invented, without numbers of rows and passwords."""
    people = Contact.objects.order_by("email").values_list(
        "email", "first_name", "job_title", "company__name", "owner__username"
    )
    acts = Interaction.objects.values_list("contact__email", "kind", "occurred_at")
    offers = Handoff.objects.values_list("contact__email", "status", "offered_at")
    found = [list(people), sorted(acts), sorted(offers, key=str)]
    return json.dumps(found, default=str)


@pytest.fixture(autouse=True)
def _data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_the_readme_keeps_its_promise():
    passwords = create_demo(contacts=1_200, interactions=9_000, seed=1, at=AT)

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


def test_it_is_refused_where_somebody_works():
    User.objects.create_user("ada")

    with pytest.raises(NotEmpty):
        create_demo(contacts=1, interactions=0, seed=1, at=AT)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("demo", contacts=1, interactions=0)
    with pytest.raises(CommandError, match="at least"):
        call_command("demo", contacts=0)


def test_it_prints_the_sign_ins_and_keeps_them(settings):
    out = io.StringIO()

    call_command("demo", contacts=5, interactions=10, seed=3, stdout=out)

    lines = out.getvalue().splitlines()
    kept = settings.DATA_DIR / "demo-sign-ins.txt"
    assert kept.read_text() == out.getvalue()
    assert kept.stat().st_mode & 0o777 == 0o600
    name, password = lines[0].split(" / ")
    assert User.objects.get(username=name).check_password(password)
    assert len(lines) == 5


def test_the_same_seed_tells_the_same_story():
    stories = []
    for seed in (7, 7, 8):
        with transaction.atomic():
            create_demo(contacts=40, interactions=200, seed=seed, at=AT)
            stories.append(told())
            transaction.set_rollback(True)

    assert stories[0] == stories[1] != stories[2]
