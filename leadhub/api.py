"""All of the REST API: each app's routes in one router."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from accounts.api.jobs import JobViewSet
from contacts.api.companies import CompanyViewSet
from contacts.api.contacts import ContactViewSet

router = DefaultRouter(use_regex_path=False)
router.register("jobs", JobViewSet, "job")
router.register("contacts", ContactViewSet, "contact")
router.register("companies", CompanyViewSet, "company")

urlpatterns = [path("", include(router.urls))]
