"""The law of conditions: the database and Python give the same answer, always."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.conditions.evaluation import contacts_matching, matches
from contacts.conditions.letters import fold
from contacts.conditions.validation import validate
from contacts.models import Contact
from tests.contacts.condition_data import AT, conditions_of, contacts, leaves, store


class LawTest(TestCase):
    @settings(max_examples=80, deadline=None)
    @given(
        rows=st.lists(contacts, min_size=1, max_size=5),
        conditions=st.lists(conditions_of(leaves), min_size=1, max_size=12),
    )
    def test_sql_and_python_agree(self, rows, conditions):
        people = store(rows)
        for condition in conditions:
            validate(condition)

            answers = matches(condition, people, at=AT)
            found = contacts_matching(Contact.objects.all(), condition, at=AT)

            assert {pk for pk, holds in answers.items() if holds} == set(
                found.values_list("pk", flat=True)
            )
            opposite = contacts_matching(
                Contact.objects.all(), {"not": condition}, at=AT
            )
            assert found.count() + opposite.count() == len(people)

    @settings(max_examples=60, deadline=None)
    @given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8))
    def test_any_letter_of_unicode(self, text):
        contact = Contact.objects.create(first_name=text, job_title=text.swapcase())
        for part in {text, text.upper(), text.lower(), text[:1], text[-2:]}:
            if not part.strip():
                continue
            for field in ("first_name", "job_title"):
                for op in ("eq", "contains", "starts_with"):
                    condition = {"field": field, "op": op, "value": part}
                    found = contacts_matching(
                        Contact.objects.all(), condition, at=AT
                    ).exists()

                    assert found == matches(condition, [contact], at=AT)[contact.pk]


@given(st.text())
def test_folding_keeps_the_length_and_is_done_once(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
