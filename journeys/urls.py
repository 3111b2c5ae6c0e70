from django.urls import path

from journeys import public
from journeys.views import board, costs, links, plans, teams, timeline, visitors

app_name = "journeys"
urlpatterns = [
    path("t/leadhub.js", public.snippet, name="snippet"),
    path("t/collect", public.collect, name="collect"),
    path("t/o/<str:token>.gif", public.open_pixel, name="open_pixel"),
    path("t/c/<str:token>", public.tracked_link, name="tracked_link"),
    path("journeys/", plans.journey_list, name="list"),
    path("journeys/new/", plans.journey_edit, name="create"),
    path("journeys/<int:journey_id>/", plans.journey_detail, name="detail"),
    path("journeys/<int:journey_id>/edit/", plans.journey_edit, name="edit"),
    path("journeys/<int:journey_id>/delete/", plans.journey_delete, name="delete"),
    path("journeys/<int:journey_id>/board/", board.board, name="board"),
    path("journeys/<int:journey_id>/board/move/", board.move, name="move"),
    path(
        "journeys/<int:journey_id>/phases/new/", plans.phase_edit, name="phase_create"
    ),
    path(
        "journeys/<int:journey_id>/phases/<int:phase_id>/",
        plans.phase_edit,
        name="phase_edit",
    ),
    path("phases/<int:phase_id>/place/", plans.phase_place, name="phase_place"),
    path("phases/<int:phase_id>/delete/", plans.phase_delete, name="phase_delete"),
    path("phases/<int:phase_id>/cards/", board.board_cards, name="board_cards"),
    path(
        "phases/<int:phase_id>/measures/new/",
        plans.measure_edit,
        name="measure_create",
    ),
    path(
        "phases/<int:phase_id>/measures/<int:measure_id>/",
        plans.measure_edit,
        name="measure_edit",
    ),
    path(
        "measures/<int:measure_id>/delete/",
        plans.measure_delete,
        name="measure_delete",
    ),
    path("measures/<int:measure_id>/costs/", costs.measure_costs, name="measure_costs"),
    path("teams/", teams.team_list, name="teams"),
    path("teams/new/", teams.team_edit, name="team_create"),
    path("teams/<int:team_id>/", teams.team_edit, name="team_edit"),
    path("teams/<int:team_id>/delete/", teams.team_delete, name="team_delete"),
    path(
        "contacts/<int:contact_id>/phases/",
        board.contact_phases,
        name="contact_phases",
    ),
    path("visitors/", visitors.visitor_list, name="visitors"),
    path("links/", links.link_list, name="links"),
    path("links/new/", links.link_edit, name="link_create"),
    path("links/<int:link_id>/", links.link_edit, name="link_edit"),
    path("links/<int:link_id>/delete/", links.link_delete, name="link_delete"),
    path(
        "contacts/<int:contact_id>/timeline/",
        timeline.contact_timeline,
        name="contact_timeline",
    ),
]
