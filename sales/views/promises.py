"""What is promised, when the firm works, and when it does not."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.hours_forms import HoursForm
from accounts.permissions import scope
from leadhub.errors import DomainError
from sales.models import Holiday, PromiseSettings
from sales.services.calendars import (
    add_holiday,
    delete_holiday,
    save_promise_settings,
)
from sales.settings_forms import HolidayForm, PromiseForm


@login_required
@require_http_methods(["GET", "POST"])
def promise_settings(request: HttpRequest) -> HttpResponse:
    """Two cards and a calendar, each saved by itself: ``card`` says which."""
    if not request.user.is_administrator:
        raise PermissionDenied
    promised = PromiseSettings.current()
    card = request.POST.get("card", "")
    form = PromiseForm(request.POST if card == "promise" else None, promised=promised)
    hours = HoursForm(
        request.POST if card == "hours" else None,
        hours=promised.hours,
        timezone=promised.timezone,
        default=_("As LeadHub: %(zone)s") % {"zone": timezone.get_default_timezone()},
        prefix="hours",
    )
    holiday = HolidayForm(request.POST if card == "holiday" else None)
    bound = {"promise": form, "hours": hours, "holiday": holiday}.get(card)
    if bound is not None and bound.is_valid():
        try:
            _save(request, card, form=form, hours=hours, holiday=holiday)
        except DomainError as refusal:
            attr = getattr(refusal, "attr", None)
            bound.add_error(attr if attr in bound.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("sales:promises")
    holidays = scope(request.user, Holiday, "read").coming(at=timezone.now())
    context = {
        "form": form,
        "hours_form": hours,
        "holiday_form": holiday,
        "promised": promised,
        "holidays": holidays.select_related("team").order_by("date", "pk"),
        "tab": "promises",
    }
    status = 422 if bound is not None else 200
    return render(request, "sales/promises.html", context, status=status)


def _save(
    request: HttpRequest,
    card: str,
    *,
    form: PromiseForm,
    hours: HoursForm,
    holiday: HolidayForm,
) -> None:
    by, now = request.user, timezone.now()
    if card == "promise":
        save_promise_settings(by=by, at=now, **form.values())
    elif card == "hours":
        zone = hours.cleaned_data["timezone"]
        save_promise_settings(by=by, at=now, hours=hours.hours, timezone=zone)
    else:
        add_holiday(**holiday.cleaned_data)


@login_required
@require_POST
def holiday_delete(request: HttpRequest, holiday_id: int) -> HttpResponse:
    rows = scope(request.user, Holiday, "delete")
    if rows.query.is_empty():
        raise PermissionDenied
    # One that is gone already is as wanted.
    if holiday := rows.filter(pk=holiday_id).first():
        delete_holiday(holiday=holiday)
    messages.success(request, _("It is a day of work again."))
    return redirect("sales:promises")
