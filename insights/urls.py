from django.urls import path

from insights.views import demo, figures, health, reports, search, today
from insights.views.attribution import conversions, page

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
    path(
        "journeys/<int:journey_id>/health/",
        health.journey_health,
        name="journey_health",
    ),
    path(
        "journeys/<int:journey_id>/health.csv",
        health.journey_health_file,
        name="journey_health_file",
    ),
    path(
        "journeys/<int:journey_id>/health/panel/",
        health.journey_health_panel,
        name="journey_health_panel",
    ),
    path("journeys/<int:journey_id>/flow/", health.journey_flow, name="journey_flow"),
    path("reports/attribution/", page.attribution_page, name="attribution"),
    path(
        "reports/attribution/conversions/",
        conversions.attribution_conversions,
        name="attribution_conversions",
    ),
    path("reports/attribution.csv", page.attribution_file, name="attribution_file"),
    path("search/", search.search, name="search"),
]
