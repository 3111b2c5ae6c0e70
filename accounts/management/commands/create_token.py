from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import create_token
from leadhub.errors import DomainError


class Command(BaseCommand):
    help = "Make an API token that acts for a user, and print it. Nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="User name or e-mail address.")
        parser.add_argument(
            "--scopes",
            help="What it may, e.g. contacts:read,interactions:write. "
            'Left out: all that the user may; "": nothing.',
        )
        parser.add_argument("--name", default="command line", help="Who uses it.")
        parser.add_argument("--days", type=int, help="How long; for ever unless told.")

    def handle(self, *args: Any, **options: Any) -> None:
        who = options["user"]
        user = User.objects.active().called(who).first()
        if user is None:
            raise CommandError(f"There is no active user {who}.")
        scopes = options["scopes"]
        days, now = options["days"], timezone.now()
        try:
            key = create_token(
                user=user,
                name=options["name"],
                scopes=None if scopes is None else _split(scopes),
                at=now,
                expires_at=None if days is None else now + timedelta(days=days),
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(key)


def _split(scopes: str) -> list[str]:
    return [name.strip() for name in scopes.split(",") if name.strip()]
