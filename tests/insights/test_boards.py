"""Boards for the wall: who puts them up, and what their address gives away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from insights import public
from insights.models import FigureSettings, WallBoard
from insights.services.boards import BadBoard, create_board, revoke_board
from tests.factories.accounts import LeadFactory, RepFactory, UserFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    PhaseFactory,
    PhaseVisitFactory,
)
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_looks_before():
    public.looks.clear()


def board(**values):
    given = {"name": "Sales floor", "figures": ["new_contacts", "accepted"]}
    return create_board(**(given | {"by": None, "at": timezone.now()} | values))


def wall(token):
    return reverse("insights:wall", args=[token])


def test_the_address_opens_it_without_signing_in(client):
    _row, token = board()
    ContactFactory()

    response = client.get(wall(token))

    page = response.content.decode()
    assert response.status_code == 200
    assert "Sales floor" in page
    assert "New contacts" in page
    assert "Win rate" not in page
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["X-Frame-Options"] == "DENY"
    assert not response.cookies


def test_a_board_says_nothing_about_contacts_and_names_reps_only_if_asked(client):
    rep = RepFactory(first_name="Anna", last_name="Keller")
    contact = ContactFactory(
        first_name="Mara", last_name="Lindqvist", email="mara@example.com"
    )
    InteractionFactory(contact=contact)
    phase = PhaseFactory(name="Awareness")
    PhaseVisitFactory(phase=phase, contact=contact)
    past = timezone.now() - DAY
    HandoffFactory(assignee=rep, contact=contact, offered_at=past, accept_by=past)
    _row, silent = board(journey=phase.journey)
    _row, naming = board(journey=phase.journey, names_reps=True)

    quiet, named = (
        client.get(wall(token)).content.decode() for token in (silent, naming)
    )

    for page in (quiet, named):
        assert "Awareness" in page
        assert "1 is late" in page
        for word in ("Mara", "Lindqvist", "mara@example.com", str(contact.company)):
            assert word not in page
        assert 'href="/contacts/' not in page
    assert "Anna Keller" not in quiet
    assert "Anna Keller" in named


def test_reps_are_not_named_where_nobody_compares_them(client):
    HandoffFactory(assignee=RepFactory(first_name="Anna", last_name="Keller"))
    _row, token = board(names_reps=True)
    before = client.get(wall(token)).content.decode()
    FigureSettings.objects.create(pk=1, compares_reps=False)

    assert "Anna Keller" in before
    assert "Anna Keller" not in client.get(wall(token)).content.decode()


def test_only_its_digest_is_kept():
    row, token = board()

    assert token not in str(WallBoard.objects.filter(pk=row.pk).values().get())
    assert row.digest == WallBoard.digest_of(token)


def test_what_opens_nothing_always_answers_the_same(client):
    row, revoked = board()
    revoke_board(board=row, at=NOW)
    row, expired = board(expires_at=NOW + DAY, at=NOW)
    _row, good = board()
    tokens = [revoked, expired, "x", good[:-1], good + "a", good.swapcase(), "%00", "ä"]

    answers = [client.get(wall(token)) for token in tokens]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    headers = [
        {k: v for k, v in answer.headers.items() if k != "X-Request-ID"}
        for answer in answers
    ]
    assert all(header == headers[0] for header in headers)
    assert client.get(wall(good)).status_code == 200


def test_a_wrong_token_costs_one_look_up(client):
    with CaptureQueriesContext(connection) as found:
        client.get(wall("wrong"))

    assert len(found) == 1


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_only_be_looked_at(client, method):
    _row, token = board()

    assert getattr(client, method)(wall(token)).status_code == 405
    assert client.head(wall(token)).status_code == 200


def test_who_guesses_is_slowed_down(client, monkeypatch):
    monkeypatch.setattr(public, "LOOKS_PER_MINUTE", 3)
    _row, token = board()

    codes = [client.get(wall(f"guess{n}")).status_code for n in range(3)]
    busy = client.get(wall(token))

    assert codes == [404, 404, 404]
    assert busy.status_code == 429
    assert busy["Retry-After"] == "60"


def test_looking_keeps_nothing_of_a_session_and_needs_none(client):
    client.force_login(LeadFactory())
    _row, token = board()

    with CaptureQueriesContext(connection) as found:
        response = client.get(wall(token))

    assert "django_session" not in " ".join(query["sql"] for query in found)
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count_does_not_grow_with_the_rows(
    client, rows, django_assert_num_queries
):
    phase = PhaseFactory()
    for _number in range(rows):
        visit = PhaseVisitFactory(phase=phase)
        InteractionFactory(contact=visit.contact)
        HandoffFactory(assignee=RepFactory(), contact=visit.contact)
    _row, token = board(journey=phase.journey, names_reps=True)
    with CaptureQueriesContext(connection) as found:
        client.get(wall(token))

    assert len(found) <= 30


@pytest.mark.parametrize("role", ["admin", "lead", "marketer", "rep", "read_only"])
def test_who_leads_puts_boards_up_and_takes_them_down(client, role):
    may = role in {"admin", "lead"}
    client.force_login(UserFactory(role=role))
    row, token = board()
    form = {"name": "Hall", "figures": "win_rate", "days": 7, "language": "de"}

    page = client.get(reverse("insights:boards"))
    made = client.post(reverse("insights:boards"), form)
    taken = client.post(reverse("insights:board_revoke", args=[row.pk]))

    assert page.status_code == (200 if may else 403)
    assert made.status_code == (200 if may else 403)
    assert taken.status_code == (302 if may else 404)
    assert WallBoard.objects.count() == (2 if may else 1)
    assert client.get(wall(token)).status_code == (404 if may else 200)


def test_the_address_is_shown_once(client):
    client.force_login(LeadFactory())
    form = {"name": "Hall", "figures": "win_rate", "days": 7, "language": "de"}

    made = client.post(reverse("insights:boards"), form | {"works_for": "30"})
    address = made.context["address"]

    row = WallBoard.objects.get()
    assert address in made.content.decode()
    assert address.endswith(f"/board/{address.split('/')[-2]}/")
    assert (
        '<html lang="de">' in client.get(wall(address.split("/")[-2])).content.decode()
    )
    page = client.get(reverse("insights:boards")).content.decode()
    assert address not in page
    assert row.digest not in page


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"name": " "}, "name"),
        ({"figures": []}, "figures"),
        ({"figures": ["nonsense"]}, "figures"),
        ({"figures": ["new_contacts"] * 9}, ""),
        ({"expires_at": NOW - DAY, "at": NOW}, "expires_at"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_makes_no_board_is_refused_by_name(values, attr):
    if not attr:
        assert board(**values)[0].figures == ["new_contacts"]
        return
    with pytest.raises(BadBoard) as refusal:
        board(**values)

    assert refusal.value.attr == attr
    assert not WallBoard.objects.exists()


def test_a_form_without_figures_says_what_is_missing(client):
    client.force_login(LeadFactory())

    response = client.post(reverse("insights:boards"), {"name": "Hall", "days": 7})

    assert response.status_code == 422
    assert "figures" in response.context["form"].errors


def test_a_new_address_ends_the_old_one(client):
    client.force_login(LeadFactory())
    row, old = board()

    page = client.post(reverse("insights:board_renew", args=[row.pk]))
    new = page.context["address"].split("/")[-2]

    assert client.get(wall(old)).status_code == 404
    assert client.get(wall(new)).status_code == 200
    revoke_board(board=row, at=timezone.now())
    again = client.post(reverse("insights:board_renew", args=[row.pk]))
    assert again.status_code == 302
    assert client.get(wall(new)).status_code == 404


def test_revoking_twice_keeps_the_first_moment():
    row, _token = board(at=NOW)
    revoke_board(board=row, at=NOW + DAY)

    assert revoke_board(board=row, at=NOW + 2 * DAY).revoked_at == NOW + DAY
