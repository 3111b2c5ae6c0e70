"""What is changed in the list of contacts: a cell in its place, or many rows at once."""

import pytest

from accounts.models import Job
from contacts.models import Contact
from tests.contacts.shown import text
from tests.factories.accounts import RepFactory, UserFactory
from tests.factories.contacts import ContactFactory, TagFactory

pytestmark = pytest.mark.django_db


def test_what_can_be_done_with_selected_contacts_is_for_those_who_write(client, rep):
    assert 'id="bulk"' in text(client.get("/contacts/bulk/bar/", {"tag": "vip"}))

    client.force_login(UserFactory())

    assert client.get("/contacts/bulk/bar/").status_code == 403


def test_cell_is_edited_in_place(client, marketer):
    contact = ContactFactory(job_title="Poet")
    url = f"/contacts/{contact.pk}/cell/job_title/"

    form = text(client.get(url))
    saved = text(client.post(url, {"value": "Head", "before": "Poet"}))

    assert 'value="Poet"' in form
    assert "Head" in saved
    assert "<form" not in saved
    contact.refresh_from_db()
    assert contact.job_title == "Head"
    assert "Head" in text(client.get(url + "?show"))


def test_cell_shows_a_conflict_before_it_overwrites(client, marketer):
    contact = ContactFactory(job_title="Head")
    url = f"/contacts/{contact.pk}/cell/job_title/"

    conflict = client.post(url, {"value": "Boss", "before": "Poet"})
    again = client.post(url, {"value": "Boss", "before": "Head"})

    assert conflict.status_code == 422
    assert "Head" in conflict.content.decode()
    assert 'name="before" value="Head"' in conflict.content.decode()
    assert again.status_code == 200
    contact.refresh_from_db()
    assert contact.job_title == "Boss"


def test_cells_of_owner_and_tags(client, marketer):
    contact = ContactFactory()
    owner = RepFactory()

    client.post(f"/contacts/{contact.pk}/cell/owner/", {"value": owner.pk})
    client.post(f"/contacts/{contact.pk}/cell/tags/", {"value": "b, A"})
    wrong = client.post(f"/contacts/{contact.pk}/cell/owner/", {"value": "x"})

    contact.refresh_from_db()
    assert contact.owner == owner
    assert sorted(tag.name for tag in contact.tags.all()) == ["a", "b"]
    assert wrong.status_code == 422
    assert client.get(f"/contacts/{contact.pk}/cell/email/").status_code == 404


def bulk(client, follow=True, **data):
    return client.post("/contacts/bulk/", data, follow=follow)


def test_bulk_changes_what_is_ticked_and_names_what_it_skipped(client, rep):
    mine = ContactFactory.create_batch(2, owner=rep)
    theirs = ContactFactory(owner=RepFactory(), first_name="Ada", last_name="Byron")

    page = text(
        bulk(
            client,
            action="add_tags",
            tag="Fair",
            contact=[contact.pk for contact in (*mine, theirs)],
        )
    )

    assert "Changed 2 contacts." in page
    assert "Skipped 1: Ada Byron (not yours to change)." in page
    assert Contact.objects.filter(tags__name="fair").count() == 2


def test_bulk_on_all_that_match_keeps_to_the_filter(client, marketer):
    owner = RepFactory()
    tagged = ContactFactory.create_batch(3)
    for contact in tagged:
        contact.tags.add(TagFactory._meta.model.objects.get_or_create(name="vip")[0])
    other = ContactFactory()

    page = text(
        bulk(client, action="owner", owner=owner.pk, scope="all", query="tag=vip")
    )

    assert "Changed 3 contacts." in page
    other.refresh_from_db()
    assert other.owner is None
    assert Contact.objects.filter(owner=owner).count() == 3


def test_bulk_on_a_filter_that_cannot_be_read_changes_nothing(client, marketer):
    ContactFactory()

    bulk(client, action="add_tags", tag="x", scope="all", query="score_min=abc")

    assert not Contact.objects.filter(tags__name="x").exists()


def test_bulk_of_very_many_becomes_a_job(client, marketer, monkeypatch):
    monkeypatch.setattr("contacts.views.bulk.AT_ONCE", 1)
    contacts = ContactFactory.create_batch(2)

    page = text(bulk(client, action="add_tags", tag="fair", scope="all", query=""))

    assert "2 contacts are being changed in the background" in page
    job = Job.objects.get()
    assert job.params == {
        "contact_ids": sorted(contact.pk for contact in contacts),
        "data": {"add_tags": ["fair"]},
    }
    from accounts.services.running import run_waiting_jobs

    run_waiting_jobs()
    job.refresh_from_db()
    assert (job.status, job.result["changed"]) == (Job.Status.DONE, 2)
    assert Contact.objects.filter(tags__name="fair").count() == 2


def test_bulk_delete_asks_first_and_is_not_for_reps(client, marketer):
    contact = ContactFactory()

    asked = text(bulk(client, action="delete", contact=contact.pk))
    assert "Delete 1 contact?" in asked
    assert Contact.objects.exists()
    bulk(client, action="delete", contact=contact.pk, sure="yes")
    assert not Contact.objects.exists()

    mine = RepFactory()
    client.force_login(mine)
    kept = ContactFactory(owner=mine)
    page = text(bulk(client, action="delete", contact=kept.pk, sure="yes"))
    assert "You may not delete contacts." in page
    assert Contact.objects.get() == kept
