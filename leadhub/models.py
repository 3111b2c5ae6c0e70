"""The one table of the plumbing."""

from django.conf import settings
from django.db import models


class IdempotentRequest(models.Model):
    """A POST that came with an ``Idempotency-Key``, and the answer it got.

    ``status_code`` is empty while the first request runs; ``lease_until`` lets a
    retry take over from one that was killed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    status_code = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "path", "key"],
                name="leadhub_idempotent_request_once",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="leadhub_idempotent_age"),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
