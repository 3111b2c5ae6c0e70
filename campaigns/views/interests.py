"""What interests a contact, and how to reach them: a panel of their page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from campaigns.selectors.interests import interests_of
from campaigns.selectors.next_content import next_best_contents
from contacts.models import Contact

SHOWN = 8


@login_required
@require_GET
def contact_interests(request: HttpRequest, contact_id: int) -> HttpResponse:
    rows = scope(request.user, Contact, "read").select_related("interest_profile")
    contact = get_object_or_404(rows, pk=contact_id)
    interests = interests_of(contact, at=timezone.now())
    context = {
        "contact": contact,
        "profile": getattr(contact, "interest_profile", None),
        "interests": interests[:SHOWN],
        "suggestions": next_best_contents(contact, interests),
    }
    return render(request, "campaigns/_contact_interests.html", context)
