"""Offers and needs analyses: what they come to, and what is frozen."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from leadhub.errors import InvalidValue
from sales import offer_fonts
from sales.models import NeedsAnswer, Offer, OfferCounter, Question
from sales.offer_fonts import STANDARD, LettersMissing, faces_for
from sales.offer_pdf import pdf_of_offer
from sales.services.deal_refusals import (
    BadAnswer,
    OfferEmpty,
    OfferNotDraft,
    OfferNotOpen,
    OfferOutdated,
)
from sales.services.needs import answer_questions, save_question
from sales.services.offers import (
    accept_offer,
    decline_offer,
    delete_offer,
    expire_offers,
    save_offer,
    send_offer,
)
from sales.totals import line_total, totals_of
from tests.factories.journeys import TeamFactory
from tests.factories.sales import DealFactory

db = pytest.mark.django_db
LINE = {"text": "Pumpe", "quantity": Decimal(3), "unit_price": Decimal("99.95")}


def draft(**values):
    deal = values.pop("deal", None) or DealFactory()
    values.setdefault("lines", [LINE])
    return save_offer(deal=deal, by=deal.owner, at=timezone.now(), **values)


def sent(**values):
    return send_offer(offer=draft(**values), by=None, at=timezone.now())


prices = st.decimals(0, 10**6, places=2)
rates = st.decimals(0, 100, places=2)


def half_up(exact: Fraction) -> Decimal:
    """To cents, halves away from zero, without Decimal's own rounding."""
    return Decimal(int(exact * 100 + Fraction(1, 2))) / 100


@given(
    st.lists(st.tuples(st.decimals(0, 1000, places=3), prices, rates), max_size=8),
    rates,
    rates,
)
def test_totals_are_exact_and_add_up(lines, discount, tax_rate):
    amounts = [line_total(*line) for line in lines]

    found = totals_of(amounts, discount=discount, tax_rate=tax_rate)

    exact = [Fraction(q) * Fraction(p) * (1 - Fraction(d) / 100) for q, p, d in lines]
    off = half_up(Fraction(found.lines) * Fraction(discount) / 100)
    assert amounts == [half_up(amount) for amount in exact]
    assert found.lines == sum(amounts)
    assert found.discount == off
    assert found.net == found.lines - off
    assert found.tax == half_up(Fraction(found.net) * Fraction(tax_rate) / 100)
    assert found.total == found.net + found.tax


def test_halves_are_rounded_up():
    half = line_total(Decimal("0.5"), Decimal("0.01"), Decimal(0))

    assert half == Decimal("0.01") == Decimal("0.005").quantize(half, ROUND_HALF_UP)


@db
def test_an_offer_begins_as_laid_down_and_in_the_contacts_language():
    offer = draft(deal=DealFactory(contact__language="de"))

    assert (offer.language, offer.tax_rate) == ("de", 19)
    assert offer.valid_until_date == timezone.localdate() + timedelta(days=30)
    assert (offer.net, offer.tax, offer.total) == (
        Decimal("299.85"),
        Decimal("56.97"),
        Decimal("356.82"),
    )


@db
def test_numbers_of_a_year_have_no_gaps_though_drafts_are_thrown_away():
    first = sent()
    delete_offer(offer=draft())
    with pytest.raises(OfferEmpty):
        send_offer(offer=draft(lines=[]), by=None, at=timezone.now())
    second = sent()

    assert (first.running, second.running) == (1, 2)
    assert OfferCounter.objects.get().last == 2
    assert first.number == f"{timezone.localdate().year}-0001"


@db
def test_what_was_sent_is_frozen():
    offer = sent()
    file = bytes(offer.file)

    with pytest.raises(OfferNotDraft):
        save_offer(deal=offer.deal, offer=offer, by=None, at=timezone.now(), discount=5)
    with pytest.raises(OfferNotDraft):
        delete_offer(offer=offer)
    again = send_offer(offer=offer, by=None, at=timezone.now())

    assert file.startswith(b"%PDF-")
    assert (bytes(again.file), again.number) == (file, offer.number)


VERA = ["Vera.ttf", "VeraBd.ttf"]  # reportlab brings it
NOWHERE = "\N{LINEAR A SIGN AB001}"


@db
def test_western_european_letters_need_no_font():
    offer = sent(lines=[LINE | {"text": "<b>Ärger & €</b>"}])

    assert b"/Helvetica" in bytes(offer.file)
    assert b"FontFile" not in bytes(offer.file)


@db
def test_other_letters_are_written_in_a_font_that_has_them(settings):
    settings.OFFER_FONT = VERA
    offer = draft(deal=DealFactory(contact__last_name="Łukasz Čapek"))

    files = [pdf_of_offer(offer, lines=list(offer.lines.all())) for _time in range(2)]

    assert b"BitstreamVeraSans" in files[0]
    assert files[0] == files[1]


@db
@pytest.mark.parametrize("text", [f"Clay {NOWHERE}", "שלום"])
def test_letters_that_cannot_be_printed_are_refused_by_name(settings, text):
    settings.OFFER_FONT = ["/nowhere/none.ttf"]
    offer = draft(lines=[LINE | {"text": text}])

    with pytest.raises(LettersMissing) as refusal:
        send_offer(offer=offer, by=None, at=timezone.now())

    offer.refresh_from_db()
    assert text[-1] in str(refusal.value)
    assert (offer.status, OfferCounter.objects.count()) == ("draft", 0)


@db
def test_the_page_says_which_letters_cannot_be_printed_and_the_draft_is_kept(client):
    offer = draft(lines=[LINE | {"text": f"Clay {NOWHERE}"}])
    client.force_login(offer.deal.owner)

    page = client.get(reverse("sales:offer", args=[offer.pk]))
    file = client.get(reverse("sales:offer_pdf", args=[offer.pk]))

    assert f"No font here has these letters: {NOWHERE}" in page.content.decode()
    assert file.url == reverse("sales:offer", args=[offer.pk])


def test_where_only_accents_are_lacking_the_standard_fonts_do(monkeypatch):
    monkeypatch.setattr(offer_fonts, "PLACES", ())

    faces = faces_for("Nováček")

    assert faces == STANDARD
    assert faces.text("Nováček") == "Novácek"


@db
def test_an_accepted_offer_says_what_the_deal_is_worth():
    deal = DealFactory()
    first, second = sent(deal=deal), sent(deal=deal)

    accept_offer(offer=first, by=None, at=timezone.now())
    with pytest.raises(OfferNotOpen):
        accept_offer(offer=second, by=None, at=timezone.now())
    decline_offer(offer=second, by=None, at=timezone.now())

    deal.refresh_from_db()
    assert (deal.value, deal.stage) == (first.net, "offer")
    assert set(deal.offers.values_list("status", flat=True)) == {"accepted", "declined"}


@db
def test_an_offer_whose_time_is_over_is_not_accepted_and_expires():
    offer, later = sent(), timezone.now() + timedelta(days=31)

    with pytest.raises(OfferNotOpen):
        accept_offer(offer=offer, by=None, at=later)
    with pytest.raises(OfferOutdated):
        send_offer(offer=draft(), by=None, at=later)

    assert [expire_offers(at=later), expire_offers(at=later)] == [1, 0]
    assert Offer.objects.filter(status="expired").get() == offer


def question(text="Wie viele?", kind="number", **fields):
    return save_question(question=Question(text=text, kind=kind, **fields))


@db
def test_answers_are_kept_bit_by_bit_with_the_question_as_it_read():
    deal, now = DealFactory(), timezone.now()
    many, other = question(is_required=True), question("Bis wann?", "text")
    answer_questions(
        deal=deal, answers={many.pk: "12,5".replace(",", ".")}, by=None, at=now
    )
    many.text = "Wie viele Pumpen?"
    save_question(question=many)

    found = answer_questions(deal=deal, answers={other.pk: "Mai"}, by=None, at=now)

    assert {(row.asked, row.value) for row in found} == {
        ("Wie viele?", "12.5"),
        ("Bis wann?", "Mai"),
    }
    assert [e.note for e in deal.events.order_by("pk")] == [
        "1 of 2 answered",
        "2 of 2 answered",
    ]


@db
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "many"),
        ("number", "NaN"),
        ("number", True),
        ("yes_no", "yes"),
        ("choice", "green"),
        ("text", 5),
        ("text", "a\x00b"),
    ],
)
def test_answers_are_of_the_kind_that_is_asked_for(kind, value):
    asked = question(kind=kind, choices=["red", "blue"])

    with pytest.raises(InvalidValue) as refusal:
        answer_questions(
            deal=DealFactory(), answers={asked.pk: value}, by=None, at=timezone.now()
        )

    assert refusal.value.attr == "answers"


@db
def test_a_team_is_asked_its_own_questions_only():
    team = TeamFactory()
    ours, theirs = question(team=team), question(team=TeamFactory())
    deal = DealFactory(team=team)

    assert [*Question.objects.asked_in(deal)] == [ours]
    with pytest.raises(BadAnswer):
        answer_questions(deal=deal, answers={theirs.pk: 1}, by=None, at=timezone.now())


@db
def test_an_answer_is_taken_back_by_leaving_it_empty():
    asked, deal = question(), DealFactory()
    answer_questions(deal=deal, answers={asked.pk: 1}, by=None, at=timezone.now())

    answer_questions(deal=deal, answers={asked.pk: ""}, by=None, at=timezone.now())

    assert not NeedsAnswer.objects.exists()
