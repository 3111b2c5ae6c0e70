from django.urls import path

from campaigns import public

app_name = "campaigns"
urlpatterns = [
    path("p/<slug:slug>/", public.landing_page, name="landing_page"),
    path("f/<slug:slug>/", public.form_page, name="form"),
]
