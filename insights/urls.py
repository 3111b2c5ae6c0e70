from django.urls import path

from insights.views import demo, figures, reports, search, today

app_name = "insights"
urlpatterns = [
    path("", today.today, name="today"),
    path("today/numbers/", today.numbers, name="numbers"),
    path("today/demo/", demo.demo, name="demo"),
    path("today/demo/remove/", demo.remove, name="remove_demo"),
    path("reports/figures/", figures.figure_list, name="figures"),
    path("reports/figures.csv", figures.figure_file, name="figure_file"),
    path("reports/figures/settings/", figures.figure_settings, name="figure_settings"),
    path("reports/figures/<slug:key>/", figures.figure_page, name="figure"),
    path("reports/", reports.reports, name="reports"),
    path("search/", search.search, name="search"),
]
