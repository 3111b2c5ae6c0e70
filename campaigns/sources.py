"""What campaigns write down as the source of a change or a permission, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from campaigns.models import Event, Form, Sequence
from contacts.sources import SourceKind, register_source, register_words


def register() -> None:
    register_words("unsubscribe link", _("Unsubscribe link"))
    register_words("preference center", _("Preference center"))
    register_source(
        "sequence",
        SourceKind(
            Sequence, _("Sequence “%(name)s”"), _("A sequence"), "campaigns:sequence"
        ),
    )
    register_source(
        "form",
        SourceKind(
            Form,
            _("Form “%(name)s”"),
            _("A form"),
            "campaigns:form_detail",
            key="slug",
        ),
    )
    register_source(
        "event",
        SourceKind(Event, _("Event “%(name)s”"), _("An event"), "campaigns:event"),
    )
