from django.urls import path

from campaigns import public, public_choices
from campaigns.views import pages

app_name = "campaigns"
urlpatterns = [
    path("p/<slug:slug>/", public.landing_page, name="page"),
    path("p/<slug:slug>/thanks/", public.page_thanks, name="page_thanks"),
    path("f/<slug:slug>/", public.form_page, name="form"),
    path("f/<slug:slug>/thanks/", public.form_thanks, name="form_thanks"),
    path("campaigns/", pages.page_list, name="list"),
    path("campaigns/forms/<int:form_id>/", pages.form_detail, name="form_detail"),
    path("confirm/<str:token>", public_choices.confirm_page, name="confirm"),
    path(
        "preferences/<str:token>", public_choices.preferences_page, name="preferences"
    ),
    path(
        "unsubscribe/<str:token>", public_choices.unsubscribe_page, name="unsubscribe"
    ),
]
