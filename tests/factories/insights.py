"""What insights keeps."""

import factory

from insights.models import ReportSubscription
from tests.factories.accounts import LeadFactory


class ReportSubscriptionFactory(factory.django.DjangoModelFactory):
    """Of the figures, Mondays at eight."""

    class Meta:
        model = ReportSubscription

    user = factory.SubFactory(LeadFactory)
    report = "figures"
    every = "week"
    weekday = 0
    hour = 8
