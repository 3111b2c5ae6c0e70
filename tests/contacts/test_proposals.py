"""What somebody typed for a contact, until a person decides on it."""

import pytest
from django.utils import timezone

from contacts.models import FieldChange, Proposal
from contacts.services.proposals import (
    ProposalDecided,
    accept_proposal,
    dismiss_proposal,
    propose_values,
)
from tests.factories.accounts import (
    AdminFactory,
    MarketerFactory,
    RepFactory,
    UserFactory,
)
from tests.factories.contacts import CompanyFactory, ContactFactory, CustomFieldFactory

pytestmark = pytest.mark.django_db


def propose(contact, **values):
    return propose_values(
        contact=contact, values=values, source="form demo", at=timezone.now()
    )


def open_ones(contact):
    rows = contact.proposals.open().order_by("field")
    return list(rows.values_list("field", "value"))


def test_only_what_is_new_is_proposed():
    CustomFieldFactory(key="size")
    company = CompanyFactory(name="Acme")
    contact = ContactFactory(first_name="Ada", company=company, custom={"size": "M"})

    count = propose(
        contact,
        first_name="Ada",
        last_name="Byron",
        job_title="",
        company={"name": "ACME"},
        custom={"size": "M"},
    )

    assert count == 1
    assert open_ones(contact) == [("last_name", "Byron")]


def test_the_newest_value_of_a_field_stands_in_for_older_ones():
    contact = ContactFactory()

    propose(contact, first_name="Eva")
    propose(contact, first_name="Eve")

    assert open_ones(contact) == [("first_name", "Eve")]


def test_what_is_accepted_is_a_change_by_who_accepted():
    CustomFieldFactory(key="size")
    contact = ContactFactory(first_name="Ada", custom={})
    propose(contact, first_name="Eve", company={"name": "Acme"}, custom={"size": "L"})
    by = MarketerFactory()

    for proposal in Proposal.objects.all():
        accept_proposal(proposal=proposal, by=by, at=timezone.now())

    contact.refresh_from_db()
    assert contact.first_name == "Eve"
    assert contact.company.name == "Acme"
    assert contact.custom == {"size": "L"}
    changes = FieldChange.objects.filter(contact=contact)
    assert {(change.by, change.source) for change in changes} == {(by, "form demo")}
    assert not contact.proposals.open().exists()


def test_accepting_again_does_not_undo_what_came_after():
    contact = ContactFactory(first_name="Ada")
    propose(contact, first_name="Eve")
    proposal, by = Proposal.objects.get(), MarketerFactory()
    accept_proposal(proposal=proposal, by=by, at=timezone.now())
    contact.refresh_from_db()
    contact.first_name = "Eva"
    contact.save()

    accept_proposal(proposal=proposal, by=by, at=timezone.now())

    contact.refresh_from_db()
    assert contact.first_name == "Eva"


def test_what_was_dismissed_is_not_asked_again():
    contact = ContactFactory(first_name="Ada")
    propose(contact, first_name="Eve")
    by = MarketerFactory()
    dismiss_proposal(proposal=Proposal.objects.get(), by=by, at=timezone.now())

    propose(contact, first_name="Eve")

    dismissed = Proposal.objects.get()
    assert (dismissed.decision, dismissed.decided_by) == ("dismissed", by)
    contact.refresh_from_db()
    assert contact.first_name == "Ada"


def test_a_decision_is_not_turned_around():
    contact = ContactFactory()
    propose(contact, first_name="Eve")
    proposal, by = Proposal.objects.get(), MarketerFactory()
    dismiss_proposal(proposal=proposal, by=by, at=timezone.now())

    with pytest.raises(ProposalDecided):
        accept_proposal(proposal=proposal, by=by, at=timezone.now())


# The doors -----------------------------------------------------------------------


def test_the_contact_page_shows_both_values_and_takes_one_over(client):
    contact = ContactFactory(first_name="Adalbert")
    propose(contact, first_name="Evelyn")
    client.force_login(MarketerFactory())
    proposal = Proposal.objects.get()

    shown = client.get(f"/contacts/{contact.pk}/").content.decode()
    response = client.post(f"/contacts/proposals/{proposal.pk}/accept/")

    assert "Adalbert</del>" in shown
    assert "Evelyn" in shown
    assert response["Location"] == f"/contacts/{contact.pk}/"
    after = client.get(response["Location"]).content.decode()
    assert "Taken over." in after
    assert "Typed in a form" not in after


def test_the_contact_page_dismisses(client):
    contact = ContactFactory(first_name="Ada")
    propose(contact, first_name="Eve")
    client.force_login(MarketerFactory())

    client.post(f"/contacts/proposals/{Proposal.objects.get().pk}/dismiss/")
    refused = client.post(f"/contacts/proposals/{Proposal.objects.get().pk}/accept/")

    contact.refresh_from_db()
    assert contact.first_name == "Ada"
    page = client.get(refused["Location"]).content.decode()
    assert "Somebody has decided otherwise" in page


def test_a_value_that_has_become_wrong_is_refused_and_stays(client):
    contact = ContactFactory()
    Proposal.objects.create(
        contact=contact,
        field="custom.gone",
        value="x",
        source="form",
        at=timezone.now(),
    )
    client.force_login(MarketerFactory())
    pk = Proposal.objects.get().pk

    page = client.post(f"/contacts/proposals/{pk}/accept/", follow=True)

    assert "There is no such field." in page.content.decode()
    assert open_ones(contact) == [("custom.gone", "x")]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (UserFactory, 404),
        (RepFactory, 404),
        (MarketerFactory, 302),
        (AdminFactory, 302),
    ],
)
@pytest.mark.parametrize("verb", ["accept", "dismiss"])
def test_who_may_change_the_contact_decides(client, who, status, verb):
    contact = ContactFactory(owner=RepFactory())
    propose(contact, first_name="Eve")
    path = f"/contacts/proposals/{Proposal.objects.get().pk}/{verb}/"

    assert client.post(path)["Location"].startswith("/accounts/login/")
    client.force_login(who())
    assert client.get(path).status_code == 405
    assert client.post(path).status_code == status
    assert contact.proposals.open().exists() is (status == 404)
