"""What the templates of landing pages and forms take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from campaigns.fields import fields_of
from campaigns.models import Form, LandingPage
from campaigns.selectors.asking import answered_by, fields_to_ask
from campaigns.selectors.showing import blocks_shown, blocks_to_edit, company_shown
from campaigns.services.consent_texts import texts_of
from campaigns.services.submissions import new_token
from campaigns.text_blocks import blocks_of
from journeys.models import Visitor


@dataclass
class Answer:
    """What came of a sending: it was taken, or what is to be shown with the form."""

    is_taken: bool = False
    status: int = 200
    faults: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    # Name of a text -> the version that was agreed to.
    consents: dict[str, str] = field(default_factory=dict)
    # What the form trades, if nothing is to be confirmed first.
    download: str = ""


def page_context(page: LandingPage) -> dict[str, Any]:
    blocks = blocks_shown(blocks_to_edit(page))
    return {
        "page": page,
        "blocks": blocks,
        "form_stands_between": any(block["type"] == "form" for block in blocks),
        "about": blocks_of(page.about),
        "company": company_shown(page.company),
        "page_language": page.language,
    }


def frame_context(form: Form) -> dict[str, Any]:
    return {
        "page_language": form.language,
        "is_framed": True,
        "company": company_shown(),
    }


def preview_context(page: LandingPage) -> dict[str, Any]:
    """A page as its editor shows it: nobody has come, nothing was sent."""
    context = {**page_context(page), "form": page.form, "is_preview": True}
    if page.form is not None:
        empty = Answer()
        context |= form_context(page.form, empty, visitor=None, origin="", referrer="")
        context["token"] = ""
    return context


def form_context(
    form: Form, answer: Answer, *, visitor: Visitor | None, origin: str, referrer: str
) -> dict[str, Any]:
    """What ``campaigns/_form.html`` takes."""
    fields = fields_of(form)
    fields = fields_to_ask(form, fields, answered=answered_by(form, visitor))
    lines = [
        {
            "field": one,
            "value": answer.values.get(one.name, ""),
            "fault": answer.faults.get(one.name, ""),
        }
        for one in fields
    ]
    labels = {one.name: (one.id, one.label) for one in fields}
    texts = texts_of(form)
    labels |= {text.field: (f"field-{text.field}", _("Consent")) for text in texts}
    place = {name: number for number, name in enumerate(labels)}
    faults = sorted(answer.faults.items(), key=lambda fault: place.get(fault[0], -1))
    return {
        "form": form,
        "lines": lines,
        "summary": [(*labels.get(name, ("", "")), said) for name, said in faults],
        "texts": [
            {
                "text": text,
                "is_ticked": answer.consents.get(text.name) == str(text.version),
                "fault": answer.faults.get(text.field, ""),
            }
            for text in texts
        ],
        "token": new_token(form),
        "origin": origin,
        "referrer": referrer,
    }
