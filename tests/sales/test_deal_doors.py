"""Deals through their pages and the API."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.tokens import create_token
from sales.models import Deal, DealSettings, Question
from sales.services.handoffs import accept_handoff
from tests.factories.accounts import LeadFactory, MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.sales import DealFactory, HandoffFactory, OfferFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/deals/"


def api(user: User) -> APIClient:
    token = create_token(user=user, name="phone", at=timezone.now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def rep(client):
    rep = RepFactory()
    client.force_login(rep)
    return rep


def test_a_deal_from_handoff_to_won_over_the_api():
    rep = RepFactory()
    handoff = HandoffFactory(assignee=rep)
    accept_handoff(handoff=handoff, by=rep, at=timezone.now())
    client = api(rep)

    opened = client.post(URL, {"handoff": handoff.pk, "value": "900.00"}, "json")
    one = f"{URL}{opened.json()['id']}/"
    again = client.post(URL, {"handoff": handoff.pk}, "json")
    moved = client.post(f"{one}move/", {"stage": "negotiation"}, "json")
    changed = client.patch(one, {"next_step": "Call", "value": "950.5"}, "json")
    won = client.post(f"{one}win/", {"reason": "trust"}, "json")
    late = client.post(f"{one}lose/", {"reason": "price"}, "json")

    assert opened.status_code == 201
    assert again.json()["id"] == opened.json()["id"]
    assert moved.json()["stage"] == "negotiation"
    assert changed.json()["next_step"] == "Call"
    assert (won.json()["status"], won.json()["value"]) == ("won", "950.50")
    assert (late.status_code, late.json()["errors"][0]["code"]) == (
        409,
        "deal_not_open",
    )


@pytest.mark.parametrize(
    ("path", "body", "attr"),
    [
        ("", {}, "contact"),
        ("move/", {"stage": "heaven"}, "stage"),
        ("move/", {}, "stage"),
        ("win/", {}, "value"),
        ("win/", {"value": "NaN"}, "value"),
        ("win/", {"value": "1", "reason": "luck"}, "reason"),
        ("lose/", {}, "reason"),
        ("lose/", {"reason": "x"}, "reason"),
        ("reopen/", {"x": 1}, "x"),
    ],
)
def test_bad_input_is_refused_by_name(path, body, attr):
    deal = DealFactory()
    url = f"{URL}{deal.pk}/{path}" if path else URL

    answer = api(deal.owner).post(url, body, "json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr


def test_a_rep_sees_their_own_deals_and_no_others():
    rep = RepFactory()
    own, free, _theirs = DealFactory(owner=rep), DealFactory(owner=None), DealFactory()

    def listed(user):
        return {row["id"] for row in api(user).get(URL).json()["results"]}

    assert listed(rep) == {own.pk, free.pk}
    assert len(listed(MarketerFactory())) == len(listed(LeadFactory())) == 3


def test_stage_and_contact_are_not_patched():
    deal = DealFactory()
    client = api(deal.owner)

    same = client.patch(f"{URL}{deal.pk}/", {"stage": deal.stage}, "json")
    other = client.patch(f"{URL}{deal.pk}/", {"stage": "offer"}, "json")

    assert (same.status_code, other.status_code) == (200, 400)


def test_a_deal_from_handoff_to_lost_in_the_browser(client, rep):
    handoff = HandoffFactory(assignee=rep)
    accept_handoff(handoff=handoff, by=rep, at=timezone.now())

    client.post(reverse("sales:deal_from_handoff", args=[handoff.pk]))
    deal = Deal.objects.get(handoff=handoff)
    client.post(reverse("sales:deal_move"), {"deal": deal.pk, "stage": "offer"})
    step = {"next_step": "Send it", "next_step_date": "2030-01-01"}
    client.post(reverse("sales:deal_step", args=[deal.pk]), step)
    asked = client.post(reverse("sales:deal_lose", args=[deal.pk]), {"reason": ""})
    client.post(reverse("sales:deal_lose", args=[deal.pk]), {"reason": "price"})

    deal.refresh_from_db()
    assert asked.status_code == 422
    assert (deal.status, deal.reason) == ("lost", "price")
    assert (deal.stage, deal.next_step) == ("offer", "Send it")
    assert b"Too expensive" in client.get(reverse("sales:deal", args=[deal.pk])).content


def test_a_deal_is_opened_by_hand_on_the_contacts_page(client, rep):
    contact = ContactFactory(owner=rep)
    form = {"title": "", "value": "12.345", "stage": "offer", "owner": rep.pk}

    url = reverse("sales:deal_new", args=[contact.pk])
    refused = client.post(url, form)
    client.post(url, form | {"value": "1200"})

    deal = Deal.objects.get()
    panel = client.get(reverse("sales:contact_deals", args=[contact.pk]))
    assert refused.status_code == 422
    assert (deal.contact, deal.stage, deal.value) == (contact, "offer", Decimal(1200))
    assert str(deal) in panel.content.decode()


def test_marketers_read_deals_and_open_none(client):
    client.force_login(MarketerFactory())
    deal = DealFactory()

    page = client.get(reverse("sales:deal", args=[deal.pk]))
    new = client.get(reverse("sales:deal_new", args=[deal.contact_id]))
    move = client.post(reverse("sales:deal_move"), {"deal": deal.pk, "stage": "offer"})

    assert (page.status_code, new.status_code, move.status_code) == (200, 403, 404)


def test_what_is_ticked_is_closed_as_lost_and_colleagues_deals_are_not(client, rep):
    own, theirs = DealFactory.create_batch(2, owner=rep), DealFactory()
    url = reverse("sales:deal_bulk")
    ids = [deal.pk for deal in own]

    client.post(url, {"ids": [*ids, theirs.pk], "action": "lose", "reason": "price"})
    untouched = Deal.objects.open().count()
    client.post(url, {"ids": ids, "action": "lose", "reason": "price"})

    assert untouched == 3
    assert [*Deal.objects.open()] == [theirs]


def test_cards_say_what_is_late_and_what_nobody_plans(client, rep):
    today = timezone.localdate()
    DealFactory(owner=rep, next_step_date=today - timedelta(days=2))
    DealFactory(owner=rep, next_step_date=today)
    DealFactory(owner=rep)

    page = client.get(reverse("sales:deals")).content.decode()

    order = [page.index(f"lh-board-{u}") for u in ("overdue", "today", "unplanned")]
    assert order == sorted(order)


@pytest.mark.parametrize("row_count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("deals", 9), ("deal_list", 9)])
def test_query_count_does_not_grow_with_deals(
    client, rep, django_assert_num_queries, name, queries, row_count
):
    for number in range(row_count):
        DealFactory(owner=rep, contact__phone=f"+4930123450{number}")
    client.get(reverse(f"sales:{name}"))

    with django_assert_num_queries(queries):
        page = client.get(reverse(f"sales:{name}"))

    assert page.content.decode().count("data-row=") == row_count


def test_an_offer_from_draft_to_accepted_over_the_api():
    deal = DealFactory()
    client = api(deal.owner)
    line = {"text": "Pump", "quantity": "3", "unit_price": "99.95"}

    made = client.post(f"{URL}{deal.pk}/offers/", {"lines": [line]}, "json")
    one = f"{URL}{deal.pk}/offers/{made.json()['id']}/"
    cheaper = client.patch(one, {"discount": "10"}, "json")
    sent = client.post(f"{one}send/", {}, "json")
    frozen = client.patch(one, {"discount": "0"}, "json")
    file = client.get(f"{one}pdf/")
    accepted = client.post(f"{one}accept/", {}, "json")

    assert made.status_code == 201
    assert made["Location"].endswith(one)
    assert (made.json()["total"], cheaper.json()["net"]) == ("356.82", "269.86")
    assert sent.json()["number"].endswith("-0001")
    assert (frozen.status_code, file.content[:5]) == (409, b"%PDF-")
    assert accepted.json()["status"] == "accepted"
    assert client.get(f"{URL}{deal.pk}/").json()["value"] == "269.86"


def test_an_offer_of_another_deal_is_not_there():
    offer, deal = OfferFactory(), DealFactory()

    answer = api(LeadFactory()).get(f"{URL}{deal.pk}/offers/{offer.pk}/")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"lines": [{"text": "x", "unit_price": "-1", "quantity": "-2"}]},
        {"lines": [{"text": "x", "unit_price": "1", "discount": "101"}]},
        {"lines": "x"},
        {"lines": [{"text": "x", "unit_price": "99999999999", "quantity": "999999"}]},
        {"discount": "101"},
        {"language": "fr"},
        {"total": "5"},
        {"x": 1},
    ],
)
def test_a_bad_offer_is_refused(body):
    deal = DealFactory()

    answer = api(deal.owner).post(f"{URL}{deal.pk}/offers/", body, "json")

    assert answer.status_code == 400
    assert not deal.offers.exists()


def test_needs_are_answered_over_the_api():
    asked = Question.objects.create(text="How many?", kind="number")
    deal = DealFactory()
    client, url = api(deal.owner), f"{URL}{deal.pk}/answers/"

    [before] = client.get(url).json()
    [after] = client.put(url, {"answers": {asked.pk: 12.5}}, "json").json()
    wrong = client.put(url, {"answers": {asked.pk: "many"}}, "json")
    unknown = client.put(url, {"answers": {"x": 1}}, "json")

    assert (before["value"], after["value"]) == (None, "12.5")
    assert (wrong.status_code, unknown.status_code) == (400, 400)


def test_an_offer_is_written_sent_and_accepted_in_the_browser(client, rep):
    deal = DealFactory(owner=rep)

    client.post(reverse("sales:offer_new", args=[deal.pk]))
    offer = deal.offers.get()
    page = reverse("sales:offer", args=[offer.pk])
    written = {
        "lines-TOTAL_FORMS": "2",
        "lines-INITIAL_FORMS": "0",
        "lines-0-text": "Pump",
        "lines-0-quantity": "2",
        "lines-0-unit_price": "10",
        "lines-1-text": "",
        "discount": "0",
        "tax_rate": "19",
        "valid_until_date": str(timezone.localdate()),
        "language": "de",
    }
    refused = client.post(page, written | {"lines-0-unit_price": ""})
    client.post(page, written)
    client.post(reverse("sales:offer_send", args=[offer.pk]))
    file = client.get(reverse("sales:offer_pdf", args=[offer.pk]))
    client.post(reverse("sales:offer_accept", args=[offer.pk]))

    offer.refresh_from_db()
    deal.refresh_from_db()
    assert refused.status_code == 422
    assert (offer.status, offer.total) == ("accepted", Decimal("23.80"))
    assert file["Content-Disposition"].startswith("attachment; filename=")
    assert deal.value == 20


def test_needs_are_answered_bit_by_bit_on_the_page(client, rep):
    first = Question.objects.create(text="How many?", kind="number", position=1)
    second = Question.objects.create(text="In use?", kind="yes_no", position=2)
    deal = DealFactory(owner=rep)
    url = reverse("sales:deal_needs", args=[deal.pk])

    client.post(url, {str(first.pk): "", str(second.pk): "no"})
    wrong = client.post(url, {str(first.pk): "many"})

    assert wrong.status_code == 422
    assert [row.value for row in deal.answers.all()] == [False]


def test_stages_are_laid_down_by_who_leads_and_keep_what_is_in_them(client):
    DealFactory(stage="offer")
    url = reverse("sales:deal_settings")
    laid_down = {
        "tax_rate": "7",
        "valid_days": "14",
        "offer_footer": "",
        "stages-TOTAL_FORMS": "2",
        "stages-INITIAL_FORMS": "0",
        "stages-0-key": "",
        "stages-0-name": "First talk",
        "stages-0-probability": "10",
    }
    client.force_login(RepFactory())
    as_rep = client.post(url, laid_down)
    client.force_login(LeadFactory())
    in_use = client.post(url, laid_down)
    offer = {"stages-1-key": "offer", "stages-1-name": "Quote"}
    client.post(url, laid_down | offer | {"stages-1-probability": "60"})

    assert (as_rep.status_code, in_use.status_code) == (403, 422)
    stages = DealSettings.current().all_stages()
    assert [(s.key, str(s), s.probability) for s in stages] == [
        ("first-talk", "First talk", 10),
        ("offer", "Quote", 60),
    ]


def test_what_marketing_sent_and_what_the_contact_did_stand_apart(client, rep):
    deal = DealFactory(owner=rep)

    def happened(kind, title, **values):
        values = {"contact": deal.contact} | values
        InteractionFactory(kind=kind, title=title, **values)

    happened("email_sent", "Welcome", properties={"mail": "sequence"})
    happened("email_sent", "From elsewhere")
    happened("email_sent", "The rep's own", properties={"mail": "personal"})
    happened("webinar_attended", "Pumps")
    happened("content_download", "A machine's", is_machine=True)
    happened("email_sent", "A stranger's", contact=ContactFactory())

    context = client.get(reverse("sales:deal", args=[deal.pk])).context

    assert {row.title for row in context["sent"]} == {"Welcome", "From elsewhere"}
    assert [(kind, row.title) for kind, row in context["done"]] == [
        ("Attended a webinar", "Pumps")
    ]
