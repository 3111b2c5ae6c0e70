"""Who touches the people of a company."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from contacts.models import Company
from sales.selectors.company import pressure_on


@login_required
@require_GET
def company_touches(request: HttpRequest, company_id: int) -> HttpResponse:
    """The panel of the page of a company."""
    company = get_object_or_404(scope(request.user, Company, "read"), pk=company_id)
    pressure = pressure_on(company, at=timezone.now())
    teams = [
        (_("Marketing"), pressure.marketing),
        (_("Sales"), pressure.sales),
        (_("Both"), pressure.total),
    ]
    context = {"company": company, "people": pressure.people, "teams": teams}
    return render(request, "sales/_company_touches.html", context)
