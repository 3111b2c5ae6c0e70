"""Figures of landing pages and forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from campaigns.models import Form, FormSubmission, LandingPage, PageCount


@dataclass(frozen=True, slots=True)
class Numbers:
    """Counts of what people did; those of machines stand apart."""

    visits: int = 0
    sent: int = 0
    new_contacts: int = 0
    machine_visits: int = 0
    machine_sent: int = 0

    @property
    def share(self) -> float | None:
        """Forms sent per visit; None without visits."""
        return self.sent / self.visits if self.visits else None


def numbers_of_pages(pages: Sequence[LandingPage]) -> dict[int, Numbers]:
    """Page id -> its figures, in two queries."""
    ids = [page.pk for page in pages]
    opened = PageCount.objects.filter(page__in=ids).order_by()
    visits = {
        pk: (people, machines)
        for pk, people, machines in opened.values("page")
        .annotate(all_people=Sum("people"), all_machines=Sum("machines"))
        .values_list("page", "all_people", "all_machines")
    }
    sent = _sent_by("page", ids)
    return {pk: _numbers(visits.get(pk, (0, 0)), sent.get(pk)) for pk in ids}


def numbers_of_forms(forms: Sequence[Form]) -> dict[int, Numbers]:
    """Form id -> its figures, in one query. Nobody counts who looks at a form."""
    ids = [form.pk for form in forms]
    sent = _sent_by("form", ids)
    return {pk: _numbers((0, 0), sent.get(pk)) for pk in ids}


def _sent_by(column: str, ids: Iterable[int]) -> dict[int, tuple[int, int, int]]:
    """Id -> forms sent by people, contacts made, forms sent by machines."""
    by_people = Q(machine_reason="")
    rows = FormSubmission.objects.filter(**{f"{column}__in": ids}).order_by()
    return {
        pk: (people, made, everybody - people)
        for pk, people, made, everybody in rows.values(column)
        .annotate(
            people=Count("pk", filter=by_people),
            made=Count("pk", filter=Q(made_contact=True)),
            everybody=Count("pk"),
        )
        .values_list(column, "people", "made", "everybody")
    }


def _numbers(visits: tuple[int, int], sent: tuple[int, int, int] | None) -> Numbers:
    people, made, machines = sent or (0, 0, 0)
    return Numbers(visits[0], people, made, visits[1], machines)
