from django.urls import path

from accounts.views import inbox, settings

app_name = "accounts"
urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("settings/", settings.profile, name="settings"),
]
