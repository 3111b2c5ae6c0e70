"""What people fill in about a task. What is allowed the verbs say."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.snoozing import snooze_choices
from contacts.forms import VerbForm
from sales.models import Task
from sales.services.tasks import MAX_TEXT

PICKED = "date"


class TaskForm(VerbForm):
    """A new task. As it stands at first, one key sends it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=Task.Kind.choices,
        initial=Task.Kind.CALL,
        widget=forms.RadioSelect(attrs={"autofocus": True}),
    )
    text = forms.CharField(
        label=gettext_lazy("About"), required=False, max_length=MAX_TEXT
    )
    when = forms.ChoiceField(
        label=gettext_lazy("When"), initial="tomorrow", widget=forms.RadioSelect
    )
    due_at = forms.DateTimeField(
        label=gettext_lazy("At"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=gettext_lazy("Counts instead of what is chosen above."),
    )
    assignee = forms.ModelChoiceField(
        label=gettext_lazy("Who"), queryset=None, empty_label=None
    )
    action = forms.RegexField(r"^[0-9a-f]{16}$", widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, people: QuerySet[User], at: datetime, **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", "task-%s")
        super().__init__(*args, **kwargs)
        zone = timezone.get_default_timezone()
        self.moments = {choice.name: choice for choice in snooze_choices(at, zone=zone)}
        self.fields["when"].choices = [
            (choice.name, choice.label) for choice in self.moments.values()
        ]
        self.fields["assignee"].queryset = people
        self.fields["action"].initial = token_hex(8)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        when = self.moments.get(asked.pop("when", ""))
        if not asked.get("due_at") and when is not None:
            asked["due_at"] = when.until
        return asked


class TaskChangeForm(VerbForm):
    """When an open task is due, and whose it is."""

    due_at = forms.DateTimeField(
        label=gettext_lazy("When"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "autofocus": True},
            format="%Y-%m-%dT%H:%M",
        ),
    )
    assignee = forms.ModelChoiceField(label=gettext_lazy("Who"), queryset=None)

    def __init__(
        self, *args: Any, task: Task, people: QuerySet[User], **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", "task-%s")
        kwargs["initial"] = {"due_at": task.due_at, "assignee": task.assignee_id}
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people

    def title(self, task: Task) -> str:
        return _("Change the task: %s") % task
