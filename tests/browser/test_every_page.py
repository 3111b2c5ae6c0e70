"""Every page of the workplace, as it looks and to whoever cannot see it.

Each is opened once and seen wide and on a phone, light and dark: nothing that axe
forbids, no page wider than its window, no error in the console. A named route that
answers GET and has no row here fails ``test_every_route_has_a_row``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.core.management import call_command
from django.test import Client, RequestFactory, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.converters import UUIDConverter
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import Job, Notification, User
from accounts.services.running import run_until_finished
from accounts.services.tokens import create_token
from campaigns.models import AttendanceBatch, Form, Message, Sender, Sequence
from campaigns.services.enrollments import enroll_contacts
from campaigns.services.sending import send_due_messages
from campaigns.services.sequences import save_draft
from campaigns.services.submissions import new_token
from contacts.models import Company, Contact, Segment
from contacts.models.imports import Import
from insights.models import ReportSubscription
from insights.services.demo import create_demo
from journeys.models import Journey, Measure, Phase, Team
from sales.models import Handoff, Question, Task, Territory
from sales.services.closing import lose_deal
from sales.services.deals import open_deal
from sales.services.needs import answer_questions, save_question
from sales.services.offers import save_offer, send_offer
from scoring.models import Rule, ScoringModel
from scoring.services.backtests import start_backtest
from tests.browser.conftest import PHONE, WIDE, pixels_too_many
from tests.factories.campaigns import (
    ContentFactory,
    LandingPageFactory,
    MailTemplateFactory,
    MessageFactory,
    SenderFactory,
)
from tests.factories.contacts import CustomFieldFactory
from tests.factories.events import EventFactory, TopicFactory, TopicRuleFactory
from tests.factories.journeys import TrackedLinkFactory, VisitorFactory
from tests.factories.sales import DealFactory
from tests.factories.sequences import published
from tests.factories.webhooks import WebhookDeliveryFactory
from tests.scoring.law import LESSON
from tests.test_translations import CATALOG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Name of the route, what its arguments are taken from, query, who looks.
PAGES = [
    ("mfa_index", [], ""),
    ("mfa_activate_totp", [], ""),
    ("account_change_password", [], ""),
    ("insights:today", [], "", "marketer"),
    ("insights:today", [], "", "rep"),
    ("insights:today", [], "show=figures", "admin"),
    ("insights:reports", [], "days=90", "marketer"),
    ("insights:reports", [], "days=90", "rep"),
    ("insights:figures", [], "period=90", "lead"),
    ("insights:figures", [], "period=last_month", "rep"),
    ("insights:figure", ["figure"], "period=90", "lead"),
    ("insights:figure", ["figure"], "rep=me", "rep"),
    ("insights:figure_settings", [], "", "admin"),
    ("insights:attribution", [], "days=90", "marketer"),
    ("insights:attribution", [], "days=90&conversion=deal_won&model=markov", "lead"),
    ("insights:attribution", [], "days=7&by=rep", "rep"),
    ("insights:attribution_conversions", [], "days=90&key=website", "marketer"),
    ("insights:attribution_conversions", [], "conversion=deal_won&unknown=1", "rep"),
    ("insights:scheduled", [], "", "lead"),
    ("insights:scheduled", [], "", "rep"),
    ("insights:scheduled_preview", ["subscription"], "", "lead"),
    ("insights:boards", [], "", "lead"),
    ("insights:search", [], "q=head"),
    ("insights:search", [], "q=anna"),
    ("accounts:inbox", [], "", "rep"),
    ("accounts:inbox", [], "state=snoozed", "rep"),
    ("accounts:inbox", [], "state=done", "rep"),
    ("accounts:inbox", [], "", "admin"),
    ("accounts:inbox_item", ["notification"], "", "rep"),
    ("accounts:settings", [], ""),
    ("accounts:settings_search", [], "q=name"),
    ("accounts:people", [], ""),
    ("accounts:person_new", [], ""),
    ("accounts:person_edit", ["user"], ""),
    ("accounts:hours", [], ""),
    ("accounts:person_hours", ["user"], ""),
    ("sales:promises", [], ""),
    ("sales:territories", [], ""),
    ("sales:territory_new", [], ""),
    ("sales:territory", ["territory"], ""),
    ("sales:assignment", [], ""),
    ("accounts:tokens", [], ""),
    ("accounts:webhooks", [], ""),
    ("accounts:webhook", ["webhook"], ""),
    ("accounts:webhook", ["webhook"], "status=waiting"),
    ("accounts:webhook_edit", ["webhook"], ""),
    ("contacts:list", [], ""),
    ("contacts:list", [], "q=nobody+is+named+so"),
    ("contacts:filters", [], "tag=vip&sort=-score"),
    ("contacts:list", [], "sales_ready=true&sort=-score&owner=me"),
    ("contacts:create", [], ""),
    ("contacts:detail", ["contact"], ""),
    ("contacts:detail", ["contact"], "", "rep"),
    ("contacts:detail", ["quiet_contact"], ""),
    ("contacts:edit", ["contact"], ""),
    ("contacts:delete", ["contact"], ""),
    ("contacts:companies", [], ""),
    ("contacts:create_company", [], ""),
    ("contacts:company", ["company"], ""),
    ("contacts:edit_company", ["company"], ""),
    ("contacts:delete_company", ["company"], ""),
    ("contacts:segments", [], ""),
    ("contacts:create_segment", [], ""),
    ("contacts:edit_segment", ["segment"], ""),
    ("contacts:duplicates", [], ""),
    ("contacts:merge_with", ["contact"], "q=a"),
    ("contacts:merge", ["contact", "quiet_contact"], ""),
    ("contacts:suppressions", [], ""),
    ("contacts:suppressions", [], "address=nobody@example.org"),
    ("contacts:suppressions", [], "", "rep"),
    ("contacts:consent_history", ["contact"], ""),
    ("contacts:custom_fields", [], ""),
    ("contacts:create_custom_field", [], ""),
    ("contacts:edit_custom_field", ["custom_field"], ""),
    ("contacts:imports", [], ""),
    ("contacts:import", ["waiting_import"], ""),
    ("contacts:import", ["finished_import"], ""),
    ("journeys:list", [], ""),
    ("journeys:create", [], ""),
    ("journeys:detail", ["journey"], ""),
    ("journeys:edit", ["journey"], ""),
    ("journeys:board", ["journey"], ""),
    ("insights:journey_health", ["journey"], "period=90"),
    ("insights:journey_health", ["journey"], "", "rep"),
    ("insights:journey_flow", ["journey"], "period=90&ways=all"),
    ("journeys:process", ["journey"], ""),
    ("journeys:review", ["journey"], ""),
    ("journeys:versions", ["journey"], ""),
    ("journeys:version", ["journey", "version"], ""),
    ("journeys:compare_versions", ["journey"], "from=1&to=1"),
    ("journeys:draft", ["journey"], ""),
    ("journeys:draft_publish", ["journey"], ""),
    ("journeys:draft_settings", ["journey"], ""),
    ("journeys:draft_phase_new", ["journey"], ""),
    ("journeys:draft_phase", ["journey", "phase"], ""),
    ("journeys:draft_measure_new", ["journey", "phase"], ""),
    ("journeys:draft_measure", ["journey", "measure"], ""),
    ("journeys:measure_costs", ["measure"], ""),
    ("journeys:teams", [], ""),
    ("journeys:team_create", [], ""),
    ("journeys:team_edit", ["team"], ""),
    ("journeys:visitors", [], ""),
    ("journeys:visitors", [], "show=joined"),
    ("journeys:links", [], ""),
    ("journeys:link_create", [], ""),
    ("journeys:link_edit", ["link"], ""),
    ("scoring:list", [], ""),
    ("scoring:detail", ["model"], ""),
    ("scoring:detail", ["draft"], ""),
    ("scoring:publish", ["draft"], ""),
    ("scoring:learn", ["model"], ""),
    ("scoring:learned", ["model", "lesson"], ""),
    ("scoring:backtest_start", ["draft"], ""),
    ("scoring:backtest", ["draft", "backtest"], "capacity=3"),
    ("scoring:rule_create", ["draft"], "dimension=engagement"),
    ("scoring:rule_edit", ["draft", "place"], ""),
    ("campaigns:list", [], ""),
    ("campaigns:form_detail", ["form"], ""),
    ("campaigns:form_detail", ["form"], "show=machines"),
    ("campaigns:consent_texts", ["form"], ""),
    ("campaigns:consent_texts", ["form"], "", "rep"),
    ("campaigns:sequences", [], ""),
    ("campaigns:sequences", [], "", "rep"),
    ("campaigns:sequence_create", [], ""),
    ("campaigns:sequence", ["sequence"], ""),
    ("campaigns:sequence", ["sequence"], "", "rep"),
    ("campaigns:sequence_edit", ["sequence"], ""),
    ("campaigns:sequence_publish", ["sequence"], ""),
    ("campaigns:sequence_people", ["sequence"], ""),
    ("campaigns:sequence_people", ["sequence"], "state=stopped"),
    ("campaigns:sequence_forecast", ["sequence"], ""),
    ("campaigns:sequence_results", ["sequence"], ""),
    ("campaigns:step_add", ["sequence"], "kind=split"),
    ("campaigns:step_edit", ["sequence", "step"], ""),
    ("campaigns:step_preview", ["sequence", "mail_step"], ""),
    ("campaigns:mails", [], ""),
    ("campaigns:mails", [], "tab=unknown", "rep"),
    ("campaigns:mails", [], "tab=failed"),
    ("campaigns:mail", ["mail"], "", "rep"),
    ("campaigns:mail", ["unknown_mail"], ""),
    ("campaigns:mail", ["waiting_mail"], ""),
    ("campaigns:mail_templates", [], ""),
    ("campaigns:mail_templates", [], "archived=yes"),
    ("campaigns:mail_template_create", [], ""),
    ("campaigns:mail_template", ["mail_template"], ""),
    ("campaigns:sender", [], ""),
    ("campaigns:contents", [], ""),
    ("campaigns:contents", [], "archived=yes"),
    ("campaigns:content_create", [], ""),
    ("campaigns:content", ["content"], ""),
    ("campaigns:contact_content", ["contact"], "", "rep"),
    ("campaigns:contact_content", ["contact"], "content={content}", "rep"),
    ("campaigns:page_create", [], ""),
    ("campaigns:page_edit", ["page"], ""),
    ("campaigns:form_create", [], ""),
    ("campaigns:form_edit", ["form"], ""),
    ("campaigns:topics", [], ""),
    ("campaigns:topics", [], "", "rep"),
    ("campaigns:topic_new", [], ""),
    ("campaigns:topic", ["topic"], ""),
    ("campaigns:events", [], ""),
    ("campaigns:event_new", [], ""),
    ("campaigns:event", ["event"], ""),
    ("campaigns:event", ["event"], "", "rep"),
    ("campaigns:event", ["empty_event"], ""),
    ("campaigns:event_edit", ["event"], ""),
    ("campaigns:attendance", ["waiting_list"], ""),
    ("campaigns:attendance", ["finished_list"], ""),
    ("contacts:detail", ["typed_contact"], ""),
    ("sales:list", [], ""),
    ("sales:log", ["contact"], "what=call", "rep"),
    ("sales:log", ["contact"], "what=note", "rep"),
    ("sales:task_new", ["contact"], "", "rep"),
    ("sales:mail", ["contact"], "", "rep"),
    ("sales:task_edit", ["task"], ""),
    ("sales:list", [], "status=expired"),
    ("sales:detail", ["handoff"], "", "rep"),
    ("sales:deals", [], "", "rep"),
    ("sales:deals", [], "mine=1", "rep2"),
    ("sales:deal_list", [], "", "rep"),
    ("sales:deal_list", [], "q=nothing-like-it", "marketer"),
    ("sales:deal", ["deal"], "", "rep"),
    ("sales:deal", ["deal"], "", "marketer"),
    ("sales:deal", ["lost_deal"], "", "rep"),
    ("sales:deal_edit", ["deal"], "", "rep"),
    ("sales:deal_new", ["contact"], "", "rep"),
    ("sales:offer", ["draft_offer"], "", "rep"),
    ("sales:offer", ["sent_offer"], "", "rep"),
    ("sales:offer_mail", ["draft_offer"], "", "rep"),
    ("sales:deal_settings", [], "", "lead"),
    ("sales:deal_settings", [], "", "rep"),
    ("sales:question_new", [], "", "lead"),
    ("sales:question", ["question"], "", "lead"),
    ("account_logout", [], ""),
    ("account_login", [], "", ""),
    ("account_reset_password", [], "", ""),
    ("account_reset_password_done", [], "", ""),
]
# Parts of the pages above, and files.
PARTS = {
    "accounts:inbox_colleagues",
    "accounts:inbox_poll",
    "campaigns:attendance_rejected",
    "campaigns:contact_interests",
    "campaigns:contact_sequences",
    "campaigns:mail_html",
    "campaigns:mail_preview_html",
    "campaigns:page_preview_html",
    "contacts:bulk_bar",
    "contacts:cell",
    "contacts:consents",
    "contacts:count",
    "contacts:export",
    "insights:attribution_file",
    "contacts:import_rejected",
    "insights:figure_file",
    "insights:figure_months_file",
    "contacts:twins",
    "insights:demo",
    "insights:journey_health_file",
    "insights:journey_health_panel",
    "insights:numbers",
    "insights:rule_declines",
    "journeys:board_cards",
    "journeys:contact_phases",
    "journeys:contact_timeline",
    "sales:contact_deals",
    "sales:contact_handoff",
    "sales:company_touches",
    "sales:contact_state",
    "sales:deal_column",
    "sales:contact_tasks",
    "sales:facts",
    "sales:offer_pdf",
    "scoring:backtest_file",
    "scoring:contact_score",
    "scoring:contribution",
    "scoring:decay",
    "scoring:explain",
    "scoring:preview",
}
WORKPLACE = ["accounts", "contacts", "journeys", "scoring", "campaigns", "sales"]
WORKPLACE += ["insights"]
# For people outside; their pages have tests of their own.
PUBLIC = ("t/", "p/", "f/", "d/", "board/", "confirm/", "preferences/", "unsubscribe/")
# What differs between the themes is color.
COLORS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
EVERYTHING = {"resultTypes": ["violations"]}


@dataclass
class Workplace:
    """A company at work, in a browser in which somebody of it is signed in."""

    url: str
    tab: Page
    # What the demo's people called things; some are words of ours too.
    names: set[str] = field(default_factory=set, kw_only=True)
    ids: dict[str, int]
    sessions: dict[str, str]
    errors: list[str] = field(default_factory=list)

    def sign_in(self, who: str) -> None:
        self.tab.context.clear_cookies()
        if who:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "url": self.url}
            self.tab.context.add_cookies([cookie | {"value": self.sessions[who]}])

    def read_in(self, language: str) -> None:
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "url": self.url}
        self.tab.context.add_cookies([cookie | {"value": language}])

    def texts(self) -> set[str]:
        """Everything on the page that is read or heard, shown or not."""
        script = """() => {
          const found = [];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const place = walk.currentNode.parentElement;
            if (!place.closest("script, style, textarea, kbd, button[lang]"))
              found.push(walk.currentNode.data);
          }
          for (const name of ["aria-label", "title", "placeholder", "alt"])
            for (const place of document.querySelectorAll(`[${name}]`))
              found.push(place.getAttribute(name));
          return found;
        }"""
        return {" ".join(text.split()) for text in self.tab.evaluate(script)}

    def look(self, theme: str) -> None:
        # At once: a color on its way from one theme to the other belongs to neither.
        script = """theme => {
          document.documentElement.dataset.bsTheme = theme;
          for (const change of document.getAnimations()) change.cancel();
        }"""
        self.tab.evaluate(script, theme)

    def violations(self, options: dict) -> list[str]:
        script = "options => axe.run(options).then(found => found.violations)"
        return [
            f"{rule['id']}: {node['html'][:160]}"
            for rule in self.tab.evaluate(script, options)
            for node in rule["nodes"]
        ]


@pytest.fixture(autouse=True)
def _django_db_marker() -> None:
    """Instead of pytest-django's, which empties the database after each test."""


@pytest.fixture(scope="module")
def workplace(browser, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        # Not the fixture: with that each test would begin with an empty database.
        server = LiveServer("localhost")
        context = browser.new_context(
            viewport=WIDE,
            locale="en-US",
            timezone_id="Europe/Berlin",
        )
        tab = context.new_page()
        place = Workplace(server.url, tab, {}, {})
        try:
            _fill(place)
            tab.on("pageerror", lambda error: place.errors.append(str(error)))
            tab.on("console", lambda line: _note(place, line))
            # However long it all takes, nobody is asked for their password again.
            with override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=86_400):
                yield place
        finally:
            context.close()
            server.stop()
            call_command("flush", interactive=False, verbosity=0)


def _note(place: Workplace, line) -> None:
    if line.type == "error":
        place.errors.append(line.text)


def _fill(place: Workplace) -> None:
    passwords = create_demo(contacts=110, interactions=700, seed=1, at=timezone.now())
    clients = {}
    for name, password in passwords.items():
        clients[name] = client = Client()
        # Not forced: pages about signing in ask how one did, and once more.
        client.post(reverse("account_login"), {"login": name, "password": password})
        again = reverse("account_reauthenticate")
        client.post(again, {"password": password})
        place.sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    model, journey = ScoringModel.objects.get(), Journey.objects.first()
    admin, rep = clients["admin"], User.objects.get(username="rep")
    owner = User.objects.get(username="admin")
    create_token(user=owner, name="Webseite", at=timezone.now())
    admin.post(reverse("scoring:copy", args=[model.pk]))
    for name in ("finished", "waiting"):
        file = BytesIO(b"email,Lead Source\nada@example.org,Fair\nnot-an-address,Ad\n")
        file.name = f"{name}.csv"
        admin.post(reverse("contacts:import_upload"), {"file": file})
    finished, waiting = Import.objects.order_by("pk")
    admin.post(reverse("contacts:import_map", args=[finished.pk]), {"action": "try"})
    lines = Notification.objects.filter(recipient=rep).order_by("done_at", "pk")
    snoozed, notification = lines.filter(done_at=None)[:2]
    clients["rep"].post(
        reverse("accounts:inbox_snooze", args=[snoozed.pk]), {"choice": "tomorrow"}
    )
    phase = Phase.objects.filter(journey=journey, measures__isnull=False).first()
    handoff = Handoff.objects.get(pk=notification.subject_id)
    sequence = _sequence()
    place.names = _names()
    place.names |= {rule["name"] for rule in LESSON["rules"]}
    place.names |= {field["label"] for field in LESSON["fields"]}
    place.ids = {
        "figure": "accepted",
        "notification": notification.pk,
        "user": rep.pk,
        "contact": handoff.contact_id,
        "typed_contact": _typed_again(),
        "sequence": sequence.pk,
        "step": "branch",
        "mail_step": "mail",
        "webhook": WebhookDeliveryFactory().endpoint_id,
        "territory": Territory.objects.order_by("pk").first().pk,
        "form": Form.objects.get().pk,
        **_mails(handoff.contact),
        **_offer(clients["rep"], handoff.contact),
        **_events(admin),
        **_deals(rep, handoff.contact),
        "quiet_contact": Contact.objects.filter(handoffs=None).first().pk,
        "company": Company.objects.first().pk,
        "segment": Segment.objects.first().pk,
        "custom_field": CustomFieldFactory().pk,
        "waiting_import": waiting.pk,
        "finished_import": finished.pk,
        "journey": journey.pk,
        "phase": phase.pk,
        "measure": Measure.objects.filter(phase=phase).first().pk,
        "version": 1,
        "task": Task.objects.open().first().pk,
        "subscription": ReportSubscription.objects.first().pk,
        "team": Team.objects.first().pk,
        "link": TrackedLinkFactory().pk,
        "model": model.pk,
        "lesson": _lesson(owner, model),
        "draft": ScoringModel.objects.latest("pk").pk,
        "backtest": _backtest(),
        "place": 1,
        "handoff": handoff.pk,
    }


def _lesson(owner: User, model: ScoringModel) -> str:
    """Rules that were learned, as a run left them."""
    params = {"model": model.pk, "outcome": "deal_won", "among": {"all": []}}
    job = Job.objects.create(
        kind=Job.Kind.LEARN,
        owner=owner,
        params=params | {"fields": None, "insist": []},
        status=Job.Status.DONE,
        result=LESSON,
    )
    return str(job.pk)


def _sequence() -> Sequence:
    """Steps of several kinds, branches within, and somebody under way."""
    SenderFactory()
    mail = MailTemplateFactory(name="Willkommen, Ada")
    variants = [{"name": "A", "share": 50}, {"name": "B", "share": 50}]
    condition = {"field": "job_title", "op": "contains", "value": "head"}
    inner = {"kind": "split", "settings": {"variants": variants}}
    branch = {
        "key": "branch",
        "kind": "branch",
        "settings": {"condition": condition, "days": 2},
        "branches": {"yes": [inner], "no": []},
    }
    steps = [
        {"key": "mail", "kind": "mail", "settings": {"template": mail.pk}},
        branch,
        {"kind": "wait", "settings": {"days": 3}},
    ]
    sequence = published(*steps, name="Willkommen")
    now, by = timezone.now(), User.objects.get(username="admin")
    contacts = list(Contact.objects.order_by("pk")[:5])
    enroll_contacts(sequence=sequence, contacts=contacts, source="x", by=by, at=now)
    save_draft(sequence=sequence, steps=steps[:2], by=None, at=now)
    return sequence


def _backtest() -> int:
    """One of the draft that has run."""
    model, now = ScoringModel.objects.latest("pk"), timezone.now()
    made = start_backtest(
        model=model,
        since=now - timezone.timedelta(days=80),
        until=now - timezone.timedelta(days=20),
        outcome="handoff_accepted",
        by=None,
        at=now,
    )
    run_until_finished(made.job)
    return made.pk


def _names() -> set[str]:
    named = (Rule, Phase, Journey, Measure, Team, Segment, ScoringModel, Form)
    found = {str(row.name) for model in named for row in model.objects.all()}
    # Headers of mails, and placeholders.
    found |= {"Date", "From", "Subject", "To", "company", "phone"}
    found |= {field["label"] for form in Form.objects.all() for field in form.fields}
    return found


def _typed_again() -> int:
    """Forms sent by somebody new, by somebody known and by a machine."""
    form = Form.objects.get()
    values = {"first_name": "Erika", "last_name": "Muster", "email": "e@example.org"}
    sent = values | {"company": "Muster AG", "consent-agreement": "1"}
    for change in ({}, {"first_name": "Eva"}, {"website": "https://spam.example"}):
        Client().post(f"/f/{form.slug}/", sent | change | {"token": new_token(form)})
    contact = Contact.objects.get(email="e@example.org")
    VisitorFactory(contact=contact, level=1)
    VisitorFactory()
    return contact.pk


def _mails(contact: Contact) -> dict[str, int]:
    """One that was sent, one of which nobody knows, one for later."""
    if Sender.objects.current() is None:
        SenderFactory()
    body = "# Hello {{ first_name | default: 'there' }}\n\n[Us](https://example.org)"
    template = MailTemplateFactory(name="Template of mine", body=body)
    mails = [
        MessageFactory(
            contact=contact, template=template, draft=None, title=f"Mail {number}"
        )
        for number in range(2)
    ]
    send_due_messages()
    Message.objects.filter(pk=mails[1].pk).update(state=Message.State.UNKNOWN)
    later = MessageFactory(contact=contact, title="Mail 2", state="planned")
    later_at = timezone.now() + timezone.timedelta(days=2)
    Message.objects.filter(pk=later.pk).update(due_at=later_at)
    return {
        "mail": mails[0].pk,
        "unknown_mail": mails[1].pk,
        "waiting_mail": later.pk,
        "mail_template": template.pk,
    }


def _offer(rep: Client, contact: Contact) -> dict[str, int]:
    """A page with blocks whose form trades a content, which a rep has a link to."""
    content = ContentFactory(title="Leitfaden")
    content.topics.add(TopicFactory(name="Pumpen"))
    blocks = [
        {"type": "heading", "text": "Darin steht"},
        {"type": "list", "items": ["Zahlen", "Beispiele"]},
        {"type": "content", "content": content.slug},
    ]
    page = LandingPageFactory(form__content=content, blocks=blocks)
    url = reverse("campaigns:contact_content", args=[contact.pk])
    rep.post(url, {"content": content.pk})
    return {"content": content.pk, "page": page.pk}


def _deals(rep: User, contact: Contact) -> dict[str, int]:
    """One that is under way, one that is lost, some more for the board."""
    now = timezone.now()
    today = timezone.localdate(now)
    values = {"title": "Pumpen", "value": 12400, "next_step": "Anrufen"}
    deal = open_deal(contact=contact, by=rep, at=now, next_step_date=today, **values)
    lost = open_deal(contact=contact, by=rep, at=now, title="Ventile")
    lose_deal(deal=lost, reason="price", by=rep, at=now, comment="Zu teuer")
    for number in range(2):
        DealFactory(owner=rep, contact=contact, title=f"Rohre {number}", stage="offer")
    asked = Question(text="Wie viele?", kind="choice", choices=["5", "10"])
    save_question(question=asked)
    answer_questions(deal=deal, answers={asked.pk: "5"}, by=rep, at=now)
    lines = [{"text": "Pumpe", "unit_price": Decimal("99.95"), "discount": 5}]
    offers = [
        save_offer(deal=deal, by=rep, at=now, lines=lines, discount=Decimal(3))
        for _number in range(2)
    ]
    send_offer(offer=offers[0], by=rep, at=now)
    return {
        "deal": deal.pk,
        "lost_deal": lost.pk,
        "sent_offer": offers[0].pk,
        "draft_offer": offers[1].pk,
        "question": asked.pk,
    }


def _events(admin: Client) -> dict[str, int]:
    """One with a list that waits and one that is recorded, one nobody comes to."""
    rule = TopicRuleFactory(topic__name="Ventile")
    event = EventFactory(name="Ventile verstehen", mail_missed=MailTemplateFactory())
    event.topics.add(rule.topic)
    for name in ("finished", "waiting"):
        file = BytesIO(b"email,attended\nada@example.org,yes\nbo@example.org,maybe\n")
        file.name = f"{name}.csv"
        url = reverse("campaigns:event_upload", args=[event.pk])
        admin.post(url, {"file": file})
    finished, waiting = AttendanceBatch.objects.order_by("pk")
    said = {"column-0": "email", "column-1": "", "attended": "column:attended"}
    admin.post(reverse("campaigns:attendance_map", args=[finished.pk]), said)
    admin.post(reverse("campaigns:attendance_start", args=[finished.pk]))
    run_until_finished(AttendanceBatch.objects.get(pk=finished.pk).run.job)
    return {
        "topic": rule.topic.pk,
        "event": event.pk,
        "empty_event": EventFactory(name="Ventile warten").pk,
        "waiting_list": waiting.pk,
        "finished_list": finished.pk,
    }


def _named(row: tuple) -> str:
    name, args, query, *who = row
    return "-".join(part for part in [name, *args, query, *who] if part)


@pytest.mark.parametrize("row", PAGES, ids=_named)
def test_page_is_for_everybody_and_fits(workplace, row):
    name, args, query, *who = row
    workplace.sign_in(who[0] if who else "admin")
    tab = workplace.tab
    tab.goto("about:blank")  # what the last page still asked for ends with it
    workplace.errors.clear()
    tab.set_viewport_size(WIDE)
    url = reverse(name, args=[workplace.ids[arg] for arg in args])
    answer = tab.goto(f"{workplace.url}{url}?{query.format(**workplace.ids)}")
    tab.wait_for_load_state("networkidle")
    tab.evaluate(AXE_SCRIPT)
    found: dict[str, list[str] | int] = {}

    for size, width in [("wide", WIDE), ("phone", PHONE)]:
        tab.set_viewport_size(width)
        for theme, rules in [("light", EVERYTHING), ("dark", COLORS)]:
            workplace.look(theme)
            found[f"{size} {theme}"] = workplace.violations(rules)
        found[f"{size}: pixels too many"] = pixels_too_many(tab)

    assert answer.status == 200
    assert urlsplit(tab.url).path == url
    assert tab.locator("h1").count() == 1
    assert {what: much for what, much in found.items() if much} == {}
    assert workplace.errors == []


@pytest.mark.parametrize("row", PAGES, ids=_named)
def test_page_fits_and_speaks_in_german(workplace, row):
    name, args, query, *who = row
    workplace.sign_in(who[0] if who else "admin")
    workplace.read_in("de")
    url = reverse(name, args=[workplace.ids[arg] for arg in args])
    tab = workplace.tab
    tab.set_viewport_size(WIDE)
    tab.goto(f"{workplace.url}{url}?{query.format(**workplace.ids)}")
    tab.wait_for_load_state("networkidle")
    said = workplace.texts()
    found: dict[str, list[str] | int] = {"wide": pixels_too_many(tab)}
    tab.set_viewport_size(PHONE)
    found["phone"] = pixels_too_many(tab)
    found["english"] = sorted((said & english_only()) - workplace.names)

    assert tab.locator("html").get_attribute("lang") == "de"
    assert {what: much for what, much in found.items() if much} == {}


def english_only() -> set[str]:
    """What LeadHub says in English and in no other words in German."""
    german = {text for words in CATALOG.values() for text in words}
    return {message.text for message in CATALOG} - german


def test_every_route_has_a_row():
    """Add a row to PAGES; a fragment of one of them goes into PARTS."""
    known = PARTS | {name for name, *_rest in PAGES}
    routes = [
        (name, reverse(name, kwargs=arguments))
        for name, route, arguments in _routes(get_resolver().url_patterns)
        if name not in known and not route.startswith(PUBLIC)
    ]

    assert [name for name, url in routes if _answers_get(url)] == []


def _answers_get(url: str) -> bool:
    """What answers POST only says so before it looks for anything."""
    request = RequestFactory().get(url)
    request.user = User(role=User.Role.ADMIN)
    found = resolve(url)
    try:
        response = found.func(request, *found.args, **found.kwargs)
    except Exception:
        return True
    return response.status_code != 405


def _routes(
    patterns: list, app: str = "", prefix: str = "", above: dict | None = None
) -> Iterator[tuple[str, str, dict]]:
    """Name, path and made-up arguments of the routes of our pages."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        kinds = getattr(pattern.pattern, "converters", {})
        made_up = {name: _sample(kind.regex) for name, kind in kinds.items()}
        made_up |= above or {}
        if isinstance(pattern, URLResolver):
            app_name = pattern.app_name or app
            yield from _routes(pattern.url_patterns, app_name, route, made_up)
        elif isinstance(pattern, URLPattern) and app in WORKPLACE and pattern.name:
            yield f"{app}:{pattern.name}", route, made_up


def _sample(regex: str) -> str | int | UUID:
    samples = {"[0-9]+": 1, UUIDConverter.regex: UUID(int=0)}
    return samples.get(regex, "x")
