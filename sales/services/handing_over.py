"""What goes with a line of the inbox when it is handed to a colleague."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Notification, User
from sales.models import Handoff, Task
from sales.services.handoffs import reassign_handoff
from sales.services.task_lines import names_tasks
from sales.services.tasks import change_task


def move_handoff(line: Notification, to: User, by: User | None, at: datetime) -> bool:
    """A lead that is open is theirs then; who is only told of one passes on the news."""
    handoff = Handoff.objects.open().filter(pk=line.subject_id).first()
    if handoff is None or line.facts.get("only_told"):
        return False
    reassign_handoff(handoff=handoff, assignee=to, by=by, at=at)
    return True


def move_tasks(line: Notification, to: User, by: User | None, at: datetime) -> bool:
    """All that the line names; what a sequence asks for goes alone."""
    if not names_tasks(line):
        return False
    tasks = Task.objects.open().filter(
        contact=line.subject_id, assignee=line.recipient_id
    )
    for task in tasks.in_order():
        change_task(task=task, assignee=to, at=at)
    return True
