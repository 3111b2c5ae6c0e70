"""Addresses of sequences; part of ``campaigns.urls``."""

from django.urls import path

from campaigns.views import (
    enrolling,
    sequence_builder,
    sequence_people,
    sequence_results,
    sequences,
)

urlpatterns = [
    path("campaigns/sequences/", sequences.sequence_list, name="sequences"),
    path("campaigns/sequences/new/", sequences.sequence_edit, name="sequence_create"),
    path(
        "campaigns/sequences/<int:sequence_id>/",
        sequence_builder.sequence_detail,
        name="sequence",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/settings/",
        sequences.sequence_edit,
        name="sequence_edit",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/publish/",
        sequences.sequence_publish,
        name="sequence_publish",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/status/",
        sequences.sequence_status,
        name="sequence_status",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/people/",
        sequence_people.sequence_people,
        name="sequence_people",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/next/",
        sequence_people.sequence_forecast,
        name="sequence_forecast",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/results/",
        sequence_results.sequence_results,
        name="sequence_results",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/draft/drop/",
        sequence_builder.draft_drop,
        name="draft_drop",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/steps/<slug:key>/winner/",
        sequence_results.split_winner,
        name="split_winner",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/steps/add/",
        sequence_builder.step_add,
        name="step_add",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/steps/back/<str:token>/",
        sequence_builder.step_put_back,
        name="step_put_back",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/steps/<slug:key>/edit/",
        sequence_builder.step_edit,
        name="step_edit",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/steps/<slug:key>/preview/",
        sequence_people.step_preview,
        name="step_preview",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/steps/<slug:key>/move/",
        sequence_builder.step_move,
        name="step_move",
    ),
    path(
        "campaigns/sequences/<int:sequence_id>/steps/<slug:key>/delete/",
        sequence_builder.step_delete,
        name="step_delete",
    ),
    path(
        "campaigns/contacts/<int:contact_id>/sequences/",
        enrolling.contact_sequences,
        name="contact_sequences",
    ),
    path(
        "campaigns/contacts/<int:contact_id>/enroll/",
        enrolling.enroll_one,
        name="enroll_one",
    ),
    path("campaigns/enroll/", enrolling.enroll_selected_page, name="enroll_selected"),
    path(
        "campaigns/enrollments/<int:enrollment_id>/stop/",
        enrolling.enrollment_stop,
        name="enrollment_stop",
    ),
]
