"""What we offer, and what was sent."""

import factory
from django.utils import timezone

from campaigns.models import Form, FormSubmission, LandingPage
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


class FormSubmissionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FormSubmission

    form = factory.SubFactory(FormFactory)
    contact = factory.SubFactory(ContactFactory)
    token = factory.Sequence(lambda n: f"token-{n}")
    at = factory.LazyFunction(timezone.now)
