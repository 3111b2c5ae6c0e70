"""Several mailers at once, on PostgreSQL, over SMTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Notification
from accounts.tasks import mail_notifications
from tests.factories.accounts import NotificationFactory, RepFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_four_mailers_mail_each_line_once(mail_server):
    reps = [RepFactory(email=f"four{n}@example.com") for n in range(10)]
    for rep in reps:
        NotificationFactory.create_batch(3, recipient=rep, mail_due_at=timezone.now())

    def run(_number: int) -> None:
        try:
            mail_notifications()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))

    for rep in reps:
        [mail] = mail_server.mails_to(rep.email)
        assert mail["Subject"] == "3 leads wait for you"
    assert not Notification.objects.filter(mailed_at=None).exists()
