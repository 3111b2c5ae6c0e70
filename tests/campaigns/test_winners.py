"""What variants, hold-outs and mails have brought, and when a split is over."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.services.tokens import create_token
from campaigns.experiments import Arm
from campaigns.models import (
    Enrollment,
    EnrollmentEvent,
    MailLink,
    Message,
    Sequence,
    SequenceEvent,
    Step,
)
from campaigns.selectors.experiments import arms_of, comparison_of
from campaigns.selectors.results import results_of
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.enrollments import enroll_contacts
from campaigns.services.sequences import save_draft
from campaigns.services.winners import choose_winner, choose_winners, set_winner
from journeys.timeline import timeline_of
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.campaigns import (
    MailTemplateFactory,
    MessageFactory,
    SenderFactory,
)
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.journeys import InteractionFactory, TrackedLinkFactory
from tests.factories.sales import HandoffFactory
from tests.factories.sequences import EnrollmentFactory, published

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def split_sequence(*, by: str = "clicks", least: int = 50, **fields) -> Sequence:
    """A split whose variants send the same mail."""
    SenderFactory()
    template = MailTemplateFactory()
    mail = {"kind": "mail", "settings": {"template": template.pk}}
    variants = [{"name": "A", "share": 50}, {"name": "B", "share": 50}]
    settings = {"variants": variants, "by": by, "least": least, "days": 3}
    step = {
        "key": "s1",
        "kind": "split",
        "settings": settings,
        "branches": {"A": [mail], "B": [mail]},
    }
    return published(step, **fields)


def split_of(sequence: Sequence) -> Step:
    return Step.objects.filter(version__sequence=sequence, key="s1").latest("pk")


def came(sequence, variant: str, *, ago: timedelta = 5 * DAY, **fields) -> Enrollment:
    step = split_of(sequence)
    contact = ContactFactory(company=None)
    run = EnrollmentFactory(
        version=step.version, sequence=sequence, contact=contact, **fields
    )
    EnrollmentEvent.objects.create(
        enrollment=run, kind="did", at=NOW - ago, step=step, note=variant
    )
    return run


def click(run, *, ago: timedelta = 4 * DAY, kind: str = "email_click", **fields):
    mail = Step.objects.filter(version=run.version, kind="mail").order_by("pk").first()
    key = f"seq:{run.pk}:{mail.pk}"
    message = Message.objects.filter(key=key).first() or MessageFactory(
        key=key,
        contact=run.contact,
        kind=Message.Kind.SEQUENCE,
        template_id=mail.settings["template"],
        draft=None,
    )
    link = TrackedLinkFactory(contact=run.contact)
    MailLink.objects.create(
        scope=f"message:{message.pk}",
        target_digest=link.token,
        link=link,
        message=message,
    )
    InteractionFactory(
        contact=run.contact, link=link, kind=kind, occurred_at=NOW - ago, **fields
    )


def test_arms_count_people_whose_days_are_over():
    sequence = split_sequence()
    for _n in range(2):
        click(came(sequence, "A"))
    click(came(sequence, "A"), is_machine=True)
    click(came(sequence, "B"), ago=timedelta(hours=1))  # after three days
    click(came(sequence, "B", ago=DAY), ago=DAY)  # the days are not over
    click(came(sequence, "B"), kind="email_open")

    arms = arms_of(sequence, split_of(sequence), at=NOW)

    assert arms == {"A": Arm(3, 2), "B": Arm(2, 0)}


def test_arms_count_who_reached_the_goal():
    goal = {"field": "job_title", "op": "eq", "value": "Head"}
    sequence = split_sequence(by="goal", goal=goal)
    ended = {"state": "finished", "end": "goal", "due_at": None}
    came(sequence, "A", ended_at=NOW - 4 * DAY, **ended)
    came(sequence, "A", ended_at=NOW - DAY, **ended)
    came(sequence, "B")

    arms = arms_of(sequence, split_of(sequence), at=NOW)

    assert arms == {"A": Arm(2, 1), "B": Arm(1, 0)}


def test_the_sweep_finds_the_winner_and_all_who_come_take_it():
    sequence = split_sequence()
    for number in range(50):
        came(sequence, "A")
        run = came(sequence, "B")
        if number < 30:
            click(run)
    save_draft(
        sequence=sequence,
        steps=[
            {
                "key": "s1",
                "kind": "split",
                "settings": {
                    "variants": [
                        {"name": "A", "share": 50},
                        {"name": "B", "share": 50},
                    ]
                },
            }
        ],
        by=None,
        at=NOW,
    )

    assert choose_winners(at=NOW) == 1
    assert choose_winners(at=NOW) == 0

    # The published step and that of the draft.
    steps = Step.objects.filter(version__sequence=sequence, key="s1")
    assert [step.settings["winner"] for step in steps] == ["B", "B"]
    event = SequenceEvent.objects.get(kind="winner")
    assert event.by is None
    assert event.facts == {
        "step": "s1",
        "winner": "B",
        "arms": {"A": [50, 0], "B": [50, 30]},
    }
    # Those who come now were not drawn, and do not count.
    came(sequence, "B", ago=-timedelta(minutes=1))
    with time_machine.travel(NOW + 9 * DAY, tick=False):
        later = arms_of(sequence, split_of(sequence), at=NOW + 9 * DAY)
    assert later["B"].contacts == 50


@pytest.mark.parametrize("fields", [{"by": "hand"}, {"least": 51}])
def test_no_winner_by_hand_or_with_too_few(fields):
    sequence = split_sequence(**fields)
    for _n in range(50):
        came(sequence, "A")
        click(came(sequence, "B"))

    assert choose_winners(at=NOW) == 0
    assert not SequenceEvent.objects.filter(kind="winner").exists()


def test_a_winner_must_be_a_variant():
    sequence = split_sequence()

    assert not set_winner(
        sequence=sequence, key="s1", winner="C", arms={}, by=None, at=NOW
    )


def by_the_page(client, user, sequence, variant):
    client.force_login(user)
    url = reverse("campaigns:split_winner", args=[sequence.pk, "s1"])
    answer = client.post(url, {"variant": variant}, follow=True)
    return answer.status_code, answer.content.decode()


def over_the_api(client, user, sequence, variant):
    scopes = ["sequences:write"]
    key = create_token(user=user, name="t", scopes=scopes, at=timezone.now())
    answer = client.post(
        f"/api/v1/sequences/{sequence.pk}/winner/",
        {"step": "s1", "variant": variant},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("by", ["hand", "clicks"])
@pytest.mark.parametrize("choose", [by_the_page, over_the_api])
def test_a_winner_is_chosen_by_hand_through_any_door(client, choose, by):
    sequence, marketer = split_sequence(by=by), MarketerFactory()
    came(sequence, "A")

    status, _said = choose(client, marketer, sequence, "B")

    assert status == 200
    assert split_of(sequence).settings["winner"] == "B"
    event = SequenceEvent.objects.get(kind="winner")
    assert (event.by, event.facts["arms"]) == (marketer, {"A": [1, 0], "B": [0, 0]})
    status, said = choose(client, marketer, sequence, "A")
    assert status in (200, 409)
    assert "has its winner already" in said
    assert split_of(sequence).settings["winner"] == "B"


@pytest.mark.parametrize("choose", [by_the_page, over_the_api])
def test_what_is_no_variant_does_not_win(client, choose):
    sequence = split_sequence()
    came(sequence, "A")

    status, said = choose(client, MarketerFactory(), sequence, "C")

    assert status in (200, 400)
    assert "The winner is none of the variants." in said
    assert split_of(sequence).settings["winner"] == ""


def test_who_comes_after_the_choice_takes_the_winner(client, clock):
    sequence = split_sequence(by="hand")
    by_the_page(client, MarketerFactory(), sequence, "B")
    contacts = [ConsentFactory().contact for _n in range(8)]

    enroll_contacts(
        sequence=sequence, contacts=contacts, source="t", by=None, at=timezone.now()
    )
    advance_due_enrollments()

    taken = EnrollmentEvent.objects.filter(kind="did", step__key="s1")
    assert set(taken.values_list("note", flat=True)) == {"B"}
    assert taken.count() == 8


def test_only_marketing_chooses_and_only_while_it_is_open(client):
    sequence = split_sequence()
    came(sequence, "A")
    results = reverse("campaigns:sequence_results", args=[sequence.pk])
    button = "Let all take A"

    status, _said = by_the_page(client, RepFactory(), sequence, "A")
    assert status == 403
    assert button not in client.get(results).content.decode()
    client.force_login(MarketerFactory())
    assert button in client.get(results).content.decode()
    choose_winner(sequence=sequence, key="s1", variant="A", by=None, at=NOW)
    assert button not in client.get(results).content.decode()


def test_the_hold_out_is_compared_by_goal_and_handoff():
    goal = {"field": "job_title", "op": "eq", "value": "Head"}
    sequence = split_sequence(goal=goal, hold_out=10)
    step, long_ago = split_of(sequence), NOW - 40 * DAY
    runs = [
        EnrollmentFactory(
            version=step.version,
            sequence=sequence,
            contact=ContactFactory(company=None),
            entered_at=long_ago,
            state="finished",
            end=end,
            due_at=None,
        )
        for end in ("done", "done", "done", "held_out", "held_out")
    ]
    HandoffFactory(contact=runs[0].contact, offered_at=long_ago + DAY)
    HandoffFactory(contact=runs[1].contact, offered_at=long_ago + 35 * DAY)
    type(runs[3].contact).objects.filter(pk=runs[3].contact_id).update(job_title="Head")
    EnrollmentFactory(version=step.version, sequence=sequence)  # too young

    found = comparison_of(sequence, at=NOW)

    assert (found.treated, found.held_out) == (Arm(3, 1), Arm(2, 1))
    assert not found.is_sure


def test_results_count_people_once_and_machines_apart():
    sequence = split_sequence()
    run = came(sequence, "A")
    mail = Step.objects.filter(version=run.version, kind="mail").order_by("pk").first()
    EnrollmentEvent.objects.create(
        enrollment=run, kind="did", at=NOW, step=mail, note="sent"
    )
    for _n in range(2):
        click(run)
    click(run, is_machine=True)
    nameless = TrackedLinkFactory()
    MailLink.objects.create(
        scope=f"template:{mail.settings['template']}:", target_digest="x", link=nameless
    )
    InteractionFactory(contact=None, link=nameless, kind="email_click")

    results = results_of(sequence, run.version)

    first = results.mails[0]
    assert (first.sent, first.clicked, first.machines) == (1, 1, 1)
    assert sum(link.nameless for link in results.links) == 1
    assert sum(link.machines for link in results.links) == 1


@pytest.mark.parametrize("row_count", [1, 3])
def test_results_cost_the_same_for_one_and_three(
    client, django_assert_max_num_queries, row_count
):
    sequence = split_sequence(hold_out=10)
    for _n in range(row_count):
        click(came(sequence, "A", entered_at=NOW - 40 * DAY))
    client.force_login(MarketerFactory())

    with django_assert_max_num_queries(27):
        page = client.get(reverse("campaigns:sequence_results", args=[sequence.pk]))

    assert "No variant is better" in page.content.decode()
    assert "may be chance" not in page.content.decode()


def test_the_timeline_tells_when_a_sequence_began_and_why_it_ended():
    from campaigns.services.enrollments import enroll_contacts, stop_enrollments

    sequence, contact = split_sequence(), ContactFactory()
    enroll_contacts(
        sequence=sequence, contacts=[contact], source="x", by=None, at=NOW - DAY
    )
    stop_enrollments(contact_ids=[contact.pk], end=Enrollment.End.REPLIED, at=NOW)

    entries, _cursor = timeline_of(contact, size=10)

    said = [(e.kind, e.detail, e.text) for e in entries if "sequence" in e.kind]
    assert said == [
        ("sequence_ended", sequence.name, "Replied"),
        ("sequence_entered", sequence.name, ""),
    ]
    only, _cursor = timeline_of(contact, size=10, kinds=frozenset({"sequence_ended"}))
    assert len(only) == 1


def test_what_was_decided_about_a_sequence_is_kept(client):
    sequence, user = split_sequence(), MarketerFactory()
    client.force_login(user)

    client.post(
        reverse("campaigns:sequence_status", args=[sequence.pk]), {"status": "paused"}
    )

    kept = list(SequenceEvent.objects.order_by("pk").values_list("kind", "facts"))
    assert kept == [
        ("published", {"number": 1, "note": ""}),
        ("status", {"status": "paused"}),
    ]
    assert SequenceEvent.objects.latest("pk").by == user
