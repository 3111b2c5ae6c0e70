"""All of the REST API: each app's routes in one router."""

from django.urls import include, path
from rest_framework.routers import APIRootView, DefaultRouter

from accounts.api.events import EventViewSet
from accounts.api.jobs import JobViewSet
from accounts.api.notifications import NotificationViewSet
from accounts.api.users import UserViewSet
from accounts.api.webhooks import DeliveryViewSet, WebhookViewSet
from campaigns.api.consent_texts import ConsentTextViewSet
from campaigns.api.contents import ContentViewSet, FormViewSet
from campaigns.api.enrollments import EnrollmentViewSet
from campaigns.api.interests import ContactInterests
from campaigns.api.mail_templates import MailTemplateViewSet
from campaigns.api.messages import MessageViewSet
from campaigns.api.pages import PageViewSet
from campaigns.api.sequences import SequenceViewSet
from campaigns.api.topics import InterestSettingsView, TopicViewSet
from campaigns.api.uploads import UploadViewSet
from campaigns.api.webinars import AttendanceViewSet, WebinarViewSet
from contacts.api.companies import CompanyViewSet
from contacts.api.consents import ConsentViewSet, SuppressionViewSet
from contacts.api.contacts import ContactViewSet
from contacts.api.custom_fields import CustomFieldViewSet
from contacts.api.merges import ContactMerge, Duplicates, KeepApart, MergeViewSet
from contacts.api.segments import SegmentViewSet
from contacts.api.touch import ContactTouch
from insights.api import (
    AttributionView,
    DeclinesView,
    FigureSettingsView,
    JourneyHealthView,
    KpiMonthsView,
    KpiTargetViewSet,
    KpiView,
)
from insights.api.subscriptions import SubscriptionViewSet
from journeys.api.interactions import InteractionViewSet
from journeys.api.journeys import JourneyViewSet
from journeys.api.links import LinkViewSet
from journeys.api.measures import MeasureViewSet
from journeys.api.plans import PhaseViewSet, TeamViewSet
from journeys.api.timeline import ContactTimeline
from leadhub.rest.docs import SchemaView, docs
from leadhub.rest.views import StrictQuery
from sales.api.assignment import ContactAssignment
from sales.api.calendars import HolidayViewSet, PromiseSettingsView
from sales.api.claims import ContactClaim
from sales.api.companies import CompanyTouches
from sales.api.deal_settings import DealSettingsView, QuestionViewSet
from sales.api.deals import DealViewSet
from sales.api.handoffs import HandoffViewSet
from sales.api.needs import DealAnswers
from sales.api.offers import OfferFile, OfferViewSet
from sales.api.talks import ContactMail, ContactTalks
from sales.api.tasks import TaskViewSet
from sales.api.territories import SegmentAssignment, TerritoryViewSet
from scoring.api import ContactScoreView, ScoringModelViewSet


class Root(StrictQuery, APIRootView):
    """The resources there are."""


class Router(DefaultRouter):
    include_format_suffixes = False  # answers are JSON, whatever the address ends in
    APIRootView = Root


router = Router(use_regex_path=False)
router.register("report-subscriptions", SubscriptionViewSet, "report-subscription")
router.register("jobs", JobViewSet, "job")
router.register("contacts", ContactViewSet, "contact")
router.register("merges", MergeViewSet, "merge")
router.register("companies", CompanyViewSet, "company")
router.register("consents", ConsentViewSet, "consent")
router.register("suppressions", SuppressionViewSet, "suppression")
router.register("segments", SegmentViewSet, "segment")
router.register("custom-fields", CustomFieldViewSet, "custom-field")
router.register("interactions", InteractionViewSet, "interaction")
router.register("journeys", JourneyViewSet, "journey")
router.register("phases", PhaseViewSet, "phase")
router.register("links", LinkViewSet, "link")
router.register("measures", MeasureViewSet, "measure")
router.register("teams", TeamViewSet, "team")
router.register("scoring-models", ScoringModelViewSet, "scoring-model")
router.register("topics", TopicViewSet, "topic")
router.register("uploads", UploadViewSet, "upload")
router.register("contents", ContentViewSet, "content")
router.register("forms", FormViewSet, "form")
router.register("landing-pages", PageViewSet, "landing-page")
router.register("consent-texts", ConsentTextViewSet, "consent-text")
router.register("sequences", SequenceViewSet, "sequence")
router.register("enrollments", EnrollmentViewSet, "enrollment")
router.register("mail-templates", MailTemplateViewSet, "mail-template")
router.register("messages", MessageViewSet, "message")
router.register("webinars", WebinarViewSet, "webinar")
router.register("attendances", AttendanceViewSet, "attendance")
router.register("handoffs", HandoffViewSet, "handoff")
router.register("deals", DealViewSet, "deal")
router.register("tasks", TaskViewSet, "task")
router.register("deals/<int:deal>/offers", OfferViewSet, "offer")
router.register("questions", QuestionViewSet, "question")
router.register("territories", TerritoryViewSet, "territory")
router.register("holidays", HolidayViewSet, "holiday")
router.register("kpi-targets", KpiTargetViewSet, "kpi-target")
router.register("notifications", NotificationViewSet, "notification")
router.register("users", UserViewSet, "user")
router.register("webhooks", WebhookViewSet, "webhook")
router.register("webhook-deliveries", DeliveryViewSet, "webhook-delivery")
router.register("events", EventViewSet, "event")

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
    path("kpis/", KpiView.as_view(), name="kpis"),
    path("attribution/", AttributionView.as_view(), name="attribution"),
    path(
        "journeys/<int:pk>/health/",
        JourneyHealthView.as_view(),
        name="journey-health",
    ),
    path("kpis/declines/", DeclinesView.as_view(), name="kpi-declines"),
    path("kpis/<slug:key>/months/", KpiMonthsView.as_view(), name="kpi-months"),
    path("figure-settings/", FigureSettingsView.as_view(), name="figure-settings"),
    path(
        "interest-settings/",
        InterestSettingsView.as_view(),
        name="interest-settings",
    ),
    path("contacts/merge/", ContactMerge.as_view(), name="contact-merge"),
    path("duplicates/", Duplicates.as_view(), name="duplicates"),
    path("duplicates/apart/", KeepApart.as_view(), name="duplicates-apart"),
    # The resource is contacts'; what hangs on it belongs to the apps above.
    path("contacts/<int:pk>/score/", ContactScoreView.as_view(), name="contact-score"),
    path("contacts/<int:pk>/touch/", ContactTouch.as_view(), name="contact-touch"),
    path("contacts/<int:pk>/claim/", ContactClaim.as_view(), name="contact-claim"),
    path(
        "contacts/<int:pk>/assignment/",
        ContactAssignment.as_view(),
        name="contact-assignment",
    ),
    path(
        "contacts/<int:pk>/timeline/",
        ContactTimeline.as_view(),
        name="contact-timeline",
    ),
    path(
        "contacts/<int:pk>/interests/",
        ContactInterests.as_view(),
        name="contact-interests",
    ),
    path("contacts/<int:pk>/talks/", ContactTalks.as_view(), name="contact-talks"),
    path("contacts/<int:pk>/mail/", ContactMail.as_view(), name="contact-mail"),
    path(
        "companies/<int:pk>/touches/", CompanyTouches.as_view(), name="company-touches"
    ),
    path(
        "segments/<int:pk>/assignment/",
        SegmentAssignment.as_view(),
        name="segment-assignment",
    ),
    path("promise-settings/", PromiseSettingsView.as_view(), name="promise-settings"),
    path("deal-settings/", DealSettingsView.as_view(), name="deal-settings"),
    path("deals/<int:deal>/answers/", DealAnswers.as_view(), name="deal-answers"),
    path(
        "deals/<int:deal>/offers/<int:offer>/pdf/",
        OfferFile.as_view(),
        name="offer-pdf",
    ),
    path("", include(router.urls)),
]
