"""All kinds of steps."""

from __future__ import annotations

from campaigns.steps import branches, changes, mails, people, waits, webhooks


def register_kinds() -> None:
    for module in (mails, waits, branches, changes, people, webhooks):
        module.register()
