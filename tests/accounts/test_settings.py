import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken, User
from accounts.scopes import RESOURCES
from accounts.services.tokens import create_token
from leadhub.api import router
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    MarketerFactory,
    RepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NEW = {"username": "anna", "email": "anna@example.com", "role": "rep"}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def api_of(user) -> APIClient:
    key = create_token(user=user, name="phone", at=timezone.now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


# One's own -----------------------------------------------------------------------


def test_people_set_their_profile_and_nothing_else():
    rep = RepFactory()
    values = {
        "first_name": "Anna",
        "last_name": "Bell",
        "language": "de",
        "theme": "dark",
        "absent_until": "2030-01-01",
        "digest_hour": "8",
        "role": "admin",
    }

    response = signed_in(rep).post(reverse("accounts:settings"), values)

    assert response.cookies["django_language"].value == "de"
    rep.refresh_from_db()
    assert (str(rep), rep.language, rep.theme) == ("Anna Bell", "de", "dark")
    assert (rep.role, rep.mails_notifications) == ("rep", False)


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        ("AUTHENTICATOR", ["Two-factor sign-in"]),
        ("absence", ["My profile"]),
        ("quiet hours", []),
        ("of no page", []),
    ],
)
def test_search_of_the_settings_says_where_it_is_set(words, labels):
    client = signed_in(RepFactory())
    url = reverse("accounts:settings_search")

    for headers in ({}, {"HX-Request": "true"}):
        response = client.get(url, {"q": words}, headers=headers)
        assert [s.label for s in response.context["sections"]] == labels
        for section in response.context["sections"]:
            assert section.url in response.content.decode()
    assert len(client.get(url, {"q": ""}).context["sections"]) > len(labels)


def test_who_runs_marketing_finds_its_settings_and_all_of_them_open():
    client = signed_in(AdminFactory())

    found = client.get(reverse("accounts:settings_search"), {"q": "quiet hours"})

    assert [s.label for s in found.context["sections"]] == ["Sender"]
    every = client.get(reverse("accounts:settings_search")).context["sections"]
    assert {client.get(s.url, follow=True).status_code for s in every} == {200}


def test_who_has_chosen_no_language_reads_what_the_browser_wants():
    RepFactory(username="anna")
    client = Client(headers={"accept-language": "de"})
    client.cookies["django_language"] = "en"  # of a colleague who was here before

    client.post(
        reverse("account_login"), {"login": "anna", "password": "correct horse"}
    )

    assert "Abmelden" in client.get(reverse("accounts:inbox")).content.decode()


def test_signing_in_brings_the_language_along():
    RepFactory(username="anna", language="de")
    client = Client()

    client.post(
        reverse("account_login"), {"login": "anna", "password": "correct horse"}
    )

    assert client.cookies["django_language"].value == "de"


def test_the_switches_of_the_navigation_set_one_thing_and_lead_back():
    rep = RepFactory(theme="light", language="en")
    client = signed_in(rep)
    url = reverse("accounts:preferences")

    back = client.post(url, {"language": "de", "next": "/inbox/?state=done"})
    away = client.post(url, {"theme": "dark", "next": "https://evil.example/"})
    wrong = client.post(url, {"theme": "pink"})
    quiet = client.post(url, {"theme": "system"}, headers={"HX-Request": "true"})

    assert (back.url, back.cookies["django_language"].value) == (
        "/inbox/?state=done",
        "de",
    )
    assert away.url == "/"
    assert (wrong.status_code, quiet.status_code) == (422, 204)
    rep.refresh_from_db()
    assert (rep.language, rep.theme) == ("de", "system")


# People --------------------------------------------------------------------------


def test_an_administrator_adds_somebody_who_then_chooses_a_password():
    page = signed_in(AdminFactory()).post(reverse("accounts:person_new"), NEW)

    link = re.search(r"/accounts/password/reset/key/[^<\s]+", page.content.decode())[0]
    client = Client()
    form = client.get(link, follow=True)
    passwords = {"password1": "a good long one", "password2": "a good long one"}
    client.post(form.redirect_chain[-1][0], passwords)
    assert User.objects.get(username="anna").check_password("a good long one")


def test_who_was_invited_reads_our_words_and_signs_in():
    page = signed_in(AdminFactory()).post(reverse("accounts:person_new"), NEW)
    made = page.content.decode()
    link = re.search(r"/accounts/password/reset/key/[^<\s\"]+", made)[0]
    client = Client()
    form = client.get(link, follow=True)
    passwords = {"password1": "a good long one", "password2": "a good long one"}

    done = client.post(form.redirect_chain[-1][0], passwords, follow=True)
    again = Client().get(link, follow=True)

    assert made.count(f'data-copy="{settings.SITE_URL}{link}"') == 1
    shown = form.content.decode()
    assert "<h1>Choose a password</h1>" in shown
    assert "New password once more" in shown
    assert "placeholder" not in shown
    assert "<h1>Your password is set</h1>" in done.content.decode()
    assert "<h1>This link does not work</h1>" in again.content.decode()


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        (
            "account_change_password",
            ["Your password until now", "New password", "New password once more"],
        ),
        ("account_reauthenticate", ["Your password"]),
    ],
)
def test_forms_about_the_password_have_our_words(name, labels):
    page = signed_in(RepFactory()).get(reverse(name)).content.decode()

    assert [label for label in labels if f">{label}</label>" not in page] == []
    assert "placeholder" not in page.partition("<form")[2].partition("</form>")[0]
    assert 'href="/settings/" data-go="e" aria-current="page"' in page or (
        name == "account_reauthenticate"
    )


def test_what_is_wrong_with_a_person_is_shown():
    admin = AdminFactory()
    client = signed_in(admin)

    taken = client.post(
        reverse("accounts:person_new"), NEW | {"username": admin.username}
    )
    alone = client.post(
        reverse("accounts:person_edit", args=[admin.pk]), {"role": "rep", "capacity": 1}
    )

    assert taken.status_code == alone.status_code == 422
    assert "Somebody must remain an administrator." in alone.content.decode()


def test_an_administrator_changes_roles_and_ends_access():
    admin, rep = AdminFactory(), RepFactory()
    client = signed_in(admin)

    client.post(
        reverse("accounts:person_edit", args=[rep.pk]), {"role": "lead", "capacity": 7}
    )
    client.post(reverse("accounts:person_deactivate", args=[rep.pk]))

    rep.refresh_from_db()
    assert (rep.role, rep.capacity, rep.is_active) == ("lead", 7, False)
    client.post(reverse("accounts:person_reactivate", args=[rep.pk]))
    rep.refresh_from_db()
    assert rep.is_active


@pytest.mark.parametrize(
    "factory", [UserFactory, RepFactory, MarketerFactory, LeadFactory]
)
def test_others_see_who_works_here_and_change_nothing(factory):
    other = RepFactory()
    client = signed_in(factory())

    assert client.get(reverse("accounts:people")).status_code == 200
    for name in ("person_edit", "person_deactivate", "person_reactivate"):
        url = reverse(f"accounts:{name}", args=[other.pk])
        assert client.post(url, {"role": "admin"}).status_code == 403
    assert client.post(reverse("accounts:person_new"), NEW).status_code == 403
    other.refresh_from_db()
    assert (other.role, other.is_active) == ("rep", True)


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_list_of_people_does_not_ask_more_for_more(
    django_assert_num_queries, row_count
):
    client = signed_in(AdminFactory())
    RepFactory.create_batch(row_count)

    # session, user, people, their teams; of every page: inbox count, pinned views
    with django_assert_num_queries(6):
        client.get(reverse("accounts:people"))


# Over REST -----------------------------------------------------------------------


def test_the_api_tells_names_to_colleagues_and_all_to_who_leads():
    rep, other = RepFactory(), RepFactory()
    url = f"/api/v1/users/{other.pk}/"

    assert set(api_of(rep).get(url).json()) == {
        "id",
        "username",
        "first_name",
        "last_name",
        "role",
        "is_active",
    }
    assert api_of(LeadFactory()).get(url).json()["email"] == other.email
    own = api_of(rep).get(f"/api/v1/users/{rep.pk}/").json()
    assert own["email"] == rep.email
    assert "password" not in own


def test_administrators_add_and_change_people_over_the_api():
    client = api_of(AdminFactory())

    added = client.post("/api/v1/users/", NEW, format="json")
    url = f"/api/v1/users/{added.json()['id']}/"
    changed = client.patch(url, {"role": "lead", "capacity": 3}, format="json")
    taken = client.post("/api/v1/users/", NEW, format="json")
    wrong = client.patch(url, {"role": "king"}, format="json")
    unknown = client.patch(url, {"is_superuser": True}, format="json")

    assert (added.status_code, added["Location"].endswith(url)) == (201, True)
    assert (changed.json()["role"], changed.json()["capacity"]) == ("lead", 3)
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (409, "user_taken")
    assert (wrong.status_code, wrong.json()["errors"][0]["attr"]) == (400, "role")
    assert unknown.status_code == 400
    assert client.post(f"{url}deactivate/").json()["is_active"] is False
    assert client.post(f"{url}reactivate/").json()["is_active"] is True


@pytest.mark.parametrize(
    "factory", [UserFactory, RepFactory, MarketerFactory, LeadFactory]
)
def test_only_administrators_write_people_over_the_api(factory):
    user = factory()
    client = api_of(user)

    assert client.post("/api/v1/users/", NEW, format="json").status_code == 403
    for pk in (user.pk, RepFactory().pk):
        url = f"/api/v1/users/{pk}/"
        assert client.patch(url, {"role": "admin"}, format="json").status_code == 403
        assert client.post(f"{url}deactivate/").status_code == 403


# Tokens --------------------------------------------------------------------------


def test_a_token_is_shown_once_and_revoked():
    rep = RepFactory()
    client = signed_in(rep)
    values = {
        "name": "shop",
        "days": "30",
        "is_limited": "on",
        "scopes": ["contacts:read", "interactions:write"],
    }

    page = client.post(reverse("accounts:tokens"), values).content.decode()

    key = re.search(r"lh_[\w-]+", page)[0]
    token = ApiToken.objects.get(digest=ApiToken.digest_of(key))
    assert token.scopes == ["contacts:read", "interactions:write"]
    assert token.expires_at is not None
    assert key not in client.get(reverse("accounts:tokens")).content.decode()
    client.post(reverse("accounts:token_revoke", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_token_without_limits_may_what_its_role_may():
    rep = RepFactory()

    signed_in(rep).post(reverse("accounts:tokens"), {"name": "shop", "days": ""})
    wrong = signed_in(rep).post(
        reverse("accounts:tokens"),
        {"name": "x", "is_limited": "on", "scopes": ["all:all"]},
    )

    token = ApiToken.objects.get()
    assert (token.scopes, token.expires_at) == (None, None)
    assert wrong.status_code == 422


def test_the_page_of_tokens_leads_to_what_one_can_do_with_them():
    page = signed_in(RepFactory()).get(reverse("accounts:tokens")).content.decode()

    assert f'href="{reverse("api-docs")}"' in page


def test_nobody_revokes_or_sees_a_colleagues_token_but_administrators():
    key_holder = RepFactory()
    create_token(user=key_holder, name="secret shop", at=timezone.now())
    url = reverse("accounts:token_revoke", args=[ApiToken.objects.get().pk])
    other = signed_in(RepFactory())

    assert other.post(url).status_code == 404
    assert "secret shop" not in other.get(reverse("accounts:tokens")).content.decode()
    assert signed_in(AdminFactory()).post(url).status_code == 302
    assert ApiToken.objects.get().revoked_at is not None


def test_every_resource_of_the_api_has_a_scope_to_be_given():
    named = {
        getattr(viewset, "token_scope", None)
        for _prefix, viewset, _name in router.registry
    } - {None}

    assert named - set(RESOURCES) == set()
