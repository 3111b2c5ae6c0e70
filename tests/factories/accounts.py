"""People who work with LeadHub."""

import factory
from factory.django import Password

from accounts.models import Notification, User


class UserFactory(factory.django.DjangoModelFactory):
    """Somebody who may only read. The password is "correct horse"."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@leadhub.example")
    password = Password("correct horse")


class RepFactory(UserFactory):
    username = factory.Sequence(lambda n: f"rep{n}")
    role = User.Role.REP


class MarketerFactory(UserFactory):
    username = factory.Sequence(lambda n: f"marketer{n}")
    role = User.Role.MARKETER


class LeadFactory(UserFactory):
    username = factory.Sequence(lambda n: f"lead{n}")
    role = User.Role.LEAD


class AdminFactory(UserFactory):
    username = factory.Sequence(lambda n: f"admin{n}")
    role = User.Role.ADMIN


class NotificationFactory(factory.django.DjangoModelFactory):
    """A new line in a rep's inbox, not to be mailed."""

    class Meta:
        model = Notification

    recipient = factory.SubFactory(RepFactory)
    kind = Notification.Kind.SYSTEM
    key = factory.Sequence(lambda n: f"notice:{n}")
    subject_id = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Notice {n}")
