"""``manage.py demo``: what the README promises, and the same for the same seed."""

import io
import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import User
from contacts.models import Contact
from insights.services.demo import NotEmpty, create_demo
from journeys.models import Interaction
from sales.models import Handoff

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
