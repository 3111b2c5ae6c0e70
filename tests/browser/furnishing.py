"""What is in the company whose every page is looked at: one of each, and more."""

from decimal import Decimal
from io import BytesIO

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

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
from tests.browser.workplace import Workplace
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


def furnish(place: Workplace) -> None:
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
