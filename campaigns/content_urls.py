"""Addresses of contents, pages and forms; part of ``campaigns.urls``."""

from django.urls import path

from campaigns.views import contents, form_editor, offering, page_editor

urlpatterns = [
    path("campaigns/contents/", contents.content_list, name="contents"),
    path("campaigns/contents/new/", contents.content_edit, name="content_create"),
    path("campaigns/contents/<int:content_id>/", contents.content_edit, name="content"),
    path(
        "campaigns/contents/<int:content_id>/archive/",
        contents.content_archive,
        name="content_archive",
    ),
    path("campaigns/pages/new/", page_editor.page_edit, name="page_create"),
    path("campaigns/pages/preview/", page_editor.page_preview, name="page_preview"),
    path(
        "campaigns/pages/preview/<str:token>/",
        page_editor.preview_html,
        name="page_preview_html",
    ),
    path("campaigns/pages/<int:page_id>/", page_editor.page_edit, name="page_edit"),
    path(
        "campaigns/pages/<int:page_id>/publish/",
        page_editor.page_publish,
        name="page_publish",
    ),
    path(
        "campaigns/pages/<int:page_id>/delete/",
        page_editor.page_delete,
        name="page_delete",
    ),
    path("campaigns/forms/new/", form_editor.form_edit, name="form_create"),
    path(
        "campaigns/forms/<int:form_id>/edit/", form_editor.form_edit, name="form_edit"
    ),
    path(
        "campaigns/forms/<int:form_id>/delete/",
        form_editor.form_delete,
        name="form_delete",
    ),
    path(
        "contacts/<int:contact_id>/send-content/",
        offering.contact_content,
        name="contact_content",
    ),
]
