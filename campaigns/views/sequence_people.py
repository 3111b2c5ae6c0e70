"""Who goes through a sequence, what they will get, and a mail as one would get it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from campaigns.models import Enrollment, MailTemplate, Step
from campaigns.rendering.mails import Draft
from campaigns.selectors.builder import names_of
from campaigns.selectors.forecast import forecast
from campaigns.selectors.sequences import entries_of, plan_of, version_at_hand
from campaigns.steps.sentences import sentence_of
from campaigns.views.mail_templates import preview_of
from campaigns.views.sequences import to_read
from leadhub.keyset import BadCursor, page_of

PAGE_SIZE = 50
# Lines of a forecast that anybody reads; the sentence says how many there are.
LINES_SHOWN = 300


@login_required
@require_GET
def sequence_people(request: HttpRequest, sequence_id: int) -> HttpResponse:
    """Runs, the latest first; by ``?state=`` and ``?end=``."""
    sequence = to_read(request, sequence_id)
    rows = scope(request.user, Enrollment, "read").filter(sequence=sequence)
    state, end = request.GET.get("state", ""), request.GET.get("end", "")
    if state in Enrollment.State.values:
        rows = rows.filter(state=state)
    if end in Enrollment.End.values:
        rows = rows.filter(end=end)
    try:
        page = page_of(
            rows.select_related("contact", "step"),
            ordering=("-entered_at", "-id"),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    steps = [run.step for run in page.rows if run.step is not None]
    names, now = names_of(steps), timezone.now()
    context = {
        "sequence": sequence,
        "page": page,
        "lines": [
            {
                "run": run,
                "step": sentence_of(run.step, names) if run.step else "",
                "awaits_permission": run.awaits_permission(at=now),
            }
            for run in page.rows
        ],
        "state": state,
        "end": end,
        "states": Enrollment.State.choices,
        "may_write": request.user.may_write,
    }
    return render(request, "campaigns/sequence_people.html", context)


@login_required
@require_GET
def sequence_forecast(request: HttpRequest, sequence_id: int) -> HttpResponse:
    """Who gets what in the next two weeks; ``?show=held``: only who is held back."""
    sequence = to_read(request, sequence_id)
    found = forecast(sequence, at=timezone.now())
    is_held = request.GET.get("show") == "held"
    mails = [mail for mail in found.mails if mail.held_back or not is_held]
    names = names_of([mail.step for mail in mails])
    shown = mails[:LINES_SHOWN]
    context = {
        "sequence": sequence,
        "forecast": found,
        "lines": [
            {
                "mail": mail,
                "what": names.templates.get(mail.step.settings["template"], "–"),
            }
            for mail in shown
        ],
        "is_held": is_held,
        "left_off": len(mails) - len(shown),
        "is_part": found.shown < found.total,
        "enters": entries_of([sequence])[sequence.pk],
    }
    return render(request, "campaigns/sequence_forecast.html", context)


@login_required
@require_GET
def step_preview(request: HttpRequest, sequence_id: int, key: str) -> HttpResponse:
    """The mail of a step as ``?contact=`` would get it."""
    sequence = to_read(request, sequence_id)
    plan = plan_of(version_at_hand(sequence)[0])
    step = plan.by_key().get(key)
    if step is None or step.kind != Step.Kind.MAIL:
        raise Http404
    templates = scope(request.user, MailTemplate, "read")
    template = get_object_or_404(templates, pk=step.settings["template"])
    draft = Draft(template.subject, template.body, template.preheader)
    context = preview_of(request, draft, language=template.language)
    context |= {"sequence": sequence, "template": template}
    return render(request, "campaigns/step_preview.html", context)
