"""``consent-texts/`` over REST: versions are added and ended, never edited."""

import pytest
from rest_framework.test import APIClient

from campaigns.models import ConsentText
from campaigns.services.consent_texts import texts_of
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import ConsentTextFactory, FormFactory

pytestmark = pytest.mark.django_db
TEXTS = "/api/v1/consent-texts/"


@pytest.fixture
def marketer():
    return MarketerFactory()


@pytest.fixture
def api(marketer):
    client = APIClient()
    client.force_login(marketer)
    return client


def body_of(form, values=()):
    text = "Write to me by e-mail."
    return {"form": form.pk, "name": "newsletter", "text": text} | dict(values)


def versions(api, query):
    return [row["version"] for row in api.get(f"{TEXTS}?{query}").json()["results"]]


def test_a_new_wording_is_a_new_version_and_the_old_one_is_kept(api, marketer):
    form = FormFactory(language="de")
    purposes = ["email_marketing"]

    first = api.post(TEXTS, body_of(form, {"purposes": purposes}), format="json")
    second = api.post(TEXTS, body_of(form, {"text": "Mail me."}), format="json")

    assert first.status_code == second.status_code == 201
    assert (first.json()["language"], first.json()["purposes"]) == ("de", purposes)
    assert (second.json()["version"], second.json()["by"]) == (2, marketer.pk)
    assert versions(api, f"form={form.pk}&current=true") == [2]
    assert versions(api, f"form={form.pk}") == [2, 1]
    assert api.get(first["Location"]).json()["ended_at"] == second.json()["at"]
    assert [text.text for text in texts_of(form)] == ["Mail me."]


def test_what_is_shown_already_is_answered_and_adds_no_version(api):
    form = FormFactory()

    first = api.post(TEXTS, body_of(form), format="json")
    again = api.post(TEXTS, body_of(form), format="json")

    assert again.status_code == 200
    assert again.json() == first.json()
    assert ConsentText.objects.count() == 1


def test_a_text_that_has_ended_is_asked_no_more_and_stays(api):
    text = ConsentTextFactory()

    ended = [api.delete(f"{TEXTS}{text.pk}/").status_code for _ in range(2)]

    assert ended == [204, 204]
    assert texts_of(text.form) == []
    assert api.get(f"{TEXTS}{text.pk}/").json()["ended_at"]


def test_a_wording_is_never_edited(api):
    text = ConsentTextFactory()

    answer = api.patch(f"{TEXTS}{text.pk}/", {"text": "Else."}, format="json")

    assert answer.status_code == 405


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"form": 0}, "form"),
        ({"name": "news letter"}, "name"),
        ({"text": " "}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"language": "xx"}, "language"),
        ({"purposes": ["spam"]}, "purposes"),
        ({"position": -1}, "position"),
        ({"version": 7}, "version"),
        ({"ended_at": None}, "ended_at"),
    ],
)
def test_what_is_no_text_is_refused(api, values, attr):
    answer = api.post(TEXTS, body_of(FormFactory(), values), format="json")

    assert answer.status_code == 400
    assert {e["attr"].split(".")[0] for e in answer.json()["errors"]} == {attr}
    assert not ConsentText.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_no_more_queries_for_more_rows(
    api, django_assert_num_queries, count
):
    ConsentTextFactory.create_batch(count)

    with django_assert_num_queries(3):  # session, user; rows
        assert len(api.get(TEXTS).json()["results"]) == count
