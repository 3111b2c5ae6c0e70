"""Writing to a contact, wherever it is at hand."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import scope
from campaigns.models import Content
from campaigns.selectors.contents import latest_in_use, where_offered
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models import Contact
from leadhub.errors import DomainError
from sales.mail_forms import MailForm
from sales.models import Handoff
from sales.selectors.facts import language_of
from sales.selectors.handoffs import facts_to_read
from sales.sentences import greeting
from sales.services.mails import mail_contact
from sales.views.working import contact_to_work_with, done, work_form


@login_required
@require_http_methods(["GET", "POST"])
def mail(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = contact_to_work_with(request, contact_id)
    now = timezone.now()
    contents = latest_in_use(scope(request.user, Content, "read"))
    offered = where_offered(contents)
    form = MailForm(
        request.POST if request.method == "POST" else None,
        contents=[content for content in contents if content.pk in offered],
        initial={"body": _words(request, contact)},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            mail_contact(
                contact=contact,
                subject=asked["subject"],
                text=asked["body"],
                content=asked["content"],
                action=asked["action"],
                by=request.user,
                at=now,
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            return done(request, contact, said=_("Your mail is on its way."))
    touch = Touch(contact, Channel.EMAIL, Purpose.PERSONAL, at=now, by=request.user)
    return work_form(
        request,
        contact,
        form=form,
        title=_("Mail to %s") % contact,
        what="mail",
        button=_("Send"),
        against=reasons_against(touch),
        warning=_("The mail would be held back now:"),
    )


def _words(request: HttpRequest, contact: Contact) -> str:
    """How a mail may begin: what the handoff suggests to say, and the signature.

    In the contact's language, as that suggestion, which greets by itself.
    """
    rows = scope(request.user, Handoff, "read").filter(contact=contact)
    latest = rows.open().select_related("contact", "assignee", "team").first()
    begin = facts_to_read(latest).opening if latest else ""
    with translation.override(language_of(contact)):
        parts = [begin or greeting(contact.full_name), _("Kind regards")]
    return "\n\n".join([*parts, str(request.user)])
