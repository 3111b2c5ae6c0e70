"""All kinds of steps."""

from __future__ import annotations

from campaigns.steps import branches, changes, mails, people, waits


def register_kinds() -> None:
    for module in (mails, waits, branches, changes, people):
        module.register()
