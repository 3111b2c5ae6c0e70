"""Figures of contents, and where they are offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum

from accounts.models import User
from campaigns.models import (
    Content,
    DownloadGrant,
    Form,
    FormSubmission,
    LandingPage,
    PageCount,
)
from campaigns.models.content import ContentQuerySet
from journeys.models import TrackedLink

CHOSEN_FROM = 100


@dataclass(frozen=True, slots=True)
class ContentNumbers:
    """What people did. ``leads`` are contacts that its forms have made; ``handoffs``

    are those of contacts that had sent one of its forms before.
    """

    visits: int = 0
    sent: int = 0
    confirmed: int = 0
    downloads: int = 0
    machine_downloads: int = 0
    leads: int = 0
    handoffs: int = 0


def latest_in_use(contents: ContentQuerySet) -> list[Content]:
    """Of those that one may see, what a rep can choose from; the latest first."""
    rows = contents.in_use().select_related("upload")
    return list(rows.order_by("-updated_at", "-pk")[:CHOSEN_FROM])


def numbers_of_contents(contents: Sequence[Content]) -> dict[int, ContentNumbers]:
    """Content id -> its figures, in four queries."""
    ids = [content.pk for content in contents]
    visits = _sums(
        PageCount.objects.filter(page__form__content__in=ids),
        "page__form__content",
        visits=Sum("people"),
    )
    by_people = FormSubmission.objects.filter(form__content__in=ids, machine_reason="")
    sent = _sums(
        by_people,
        "form__content",
        sent=Count("pk"),
        confirmed=Count("opt_in", filter=Q(opt_in__confirmed_at__isnull=False)),
        leads=Count("pk", filter=Q(made_contact=True)),
    )
    handoffs = _sums(
        by_people.filter(contact__handoffs__offered_at__gte=F("at")),
        "form__content",
        handoffs=Count("contact__handoffs", distinct=True),
    )
    downloads = _sums(
        DownloadGrant.objects.filter(content__in=ids),
        "content",
        downloads=Sum("people"),
        machine_downloads=Sum("machines"),
    )
    return {
        pk: ContentNumbers(
            **visits.get(pk, {}),
            **sent.get(pk, {}),
            **handoffs.get(pk, {}),
            **downloads.get(pk, {}),
        )
        for pk in ids
    }


def where_offered(contents: Sequence[Content]) -> dict[int, str]:
    """Content id -> the public address where it is to be had; two queries.

    A page with a form that trades it, else such a form, else the content's own address.
    Files that no form trades are not in it.
    """
    found = {content.pk: content.url for content in contents if content.url}
    ids = [content.pk for content in contents]
    forms = Form.objects.published().filter(content__in=ids).order_by("-pk")
    found |= {form.content_id: form.public_url for form in forms}
    pages = LandingPage.objects.published().filter(
        form__content__in=ids, form__is_published=True
    )
    for page in pages.select_related("form").order_by("-pk"):
        found[page.form.content_id] = page.public_url
    return found


def link_of_rep(content: Content, rep: User) -> TrackedLink | None:
    """The rep's own link to the content, once it was made."""
    rows = TrackedLink.objects.filter(
        content_link__content=content, content_link__rep=rep
    )
    return rows.first()


def _sums(rows: object, column: str, **sums: object) -> dict[int, dict[str, int]]:
    found = rows.order_by().values(column).annotate(**sums)
    return {row.pop(column): {k: v or 0 for k, v in row.items()} for row in found}
