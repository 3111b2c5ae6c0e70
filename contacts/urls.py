from django.urls import path

from contacts.views import (
    bulk,
    companies,
    consents,
    contacts,
    custom_fields,
    editing,
    imports,
    merging,
    proposals,
    saved_views,
    segments,
)

app_name = "contacts"
urlpatterns = [
    path("contacts/", contacts.contact_list, name="list"),
    path("contacts/count/", contacts.contact_count, name="count"),
    path("contacts/filters/", contacts.contact_filters, name="filters"),
    path("contacts/bulk/", bulk.bulk, name="bulk"),
    path("contacts/bulk/bar/", contacts.bulk_bar, name="bulk_bar"),
    path("contacts/new/", editing.create, name="create"),
    path("contacts/export/", imports.export, name="export"),
    path("contacts/import/", imports.import_list, name="imports"),
    path("contacts/import/new/", imports.upload, name="import_upload"),
    path("contacts/import/<int:import_id>/", imports.show, name="import"),
    path("contacts/import/<int:import_id>/map/", imports.mapping, name="import_map"),
    path("contacts/import/<int:import_id>/start/", imports.start, name="import_start"),
    path(
        "contacts/import/<int:import_id>/discard/",
        imports.discard,
        name="import_discard",
    ),
    path("contacts/import/<int:import_id>/undo/", imports.undo, name="import_undo"),
    path(
        "contacts/import/<int:import_id>/rejected/",
        imports.rejected,
        name="import_rejected",
    ),
    path("contacts/suppressions/", consents.suppression_list, name="suppressions"),
    path(
        "contacts/suppressions/<int:suppression_id>/lift/",
        consents.lift,
        name="lift_suppression",
    ),
    path("contacts/duplicates/", merging.duplicates, name="duplicates"),
    path("contacts/<int:contact_id>/twins/", merging.twins, name="twins"),
    path("contacts/<int:contact_id>/merge/", merging.merge_with, name="merge_with"),
    path(
        "contacts/<int:contact_id>/merge/<int:other_id>/", merging.merge, name="merge"
    ),
    path(
        "contacts/<int:contact_id>/apart/<int:other_id>/", merging.apart, name="apart"
    ),
    path("contacts/merges/<int:merge_id>/undo/", merging.undo, name="undo_merge"),
    path("contacts/<int:contact_id>/", editing.detail, name="detail"),
    path(
        "contacts/<int:contact_id>/consents/",
        consents.contact_consents,
        name="consents",
    ),
    path(
        "contacts/<int:contact_id>/consents/all/",
        consents.consent_history,
        name="consent_history",
    ),
    path(
        "contacts/data-requests/<int:request_id>/answered/",
        consents.answer_data_request,
        name="answer_data_request",
    ),
    path("contacts/<int:contact_id>/edit/", editing.edit, name="edit"),
    path("contacts/<int:contact_id>/delete/", editing.delete, name="delete"),
    path("contacts/<int:contact_id>/cell/<slug:field>/", editing.cell, name="cell"),
    path(
        "contacts/proposals/<int:proposal_id>/accept/",
        proposals.accept,
        name="accept_proposal",
    ),
    path(
        "contacts/proposals/<int:proposal_id>/dismiss/",
        proposals.dismiss,
        name="dismiss_proposal",
    ),
    path("contacts/views/", saved_views.save, name="save_view"),
    path("contacts/views/<int:view_id>/", saved_views.change, name="change_view"),
    path(
        "contacts/views/<int:view_id>/delete/", saved_views.delete, name="delete_view"
    ),
    path("companies/", companies.company_list, name="companies"),
    path("companies/new/", companies.company_create, name="create_company"),
    path("companies/<int:company_id>/", companies.company_detail, name="company"),
    path(
        "companies/<int:company_id>/edit/", companies.company_edit, name="edit_company"
    ),
    path(
        "companies/<int:company_id>/delete/",
        companies.company_delete,
        name="delete_company",
    ),
    path("segments/", segments.segment_list, name="segments"),
    path("segments/new/", segments.segment_create, name="create_segment"),
    path("segments/count/", segments.condition_count, name="condition_count"),
    path("segments/<int:segment_id>/", segments.segment_edit, name="edit_segment"),
    path(
        "segments/<int:segment_id>/delete/",
        segments.segment_delete,
        name="delete_segment",
    ),
    path("settings/fields/", custom_fields.custom_field_list, name="custom_fields"),
    path(
        "settings/fields/new/",
        custom_fields.custom_field_create,
        name="create_custom_field",
    ),
    path(
        "settings/fields/<int:field_id>/",
        custom_fields.custom_field_edit,
        name="edit_custom_field",
    ),
    path(
        "settings/fields/<int:field_id>/delete/",
        custom_fields.custom_field_delete,
        name="delete_custom_field",
    ),
]
