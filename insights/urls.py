from django.urls import path

from insights.views import demo, reports, search, today

app_name = "insights"
urlpatterns = [
    path("", today.today, name="today"),
    path("today/numbers/", today.numbers, name="numbers"),
    path("today/demo/", demo.demo, name="demo"),
    path("today/demo/remove/", demo.remove, name="remove_demo"),
    path("reports/", reports.reports, name="reports"),
    path("search/", search.search, name="search"),
]
