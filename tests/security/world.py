"""One of everything that the API has, as tests of all its routes need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from zlib import compress

from django.utils import timezone

from accounts.models import ApiToken, Job, User
from accounts.services.numbering import number_events
from campaigns.models import InterestSettings, MessageCopy
from contacts.services.merging import merge_contacts
from insights.models import FigureSettings, KpiTarget
from journeys.services.drafts import restore_version
from journeys.services.publishing import keep_first_version
from sales.models import DealSettings, PromiseSettings
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    MarketerFactory,
    NotificationFactory,
    RepFactory,
    UserFactory,
)
from tests.factories.campaigns import (
    ConsentTextFactory,
    ContentFactory,
    FormFactory,
    LandingPageFactory,
    MailTemplateFactory,
    MessageFactory,
    UploadFactory,
)
from tests.factories.contacts import (
    CompanyFactory,
    ConsentFactory,
    ContactFactory,
    CustomFieldFactory,
    SegmentFactory,
    SuppressionFactory,
    TagFactory,
)
from tests.factories.events import AttendanceFactory, EventFactory, TopicFactory
from tests.factories.insights import ReportSubscriptionFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
    TeamFactory,
    TrackedLinkFactory,
)
from tests.factories.sales import (
    DealFactory,
    HandoffFactory,
    HolidayFactory,
    OfferFactory,
    QuestionFactory,
    TaskFactory,
    TerritoryFactory,
)
from tests.factories.scoring import RuleFactory, ScoreFactory, ScoringModelFactory
from tests.factories.sequences import EnrollmentFactory, StepFactory
from tests.factories.webhooks import WebhookDeliveryFactory

ROLES = {
    "admin": AdminFactory,
    "lead": LeadFactory,
    "marketer": MarketerFactory,
    "rep": RepFactory,
    "read_only": UserFactory,
}


@dataclass
class World:
    """Somebody of each role, a row of each resource, all of it the rep's."""

    people: dict[str, User]
    rows: dict[str, Any] = field(default_factory=dict)

    def token(self, role: str, scopes: list[str] | None = None) -> str:
        """A key for the role; None: all that the role may."""
        user = self.people[role]
        key = ApiToken.digest_of(f"{user.pk} {scopes}")
        ApiToken.objects.get_or_create(
            digest=ApiToken.digest_of(key),
            defaults={"user": user, "name": "test", "scopes": scopes},
        )
        return key

    def pk(self, resource: str) -> Any:
        return self.rows[resource].pk


def make_world() -> World:
    world = World({role: factory() for role, factory in ROLES.items()})
    rep = world.people["rep"]
    journey = JourneyFactory()
    team = TeamFactory()
    team.memberships.create(user=rep)
    phase = PhaseFactory(journey=journey, team=team)
    contact = ContactFactory(owner=rep, company=CompanyFactory())
    contact.tags.add(TagFactory())
    PhaseVisitFactory(contact=contact, phase=phase)
    ScoreFactory(contact=contact)
    model = ScoringModelFactory(is_active=False)
    RuleFactory(scoring_model=model)
    step = StepFactory()
    run = EnrollmentFactory(version=step.version, step=step, contact=contact)
    message = MessageFactory(
        contact=contact, template=MailTemplateFactory(), by=rep, state="unknown"
    )
    MessageCopy.objects.create(
        message=message, recipient=contact.email, mail=compress(b"To: x\n\nHello.")
    )
    offer = OfferFactory(deal=DealFactory(contact=contact, owner=rep))
    delivery = WebhookDeliveryFactory()
    number_events()
    measure = MeasureFactory(phase=phase)
    version = keep_first_version(journey=journey, at=timezone.now())
    restore_version(version=version, by=world.people["marketer"], at=timezone.now())
    world.rows = {
        "attendances": AttendanceFactory(contact=contact),
        "webinars": EventFactory(),
        "companies": contact.company,
        "consent-texts": ConsentTextFactory(),
        "consents": ConsentFactory(contact=contact),
        "contacts": contact,
        "contents": ContentFactory(),
        "custom-fields": CustomFieldFactory(),
        "deal-settings": DealSettings.current(),
        "figure-settings": FigureSettings.current(),
        "kpi-targets": KpiTarget(pk=1, kpi="accepted"),
        "deals": offer.deal,
        "offers": offer,
        "enrollments": run,
        "events": delivery.event,
        "forms": FormFactory(),
        "handoffs": HandoffFactory(contact=contact, assignee=rep),
        "holidays": HolidayFactory(),
        "interest-settings": InterestSettings.current(),
        "interactions": InteractionFactory(contact=contact),
        "jobs": Job.objects.create(owner=rep, kind=Job.Kind.RESCORE),
        "journeys": journey,
        "landing-pages": LandingPageFactory(),
        "links": TrackedLinkFactory(created_by=rep),
        "mail-templates": message.template,
        "measures": measure,
        "merges": merge_contacts(
            keep=contact,
            merge=ContactFactory(owner=rep),
            by=rep,
            at=timezone.now(),
            source="test",
        ),
        "messages": message,
        "notifications": NotificationFactory(recipient=rep, surfaces_at=timezone.now()),
        "phases": phase,
        "promise-settings": PromiseSettings.current(),
        "questions": QuestionFactory(),
        "report-subscriptions": ReportSubscriptionFactory(user=rep),
        "scoring-models": model,
        "segments": SegmentFactory(),
        "sequences": run.sequence,
        "suppressions": SuppressionFactory(contact=contact),
        "tasks": TaskFactory(contact=contact, assignee=rep, by=rep),
        "teams": team,
        "territories": TerritoryFactory(rep=rep),
        "topics": TopicFactory(),
        "uploads": UploadFactory(),
        "users": rep,
        "webhook-deliveries": delivery,
        "webhooks": delivery.endpoint,
    }
    return world
