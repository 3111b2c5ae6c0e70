"""Tracked links: how often they were taken, and making new ones."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.permissions import scope
from journeys.measure_choice import MeasureField
from journeys.models import TrackedLink
from journeys.models.interaction import Channel
from journeys.reading import UTM_KEYS
from journeys.selectors.links import taken_of
from journeys.services.links import create_link, delete_link, public_url, save_link
from leadhub.errors import DomainError, InvalidValue
from leadhub.keyset import BadCursor, page_of

PAGE_SIZE = 50
# As statistics of visits know them.
MEDIA = {
    Channel.EMAIL: "email",
    Channel.PAID_SEARCH: "cpc",
    Channel.SOCIAL: "social",
    Channel.REFERRAL: "referral",
}


class LinkForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    target_url = forms.CharField(
        label=gettext_lazy("Leads to"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=Channel.choices, initial=Channel.OTHER
    )
    measure = MeasureField(
        help_text=gettext_lazy("What the link brings is counted on it.")
    )
    rep = forms.ModelChoiceField(
        label=gettext_lazy("In the name of"),
        queryset=User.objects.none(),
        required=False,
        help_text=gettext_lazy("What comes of it is credited to them."),
    )
    utm_source = forms.CharField(
        label=gettext_lazy("UTM source"), max_length=200, required=False
    )
    utm_medium = forms.CharField(
        label=gettext_lazy("UTM medium"), max_length=200, required=False
    )
    utm_campaign = forms.CharField(
        label=gettext_lazy("UTM campaign"), max_length=200, required=False
    )
    utm_term = forms.CharField(
        label=gettext_lazy("UTM term"), max_length=200, required=False
    )
    utm_content = forms.CharField(
        label=gettext_lazy("UTM content"), max_length=200, required=False
    )

    def __init__(
        self, *args: Any, user: User, link: TrackedLink | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kept = link.measure_id if link else None
        self.fields["measure"].offer(user=user, kept=kept)
        reps = scope(user, User, "read").active().order_by("first_name", "username")
        if not user.runs_marketing:
            reps = reps.filter(pk=user.pk)
        self.fields["rep"].queryset = reps

    def presets(self) -> dict[int, dict[str, str]]:
        """Measure -> what its links usually say; filled in where it is still empty."""
        return {
            measure.pk: {
                "channel": measure.channel,
                "utm_campaign": measure.utm_campaign,
                "utm_medium": MEDIA.get(measure.channel, ""),
            }
            for measure in self.fields["measure"].queryset
        }

    def values(self) -> dict[str, Any]:
        """What the verb takes."""
        values = dict(self.cleaned_data)
        utm = {key: values.pop(f"utm_{key}") for key in UTM_KEYS}
        return {**values, "utm": {key: text for key, text in utm.items() if text}}


@login_required
@require_GET
def link_list(request: HttpRequest) -> HttpResponse:
    rows = scope(request.user, TrackedLink, "read").exclude(target_url="")
    is_personal = request.GET.get("show") == "personal"
    # Each mail makes links of its own; they would bury those that are handed round.
    rows = rows.filter(contact__isnull=not is_personal)
    try:
        page = page_of(
            rows.select_related("measure", "rep", "contact"),
            ordering=["-created_at", "-id"],
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor:
        return redirect("journeys:links")
    taken = taken_of(page.rows)
    mine = scope(request.user, TrackedLink, "update")
    mine = set(mine.filter(pk__in=taken).values_list("pk", flat=True))
    context = {
        "lines": [
            {
                "link": link,
                "url": public_url(link),
                "taken": taken[link.pk],
                "may_edit": link.pk in mine,
            }
            for link in page.rows
        ],
        "page": page,
        "is_personal": is_personal,
        "may_create": request.user.may_write,
    }
    return render(request, "journeys/links.html", context)


@login_required
def link_edit(request: HttpRequest, link_id: int | None = None) -> HttpResponse:
    rows = scope(request.user, TrackedLink, "update")
    if link_id is None and rows.query.is_empty():
        raise PermissionDenied
    link = get_object_or_404(rows, pk=link_id) if link_id else None
    form = LinkForm(
        request.POST or None,
        user=request.user,
        link=link,
        initial=_initial(link) if link else {},
    )
    if request.method == "POST" and form.is_valid():
        by, now = request.user, timezone.now()
        try:
            if link:
                save_link(link=link, by=by, at=now, **form.values())
            else:
                create_link(**form.values(), by=by, at=now)
        except InvalidValue as error:
            form.add_error(
                error.attr if error.attr in form.fields else None, str(error)
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Link saved. Copy its address from the list."))
            return redirect("journeys:links")
    status = 422 if form.is_bound else 200
    context = {"form": form, "link": link, "presets": form.presets()}
    return render(request, "journeys/link_form.html", context, status=status)


@login_required
@require_POST
def link_delete(request: HttpRequest, link_id: int) -> HttpResponse:
    link = get_object_or_404(scope(request.user, TrackedLink, "delete"), pk=link_id)
    delete_link(link=link, by=request.user, at=timezone.now())
    messages.success(request, _("Link deleted. Whoever takes it now finds nothing."))
    return redirect("journeys:links")


def _initial(link: TrackedLink) -> dict[str, Any]:
    plain = {
        name: getattr(link, name)
        for name in ("name", "target_url", "channel", "measure", "rep")
    }
    return plain | {f"utm_{key}": text for key, text in link.utm.items()}
