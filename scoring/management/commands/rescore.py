from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from contacts.models import Contact
from leadhub.collector import keep_what_is_loaded
from scoring.models import StaleMark
from scoring.services.activation import rescore_contacts, unscored_batches
from scoring.services.batches import recompute_batch, stale_batches


class Command(BaseCommand):
    help = "Count marked scores now; with --all every contact's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="every contact's score")

    def handle(self, *args: Any, **options: Any) -> None:
        keep_what_is_loaded()
        started_at = timezone.now()
        if options["all"]:
            total = Contact.objects.count()
            batches, count = unscored_batches(since=started_at), rescore_contacts
        else:
            marked = StaleMark.objects.to_do().values("contact").distinct()
            total = marked.count()
            batches, count = stale_batches(), recompute_batch
        done = 0
        for contact_ids in batches:
            count(contact_ids=contact_ids, at=timezone.now())
            done += len(contact_ids)
            self.stderr.write(f"\r{min(done, total)} of {total}", ending="")
            self.stderr.flush()
        seconds = (timezone.now() - started_at).total_seconds()
        self.stdout.write(f"Rescored {done} contacts in {seconds:.1f} s.")
