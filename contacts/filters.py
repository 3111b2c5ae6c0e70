"""The filters of contact lists: one set for the pages and the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.permissions import scope
from contacts.conditions.evaluation import contacts_matching
from contacts.models.company import Company, CompanyQuerySet
from contacts.models.contact import Contact, ContactQuerySet, Tag
from contacts.models.segment import Segment
from contacts.origin_filters import OriginFilters
from contacts.period_filters import MomentFilter
from contacts.text import PlainText
from contacts.way_filters import WayFilters

LONGEST = PlainText(max_length=300)
YES_OR_NO = [("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))]


class TextFilter(django_filters.Filter):
    field_class = forms.CharField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[LONGEST], **kwargs)


class FloatFilter(django_filters.Filter):
    """A finite number."""

    field_class = forms.FloatField


def _segments(request: Any) -> QuerySet[Segment]:
    if request is None:  # nobody asks: what is counted by the clock
        return Segment.objects.none()
    return scope(request.user, Segment, "read").order_by("name", "pk")


class ContactFilter(WayFilters, OriginFilters):
    """What a list of contacts can be narrowed to.

    Score and phase belong to apps above; they are reached by the names that their
    tables give the way back (``score``, ``open_visit``). A score counts as it was
    last evaluated, which is never more than a twentieth of a point off.
    """

    contact_path = "pk"

    email = TextFilter(method="by_email", label=gettext_lazy("E-mail"))
    q = TextFilter(method="by_words", label=gettext_lazy("Search"))
    segment = django_filters.ModelChoiceFilter(
        queryset=_segments, method="by_segment", label=gettext_lazy("Segment")
    )
    tag = TextFilter(method="by_tags", label=gettext_lazy("Tag"))
    owner = TextFilter(method="by_owner", label=gettext_lazy("Owner"))
    company = TextFilter(method="by_company", label=gettext_lazy("Company"))
    phase = TextFilter(method="by_phase", label=gettext_lazy("Phase"))
    score_min = FloatFilter(
        field_name="score__total",
        lookup_expr="gte",
        label=gettext_lazy("Score from"),
    )
    score_max = FloatFilter(
        field_name="score__total",
        lookup_expr="lte",
        label=gettext_lazy("Score to"),
    )
    sales_ready = django_filters.ChoiceFilter(
        choices=YES_OR_NO, method="by_readiness", label=gettext_lazy("Sales-ready")
    )
    updated_since = MomentFilter(
        field_name="updated_at",
        lookup_expr="gte",
        label=gettext_lazy("Updated since"),
    )

    class Meta:
        model = Contact
        fields: list[str] = []

    def filter_queryset(self, queryset: ContactQuerySet) -> ContactQuerySet:
        return super().filter_queryset(queryset.with_open_visit())

    def by_email(self, rows: ContactQuerySet, name: str, value: str) -> ContactQuerySet:
        """Also by the address of one who was merged into the contact."""
        # No two rows have the same address, merged or not: there is one at most.
        holder = Contact.everyone.filter(email_key=Contact.key_of(value))
        goes_on_as = Coalesce("merged_into", "pk", output_field=BigIntegerField())
        return rows.filter(pk__in=holder.values(goes_on_as=goes_on_as))

    def by_words(self, rows: ContactQuerySet, name: str, value: str) -> ContactQuerySet:
        return rows.search(value)

    def by_segment(
        self, rows: ContactQuerySet, name: str, value: Segment
    ) -> ContactQuerySet:
        return contacts_matching(rows, value.condition, at=timezone.now())

    def by_tags(self, rows: ContactQuerySet, name: str, value: str) -> ContactQuerySet:
        """Those with all the tags; ``tag`` may stand several times."""
        given = self.data.getlist("tag") if hasattr(self.data, "getlist") else [value]
        wanted = {tag.strip().lower() for tag in given[:20] if tag.strip()}
        if any("\x00" in tag for tag in wanted):
            return rows.none()
        # By number: how common a tag is, the planner only knows of its number.
        numbers = Tag.objects.filter(name__in=wanted).values_list("pk", flat=True)
        if len(numbers) < len(wanted):
            return rows.none()
        for number in numbers:
            rows = rows.filter(tags=number)
        return rows

    def by_owner(self, rows: ContactQuerySet, name: str, value: str) -> ContactQuerySet:
        if value == "none":
            return rows.filter(owner=None)
        if value == "me":
            return rows.filter(owner=self.request.user)
        if (number := _number(value)) is not None:
            return rows.filter(owner_id=number)
        return rows.filter(owner__username__iexact=value)

    def by_company(
        self, rows: ContactQuerySet, name: str, value: str
    ) -> ContactQuerySet:
        if value == "none":
            return rows.filter(company=None)
        if (number := _number(value)) is not None:
            return rows.filter(company_id=number)
        return rows.filter(company__name_key=Company.key_of(value))

    def by_phase(self, rows: ContactQuerySet, name: str, value: str) -> ContactQuerySet:
        if value == "none":
            visits = Contact.phase_visits.rel.related_model.objects
            return rows.exclude(
                Exists(visits.filter(contact=OuterRef("pk"), left_at=None))
            )
        if (number := _number(value)) is not None:
            return rows.filter(open_visit__phase_id=number)
        return rows.filter(open_visit__phase__name__iexact=value)

    def by_readiness(
        self, rows: ContactQuerySet, name: str, value: str
    ) -> ContactQuerySet:
        if value == "true":
            return rows.filter(score__is_ready=True)
        return rows.exclude(score__is_ready=True)


class CompanyFilter(django_filters.FilterSet):
    """What a list of companies can be narrowed to."""

    q = TextFilter(method="by_words", label=gettext_lazy("Search"))
    domain = TextFilter(method="by_domain", label=gettext_lazy("Domain"))
    industry = TextFilter(
        field_name="industry", lookup_expr="iexact", label=gettext_lazy("Industry")
    )
    country = TextFilter(
        field_name="country", lookup_expr="iexact", label=gettext_lazy("Country")
    )
    updated_since = MomentFilter(
        field_name="updated_at",
        lookup_expr="gte",
        label=gettext_lazy("Updated since"),
    )

    class Meta:
        model = Company
        fields: list[str] = []

    def by_words(self, rows: CompanyQuerySet, name: str, value: str) -> CompanyQuerySet:
        return rows.search(value)

    def by_domain(
        self, rows: CompanyQuerySet, name: str, value: str
    ) -> CompanyQuerySet:
        return rows.filter(domain=value.strip().lower().removeprefix("www."))


def _number(value: str) -> int | None:
    if value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return None
