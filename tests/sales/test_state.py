"""The state band: both teams see the same, and claim in it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sales.models import Claim
from sales.services.claims import claim_contact
from sales.services.handoffs import hand_off
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.journeys import PhaseVisitFactory
from tests.factories.sales import CrossingFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def rep(client):
    rep = RepFactory(first_name="Anna", last_name="Berg")
    client.force_login(rep)
    return rep


def band(client, contact) -> str:
    response = client.get(reverse("sales:contact_state", args=[contact.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_band_of_a_contact_of_whom_nothing_is_known(client, rep):
    seen = band(client, ContactFactory(email="", phone=""))

    assert "in no journey" in seen
    assert "Nothing is planned" in seen
    assert "There is no e-mail address." in seen
    assert "There is no phone number." in seen
    assert "tel:" not in seen


def test_band_names_the_phase_its_team_and_what_is_allowed(client, rep):
    contact = ConsentFactory(
        contact__phone="+49301234567", purpose="email_marketing", granted=True
    ).contact
    visit = PhaseVisitFactory(contact=contact)

    seen = band(client, contact)

    assert visit.phase.name in seen
    assert "mail: yes" in seen
    assert "tel:+49301234567" in seen


def test_both_teams_see_who_answers_and_that_mail_is_silent(client, rep):
    contact = ContactFactory(owner=rep)
    hand_off(crossing=CrossingFactory(contact=contact), at=NOW)
    client.force_login(MarketerFactory())

    seen = band(client, contact)

    assert "Anna Berg answers the handoff" in seen
    assert "mail: no" in seen


def test_a_rep_claims_and_releases_in_the_band(client, rep):
    contact = ContactFactory()
    headers = {"HX-Request": "true"}

    claimed = client.post(reverse("sales:claim", args=[contact.pk]), headers=headers)
    assert "You are talking to them" in claimed.content.decode()
    assert Claim.objects.live(at=timezone.now()).get().rep == rep

    url = reverse("sales:release", args=[contact.pk])
    released = client.post(url, headers=headers).content.decode()
    assert "You are talking to them" not in released
    assert not Claim.objects.live(at=timezone.now()).exists()


def test_a_second_rep_sees_who_talks_and_since_when(client, rep):
    contact = ContactFactory()
    claim_contact(contact=contact, by=rep, at=NOW - timedelta(minutes=2))
    client.force_login(RepFactory())

    assert "Anna Berg is talking to them" in band(client, contact)
    response = client.post(reverse("sales:claim", args=[contact.pk]))
    assert response.status_code == 302
    assert Claim.objects.get().rep == rep
    answer = client.post(
        reverse("sales:claim", args=[contact.pk]), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409


def test_of_a_colleagues_contact_only_what_one_has_claimed_by_a_call_is_released(
    client, rep
):
    contact = ContactFactory(owner=RepFactory())
    page = band(client, contact)
    assert reverse("sales:claim", args=[contact.pk]) not in page
    claim_contact(contact=contact, by=rep, at=timezone.now())
    url = reverse("sales:release", args=[contact.pk])
    assert url in band(client, contact)

    answer = client.post(url, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert not Claim.objects.live(at=timezone.now()).exists()


def test_who_only_reads_has_no_buttons(client):
    from tests.factories.accounts import UserFactory

    client.force_login(UserFactory())
    contact = ContactFactory()

    assert "Claim" not in band(client, contact)
    url = reverse("sales:claim", args=[contact.pk])
    assert client.post(url).status_code == 404
