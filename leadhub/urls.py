"""Every address there is; each app names its own."""

from django.http import HttpResponse
from django.urls import include, path

from leadhub import answers
from leadhub.health import healthz, readyz
from leadhub.metrics import metrics

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    # Pages name their icon; for all else browsers ask here, and a 404 is noise.
    path("favicon.ico", lambda request: HttpResponse(status=204)),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("leadhub.api")),
    # Before others: sites and mails ask for what is under /t/ by the thousand.
    path("", include("journeys.urls")),
    path("", include("accounts.urls")),
    path("", include("contacts.urls")),
    path("", include("scoring.urls")),
    path("", include("campaigns.urls")),
    path("", include("sales.urls")),
    path("", include("insights.urls")),
]

handler400 = answers.bad_request
handler403 = answers.permission_denied
handler404 = answers.not_found
handler500 = answers.failed
