"""Background work about what happens."""

from celery import shared_task
from django.utils import timezone

from journeys.services import day_ids, following, reviews


@shared_task(name="journeys.forget_salts")
def forget_salts() -> None:
    day_ids.forget_salts(at=timezone.now())


@shared_task(name="journeys.remind_of_reviews")
def remind_of_reviews() -> None:
    reviews.remind_of_reviews(at=timezone.now())


@shared_task(name="journeys.follow_time")
def follow_time() -> None:
    following.follow_time(at=timezone.now())
