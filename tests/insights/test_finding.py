"""What the search finds, and where all of it is."""

import pytest
from django.urls import reverse

from tests.factories.accounts import RepFactory
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db


def test_what_is_found_leads_to_the_list_of_all_that_matches(client):
    client.force_login(RepFactory())
    company = CompanyFactory(name="Byron & Sons")
    ContactFactory.create_batch(10, last_name="Byron", company=company)

    page = client.get(reverse("insights:search"), {"q": "byron &"})
    found = page.content.decode()
    menu = client.get(
        reverse("insights:search"), {"q": "byron"}, headers={"HX-Request": "true"}
    )

    assert '/companies/?q=byron+%26">All companies that match</a>' in found
    assert "/contacts/?q=byron" in menu.content.decode()
    every = client.get(reverse("contacts:list"), {"q": "byron"}).content.decode()
    assert every.count('class="lh-name') >= 10


def test_what_is_not_found_is_named(client):
    client.force_login(RepFactory())

    page = client.get(reverse("insights:search"), {"q": "<b>"}).content.decode()

    assert "Nothing matches “&lt;b&gt;”." in page
