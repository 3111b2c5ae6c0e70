from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Upper
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Notification, User
from leadhub.keyset import BadCursor, page_of

START = datetime(2026, 1, 1, tzinfo=UTC)

rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "B", "b", "c"]),
        st.one_of(st.none(), st.integers(0, 3)),
        st.one_of(st.none(), st.sampled_from([0.1, 0.2, 1e-9])),
    ),
    max_size=12,
)
orderings = st.lists(
    st.sampled_from(
        [
            "title",
            "-title",
            "due_at",
            "-due_at",
            "points",
            "-points",
            "-recipient__capacity",
        ]
    ),
    max_size=3,
    unique_by=lambda name: name.lstrip("-"),
)


def notifications_of(rows) -> None:
    reps = [
        User.objects.create(username=f"u{n}", email=f"u{n}@example.com", capacity=n)
        for n in range(2)
    ]
    Notification.objects.bulk_create(
        Notification(
            recipient=reps[number % 2],
            kind="system",
            key=str(number),
            subject_id=number,
            title=title,
            points=points,
            due_at=None if day is None else START + timedelta(days=day, microseconds=1),
        )
        for number, (title, day, points) in enumerate(rows)
    )


class TestEveryRowOnce(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(
        rows=rows,
        ordering=orderings,
        size=st.integers(1, 5),
        last=st.sampled_from(["id", "-id"]),
        only_keys=st.booleans(),
        by_index=st.booleans(),
    )
    def test_forwards_and_back_again(
        self, rows, ordering, size, last, only_keys, by_index
    ):
        notifications_of(rows)
        ordering = [*ordering, last]

        there = page_of(Notification.objects.all(), ordering=ordering, size=100)
        forwards, cursor, pages = [], "", []
        while True:
            page = page_of(
                Notification.objects.all(),
                ordering=ordering,
                size=size,
                cursor=cursor,
                only_keys=only_keys,
                by_index=by_index,
            )
            forwards += [row.pk for row in page.rows]
            pages.append([row.pk for row in page.rows])
            if page.next is None:
                break
            cursor = page.next
        back = [pages.pop()]
        while page.previous is not None:
            page = page_of(
                Notification.objects.all(),
                ordering=ordering,
                size=size,
                cursor=page.previous,
                only_keys=only_keys,
                by_index=by_index,
            )
            back.append([row.pk for row in page.rows])

        assert forwards == [row.pk for row in there.rows]
        assert sorted(forwards) == sorted(
            Notification.objects.values_list("pk", flat=True)
        )
        assert [pk for page in reversed(back) for pk in page] == forwards


@pytest.mark.django_db
def test_an_annotation_can_be_ordered_by():
    notifications_of([("b", None, None), ("A", None, None), ("a", None, None)])
    upper = Notification.objects.annotate(key_of_title=Upper("title"))

    first = page_of(upper, ordering=["key_of_title", "id"], size=2)
    second = page_of(upper, ordering=["key_of_title", "id"], size=2, cursor=first.next)

    assert [row.title for row in first.rows + second.rows] == ["A", "a", "b"]


@pytest.mark.django_db
def test_only_keys_are_read_for_an_order(django_assert_num_queries):
    notifications_of([("b", None, None), ("a", None, None)])

    with django_assert_num_queries(1):
        page = page_of(
            Notification.objects.all(), ordering=["title", "id"], size=1, only_keys=True
        )

    assert page.rows[0].get_deferred_fields() >= {"kind", "text", "due_at"}


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "WzAsIDFd", "\0"])
def test_a_forged_cursor_is_refused(cursor):
    with pytest.raises(BadCursor):
        page_of(Notification.objects.all(), ordering=["id"], size=1, cursor=cursor)


@pytest.mark.django_db
def test_a_cursor_of_another_order_is_refused():
    notifications_of([("a", None, None), ("b", None, None)])
    cursor = page_of(Notification.objects.all(), ordering=["id"], size=1).next

    with pytest.raises(BadCursor):
        page_of(Notification.objects.all(), ordering=["-id"], size=1, cursor=cursor)
