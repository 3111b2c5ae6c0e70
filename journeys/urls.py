from django.urls import include, path

from journeys import public
from journeys.views import (
    board,
    costs,
    draft_parts,
    drafts,
    links,
    plans,
    process,
    reviews,
    teams,
    timeline,
    versions,
    visitors,
)

app_name = "journeys"
DRAFT = [
    path("", drafts.draft, name="draft"),
    path("publish/", drafts.publish, name="draft_publish"),
    path("discard/", drafts.discard, name="draft_discard"),
    path("settings/", draft_parts.settings, name="draft_settings"),
    path("phases/new/", draft_parts.phase, name="draft_phase_new"),
    path("phases/<slug:key>/", draft_parts.phase, name="draft_phase"),
    path("phases/<slug:key>/place/", drafts.phase_place, name="draft_phase_place"),
    path("phases/<slug:key>/remove/", drafts.phase_drop, name="draft_phase_drop"),
    path(
        "phases/<slug:phase_key>/measures/new/",
        draft_parts.measure,
        name="draft_measure_new",
    ),
    path("measures/<slug:key>/", draft_parts.measure, name="draft_measure"),
    path("measures/<slug:key>/remove/", drafts.measure_drop, name="draft_measure_drop"),
]
VERSIONS = [
    path("", versions.version_list, name="versions"),
    path("compare/", versions.compare, name="compare_versions"),
    path("<int:number>/", versions.version_detail, name="version"),
    path("<int:number>/restore/", versions.restore, name="version_restore"),
]
urlpatterns = [
    path("t/leadhub.js", public.snippet, name="snippet"),
    path("t/collect", public.collect, name="collect"),
    path("t/o/<str:token>.gif", public.open_pixel, name="open_pixel"),
    path("t/c/<str:token>", public.tracked_link, name="tracked_link"),
    path("journeys/", plans.journey_list, name="list"),
    path("journeys/new/", plans.journey_create, name="create"),
    path("journeys/<int:journey_id>/", plans.journey_detail, name="detail"),
    path("journeys/<int:journey_id>/edit/", plans.journey_edit, name="edit"),
    path("journeys/<int:journey_id>/delete/", plans.journey_delete, name="delete"),
    path("journeys/<int:journey_id>/process/", process.process, name="process"),
    path("journeys/<int:journey_id>/review/", reviews.review, name="review"),
    path("journeys/<int:journey_id>/draft/", include(DRAFT)),
    path("journeys/<int:journey_id>/versions/", include(VERSIONS)),
    path("journeys/<int:journey_id>/board/", board.board, name="board"),
    path("journeys/<int:journey_id>/board/move/", board.move, name="move"),
    path("phases/<int:phase_id>/cards/", board.board_cards, name="board_cards"),
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
