"""What we offer, and what was sent."""

import factory
from django.utils import timezone

from campaigns.models import (
    ConsentText,
    Content,
    DownloadGrant,
    Form,
    FormSubmission,
    LandingPage,
    MailTemplate,
    Message,
    Sender,
    Upload,
)
from campaigns.models.address import new_key
from campaigns.models.content import GRANTED_FOR
from tests.factories.contacts import ContactFactory


class FormFactory(factory.django.DjangoModelFactory):
    """A published form that asks for an address only, and for no consent."""

    class Meta:
        model = Form

    slug = factory.Sequence(lambda n: f"form-{n}")
    name = factory.Sequence(lambda n: f"Form {n}")
    fields = factory.LazyFunction(lambda: [{"name": "email", "label": "E-mail"}])
    button = "Send"
    thanks = "We will be in touch."


class LandingPageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LandingPage

    slug = factory.Sequence(lambda n: f"page-{n}")
    title = factory.Sequence(lambda n: f"Page {n}")
    form = factory.SubFactory(FormFactory)


class UploadFactory(factory.django.DjangoModelFactory):
    """The row of a PDF; there is no file."""

    class Meta:
        model = Upload

    key = factory.LazyFunction(new_key)
    file = factory.SelfAttribute("key")
    name = "guide.pdf"
    media_type = "application/pdf"
    size = 1000
    at = factory.LazyFunction(timezone.now)


class ContentFactory(factory.django.DjangoModelFactory):
    """Something that is to be had at an address."""

    class Meta:
        model = Content

    slug = factory.Sequence(lambda n: f"content-{n}")
    title = factory.Sequence(lambda n: f"Content {n}")
    url = "https://www.example.com/guide"


class DownloadGrantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DownloadGrant

    content = factory.SubFactory(ContentFactory)
    contact = factory.SubFactory(ContactFactory)
    at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda grant: grant.at + GRANTED_FOR)


class FormSubmissionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FormSubmission

    form = factory.SubFactory(FormFactory)
    contact = factory.SubFactory(ContactFactory)
    token = factory.Sequence(lambda n: f"token-{n}")
    at = factory.LazyFunction(timezone.now)


class SenderFactory(factory.django.DjangoModelFactory):
    """Somebody with an imprint who mails at any hour."""

    class Meta:
        model = Sender

    pk = 1
    name = "Example"
    email = "news@example.org"
    imprint = "Example GmbH\nStreet 1, Berlin"
    quiet_from = None
    quiet_until = None
    updated_at = factory.LazyFunction(timezone.now)


class MailTemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MailTemplate

    name = factory.Sequence(lambda n: f"Template {n}")
    subject = "News"
    body = "Hello."


class MessageFactory(factory.django.DjangoModelFactory):
    """A colleague's mail that is due. The row only: nothing was asked or queued."""

    class Meta:
        model = Message

    key = factory.Sequence(lambda n: f"test:{n}")
    contact = factory.SubFactory(ContactFactory)
    purpose = Message.Purpose.PERSONAL
    kind = Message.Kind.PERSONAL
    title = "A mail"
    draft = factory.LazyFunction(
        lambda: {"subject": "Hello", "body": "Hello.", "preheader": ""}
    )
    state = Message.State.QUEUED
    planned_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyFunction(timezone.now)


class ConsentTextFactory(factory.django.DjangoModelFactory):
    """An optional question whether we may send mails."""

    class Meta:
        model = ConsentText

    form = factory.SubFactory(FormFactory)
    name = "newsletter"
    version = 1
    text = "Send me your news by mail."
    purposes = factory.LazyFunction(lambda: ["email_marketing"])
    at = factory.LazyFunction(timezone.now)


class AgreementFactory(ConsentTextFactory):
    """What a form is not sent without, and permits nothing."""

    name = "agreement"
    text = "I agree."
    purposes = factory.LazyFunction(list)
    is_required = True
