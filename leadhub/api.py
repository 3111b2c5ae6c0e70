"""All of the REST API: each app's routes in one router."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

router = DefaultRouter(use_regex_path=False)

urlpatterns = [path("", include(router.urls))]
