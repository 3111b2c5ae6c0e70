"""A1: who may do what, for every route, method, role and scope of the API.

A route without a row fails: add it to TABLE with the roles that may, and think.
"""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.scopes import SCOPES
from leadhub.rest.docs import description
from tests.security.world import ROLES

URL = "/api/v1/"
ALL = "admin lead marketer rep read_only"
WRITERS = "admin lead marketer rep"
MARKETING = "admin lead marketer"
SALES = "admin lead rep"
LISTED = """
    companies consents contacts contents custom-fields deals enrollments forms handoffs
    interactions jobs journeys links mail-templates measures messages notifications
    phases scoring-models segments sequences suppressions teams users webinars
    attendances consent-texts landing-pages topics uploads webhooks webhook-deliveries
    events merges tasks questions territories holidays
"""
OF_MARKETING = """
    contents custom-fields forms journeys landing-pages mail-templates measures phases
    scoring-models segments sequences teams topics webinars
"""
REPLACED = "journeys measures phases scoring-models teams"

# "METHOD path" -> (roles that may, roles for which it does not exist). {id} is a row
# of the rep's; all others may not: 403.
TABLE: dict[str, tuple[str, str]] = {
    **{f"GET {name}/": (ALL, "") for name in LISTED.split()},
    **{f"GET {name}/{{id}}/": (ALL, "") for name in LISTED.split()},
    "GET jobs/{id}/": ("admin rep", "lead marketer read_only"),
    "DELETE jobs/{id}/": ("admin rep", "lead marketer"),
    "GET notifications/{id}/": ("rep", "admin lead marketer read_only"),
    **{
        f"POST notifications/{{id}}/{verb}/": ("rep", MARKETING)
        for verb in (
            *("read", "unread", "done", "reopen", "snooze"),
            *("assign", "take-back"),
        )
    },
    "GET kpis/": (ALL, ""),
    "GET kpis/declines/": (ALL, ""),
    "GET kpis/{key}/months/": (ALL, ""),
    "GET kpi-targets/": (ALL, ""),
    "POST kpi-targets/": ("admin lead", ""),
    "GET figure-settings/": (ALL, ""),
    "PATCH figure-settings/": ("admin lead", ""),
    "GET attribution/": (ALL, ""),
    "GET report-subscriptions/": (ALL, ""),
    "POST report-subscriptions/": (WRITERS, ""),
    "GET report-subscriptions/{id}/": ("admin lead rep", "marketer read_only"),
    "DELETE report-subscriptions/{id}/": (SALES, "marketer"),
    "POST report-subscriptions/{id}/send/": (SALES, "marketer"),
    "GET journeys/{id}/health/": (ALL, ""),
    "GET contacts/{id}/score/": (ALL, ""),
    "GET contacts/{id}/timeline/": (ALL, ""),
    "GET contacts/{id}/touch/": (ALL, ""),
    "GET contacts/{id}/assignment/": (ALL, ""),
    "GET contacts/{id}/interests/": (ALL, ""),
    "POST contacts/{id}/talks/": (WRITERS, ""),
    "POST contacts/{id}/mail/": (WRITERS, ""),
    "GET companies/{id}/touches/": (ALL, ""),
    "GET segments/{id}/assignment/": (ALL, ""),
    "GET promise-settings/": (ALL, ""),
    "PATCH promise-settings/": ("admin", ""),
    "GET deal-settings/": (ALL, ""),
    "PATCH deal-settings/": ("admin lead", ""),
    "POST questions/": ("admin lead", ""),
    "PATCH questions/{id}/": ("admin lead", ""),
    "DELETE questions/{id}/": ("admin lead", ""),
    "POST territories/": ("admin", ""),
    "PATCH territories/{id}/": ("admin", ""),
    "DELETE territories/{id}/": ("admin", ""),
    "POST territories/{id}/move/": ("admin", ""),
    "POST holidays/": ("admin", ""),
    "DELETE holidays/{id}/": ("admin", ""),
    "POST contacts/{id}/claim/": (WRITERS, ""),
    "DELETE contacts/{id}/claim/": (WRITERS, ""),
    "POST contacts/batch/": (WRITERS, ""),
    "POST contacts/merge/": (WRITERS, ""),
    "POST merges/{id}/undo/": (WRITERS, ""),
    "GET duplicates/": (ALL, ""),
    "POST duplicates/apart/": (WRITERS, ""),
    "PUT contacts/by-email/{email}/": (WRITERS, ""),
    **{
        f"{method} {name}/{{id}}/": (WRITERS, "")
        for name in ("companies", "contacts", "links")
        for method in ("PATCH", "DELETE")
    },
    **{
        f"POST {name}/": (WRITERS, "")
        for name in (
            "companies",
            "consents",
            "contacts",
            "enrollments",
            "interactions",
            "links",
        )
    },
    "DELETE enrollments/{id}/": (WRITERS, ""),
    "POST interactions/batch/": (WRITERS, ""),
    **{f"POST {name}/": (MARKETING, "") for name in OF_MARKETING.split()},
    **{
        f"{method} {name}/{{id}}/": (MARKETING, "")
        for name in OF_MARKETING.split()
        for method in ("PATCH", "DELETE")
        if (method, name) != ("DELETE", "sequences")
    },
    **{f"PUT {name}/{{id}}/": (MARKETING, "") for name in REPLACED.split()},
    "POST consent-texts/": (MARKETING, ""),
    "DELETE consent-texts/{id}/": (MARKETING, ""),
    "POST uploads/": (MARKETING, ""),
    "GET interest-settings/": (ALL, ""),
    "PATCH interest-settings/": (MARKETING, ""),
    "PUT links/{id}/": (WRITERS, ""),
    "POST webinars/{id}/attendances/": (MARKETING, ""),
    "GET journeys/{id}/versions/": (ALL, ""),
    "GET journeys/{id}/versions/{number}/": (ALL, ""),
    "GET journeys/{id}/versions/{number}/diff/": (ALL, ""),
    "POST journeys/{id}/versions/{number}/restore/": (MARKETING, ""),
    "GET journeys/{id}/draft/": (MARKETING, "rep read_only"),
    "POST journeys/{id}/draft/": (MARKETING, ""),
    "PUT journeys/{id}/draft/": (MARKETING, ""),
    "DELETE journeys/{id}/draft/": (MARKETING, ""),
    "POST journeys/{id}/publish/": (MARKETING, ""),
    "GET journeys/{id}/reviews/": (ALL, ""),
    "POST journeys/{id}/reviews/": (MARKETING, ""),
    "POST sequences/{id}/publish/": (MARKETING, ""),
    "POST sequences/{id}/status/": (MARKETING, ""),
    "POST sequences/{id}/winner/": (MARKETING, ""),
    "GET sequences/{id}/forecast/": (ALL, ""),
    "GET messages/{id}/mail/": (ALL, ""),
    "POST messages/{id}/cancel/": (WRITERS, ""),
    "POST messages/{id}/decide/": (WRITERS, ""),
    "POST suppressions/": (MARKETING, ""),
    "POST suppressions/{id}/lift/": (MARKETING, ""),
    "POST scoring-models/{id}/activate/": (MARKETING, ""),
    "POST scoring-models/{id}/copy/": (MARKETING, ""),
    "POST scoring-models/{id}/learn/": (MARKETING, ""),
    "POST scoring-models/{id}/backtest/": (MARKETING, ""),
    **{
        f"POST handoffs/{{id}}/{verb}/": (SALES, "")
        for verb in ("accept", "decline", "rate", "reassign")
    },
    "POST deals/": (SALES, ""),
    "GET deals/{deal}/answers/": (ALL, ""),
    "PUT deals/{deal}/answers/": (SALES, ""),
    "GET deals/{deal}/offers/": (ALL, ""),
    "POST deals/{deal}/offers/": (SALES, ""),
    "GET deals/{deal}/offers/{offer}/": (ALL, ""),
    "GET deals/{deal}/offers/{offer}/pdf/": (ALL, ""),
    "PATCH deals/{deal}/offers/{offer}/": (SALES, ""),
    "DELETE deals/{deal}/offers/{offer}/": (SALES, ""),
    **{
        f"POST deals/{{deal}}/offers/{{offer}}/{verb}/": (SALES, "")
        for verb in ("send", "mail", "accept", "decline")
    },
    "PATCH deals/{id}/": (SALES, ""),
    **{
        f"POST deals/{{id}}/{verb}/": (SALES, "")
        for verb in ("move", "win", "lose", "reopen")
    },
    "POST tasks/": (WRITERS, ""),
    "PATCH tasks/{id}/": (SALES, "marketer"),
    "POST tasks/{id}/done/": (SALES, "marketer"),
    "POST tasks/{id}/reopen/": (SALES, "marketer"),
    "GET webhook-deliveries/{id}/": ("admin", "lead marketer rep read_only"),
    "GET events/{id}/": ("admin", "lead marketer rep read_only"),
    "POST webhook-deliveries/{id}/replay/": ("admin", ""),
    "POST webhooks/": ("admin", ""),
    "PATCH webhooks/{id}/": ("admin", ""),
    "DELETE webhooks/{id}/": ("admin", ""),
    "POST webhooks/{id}/rotate/": ("admin", ""),
    "POST webhooks/{id}/test/": ("admin", ""),
    "POST users/": ("admin", ""),
    "PATCH users/{id}/": ("admin", ""),
    "POST users/{id}/deactivate/": ("admin", ""),
    "POST users/{id}/reactivate/": ("admin", ""),
}
SCOPE_OF = {
    "attendances": "webinars",
    "duplicates": "contacts",
    "merges": "contacts",
    "consent-texts": "forms",
    "custom-fields": "fields",
    "events": "webhooks",
    "deal-settings": "deals",
    "figure-settings": "kpis",
    "kpi-targets": "kpis",
    "report-subscriptions": "kpis",
    "holidays": "handoffs",
    "interest-settings": "topics",
    "promise-settings": "handoffs",
    "questions": "deals",
    "territories": "handoffs",
    "landing-pages": "forms",
    "mail-templates": "campaigns",
    "suppressions": "consents",
    "uploads": "contents",
    "webhook-deliveries": "webhooks",
}


def send(world, route, *, key=None):
    """Status of the route; what it does is undone."""
    method, path = route.split(" ")
    resource = path.split("/")[0]
    path = path.replace("{email}", world.rows["contacts"].email)
    path = path.replace("{key}", "new_contacts")
    path = path.replace("{number}", "1")
    if "{id}" in path:
        path = path.replace("{id}", str(world.pk(resource)))
    for name in ("deal", "offer"):
        path = path.replace(f"{{{name}}}", str(world.pk(f"{name}s")))
    client = APIClient()
    if key:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    point = transaction.savepoint()
    try:
        response = client.generic(
            method, URL + path, b"{}", content_type="application/json"
        )
    finally:
        transaction.savepoint_rollback(point)
    return response.status_code


def scope_of(route):
    method, path = route.split(" ")
    resource = path.split("/")[0]
    what = "read" if method == "GET" else "write"
    return f"{SCOPE_OF.get(resource, resource)}:{what}"


def test_every_route_has_a_row():
    routes = {
        f"{method.upper()} {path.removeprefix(URL)}"
        for path, methods in description()["paths"].items()
        for method in methods
    }

    assert routes == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_its_rows_say(world, role):
    key = world.token(role)
    wrong = []
    for route, (may, unseen) in TABLE.items():
        status = send(world, route, key=key)
        if role in may.split():
            is_right = status not in {401, 403, 404, 405} and status < 500
        else:
            is_right = status == (404 if role in unseen.split() else 403)
        if not is_right:
            wrong.append(f"{role} {route}: {status}")

    assert wrong == []


def test_a_token_opens_what_its_scope_names_and_nothing_else(world):
    wrong = []
    for route, (may, _unseen) in TABLE.items():
        role = may.split()[0]
        needed = scope_of(route)
        others = [scope for scope in SCOPES if scope != needed]
        with_it = send(world, route, key=world.token(role, [needed]))
        without = send(world, route, key=world.token(role, others))
        if with_it in {401, 403, 404} or without != 403:
            wrong.append(f"{route}: {with_it} with {needed}, {without} without")

    assert wrong == []


def test_without_a_token_nothing_opens(world):
    found = {route: send(world, route) for route in TABLE}
    forged = {route: send(world, route, key="lh_forged") for route in TABLE}

    assert set(found.values()) == set(forged.values()) == {401}


# Whose a row is: the resource that says so, and the field.
OWNER = {
    "contacts": ("contacts", "owner"),
    "deals": ("deals", "owner"),
    "enrollments": ("contacts", "owner"),
    "handoffs": ("handoffs", "assignee"),
    "jobs": ("jobs", "owner"),
    "links": ("links", "created_by"),
    "messages": ("messages", "by"),
}


# Whoever may write may talk to anybody; what speaks against it the gate says.
OF_ANYBODY = {"POST contacts/{id}/talks/", "POST contacts/{id}/mail/"}


def give_away(world, resource):
    """From now on it is another's."""
    place, field = OWNER[resource]
    row = world.rows[place]
    setattr(row, field, world.people["lead"])
    if place == "handoffs":
        row.team = None
    row.save()


@pytest.mark.parametrize("resource", OWNER)
def test_a_rep_does_not_change_what_is_a_colleagues(world, resource):
    give_away(world, resource)
    key = world.token("rep")
    changing = [
        route
        for route in TABLE
        if re.match(rf"{resource}/{{(id|deal)}}", route.split(" ")[1])
        and "GET" not in route
        and route not in OF_ANYBODY
    ]

    found = {route: send(world, route, key=key) for route in changing}

    assert found
    assert set(found.values()) <= {403, 404}


@pytest.mark.parametrize(
    ("resource", "more"),
    [
        ("consents", {"purpose": "phone", "granted": True, "how": "call"}),
        ("enrollments", {"sequence": "sequences"}),
    ],
)
def test_a_rep_says_nothing_about_a_colleagues_contact(world, resource, more):
    give_away(world, "contacts")
    body = {"contact": world.pk("contacts")} | more
    if "sequence" in body:
        body["sequence"] = world.pk("sequences")
    client = APIClient()

    def post(role):
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {world.token(role)}")
        return client.post(f"{URL}{resource}/", body, format="json").status_code

    assert (post("rep"), post("lead")) == (403, 200 if "sequence" in body else 201)
