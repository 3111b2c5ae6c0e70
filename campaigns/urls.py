from django.urls import path

from campaigns import (
    content_urls,
    event_urls,
    public,
    public_choices,
    public_files,
    sequence_urls,
)
from campaigns.providers import configured_routes
from campaigns.views import consent_texts, mail_templates, mails, pages, senders

app_name = "campaigns"
urlpatterns = [
    path("d/<str:token>", public_files.download, name="download"),
    path("p/company.css", public_files.company_style, name="company_style"),
    path("p/pictures/<slug:key>", public_files.picture, name="picture"),
    path("p/<slug:slug>/", public.landing_page, name="page"),
    path("p/<slug:slug>/thanks/", public.page_thanks, name="page_thanks"),
    path("f/<slug:slug>/", public.form_page, name="form"),
    path("f/<slug:slug>/thanks/", public.form_thanks, name="form_thanks"),
    path("campaigns/", pages.page_list, name="list"),
    path("campaigns/forms/<int:form_id>/", pages.form_detail, name="form_detail"),
    path(
        "campaigns/forms/<int:form_id>/consents/",
        consent_texts.text_list,
        name="consent_texts",
    ),
    path(
        "campaigns/consents/<int:text_id>/end/",
        consent_texts.end_text,
        name="end_consent_text",
    ),
    path("confirm/<str:token>", public_choices.confirm_page, name="confirm"),
    path("campaigns/mails/", mails.mail_list, name="mails"),
    path("campaigns/mails/<int:message_id>/", mails.mail_detail, name="mail"),
    path("campaigns/mails/<int:message_id>/html/", mails.mail_html, name="mail_html"),
    path(
        "campaigns/mails/<int:message_id>/cancel/",
        mails.mail_cancel,
        name="mail_cancel",
    ),
    path(
        "campaigns/mails/<int:message_id>/decide/",
        mails.mail_decide,
        name="mail_decide",
    ),
    path("campaigns/templates/", mail_templates.template_list, name="mail_templates"),
    path(
        "campaigns/templates/new/",
        mail_templates.template_edit,
        name="mail_template_create",
    ),
    path(
        "campaigns/templates/preview/",
        mail_templates.template_preview,
        name="mail_preview",
    ),
    path(
        "campaigns/templates/preview/<str:token>/",
        mail_templates.preview_html,
        name="mail_preview_html",
    ),
    path(
        "campaigns/templates/<int:template_id>/",
        mail_templates.template_edit,
        name="mail_template",
    ),
    path(
        "campaigns/templates/<int:template_id>/test/",
        mail_templates.template_test,
        name="mail_template_test",
    ),
    path(
        "campaigns/templates/<int:template_id>/archive/",
        mail_templates.template_archive,
        name="mail_template_archive",
    ),
    *event_urls.urlpatterns,
    *sequence_urls.urlpatterns,
    *content_urls.urlpatterns,
    path("campaigns/sender/", senders.sender_edit, name="sender"),
    path(
        "preferences/<str:token>", public_choices.preferences_page, name="preferences"
    ),
    path(
        "unsubscribe/<str:token>", public_choices.unsubscribe_page, name="unsubscribe"
    ),
]
urlpatterns += configured_routes()
