"""Pages of companies."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import scope
from contacts.columns import columns, rows_with_cells
from contacts.filters import CompanyFilter
from contacts.forms import CompanyForm
from contacts.models.company import Company
from contacts.models.contact import Contact
from contacts.services.companies import create_company, delete_company, update_company
from leadhub.errors import DomainError, InvalidValue
from leadhub.keyset import page_of
from leadhub.web import wants_partial

PAGE_SIZE = 25
SORTS = {"name": "name_key", "updated": "updated_at", "employees": "employees"}


@login_required
@require_GET
@vary_on_headers("HX-Request")
def company_list(request: HttpRequest) -> HttpResponse:
    filters = CompanyFilter(request.GET, queryset=_companies(request), request=request)
    rows = filters.qs if filters.is_valid() else Company.objects.none()
    sort = request.GET.get("sort", "name")
    if sort.removeprefix("-") not in SORTS:
        sort = "name"
    sign = "-" if sort.startswith("-") else ""
    error, page = "", None
    try:
        page = page_of(
            rows,
            ordering=[sign + SORTS[sort.removeprefix("-")], f"{sign}id"],
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except InvalidValue as refusal:
        error = str(refusal)
    ids = [row.pk for row in page.rows] if page else []
    people = scope(request.user, Contact, "read").filter(company_id__in=ids)
    counted = people.values_list("company_id").annotate(Count("pk"))
    counts = dict(counted.order_by()) if ids else {}
    context = {
        "page": page,
        "rows": [(row, counts.get(row.pk, 0)) for row in (page.rows if page else [])],
        "error": error,
        "sort": sort,
        "query": _query_without_cursor(request),
        "is_filtered": any(request.GET.get(name) for name in filters.filters),
    }
    template = "_company_table.html" if wants_partial(request) else "company_list.html"
    return render(request, f"contacts/{template}", context)


@login_required
@require_GET
def company_detail(request: HttpRequest, company_id: int) -> HttpResponse:
    company = get_object_or_404(_companies(request), pk=company_id)
    people = scope(request.user, Contact, "read").filter(company=company)
    page = page_of(
        people.select_related("owner"),
        ordering=["-updated_at", "-id"],
        size=PAGE_SIZE,
    )
    context = {
        "company": company,
        "rows": rows_with_cells(page.rows, at=timezone.now()),
        "columns": columns(),
        "has_more": page.next is not None,
    }
    return render(request, "contacts/company_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def company_create(request: HttpRequest) -> HttpResponse:
    if not request.user.may_write:
        raise PermissionDenied
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            company = create_company(
                data=form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("contacts:company", company.pk)
    status = 422 if form.errors else 200
    return render(request, "contacts/company_edit.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def company_edit(request: HttpRequest, company_id: int) -> HttpResponse:
    company = _to_change(request, company_id)
    form = CompanyForm(request.POST or None, company=company)
    if request.method == "POST" and form.is_valid():
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            update_company(
                company=company, data=changed, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("contacts:company", company.pk)
    context = {"form": form, "company": company}
    status = 422 if form.errors else 200
    return render(request, "contacts/company_edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def company_delete(request: HttpRequest, company_id: int) -> HttpResponse:
    company = _to_change(request, company_id)
    if request.method == "POST":
        delete_company(company=company, by=request.user, at=timezone.now())
        messages.success(request, _("%(name)s was deleted.") % {"name": company})
        return redirect("contacts:companies")
    return render(request, "contacts/company_delete.html", {"company": company})


def _companies(request: HttpRequest) -> QuerySet[Company]:
    return scope(request.user, Company, "read")


def _to_change(request: HttpRequest, company_id: int) -> Company:
    company = get_object_or_404(_companies(request), pk=company_id)
    if not scope(request.user, Company, "update").filter(pk=company_id).exists():
        raise PermissionDenied
    return company


def _query_without_cursor(request: HttpRequest) -> str:
    query: QueryDict = request.GET.copy()
    query.pop("cursor", None)
    return query.urlencode()
