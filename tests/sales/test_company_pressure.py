"""A company is not touched more often than one of its people would like."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.gate import Channel, Purpose, Touch, reasons_against, reasons_against_each
from contacts.services.touches import look_again
from sales.selectors.company import pressure_on
from sales.services.claims import claim_contact
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import SenderFactory
from tests.factories.contacts import CompanyFactory, ConsentFactory, ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def touched(contact, *, kind="email_sent", days=1, by=None):
    when = NOW - timedelta(days=days)
    InteractionFactory(contact=contact, kind=kind, occurred_at=when, by=by)


def mail_to(contact, purpose=Purpose.MARKETING) -> Touch:
    return Touch(contact, Channel.EMAIL, purpose, at=NOW)


def test_marketing_is_silent_when_both_teams_have_touched_the_company_enough():
    SenderFactory(per_company=2)
    company = CompanyFactory()
    contact = ConsentFactory(contact__company=company).contact
    touched(ContactFactory(company=company), days=6)
    touched(ContactFactory(company=company), days=8)
    assert reasons_against(mail_to(contact)) == []

    touched(ContactFactory(company=company), kind="call_outbound", by=RepFactory())

    [reason] = reasons_against(mail_to(contact))
    assert (reason.code, reason.params) == ("company_cap", {"touches": 2})
    assert reason.until == NOW + timedelta(days=1)
    assert reasons_against(mail_to(contact, Purpose.PERSONAL)) == []
    _contact, unasked = look_again(touch=mail_to(contact))
    assert "hours and cap" not in unasked


def test_without_a_cap_or_a_company_nothing_is_counted():
    SenderFactory()
    contact = ConsentFactory(contact__company=CompanyFactory()).contact
    for _time in range(3):
        touched(contact, kind="call_outbound")

    assert reasons_against(mail_to(contact)) == []


def test_companies_are_counted_in_as_many_queries_for_many(
    django_assert_max_num_queries,
):
    SenderFactory(per_company=1)
    people = [
        ConsentFactory(contact__company=CompanyFactory()).contact for _n in range(3)
    ]
    for contact in people:
        touched(contact)

    with CaptureQueriesContext(connection) as one:
        reasons_against_each([mail_to(people[0])])
    with django_assert_max_num_queries(len(one)):
        found = reasons_against_each([mail_to(contact) for contact in people])

    codes = [reason.code for reasons in found.values() for reason in reasons]
    assert codes == ["company_cap"] * 3


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_panel_says_who_is_at_whom_in_as_many_queries_for_many(
    django_assert_num_queries, row_count
):
    company, rep = CompanyFactory(), RepFactory()
    for _person in range(row_count):
        handoff = HandoffFactory(contact__company=company, assignee=rep)
        claim_contact(contact=handoff.contact, by=rep, at=NOW)
        touched(handoff.contact)
        touched(handoff.contact, kind="call_outbound", days=20, by=rep)

    with django_assert_num_queries(6):
        pressure = pressure_on(company, at=NOW)

    assert [person.claim.rep for person in pressure.people] == [rep] * row_count
    assert pressure.marketing == (row_count, row_count)
    assert pressure.sales == (0, row_count)
    assert pressure.total == (row_count, 2 * row_count)


def test_the_page_of_the_company_shows_it(client):
    rep = RepFactory(first_name="Anna", last_name="Berg")
    contact = ContactFactory(company=CompanyFactory())
    claim_contact(contact=contact, by=rep, at=NOW)
    touched(ContactFactory(company=contact.company, last_name="Ott"))
    client.force_login(rep)

    url = reverse("sales:company_touches", args=[contact.company_id])

    panel = client.get(url).content.decode()
    assert "Anna Berg is talking to them" in panel
    assert "Ott" in panel
    assert "Was sent an e-mail · Marketing" in panel
    page = client.get(reverse("contacts:company", args=[contact.company_id]))
    assert url in page.content.decode()
