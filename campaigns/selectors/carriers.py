"""What of campaigns carries measures out: contents, forms, pages, sequences, events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Content, Form, LandingPage, Sequence
from campaigns.models.event import Event
from journeys.carriers import Carrier, CarrierKind, register_carriers

Carriers = dict[int, list[Carrier]]


def contents_of(measure_ids: Collection[int]) -> Carriers:
    """Contents, and the forms and pages on which visitors trade their data for them."""
    found: Carriers = defaultdict(list)
    contents = Content.objects.in_use().filter(measure__in=measure_ids)
    for content in contents.order_by("title", "pk"):
        url = reverse("campaigns:content", args=[content.pk])
        found[content.measure_id].append(Carrier(_("Content"), content.title, url))
    forms = Form.objects.filter(content__measure__in=measure_ids)
    for form in forms.select_related("content").order_by("name", "pk"):
        url = reverse("campaigns:form_detail", args=[form.pk])
        found[_measure(form)].append(_shown(_("Form"), form, form.name, url))
    pages = LandingPage.objects.filter(form__content__measure__in=measure_ids)
    for page in pages.select_related("form__content").order_by("title", "pk"):
        url = reverse("campaigns:page_edit", args=[page.pk])
        line = _shown(_("Landing page"), page, page.title, url)
        found[_measure(page.form)].append(line)
    return found


def sequences_of(measure_ids: Collection[int]) -> Carriers:
    found: Carriers = defaultdict(list)
    rows = Sequence.objects.filter(measure__in=measure_ids)
    for row in rows.order_by("name", "pk"):
        url = reverse("campaigns:sequence", args=[row.pk])
        is_active = row.status == Sequence.Status.ACTIVE
        state = "" if is_active else row.get_status_display()
        found[row.measure_id].append(Carrier(_("Sequence"), row.name, url, str(state)))
    return found


def events_of(measure_ids: Collection[int]) -> Carriers:
    found: Carriers = defaultdict(list)
    rows = Event.objects.filter(measure__in=measure_ids)
    for row in rows.order_by("starts_at", "pk"):
        url = reverse("campaigns:event", args=[row.pk])
        day = date_format(localtime(row.starts_at), "SHORT_DATE_FORMAT")
        kind = str(row.get_kind_display())
        found[row.measure_id].append(Carrier(kind, row.name, url, day))
    return found


def _measure(form: Form | None) -> int:
    """Of the content that a form gives; asked of those only that give one."""
    content = form.content if form else None
    return (content.measure_id if content else None) or 0


def _shown(kind: str, row: Form | LandingPage, name: str, url: str) -> Carrier:
    return Carrier(kind, name, url, "" if row.is_published else _("not published"))


def register() -> None:
    for kind in (
        CarrierKind(
            "content",
            gettext_lazy("Content"),
            Content.objects.in_use,
            contents_of,
            title="title",
        ),
        CarrierKind(
            "sequence", gettext_lazy("Sequence"), Sequence.objects.all, sequences_of
        ),
        CarrierKind("event", gettext_lazy("Event"), Event.objects.all, events_of),
    ):
        register_carriers(kind)
