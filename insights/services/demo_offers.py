"""What the demo has to offer: sender, topics, contents, a page, mails, sequences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from accounts.models import User
from campaigns.models import (
    Content,
    Form,
    LandingPage,
    MailTemplate,
    Sequence,
    Topic,
)
from campaigns.models.event import Event
from campaigns.services.consent_texts import save_consent_text
from campaigns.services.contents import save_content
from campaigns.services.events import save_event
from campaigns.services.pages import save_form, save_page
from campaigns.services.senders import save_sender
from campaigns.services.sequences import publish_draft, save_sequence
from campaigns.services.templates import save_template
from campaigns.services.topics import save_topic
from campaigns.services.uploads import store_upload
from insights.demo import campaigns as plan
from insights.demo.pdf import pdf_of
from insights.services.demo_permissions import NEWSLETTER, PURPOSES
from insights.services.demo_plans import called_today
from journeys.models import Measure, Phase

PUBLISHED = timedelta(days=24)
LAST_WEBINAR, NEXT_WEBINAR = timedelta(days=6), timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Offers:
    contents: list[Content]
    form: Form
    page: LandingPage
    sequence: Sequence
    webinar: Event
    next_webinar: Event


def lay_out_offers(*, by: User, at: datetime, today: datetime) -> Offers:
    """Make all of it at ``at``; the sequence is published later, see ``publish``."""
    save_sender(by=by, at=at, **plan.SENDER)
    for name, addresses, words in plan.TOPICS:
        save_topic(
            topic=Topic(), name=name, by=by, at=at, addresses=addresses, words=words
        )
    contents = _contents(by, at=at)
    form, page = _guide(contents[0], by=by, at=at)
    templates = _templates(by, at=at)
    numbers = {key: template.pk for key, template in templates.items()}
    sequence = Sequence(
        name=plan.LIVE,
        trigger=Sequence.Trigger.FORM,
        trigger_settings={"form": form.pk},
        goal=plan.GOAL,
        hold_out=plan.HOLD_OUT,
        measure=contents[0].measure,
        created_at=today - PUBLISHED,
    )
    save_sequence(sequence=sequence, steps=plan.live_steps(numbers), by=by, at=at)
    asleep = Sequence(name=plan.DRAFT, created_at=today - timedelta(days=2))
    save_sequence(sequence=asleep, steps=plan.draft_steps(numbers), by=by, at=at)
    webinar, next_webinar = _webinars(templates, by=by, at=at, today=today)
    return Offers(contents, form, page, sequence, webinar, next_webinar)


def publish(offers: Offers, *, by: User, at: datetime) -> None:
    publish_draft(
        sequence=offers.sequence,
        moves_people=False,
        note="First version",
        by=by,
        at=at,
    )
    offers.sequence.refresh_from_db()


def _contents(by: User, *, at: datetime) -> list[Content]:
    rows = Phase.objects.select_related("journey").order_by("-pk")
    phases = {called_today(phase): phase for phase in rows}
    measures = {measure.name: measure for measure in Measure.objects.all()}
    contents = []
    for slug, title, text, path, topics, names, measure in plan.CONTENTS:
        upload = None
        if not path:
            file = ContentFile(pdf_of(title, plan.GUIDE_TEXT))
            upload = store_upload(file=file, name=f"{slug}.pdf", by=by, at=at)
        content = save_content(
            content=Content(created_at=at),
            by=by,
            at=at,
            topics=[topic.slug for topic in Topic.objects.filter(name__in=topics)],
            phases=[phases[name] for name in names],
            slug=slug,
            title=title,
            description=text,
            upload=upload,
            url=plan.SITE + path if path else "",
            measure=measures.get(measure),
        )
        contents.append(content)
    return contents


def _guide(content: Content, *, by: User, at: datetime) -> tuple[Form, LandingPage]:
    form = save_form(
        form=Form(content=content, created_at=at, **plan.GUIDE_FORM), by=by, at=at
    )
    save_consent_text(
        form=form,
        name="newsletter",
        text=NEWSLETTER,
        purposes=PURPOSES,
        language=form.language,
        is_required=True,
        by=by,
        at=at,
    )
    page = save_page(
        page=LandingPage(form=form, created_at=at, **plan.GUIDE_PAGE), by=by, at=at
    )
    return form, page


def _templates(by: User, *, at: datetime) -> dict[str, MailTemplate]:
    return {
        key: save_template(
            template=MailTemplate(created_at=at),
            by=by,
            at=at,
            name=name,
            subject=subject,
            preheader=preheader,
            body=body,
            language="en",
        )
        for key, (name, subject, preheader, body) in plan.TEMPLATES.items()
    }


def _webinars(
    templates: dict[str, MailTemplate], *, by: User, at: datetime, today: datetime
) -> tuple[Event, Event]:
    measure = Measure.objects.filter(name="Webinar: one team").first()
    topics = Topic.objects.filter(name="Marketing and sales")
    past = save_event(
        event=Event(),
        by=by,
        at=at,
        topics=[topic.slug for topic in topics],
        name=plan.WEBINAR,
        kind=Event.Kind.WEBINAR,
        starts_at=_ten_o_clock(today - LAST_WEBINAR),
        measure=measure,
        mail_attended=templates["webinar"],
        mail_missed=templates["missed"],
    )
    topics = Topic.objects.filter(name="Lead scoring")
    coming = save_event(
        event=Event(),
        by=by,
        at=at,
        topics=[topic.slug for topic in topics],
        name=plan.NEXT_WEBINAR,
        kind=Event.Kind.WEBINAR,
        starts_at=_ten_o_clock(today + NEXT_WEBINAR),
    )
    return past, coming


def _ten_o_clock(moment: datetime) -> datetime:
    """On that day, or on the Friday before a weekend."""
    moment -= timedelta(days=max(0, moment.weekday() - 4))
    return moment.replace(hour=9, minute=0, second=0, microsecond=0)
