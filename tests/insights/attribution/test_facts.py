"""From interactions, handoffs and deals to who earned what."""

from __future__ import annotations

from decimal import Decimal
from math import fsum

import pytest
from django.core.cache import cache
from django.utils import timezone

from contacts.services.merging import merge_contacts
from insights.attribution.catalog import MODELS
from insights.selectors.attribution.report import attribution
from insights.selectors.periods import last_days
from journeys.models.interaction import Kind
from sales.models import Deal, Handoff
from tests.factories.accounts import AdminFactory, RepFactory
from tests.factories.campaigns import ContentFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    MeasureFactory,
    TrackedLinkFactory,
)
from tests.insights.attribution.ways import accepted, ago, costing, touched, went, won

pytestmark = pytest.mark.django_db


def found(conversion="handoff_accepted", by="channel", **how):
    model = Handoff if conversion == "handoff_accepted" else Deal
    period = last_days(30, at=timezone.now())
    rows = model.objects.all()
    return attribution(period, rows=rows, conversion=conversion, by=by, **how)


def earned(model="linear", **how):
    lines = found(**how).lines(model)
    return {line.key: round(line.credit.conversions, 6) for line in lines}


def test_touches_before_the_acceptance_share_it():
    contact = went(("event", 10), ("email", 5), ("email", 2))
    accepted(contact, days=1)
    touched(contact, ("social", 0))  # later

    assert earned("linear") == {"email": pytest.approx(2 / 3), "event": 0.333333}
    assert earned("first") == {"event": 1, "email": 0}
    assert earned("last") == {"email": 1, "event": 0}


def test_touches_before_the_window_earn_nothing():
    contact = went(("event", 91), ("email", 89), ("phone", 20))
    accepted(contact)

    assert earned() == {"email": 0.5, "phone": 0.5}
    assert earned(window_days=30) == {"phone": 1}
    assert earned(window_days=120)["event"] == pytest.approx(1 / 3, abs=1e-6)


def test_a_conversion_without_a_known_touch_is_told_by_itself():
    accepted(went(("email", 100)))
    accepted(went(("email", 1)))
    won(ContactFactory(), Decimal(700))

    report = found()
    assert report.total.conversions == 2
    assert report.unknown.conversions == 1
    assert earned() == {"email": 1}
    deals = found("deal_won")
    assert (deals.unknown.conversions, deals.unknown.value) == (1, 700)


def test_only_conversions_of_the_period_count():
    contact = went(("email", 100), ("email", 3))
    accepted(contact, days=40)
    accepted(went(("event", 2)))

    assert earned() == {"event": 1}


def test_machines_and_what_is_no_touch_earn_nothing():
    contact = went(("event", 3))
    touched(contact, ("email", 2), is_machine=True)
    for kind in (Kind.EMAIL_SENT, Kind.EMAIL_OPEN, Kind.NOTE, Kind.UNSUBSCRIBE):
        touched(contact, ("email", 2), kind=kind)
    for outcome in ("no_answer", "voicemail"):
        told = {"outcome": outcome}
        touched(contact, ("phone", 1), kind=Kind.CALL_OUTBOUND, properties=told)
    accepted(contact)

    assert earned() == {"event": 1}


@pytest.mark.parametrize(
    "properties", [None, {}, {"outcome": None}, {"outcome": "reached"}]
)
def test_a_call_that_reached_somebody_is_a_touch(properties):
    contact = ContactFactory()
    touched(contact, ("phone", 1), kind=Kind.CALL_OUTBOUND, properties=properties)
    accepted(contact)

    assert earned() == {"phone": 1}


def test_pages_of_one_visit_are_one_touch():
    contact = ContactFactory()
    # Every 20 minutes for an hour, and once more in the evening.
    for minutes in (400, 380, 360, 340, 0):
        at = ago(1, minutes=minutes)
        InteractionFactory(contact=contact, channel="website", occurred_at=at)
    touched(contact, ("event", 8))
    accepted(contact)

    assert earned() == {"website": pytest.approx(2 / 3), "event": 0.333333}


def test_the_w_has_its_milestones_where_the_lead_was_made_and_handed_on():
    contact = ContactFactory(created_at=ago(20))
    touched(contact, ("social", 40), ("event", 20), ("website", 10), ("email", 3))
    touched(contact, ("phone", 0.5))
    accepted(contact, offered_at=ago(2), accepted_at=ago(0))

    assert earned("w_shaped") == {
        "social": 0.3,
        "event": 0.3,
        "email": 0.3,
        "website": 0.05,
        "phone": 0.05,
    }


def test_time_decay_has_the_half_life_of_the_settings(settings):
    accepted(went(("event", 31), ("email", 1)))
    assert earned("time_decay") == {"email": 0.666667, "event": 0.333333}

    settings.ATTRIBUTION_HALF_LIFE_DAYS = 10

    assert earned("time_decay") == {"email": 0.888889, "event": 0.111111}


def test_markov_counts_those_who_did_not_convert():
    accepted(went(("event", 3), ("email", 2)))
    # Of two who were at the event only one went on; all the same "email" is needed.
    went(("event", 4))
    went(("social", 5), ("email", 4))
    # Before the period: not counted; with touches in it: back to its window.
    went(("event", 50))

    report = found()
    assert report.others().walks == 2
    lines = {line.key: line.credit.conversions for line in report.lines("markov")}
    # By email all come; half of those from the event, all from social reach it.
    # Start: event 2/3, social 1/3; email converts 1/2: 1/3 in all. Without event 1/6.
    assert lines == pytest.approx(
        {"email": 1 / 2.0, "event": 0.25, "social": 0.25}, abs=1e-9
    )


def test_what_is_kept_of_others_is_used_for_ten_minutes(django_assert_num_queries):
    went(("event", 4))
    first = found().others()
    went(("event", 5))

    report = found()
    with django_assert_num_queries(0):
        again = report.others()
    assert (again.walks, again.as_data()) == (1, first.as_data())
    cache.clear()
    assert found().others().walks == 2


def test_who_converted_is_nobody_who_did_not():
    contact = went(("event", 3))
    accepted(contact)
    went(("email", 3))

    assert found().others().walks == 1


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("by", ["channel", "measure", "content", "rep", "campaign"])
def test_all_is_shared_out_by_every_model(by, model):
    measure, rep = MeasureFactory(), RepFactory()
    fields = {"measure": measure, "by": rep, "utm": {"campaign": "autumn"}}
    for place in range(7):
        contact = went(("event", 20), ("email", 10 + place))
        if place % 2:
            touched(contact, ("website", 5), **fields, properties={"content": "guide"})
        if place < 5:
            won(contact, Decimal("1000.10") * place)
    won(ContactFactory(), None)

    report = found("deal_won", by)

    lines = report.lines(model)
    assert fsum(
        [*(line.credit.conversions for line in lines), report.unknown.conversions]
    ) == pytest.approx(6, abs=1e-9)
    assert fsum(
        [*(line.credit.value for line in lines), report.unknown.value]
    ) == pytest.approx(10_001, abs=1e-9)
    assert report.without_value == 1


def test_by_measure_rep_campaign_and_content_only_touches_with_one_count():
    guide = ContentFactory(slug="guide", title="The guide")
    rep = RepFactory(first_name="Ada", last_name="Byron")
    measure = MeasureFactory(name="Fair")
    contact = went(("website", 9))
    touched(contact, ("event", 8), measure=measure)
    touched(contact, ("phone", 7), by=rep)
    touched(contact, ("email", 6), utm={"campaign": "spring", "source": "x"})
    touched(contact, ("email", 5), utm={"source": "x"})
    touched(contact, ("email", 5), utm={"campaign": ""})
    touched(contact, ("website", 4), properties={"content": guide.slug})
    accepted(contact)

    told = {
        by: [(line.key, line.label) for line in found(by=by).lines("linear")]
        for by in ("measure", "rep", "campaign", "content")
    }

    assert told == {
        "measure": [(measure.pk, "Fair")],
        "rep": [(rep.pk, "Ada Byron")],
        "campaign": [("spring", "spring")],
        "content": [("guide", "The guide")],
    }


def test_contents_are_known_by_the_links_to_them_and_by_their_address():
    by_address = ContentFactory(slug="page", url="https://www.example.com/page")
    by_link = ContentFactory(slug="linked", url="https://www.example.com/linked")
    rep = RepFactory()
    link = TrackedLinkFactory()
    by_link.links.create(rep=rep, link=link)
    contact = went(("email", 3), link=link, kind=Kind.LINK_CLICK)
    touched(contact, ("website", 2), url=by_address.url)
    touched(contact, ("website", 1), url="https://www.example.com/other")
    accepted(contact)

    assert earned(by="content") == {"linked": 0.5, "page": 0.5}


def test_costs_stand_beside_what_came_of_them():
    costing(500, channel="event")
    costing(100, channel="event")
    costing(90, channel="social")
    MeasureFactory(channel="email")
    won(went(("event", 3), ("email", 2)), Decimal(2400))

    lines = {line.key: line for line in found("deal_won").lines("linear")}

    assert [*lines] == ["email", "event", "social"]
    event, email, social = lines["event"], lines["email"], lines["social"]
    assert (event.cost, event.cost_each, event.back) == (600, 1200, 2)
    assert (email.cost, email.cost_each, email.back) == (0, None, None)
    assert (social.credit.conversions, social.cost_each, social.back) == (0, None, 0)
    assert found(by="rep").costs is None


def test_of_merged_contacts_the_ways_are_one():
    kept, gone = went(("event", 9)), went(("email", 5))
    accepted(gone)

    at = timezone.now()
    merge_contacts(keep=kept, merge=gone, by=AdminFactory(), at=at, source="test")

    assert earned() == {"email": 0.5, "event": 0.5}
    assert found().others().walks == 0


def test_a_contact_that_is_handed_over_twice_converts_twice():
    contact = went(("event", 20), ("email", 5))
    accepted(contact, days=10)
    accepted(contact, days=1)

    assert earned("last") == {"email": 1, "event": 1}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("model", "queries"), [("linear", 4), ("markov", 5)])
def test_as_many_queries_for_three_as_for_one(
    django_assert_num_queries, model, queries, count
):
    for _contact in range(count):
        accepted(went(("event", 3), ("email", 2)))
        went(("social", 3))
        costing(10, channel="social")

    with django_assert_num_queries(queries):
        assert found().lines(model)
