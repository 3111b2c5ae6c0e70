"""The pages of scoring, and its panel on the contact's page."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job
from scoring.models import Rule, Score, ScoringModel
from scoring.selectors.preview import Preview
from scoring.services.marks import mark_scores_stale
from scoring.services.models import copy_model
from scoring.services.scores import recompute_scores
from scoring.services.shipped import create_default_model
from tests.factories.accounts import RepFactory, UserFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return create_default_model(by=None, at=timezone.now())


def scored_contact(points=80, **values):
    """Somebody worth ``points`` for a view three days ago that fades in 30 days."""
    rule = RuleFactory(points=points, name="Saw a page")
    contact = ContactFactory(email="ada@example.com", **values)
    now = timezone.now()
    InteractionFactory(
        contact=contact, occurred_at=now - timedelta(days=3), title="Our prices"
    )
    mark_scores_stale(contact_ids=[contact.pk], at=now)
    recompute_scores(contact_ids=[contact.pk], at=now)
    return contact, rule


def page(client, name, *args, status=200, **query):
    response = client.get(reverse(f"scoring:{name}", args=args), query)
    assert response.status_code == status
    return response.content.decode()


def said(preview):
    """The sentence over the histogram."""
    [sentence] = re.findall(r'lh-finding.*?">(.*?)</p>', preview)
    return re.sub("<.*?>", "", sentence)


def table_of(model):
    """What the table of a draft sends as it stands."""
    post = {"name": model.name, "threshold": "60", "half_life_days": "30"}
    for place, rule in enumerate(model.rules.order_by("position")):
        post[f"points-{place}"] = f"{rule.points:g}"
        if rule.is_on:
            post[f"is_on-{place}"] = "on"
        if rule.dimension == Rule.Dimension.ENGAGEMENT:
            half_life = "" if rule.uses_model_half_life else rule.half_life_days
            post[f"half_life-{place}"] = half_life or ""
            post[f"max_per_day-{place}"] = rule.max_per_day or ""
            post[f"max_points-{place}"] = rule.max_points or ""
    return post


def test_list_offers_a_start_and_then_says_what_is_live(marketer):
    assert "Start from our rules" in page(marketer, "list")

    marketer.post(reverse("scoring:create"))
    ScoringModelFactory(name="The live one")

    shown = page(marketer, "list")
    assert shown.index("The live one") < shown.index("Standard")
    assert "Live" in shown


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_three_as_for_one(
    marketer, django_assert_max_num_queries, count
):
    for _ in range(count):
        RuleFactory(scoring_model__is_active=False)
    page(marketer, "list")

    with django_assert_max_num_queries(9):
        assert page(marketer, "list").count("data-row=") == count


@pytest.mark.parametrize("rules", [1, 3])
def test_detail_takes_as_many_queries_for_three_rules_as_for_one(
    marketer, django_assert_max_num_queries, rules
):
    model = ScoringModelFactory(is_active=False)
    RuleFactory.create_batch(rules, scoring_model=model)
    page(marketer, "detail", model.pk)

    with django_assert_max_num_queries(9):
        page(marketer, "detail", model.pk)


def test_table_of_a_draft_is_saved_as_it_is_shown(marketer, draft):
    before = list(draft.rules.order_by("position").values_list("name", "points"))
    post = table_of(draft) | {"points-1": "12,5", "half_life-1": "never"}
    post.pop("is_on-0")

    response = marketer.post(reverse("scoring:detail", args=[draft.pk]), post)

    assert response.status_code == 302
    rules = list(draft.rules.order_by("position"))
    assert [rule.name for rule in rules] == [name for name, _points in before]
    assert (rules[1].points, rules[1].uses_model_half_life) == (12.5, False)
    assert rules[1].half_life_days is None
    assert [rule.is_on for rule in rules[:2]] == [False, True]
    assert rules[2].half_life_days == 30


def test_refused_table_keeps_what_was_typed(marketer, draft):
    post = table_of(draft) | {"points-1": "plenty", "threshold": "61"}

    response = marketer.post(reverse("scoring:detail", args=[draft.pk]), post)

    assert response.status_code == 422
    shown = response.content.decode()
    assert 'value="plenty"' in shown
    assert 'value="61"' in shown
    assert "rules.1.points" in shown


def test_live_model_has_no_fields_and_refuses_a_table(marketer):
    model = RuleFactory().scoring_model

    assert "points-0" not in page(marketer, "detail", model.pk)
    response = marketer.post(reverse("scoring:detail", args=[model.pk]), {})

    assert response.status_code == 409


def test_reps_and_readers_read_and_change_nothing(client, draft):
    for user in (RepFactory(), UserFactory()):
        client.force_login(user)
        assert "points-0" not in page(client, "detail", draft.pk)
        page(client, "list")
        page(client, "preview", draft.pk)
        for name in ("copy", "delete", "publish", "detail"):
            url = reverse(f"scoring:{name}", args=[draft.pk])
            assert client.post(url).status_code == 403
        assert client.post(reverse("scoring:create")).status_code == 403
        page(client, "rule_edit", draft.pk, 0, status=403)

    assert ScoringModel.objects.count() == 1


def test_nobody_gets_in_without_signing_in(client, draft):
    for name in ("list", "detail", "preview", "explain"):
        args = [] if name == "list" else [draft.pk]
        assert client.get(reverse(f"scoring:{name}", args=args)).status_code == 302


def test_copy_and_delete_a_draft(marketer):
    model = RuleFactory().scoring_model

    marketer.post(reverse("scoring:copy", args=[model.pk]))
    copy = ScoringModel.objects.get(is_active=False)
    marketer.post(reverse("scoring:delete", args=[copy.pk]))
    marketer.post(reverse("scoring:delete", args=[model.pk]))

    assert list(ScoringModel.objects.all()) == [model]


def test_rule_is_added_changed_and_deleted(marketer, draft):
    new = reverse("scoring:rule_create", args=[draft.pk])
    when = {"kind": "chat"}
    fields = {
        "name": "Chatted",
        "points": "7",
        "when": json.dumps(when),
        "half_life": "5",
        "max_per_day": "2",
        "is_on": "on",
    }

    assert marketer.get(new).status_code == 200
    assert marketer.post(new, fields).status_code == 302
    place = draft.rules.count() - 1
    url = reverse("scoring:rule_edit", args=[draft.pk, place])
    assert "Chatted" in marketer.get(url).content.decode()
    assert marketer.post(url, fields | {"points": "9"}).status_code == 302
    rule = draft.rules.get(name="Chatted")
    assert (rule.points, rule.half_life_days, rule.max_per_day) == (9, 5, 2)
    assert rule.when == when

    marketer.post(reverse("scoring:rule_delete", args=[draft.pk, place]))

    assert not draft.rules.filter(name="Chatted").exists()
    assert draft.rules.count() == 21


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"when": "{"}, "not JSON"),
        ({"when": "{}"}, "kind"),
        ({"points": "lots"}, "must be a number"),
        ({"max_per_day": "0"}, "whole number"),
    ],
)
def test_refused_rule_says_why_at_its_field(marketer, draft, fields, sentence):
    url = reverse("scoring:rule_create", args=[draft.pk])
    good = {"name": "Chatted", "points": "7", "when": '{"kind": "chat"}'}

    response = marketer.post(url, good | fields)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert draft.rules.count() == 21


def test_fit_rule_has_its_own_fields(marketer, draft):
    url = reverse("scoring:rule_create", args=[draft.pk]) + "?dimension=fit"
    when = {"field": "job_title", "op": "contains", "value": "head"}

    shown = marketer.get(url).content.decode()
    marketer.post(
        url, {"name": "Head", "points": "7", "when": json.dumps(when), "is_on": "on"}
    )

    assert 'name="disqualifies"' in shown
    assert 'name="half_life"' not in shown
    assert draft.rules.get(name="Head").dimension == "fit"


def test_preview_counts_everybody_under_the_draft(marketer):
    _contact, rule = scored_contact()
    draft = copy_model(model=rule.scoring_model, by=None, at=timezone.now())
    ContactFactory()

    shown = page(marketer, "preview", draft.pk, threshold="70")
    lower = page(marketer, "preview", draft.pk, threshold="90")

    assert said(shown) == "1 ready, as many as now"
    assert said(lower) == "0 ready, 1 fewer than now"
    assert "all 2 contacts" in shown


def test_preview_counts_for_each_threshold_one_may_drag_it_to(marketer):
    _contact, rule = scored_contact()
    draft = copy_model(model=rule.scoring_model, by=None, at=timezone.now())

    response = marketer.get(reverse("scoring:preview", args=[draft.pk]))

    choices = response.context["choices"]
    ready = dict(zip(choices["thresholds"], choices["ready"], strict=True))
    assert (ready[1], ready[70], ready[90]) == (1, 1, 0)
    assert choices["now"] == 1
    assert 'role="slider"' in response.content.decode()


@pytest.mark.parametrize("threshold", [0.5, 1, 12.5, 60, 4000, 1_000_000])
def test_thresholds_to_try_are_some_hundreds_and_round(threshold):
    choices = Preview([(threshold, 0.0, False, False, True)], 1).thresholds(threshold)

    assert 100 <= len(choices) <= 1000
    assert choices[-1] > 2 * threshold
    assert choices[2] == pytest.approx(3 * choices[0])


def test_preview_without_contacts_says_so(marketer, draft):
    assert "No contacts yet" in page(marketer, "preview", draft.pk, threshold="nan")


def test_explain_any_contact_under_a_draft(marketer):
    contact, rule = scored_contact()
    draft = copy_model(model=rule.scoring_model, by=None, at=timezone.now())

    assert "Saw a page" in page(marketer, "explain", draft.pk, q=contact.email)
    assert "No contact matches" in page(marketer, "explain", draft.pk, q="nobody")
    assert "Type a name" in page(marketer, "explain", draft.pk)


def test_publish_asks_and_then_starts_a_job(marketer, draft):
    assert "Handing off would offer" in page(marketer, "publish", draft.pk)

    url = reverse("scoring:publish", args=[draft.pk])
    refused = marketer.post(url, {"existing": "shout"})
    done = marketer.post(url, {"existing": "hand_off", "note": "The first"})

    assert (refused.status_code, done.status_code) == (422, 302)
    draft.refresh_from_db()
    assert (draft.is_active, draft.existing, draft.note) == (
        True,
        "hand_off",
        "The first",
    )
    assert Job.objects.get().kind == "rescore"


@pytest.mark.parametrize("half_life", ["", "7", "never", "-3", "x"])
def test_decay_curve_is_drawn_for_anything_typed(marketer, draft, half_life):
    shown = page(marketer, "decay", draft.pk, points="40", half_life=half_life)

    assert "<svg" in shown
    assert "From 40 points to" in shown


# On the contact's page -----------------------------------------------------------


def test_contact_score_shows_lines_that_add_up(marketer):
    contact, rule = scored_contact()

    shown = page(marketer, "contact_score", contact.pk)

    assert "Saw a page" in shown
    assert "+74.6" in shown
    assert "<b>74.6</b>" in shown
    assert "Falls below 60" in shown
    assert "Not armed" in shown
    assert reverse("scoring:contribution", args=[contact.pk, rule.pk]) in shown


def test_contact_score_of_another_day(marketer):
    contact, _rule = scored_contact()

    before = page(marketer, "contact_score", contact.pk, day="-10")
    later = page(marketer, "contact_score", contact.pk, day="30")
    far = page(marketer, "contact_score", contact.pk, day="999999999999")
    wrong = page(marketer, "contact_score", contact.pk, day="soon")

    assert "Nothing counts yet" in before
    assert "<b>37.3</b>" in later
    assert 'value="90"' in far
    assert "As of now" in wrong


def test_contact_score_without_model_or_points(marketer):
    contact = ContactFactory()

    assert "No scoring model is live" in page(marketer, "contact_score", contact.pk)
    RuleFactory()
    assert "Nothing counts yet" in page(marketer, "contact_score", contact.pk)


def test_contribution_opens_its_interactions(marketer):
    contact, rule = scored_contact()

    shown = page(marketer, "contribution", contact.pk, rule.pk)
    earlier = page(marketer, "contribution", contact.pk, rule.pk, day="-10")

    assert "Our prices" in shown
    assert "Nothing that counts" in earlier
    page(marketer, "contribution", contact.pk, 4711, status=404)
    page(marketer, "contribution", 4711, rule.pk, status=404)


@pytest.mark.parametrize("interactions", [1, 30])
def test_contact_score_takes_as_many_queries_for_many_interactions(
    marketer, django_assert_max_num_queries, interactions
):
    contact, _rule = scored_contact()
    InteractionFactory.create_batch(interactions, contact=contact)
    page(marketer, "contact_score", contact.pk)

    with django_assert_max_num_queries(10):
        page(marketer, "contact_score", contact.pk)


def test_series_agrees_with_the_explanation():
    from scoring.selectors.explain import explain
    from scoring.selectors.series import totals_at

    model = ScoringModelFactory()
    RuleFactory(scoring_model=model, points=7, max_per_day=2)
    RuleFactory(scoring_model=model, points=-3, when={"kind": "chat"}, max_points=5)
    contact, now = ContactFactory(), timezone.now()
    for hours in (1, 2, 3, 20, 30, 31, 50, 200, 500):
        for kind in ("page_view", "chat"):
            happened = now - timedelta(hours=hours)
            InteractionFactory(contact=contact, kind=kind, occurred_at=happened)
    moments = [now + timedelta(hours=12 * step) for step in range(-60, 5)]

    totals = totals_at(contact, model, moments)

    for moment, total in zip(moments, totals, strict=True):
        assert total == pytest.approx(explain(contact, moment).total, abs=1e-9)
    assert Score.objects.count() == 0
