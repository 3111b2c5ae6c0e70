"""What came of a sequence."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns.selectors.experiments import comparison_of, splits_of
from campaigns.selectors.results import results_of
from campaigns.selectors.sequences import counts_of, published_version
from campaigns.views.sequences import to_read


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
    }
    return render(request, "campaigns/sequence_results.html", context)
