"""What came of a sequence."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.selectors.experiments import comparison_of, splits_of
from campaigns.selectors.results import results_of
from campaigns.selectors.sequences import counts_of, published_version
from campaigns.services.winners import choose_winner
from campaigns.views.sequences import to_change, to_read
from leadhub.errors import DomainError


@login_required
@require_GET
def sequence_results(request: HttpRequest, sequence_id: int) -> HttpResponse:
    sequence = to_read(request, sequence_id)
    counts = counts_of([sequence])[sequence.pk]
    version, now = published_version(sequence), timezone.now()
    results = results_of(sequence, version)
    context = {
        "sequence": sequence,
        "counts": counts,
        "results": results,
        "funnel": [
            {
                "label": mail.sentence,
                "count": mail.sent,
                "share": mail.sent / counts.entered if counts.entered else 0,
            }
            for mail in results.mails
        ],
        "ends": counts.ends_in_words(),
        "splits": splits_of(sequence, version, at=now),
        "comparison": comparison_of(sequence, at=now),
        "may_write": request.user.runs_marketing,
    }
    return render(request, "campaigns/sequence_results.html", context)


@login_required
@require_POST
def split_winner(request: HttpRequest, sequence_id: int, key: str) -> HttpResponse:
    """All who come to the split take the variant from now on, because we say so."""
    sequence = to_change(request, sequence_id)
    variant = request.POST.get("variant", "")
    try:
        choose_winner(
            sequence=sequence,
            key=key,
            variant=variant,
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("From now on all who come take variant %(name)s.")
        messages.success(request, said % {"name": variant})
    return redirect("campaigns:sequence_results", sequence.pk)
