"""All of the REST API: each app's routes in one router."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from accounts.api.jobs import JobViewSet

router = DefaultRouter(use_regex_path=False)
router.register("jobs", JobViewSet, "job")

urlpatterns = [path("", include(router.urls))]
