"""Rows that are copied in are the rows that are inserted."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts.models import Contact
from contacts.models.imports import Import, ImportRow
from leadhub.copying import FEW, insert_objects, insert_rows, update_objects

pytestmark = pytest.mark.django_db

TEXTS = [
    *("", "\\N", "\\", "\\.", "a\tb", "a\nb", "a\r\nb", "'\"", "ü\u2028😀", "%s"),
    *("x\\", "\\\\N", "\\t", "None", "null"),
]
MANY = FEW * 2


def contacts(prefix):
    return [
        Contact(
            email=f"{prefix}{n}@example.com",
            email_key=f"{prefix}{n}" if n % 2 else None,
            job_title=TEXTS[n % len(TEXTS)],
            custom={"note": TEXTS[n % len(TEXTS)], "deep": [None, 1.5, True]},
            created_at=timezone.now(),
        )
        for n in range(MANY)
    ]


def test_objects_get_numbers_that_rise_and_are_as_they_were():
    made = contacts("a")

    insert_objects(Contact, made)

    stored = list(Contact.objects.order_by("pk"))
    assert [row.pk for row in stored] == [row.pk for row in made]
    names = [field.attname for field in Contact._meta.concrete_fields]
    for row, other in zip(stored, made, strict=True):
        assert [getattr(row, n) for n in names] == [getattr(other, n) for n in names]
    made[0].save()
    assert Contact.objects.create(email="next@example.com").pk > made[-1].pk


@pytest.mark.parametrize("count", [1, MANY])
def test_objects_are_updated_each_with_its_own_values(count, django_assert_num_queries):
    made = contacts("a")
    insert_objects(Contact, made)
    changed = made[:count]
    for row, other in zip(changed, contacts("b"), strict=False):
        row.custom, row.email_key = other.custom | {"n": row.pk}, other.email_key
        row.job_title, row.disqualified_at = other.job_title + "!", other.created_at
        row.first_name = "is not written"

    with django_assert_num_queries(1):
        columns = ["custom", "email_key", "job_title", "disqualified_at"]
        update_objects(Contact, changed, columns)

    stored = Contact.objects.in_bulk()
    names = {field.attname for field in Contact._meta.concrete_fields}
    for row in made:
        for name in names - {"first_name"}:
            assert getattr(stored[row.pk], name) == getattr(row, name)
        assert stored[row.pk].first_name == ""
    assert len(stored) == MANY


def test_rows_are_as_they_were():
    run = Import.objects.create()
    columns = ["run_id", "number", "result", "contact_id", "changes", "cells"]
    rows = [
        [run.pk, n, "rejected", None, {}, [TEXTS[n % len(TEXTS)]]] for n in range(MANY)
    ]

    insert_rows(ImportRow, columns, rows)

    stored = ImportRow.objects.order_by("number")
    assert [list(row) for row in stored.values_list(*columns)] == rows
    # What was not given is what a new row begins with.
    assert {(str(row.company), str(row.errors)) for row in stored} == {("{}", "[]")}


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_second_row_of_a_kind_is_refused(count):
    insert_objects(Contact, contacts("a"))

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_objects(Contact, contacts("a")[:count])
    assert Contact.objects.count() == MANY
