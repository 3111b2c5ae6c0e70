"""Tasks: the panel of a contact, planning one, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)
from django_htmx.http import trigger_client_event

from accounts.models import User
from accounts.permissions import scope
from contacts.models import Contact
from leadhub.errors import DomainError
from leadhub.web import wants_partial
from sales.models import Task
from sales.services.tasks import change_task, finish_task, plan_task, reopen_task
from sales.task_forms import TaskChangeForm, TaskForm
from sales.views.working import contact_to_work_with, done, work_form

MOST = 20


@login_required
@require_GET
def contact_tasks(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The panel of the contact page: what is open, the first first."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    rows = scope(request.user, Task, "read").open().filter(contact=contact)
    mine = scope(request.user, Task, "update").open().filter(contact=contact)
    context = {
        "contact": contact,
        "tasks": rows.select_related("assignee").in_order()[:MOST],
        "mine": set(mine.values_list("pk", flat=True)),
        "may_write": request.user.may_write,
    }
    return render(request, "sales/_contact_tasks.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def task_new(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = contact_to_work_with(request, contact_id)
    now = timezone.now()
    form = TaskForm(
        request.POST if request.method == "POST" else None,
        people=_people(request),
        at=now,
        initial={"assignee": request.user.pk},
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan_task(contact=contact, by=request.user, at=now, **form.cleaned_data)
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            said = _("Planned for %(name)s.") % {"name": contact}
            return done(request, contact, said=said)
    title = _("Task about %s") % contact
    return work_form(
        request, contact, form=form, title=title, what="task", button=_("Plan")
    )


@login_required
@require_http_methods(["GET", "POST"])
def task_edit(request: HttpRequest, task_id: int) -> HttpResponse:
    """When it is due, and whose it is."""
    task = _task(request, task_id)
    form = TaskChangeForm(
        request.POST if request.method == "POST" else None,
        task=task,
        people=_people(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_task(task=task, at=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            return done(request, task.contact, said=_("Saved."))
    return work_form(
        request,
        task.contact,
        form=form,
        title=form.title(task),
        what="task",
        button=_("Save"),
    )


@login_required
@require_POST
def task_done(request: HttpRequest, task_id: int) -> HttpResponse:
    task = _task(request, task_id)

    def answer() -> Task:
        return finish_task(task=task, by=request.user, at=timezone.now())

    undo = reverse("sales:task_reopen", args=[task.pk])
    said = _("Done: %(title)s") % {"title": task}
    return _answered(request, task, answer, said=said, undo=undo)


@login_required
@require_POST
def task_reopen(request: HttpRequest, task_id: int) -> HttpResponse:
    task = _task(request, task_id)

    def answer() -> Task:
        return reopen_task(task=task, by=request.user, at=timezone.now())

    return _answered(request, task, answer, said=_("It is to be done again."))


def _answered(
    request: HttpRequest,
    task: Task,
    answer: Callable[[], Task],
    *,
    said: str,
    undo: str = "",
) -> HttpResponse:
    level = "success"
    try:
        answer()
    except DomainError as refusal:
        said, level, undo = str(refusal), "error", ""
    if not wants_partial(request):
        tags = f"undo={undo}" if undo else ""
        tell = messages.error if level == "error" else messages.success
        tell(request, said, extra_tags=tags)
        return redirect("contacts:detail", task.contact_id)
    response = HttpResponse(status=204)
    toast = {"text": said, "level": level, "undo": undo}
    trigger_client_event(response, "toast", toast)
    return trigger_client_event(response, "contact:changed", {})


def _task(request: HttpRequest, task_id: int) -> Task:
    rows = scope(request.user, Task, "update")
    return get_object_or_404(
        rows.select_related("contact__company", "assignee"), pk=task_id
    )


def _people(request: HttpRequest) -> QuerySet[User]:
    rows = scope(request.user, User, "read").active()
    writers = rows.exclude(role=User.Role.READ_ONLY, is_superuser=False)
    return writers.order_by("first_name", "last_name", "username")
