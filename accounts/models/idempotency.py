from django.db import models

from accounts.models.user import User


class IdempotentRequest(models.Model):
    """A POST that came with an ``Idempotency-Key``, and the answer it got.

    ``answered_at`` is empty while the first request runs; ``lease_until`` lets a
    retry take over from one that was killed.
    """

    user = models.ForeignKey(User, models.CASCADE)
    method = models.CharField(max_length=6)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "method", "path", "key"],
                name="accounts_idempotent_request_once",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="accounts_idempotent_age"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
