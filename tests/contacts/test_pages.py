"""The pages of contacts and companies."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.columns import columns
from contacts.models import Company, Contact, FieldChange, SavedView
from contacts.services.consents import suppress_address
from tests.contacts.shown import text
from tests.factories.accounts import RepFactory, UserFactory
from tests.factories.campaigns import MessageFactory
from tests.factories.contacts import (
    CompanyFactory,
    ConsentFactory,
    ContactFactory,
    CustomFieldFactory,
    SavedViewFactory,
    SegmentFactory,
    TagFactory,
)
from tests.factories.journeys import InteractionFactory, PhaseFactory, PhaseVisitFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def names(response):
    return re.findall(r'class="fw-bold" href="[^"]*">([^<]*)<', text(response))


LIST = "/contacts/"


@pytest.mark.parametrize("url", [LIST, "/contacts/1/", "/companies/", "/contacts/new/"])
def test_nobody_sees_contacts_without_signing_in(client, url):
    assert client.get(url).status_code == 302


def test_list_is_empty_at_first_and_says_what_fills_it(client, marketer):
    assert "No contacts yet" in text(client.get(LIST))


def test_list_narrows_searches_and_sorts(client, marketer):
    owner = RepFactory(first_name="Rita", last_name="Ray")
    ContactFactory(first_name="Ada", last_name="Byron", owner=owner)
    ContactFactory(first_name="Bob", last_name="Abel").tags.add(TagFactory(name="vip"))

    assert names(client.get(LIST, {"sort": "name"})) == ["Bob Abel", "Ada Byron"]
    assert names(client.get(LIST, {"sort": "-name"})) == ["Ada Byron", "Bob Abel"]
    assert names(client.get(LIST, {"sort": "nonsense"})) != []
    assert names(client.get(LIST, {"q": "byr ADA"})) == ["Ada Byron"]
    page = client.get(LIST, {"q": "b", "sort": "-name"})
    assert names(page) == ["Ada Byron", "Bob Abel"]
    page = client.get(LIST, {"tag": "vip", "owner": "none", "q": "bob"})
    assert names(page) == ["Bob Abel"]
    chips = [(chip.label, chip.value, chip.url) for chip in page.context["chips"]]
    assert chips == [
        ("Tag", "vip", "/contacts/?owner=none&q=bob"),
        ("Owner", "none", "/contacts/?tag=vip&q=bob"),
    ]
    page = client.get(LIST, {"owner": owner.pk})
    assert [chip.value for chip in page.context["chips"]] == ["Rita Ray"]
    nothing = text(client.get(LIST, {"q": "nobody"}))
    assert "No contact matches" in nothing


@pytest.mark.parametrize("sort", ["score", "phase", "owner", "updated", "created"])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("query", [{}, {"phase": "none"}])
def test_every_offered_order_goes_through_all_pages(
    client, marketer, query, sort, sign, monkeypatch
):
    monkeypatch.setattr("contacts.lists.PAGE_SIZE", 2)
    for owner in (None, RepFactory(), RepFactory()):
        ContactFactory.create_batch(2, owner=owner)
    found, cursor = [], ""
    while True:
        page = client.get(LIST, {**query, "sort": sign + sort, "cursor": cursor})
        found += names(page)
        cursor = page.context["page"].next
        if not cursor:
            break

    assert sorted(found) == sorted(str(row) for row in Contact.objects.all())


def test_contacts_of_a_phase_stand_in_the_order_they_came_into_it(client, marketer):
    phase, other = PhaseFactory.create_batch(2)
    late, early = (
        PhaseVisitFactory(phase=phase, entered_at=timezone.now() - timedelta(days=days))
        for days in (1, 9)
    )
    PhaseVisitFactory(phase=other)
    PhaseVisitFactory(phase=phase, left_at=timezone.now())

    found = client.get(LIST, {"phase": phase.pk, "sort": "phase"})

    assert names(found) == [str(early.contact), str(late.contact)]


def test_list_answers_htmx_with_its_table_only(client, marketer):
    ContactFactory()

    fragment = text(client.get(LIST, **HTMX))

    assert fragment.lstrip().startswith("<section")
    assert "<title>" not in fragment


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"score_min": "x"}, {"segment": "0"}, {"q": "\x00"}]
)
def test_list_survives_what_it_cannot_read(client, marketer, query):
    ContactFactory()

    assert client.get(LIST, query).status_code == 200


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_list_query_count_does_not_grow(client, marketer):
    def add():
        contact = ContactFactory(owner=RepFactory())
        contact.tags.add(TagFactory())
        ConsentFactory(contact=contact)
        InteractionFactory(contact=contact)
        MessageFactory(contact=contact)
        HandoffFactory(contact=contact, accept_by=timezone.now())

    add()
    with_one = queries_of(client, LIST)
    add()
    add()

    assert queries_of(client, LIST) == with_one
    # Session, user, rows, tags of rows, saved views, owners, segments, tags, pinned
    # views; the rest is by the apps above.
    assert with_one <= 10 + 5 * len(columns())


def test_count_stops_at_a_thousand_unless_asked(client, marketer, monkeypatch):
    monkeypatch.setattr("contacts.lists.COUNTED_UP_TO", 2)
    ContactFactory.create_batch(3)

    assert "2+ contacts" in text(client.get("/contacts/count/"))
    exact = text(client.get("/contacts/count/", {"count": "exact"}))
    assert "3 contacts" in exact


def test_saved_views_are_saved_shared_pinned_and_deleted(client, marketer):
    query = "owner=me&cursor=abc&q=&sort=-score"
    data = {"name": "Mine", "query": query, "is_pinned": "on"}
    client.post("/contacts/views/", data)
    view = SavedView.objects.get()
    assert (view.query, view.is_pinned, view.is_shared) == (
        "owner=me&sort=-score",
        True,
        False,
    )
    page = client.get("/contacts/?sort=-score&owner=me")
    assert page.context["view_name"] == "Mine"
    [pinned] = page.context["pinned_views"]
    assert pinned == {"name": "Mine", "url": "/contacts/?owner=me&sort=-score"}

    client.post(f"/contacts/views/{view.pk}/", {"is_shared": "yes", "is_pinned": "no"})
    view.refresh_from_db()
    assert (view.is_pinned, view.is_shared) == (False, True)

    theirs = SavedViewFactory(is_shared=True, name="Theirs")
    assert "Theirs" in text(client.get(LIST))
    assert client.post(f"/contacts/views/{theirs.pk}/delete/").status_code == 404
    client.post(f"/contacts/views/{view.pk}/delete/")
    assert list(SavedView.objects.all()) == [theirs]


def test_private_views_of_others_are_not_shown(client, marketer):
    SavedViewFactory(name="Secret plan")

    assert "Secret plan" not in text(client.get(LIST))


def test_create_edit_and_delete_in_the_browser(client, marketer):
    CustomFieldFactory(key="city", label="City")
    form = {
        "email": "ada@example.com",
        "first_name": "Ada",
        "company": "Acme",
        "tags": "VIP, fair",
        "custom_city": "Rome",
    }

    created = client.post("/contacts/new/", form)

    contact = Contact.objects.get()
    url = reverse("contacts:detail", args=[contact.pk])
    assert created["Location"] == url
    assert contact.company.name == "Acme"
    assert contact.custom == {"city": "Rome"}
    assert sorted(t.name for t in contact.tags.all()) == ["fair", "vip"]

    client.post(f"{url}edit/", {**form, "company": "", "custom_city": "Bonn"})
    contact.refresh_from_db()
    assert (contact.company, contact.custom) == (None, {"city": "Bonn"})
    [change] = FieldChange.objects.all()
    assert set(change.changes) == {"company", "custom.city"}
    history = text(client.get(url))
    assert "Acme" in history
    assert "Rome" in history

    assert "cannot be undone" in text(client.get(f"{url}delete/"))
    assert client.post(f"{url}delete/")["Location"] == LIST
    assert not Contact.objects.exists()


def test_form_names_its_faults_at_the_fields_and_keeps_what_was_typed(client, marketer):
    ContactFactory(email="ada@example.com")

    taken = client.post("/contacts/new/", {"email": "ADA@example.com"})
    wrong = client.post(
        "/contacts/new/", {"email": "x@", "phone": "many", "first_name": "Zoe"}
    )

    assert taken.status_code == wrong.status_code == 422
    assert "belongs to contact" in taken.content.decode()
    assert set(wrong.context["form"].errors) == {"email", "phone"}
    assert 'value="Zoe"' in wrong.content.decode()


def test_form_in_the_offcanvas(client, marketer):
    contact = ContactFactory(first_name="Ada")
    url = f"/contacts/{contact.pk}/edit/"

    fragment = text(client.get(url, **HTMX))
    saved = client.post(url, {"first_name": "Eva", "email": contact.email}, **HTMX)

    assert fragment.lstrip().startswith("<form")
    assert (saved.status_code, saved["HX-Redirect"]) == (
        204,
        f"/contacts/{contact.pk}/",
    )
    contact.refresh_from_db()
    assert contact.first_name == "Eva"


def test_contact_page_shows_who_it_is(client, rep):
    CustomFieldFactory(key="vip", label="Very important", type="boolean")
    contact = ContactFactory(
        first_name="Ada",
        phone="+493012345",
        job_title="Head of Engines",
        company__name="Acme",
        owner=RepFactory(first_name="Rita", last_name="Ray"),
        custom={"vip": True},
    )
    ConsentFactory(contact=contact, granted=True)

    page = text(client.get(f"/contacts/{contact.pk}/"))

    for sight in (
        f"mailto:{contact.email}",
        "tel:+493012345",
        "+49 30 12345",
        "Head of Engines",
        "Acme",
        "Rita Ray",
        "Very important",
        f"/contacts/{contact.pk}/consents/",
    ):
        assert sight in page
    assert "contact-offcanvas" not in page  # a colleague's


def test_contact_page_query_count_does_not_grow(client, marketer):
    contact = ContactFactory()
    url = f"/contacts/{contact.pk}/"

    def add():
        contact.tags.add(TagFactory())
        ConsentFactory(contact=contact)
        FieldChange.objects.create(
            contact=contact,
            at=contact.created_at,
            source="api",
            changes={
                "owner": [None, RepFactory().pk],
                "company": [CompanyFactory().pk, None],
            },
        )

    add()
    with_one = queries_of(client, url)
    add()
    add()

    assert queries_of(client, url) == with_one
    assert with_one <= 14 + 5 * len(columns())


def test_colleagues_contacts_may_be_read_but_not_changed(client, rep):
    theirs = ContactFactory(owner=RepFactory())
    url = f"/contacts/{theirs.pk}/"

    assert client.get(url).status_code == 200
    for path in ("edit/", "delete/", "cell/owner/"):
        assert client.post(url + path, {"value": ""}).status_code == 403
    assert client.get("/contacts/987654321/").status_code == 404
    assert client.get("/contacts/987654321/edit/").status_code == 404


def test_the_menu_of_filters_keeps_what_is_set(client, rep):
    phase = PhaseFactory(name="Consideration")
    query = {
        "q": "ada",
        "sort": "-score",
        "phase": phase.pk,
        "tag": ["vip", "fair"],
        "email": "ada@engines.example",
        "cursor": "of another list",
    }

    page = text(client.get("/contacts/filters/", query))
    menu = text(client.get("/contacts/filters/", query, **HTMX))

    assert "<h1>Filter contacts</h1>" in page
    assert "<h1>" not in menu
    for shown in (page, menu):
        start = shown.index('<form method="get" action="/contacts/" class="vstack')
        form = shown[start:].partition("</form>")[0]
        kept = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
        assert kept == [
            ("q", "ada"),
            ("sort", "-score"),
            ("email", "ada@engines.example"),
            ("tag", "vip"),
        ]
        assert f'<option value="{phase.pk}" selected>' in shown
        assert 'name="tag" value="fair"' in shown


def test_readers_see_and_change_nothing(client):
    client.force_login(UserFactory())
    contact = ContactFactory()

    page = text(client.get(LIST))

    assert "bulk/bar/" not in page
    assert client.get("/contacts/new/").status_code == 403
    assert client.get(f"/contacts/{contact.pk}/edit/").status_code == 403
    client.post("/contacts/bulk/", {"action": "add_tags", "tag": "x", "scope": "all"})
    assert not contact.tags.exists()


def test_companies_in_the_browser(client, marketer):
    client.post("/companies/new/", {"name": "Acme", "domain": "acme.com"})
    company = Company.objects.get()
    ContactFactory(company=company, first_name="Ada", last_name="Byron")
    other = CompanyFactory(name="Zenith")

    listed = client.get("/companies/")
    assert names(listed) == ["Acme", "Zenith"]
    assert names(client.get("/companies/", {"q": "zen"})) == ["Zenith"]
    assert "Ada Byron" in text(client.get(f"/companies/{company.pk}/"))

    taken = client.post(
        f"/companies/{other.pk}/edit/", {"name": "Zenith", "domain": "acme.com"}
    )
    assert taken.status_code == 422
    client.post(f"/companies/{company.pk}/edit/", {"name": "Apex"})
    company.refresh_from_db()
    assert (company.name, company.domain) == ("Apex", "")
    assert names(client.get(LIST, {"q": "apex"})) == ["Ada Byron"]
    client.post(f"/companies/{company.pk}/delete/")
    assert list(Company.objects.all()) == [other]


def test_segment_chip_has_its_name(client, marketer):
    segment = SegmentFactory(name="Big fish")
    ContactFactory()

    page = client.get(LIST, {"segment": segment.pk})

    assert [chip.value for chip in page.context["chips"]] == ["Big fish"]


def cell(response, label):
    """The words of the first row's cell under ``label``."""
    [found] = re.findall(
        rf'<td data-label="{label}".*?>(.*?)</td>', text(response), re.DOTALL
    )
    return " ".join(re.sub("<.*?>", " ", found).split())


NOW = timezone.now()


def test_list_says_with_words_who_may_be_mailed_and_called(client, marketer):
    contact = ContactFactory(phone="+49 30 1234567")
    assert cell(client.get(LIST), "Consent") == "Mail not asked Calls"

    ConsentFactory(contact=contact, purpose="email_marketing", granted=True)
    ConsentFactory(contact=contact, purpose="phone", granted=False)
    assert cell(client.get(LIST), "Consent") == "Mail No calls"

    suppress_address(address=contact.email, reason="by_hand", source="test", at=NOW)
    assert cell(client.get(LIST), "Consent") == "No mail No calls"


def test_list_says_what_happened_last_and_what_is_planned(client, marketer):
    contact = ContactFactory()
    assert cell(client.get(LIST), "Next touch") == ""

    InteractionFactory(contact=contact, kind="demo_request", occurred_at=NOW)
    InteractionFactory(
        contact=contact, kind="email_open", occurred_at=NOW, is_machine=True
    )
    MessageFactory(
        contact=contact,
        title="Welcome",
        state="planned",
        due_at=NOW + timedelta(days=2),
    )
    assert "Asked for a demo" in cell(client.get(LIST), "Last touch")
    assert "Welcome" in cell(client.get(LIST), "Next touch")

    HandoffFactory(
        contact=contact,
        assignee=RepFactory(first_name="Anna", last_name="Falk"),
        accept_by=NOW + timedelta(hours=1),
    )
    assert "Anna Falk answers" in cell(client.get(LIST), "Next touch")


def test_columns_of_pages_are_not_given_by_the_api(client, marketer):
    ContactFactory()

    [row] = client.get("/api/v1/contacts/").json()["results"]

    assert {"score", "phase"} < set(row)
    assert not {"last_touch", "next_touch", "allowed"} & set(row)
