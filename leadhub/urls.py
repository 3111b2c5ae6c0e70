from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("leadhub.api")),
    path("", include("accounts.urls")),
    path("", include("contacts.urls")),
    path("", include("journeys.urls")),
    path("", include("scoring.urls")),
    path("", include("campaigns.urls")),
    path("", include("sales.urls")),
    path("", include("insights.urls")),
]
