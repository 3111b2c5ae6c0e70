from django.urls import path

from insights.views import search, today

app_name = "insights"
urlpatterns = [
    path("", today.today, name="today"),
    path("today/numbers/", today.numbers, name="numbers"),
    path("search/", search.search, name="search"),
]
