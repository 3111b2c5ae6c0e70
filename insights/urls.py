from django.urls import path

from insights import public
from insights.views import (
    boards,
    demo,
    figure_files,
    figures,
    health,
    reports,
    scheduled,
    search,
    today,
)
from insights.views.attribution import conversions, page

app_name = "insights"
urlpatterns = [
    path("", today.today, name="today"),
    path("today/numbers/", today.numbers, name="numbers"),
    path("today/demo/", demo.demo, name="demo"),
    path("today/demo/remove/", demo.remove, name="remove_demo"),
    path("reports/figures/", figures.figure_list, name="figures"),
    path("reports/figures.csv", figure_files.figure_file, name="figure_file"),
    path("reports/figures/settings/", figures.figure_settings, name="figure_settings"),
    path("reports/figures/<slug:key>/", figures.figure_page, name="figure"),
    path(
        "reports/figures/<slug:key>/months.csv",
        figure_files.figure_months_file,
        name="figure_months_file",
    ),
    path("reports/", reports.reports, name="reports"),
    path("reports/losses.csv", figure_files.loss_file, name="loss_file"),
    path(
        "reports/declines/<int:model_id>/", reports.rule_declines, name="rule_declines"
    ),
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
    path("reports/scheduled/", scheduled.scheduled, name="scheduled"),
    path(
        "reports/scheduled/<int:subscription_id>/",
        scheduled.scheduled_preview,
        name="scheduled_preview",
    ),
    path(
        "reports/scheduled/<int:subscription_id>/send/",
        scheduled.scheduled_send,
        name="scheduled_send",
    ),
    path(
        "reports/scheduled/<int:subscription_id>/end/",
        scheduled.scheduled_end,
        name="scheduled_end",
    ),
    path("reports/boards/", boards.boards, name="boards"),
    path(
        "reports/boards/<int:board_id>/renew/",
        boards.board_renew,
        name="board_renew",
    ),
    path(
        "reports/boards/<int:board_id>/revoke/",
        boards.board_revoke,
        name="board_revoke",
    ),
    path("board/<str:token>/", public.wall, name="wall"),
    path("search/", search.search, name="search"),
]
