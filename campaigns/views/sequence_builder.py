"""The builder: steps of a draft from top to bottom, each changed by a form."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.models import Enrollment, Sequence, Step
from campaigns.selectors.builder import names_of, rows_of
from campaigns.selectors.sequences import (
    counts_of,
    entries_of,
    plan_of,
    published_version,
    version_at_hand,
)
from campaigns.services.drafts import (
    add_step,
    change_step,
    drop_draft,
    move_step,
    put_back_step,
    remove_step,
    shift_step,
)
from campaigns.step_forms import FORMS, StepForm
from campaigns.steps.editing import NoSuchStep, Spot
from campaigns.steps.plan import Plan
from campaigns.steps.sentences import branch_label, days_text, sentence_of
from campaigns.views.sequences import to_change, to_read
from contacts.conditions.catalog import editor_words
from contacts.conditions.sentences import describe
from leadhub.errors import DomainError

UNDO_SECONDS = 600


@login_required
@require_GET
def sequence_detail(request: HttpRequest, sequence_id: int) -> HttpResponse:
    sequence = to_read(request, sequence_id)
    version, is_draft = version_at_hand(sequence)
    runs = scope(request.user, Enrollment, "read").filter(sequence=sequence)
    context = {
        "sequence": sequence,
        "rows": rows_of(sequence, version),
        "is_draft": is_draft,
        "published": published_version(sequence) if is_draft else version,
        "counts": counts_of([sequence])[sequence.pk],
        "awaiting_permission": runs.awaiting_permission(at=timezone.now()).count(),
        "enters": entries_of([sequence])[sequence.pk],
        "goal": describe(sequence.goal),
        "days": days_text(sequence.send_days),
        "kinds": Step.Kind.choices,
        "may_write": request.user.runs_marketing,
    }
    return render(request, "campaigns/sequence.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def step_add(request: HttpRequest, sequence_id: int) -> HttpResponse:
    """A form for a new step of ``?kind=`` at a spot of the draft."""
    sequence = to_change(request, sequence_id)
    kind, spot = request.GET.get("kind", ""), _spot(request.GET)
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            key = add_step(
                sequence=sequence,
                kind=kind,
                settings=form.settings(),
                spot=spot,
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            return redirect(_at_step(sequence, key))
    return _form_page(request, sequence, kind, form, step=None)


@login_required
@require_http_methods(["GET", "POST"])
def step_edit(request: HttpRequest, sequence_id: int, key: str) -> HttpResponse:
    sequence = to_change(request, sequence_id)
    plan = plan_of(version_at_hand(sequence)[0])
    step = plan.by_key().get(key)
    if step is None:
        raise Http404
    given = request.POST if request.method == "POST" else None
    form = FORMS[step.kind](given, settings=step.settings)
    if request.method == "POST" and form.is_valid():
        try:
            change_step(
                sequence=sequence,
                key=key,
                settings=form.settings(),
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The step was saved."))
            return redirect(_at_step(sequence, key))
    return _form_page(request, sequence, step.kind, form, step=step, plan=plan)


@login_required
@require_POST
def step_move(request: HttpRequest, sequence_id: int, key: str) -> HttpResponse:
    """Up or down by ``to``; or with a parent, a branch and a position to that spot."""
    sequence = to_change(request, sequence_id)
    to = request.POST.get("to", "")
    try:
        if to in ("up", "down"):
            down = to == "down"
            shift_step(
                sequence=sequence,
                key=key,
                down=down,
                by=request.user,
                at=timezone.now(),
            )
        else:
            spot = _read_spot(to)
            move_step(
                sequence=sequence,
                key=key,
                spot=spot,
                by=request.user,
                at=timezone.now(),
            )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(_at_step(sequence, key))


@login_required
@require_POST
def step_delete(request: HttpRequest, sequence_id: int, key: str) -> HttpResponse:
    sequence = to_change(request, sequence_id)
    try:
        spot, step = remove_step(
            sequence=sequence, key=key, by=request.user, at=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        token = token_urlsafe(12)
        # The cache keeps JSON only.
        kept = [spot.parent, spot.branch, spot.position, step]
        cache.set(_undo_key(sequence, token), kept, UNDO_SECONDS)
        undo = reverse("campaigns:step_put_back", args=[sequence.pk, token])
        said = _("The step was deleted.")
        messages.success(request, said, extra_tags=f"undo={undo}")
    return redirect("campaigns:sequence", sequence.pk)


@login_required
@require_POST
def step_put_back(request: HttpRequest, sequence_id: int, token: str) -> HttpResponse:
    sequence = to_change(request, sequence_id)
    removed = cache.get(_undo_key(sequence, token))
    try:
        if removed is None:
            raise NoSuchStep(_("It was deleted too long ago to be put back."))
        *place, step = removed
        spot = Spot(*place)
        put_back_step(
            sequence=sequence, step=step, spot=spot, by=request.user, at=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The step was put back."))
    return redirect("campaigns:sequence", sequence.pk)


@login_required
@require_POST
def draft_drop(request: HttpRequest, sequence_id: int) -> HttpResponse:
    sequence = to_change(request, sequence_id)
    drop_draft(sequence=sequence, by=request.user, at=timezone.now())
    messages.success(request, _("The draft was dropped. What is live has not changed."))
    return redirect("campaigns:sequence", sequence.pk)


def _form_page(
    request: HttpRequest,
    sequence: Sequence,
    kind: str,
    form: StepForm,
    *,
    step: Step | None,
    plan: Plan | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "sequence": sequence,
        "form": form,
        "kind": kind,
        "kind_label": Step.Kind(kind).label,
        "step": step,
        "spots": _spots(plan, step) if step and plan else [],
    }
    if kind == Step.Kind.BRANCH:
        context |= editor_words(request.user)
    status = 422 if form.errors else 200
    return render(request, "campaigns/step.html", context, status=status)


def _spots(plan: Plan, step: Step) -> list[tuple[str, str]]:
    """Where a step may be moved to: value and words of each spot."""
    names = names_of(plan.by_pk.values())
    below = {step.pk}
    found = [("..0", _("To the beginning"))]
    for other, depth in plan.in_order():
        if other.pk in below or other.parent_id in below:
            below.add(other.pk)
            continue
        indent, what = "\u2003" * depth, sentence_of(other, names)
        parent = plan.by_pk[other.parent_id].key if other.parent_id else ""
        line = plan.line(plan.by_pk.get(other.parent_id), other.branch)
        place = line.index(other) + 1
        words = _("Behind: %(step)s") % {"step": what}
        found.append((f"{parent}.{other.branch}.{place}", f"{indent}{words}"))
        for name in plan.branches_of(other):
            words = _("Into “%(branch)s” of: %(step)s") % {
                "branch": branch_label(other.kind, name),
                "step": what,
            }
            found.append((f"{other.key}.{name}.0", f"{indent}\u2003{words}"))
    return found


def _spot(given: Any) -> Spot:
    place = given.get("position", "")
    position = int(place) if place.isascii() and place.isdigit() else 0
    parent, branch = given.get("parent", "")[:12], given.get("branch", "")[:20]
    return Spot(parent, branch, min(position, 1_000))


def _read_spot(text: str) -> Spot:
    parts = text.split(".")
    if len(parts) != 3:
        raise NoSuchStep(_("Choose where the step is to go."))
    names = ("parent", "branch", "position")
    return _spot(dict(zip(names, parts, strict=True)))


def _at_step(sequence: Sequence, key: str) -> str:
    return reverse("campaigns:sequence", args=[sequence.pk]) + f"#step-{key}"


def _undo_key(sequence: Sequence, token: str) -> str:
    return f"deleted-step:{sequence.pk}:{token}"
