"""Contacts, and what there is about them."""

import factory
from django.utils import timezone

from contacts.models import (
    Company,
    Consent,
    Contact,
    CustomField,
    SavedView,
    Segment,
    Suppression,
    Tag,
)
from tests.factories.accounts import UserFactory


class CompanyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Company {n}")
    name_key = factory.LazyAttribute(lambda company: Company.key_of(company.name))


class ContactFactory(factory.django.DjangoModelFactory):
    """A contact nobody owns, with no tags, interactions or score."""

    class Meta:
        model = Contact

    email = factory.Sequence(lambda n: f"contact{n}@example.com")
    email_key = factory.LazyAttribute(
        lambda contact: Contact.key_of(contact.email) or None
    )
    first_name = "Contact"
    last_name = factory.Sequence(str)
    company = factory.SubFactory(CompanyFactory)

    @classmethod
    def _build(cls, model_class, *args, **kwargs):
        contact = super()._build(model_class, *args, **kwargs)
        contact.refresh_keys()
        return contact

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        contact = cls._build(model_class, *args, **kwargs)
        contact.save(force_insert=True)
        return contact


class TagFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"tag {n}")


class CustomFieldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CustomField

    key = factory.Sequence(lambda n: f"field_{n}")
    label = factory.LazyAttribute(lambda field: field.key.replace("_", " ").title())


class SegmentFactory(factory.django.DjangoModelFactory):
    """Everybody, unless told otherwise."""

    class Meta:
        model = Segment

    name = factory.Sequence(lambda n: f"Segment {n}")
    condition = factory.LazyFunction(lambda: {"all": []})


class SavedViewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SavedView

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"View {n}")


class ConsentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Consent

    contact = factory.SubFactory(ContactFactory)
    purpose = Consent.Purpose.EMAIL_MARKETING
    granted = True
    at = factory.LazyFunction(timezone.now)
    source = "form"


class SuppressionFactory(factory.django.DjangoModelFactory):
    """Of an address that nobody has, for good."""

    class Meta:
        model = Suppression

    digest = factory.Sequence(lambda n: f"{n:064x}")
    reason = Suppression.Reason.BY_HAND
    at = factory.LazyFunction(timezone.now)
    source = "test"
