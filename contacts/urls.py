from django.urls import path

from contacts.views import bulk, companies, contacts, editing, saved_views

app_name = "contacts"
urlpatterns = [
    path("contacts/", contacts.contact_list, name="list"),
    path("contacts/count/", contacts.contact_count, name="count"),
    path("contacts/bulk/", bulk.bulk, name="bulk"),
    path("contacts/new/", editing.create, name="create"),
    path("contacts/<int:contact_id>/", editing.detail, name="detail"),
    path("contacts/<int:contact_id>/edit/", editing.edit, name="edit"),
    path("contacts/<int:contact_id>/delete/", editing.delete, name="delete"),
    path("contacts/<int:contact_id>/cell/<slug:field>/", editing.cell, name="cell"),
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
]
