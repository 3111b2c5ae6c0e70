"""What becomes of sign-ups that nobody confirms: a reminder, then nothing is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from campaigns.models import AddressKey, Message, OptIn
from campaigns.models.opt_in import KEPT, VALID
from campaigns.services.opt_ins import plan_mail, take_slot
from contacts.models import Consent, Contact, Proposal
from contacts.services.contacts import delete_contacts

REMIND_AFTER = timedelta(days=2)
CHUNK = 200
# What somebody has who did nothing but sign up. Anything else that points at a contact
# is a reason to keep it: a colleague's note, a handoff, an import.
OF_A_SIGN_UP = frozenset(
    {
        "address_keys",
        "consents",  # of these and the next, see below
        "enrollments",  # which end by themselves without a permission
        "interactions",
        "interest_marks",
        "interest_profile",
        "interests",
        "messages",
        "opt_ins",
        "phase_visits",
        "proposals",
        "score",
        "stale_marks",
        "submissions",
        "suppressions",
        "touch_decisions",
        "touch_guard",
        "visitors",
    }
)
DONE_BY_ANYBODY = frozenset(
    {
        "content_download",
        "email_bounce",
        "email_click",
        "email_open",
        "email_sent",
        "form_submit",
        "link_click",
        "page_view",
        "pricing_view",
    }
)


@dataclass
class Erased:
    """How many were erased, or would be."""

    opt_ins: int = 0
    contacts: int = 0


def remind_unconfirmed(*, at: datetime) -> int:
    """Send a reminder, one per sign-up, two days after its mail; return how many.

    It counts as one of the mails that an address gets at most; there is none if that
    has been reached, or if the address is waiting for another one.
    """
    due = OptIn.objects.unconfirmed().filter(
        reminded_at=None, mail_at__lte=at - REMIND_AFTER, mail_at__gt=at - VALID
    )
    pks = list(due.order_by("pk").values_list("pk", flat=True))
    return sum(_remind(pk, at=at) for pk in pks)


@transaction.atomic
def _remind(pk: int, *, at: datetime) -> bool:
    rows = OptIn.objects.unconfirmed().filter(pk=pk, reminded_at=None)
    opt_in = rows.select_for_update(no_key=True, of=("self",)).first()
    if opt_in is None:
        return False
    opt_in.reminded_at = at
    opt_in.save(update_fields=["reminded_at"])
    addresses = AddressKey.objects.select_for_update(no_key=True)
    address = addresses.get(pk=opt_in.address_id)
    slot = take_slot(address, at=at)
    if slot is None:
        return False
    plan_mail(opt_in, at=at, due_at=slot, number=2)
    return True


def erase_unconfirmed(*, at: datetime, is_dry_run: bool = False) -> Erased:
    """Erase sign-ups that nobody has confirmed within 30 days, and what they made.

    A contact goes with them if nothing but unconfirmed sign-ups speaks of it. With
    ``is_dry_run`` nothing is changed. Killed and run again it goes on where it was.
    """
    erased = Erased()
    rows = OptIn.objects.unconfirmed().filter(requested_at__lt=at - KEPT)
    last = 0
    while pks := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    ):
        last = pks[-1]
        with transaction.atomic():
            _erase(pks, erased, at=at, is_dry_run=is_dry_run)
    return erased


def _erase(pks: list[int], erased: Erased, *, at: datetime, is_dry_run: bool) -> None:
    rows = OptIn.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.unconfirmed().select_related("submission__form")
    found = list(rows.filter(pk__in=pks).order_by("pk"))
    contact_ids = {row.contact_id for row in found}
    going = {pk for pk in contact_ids if _is_only_a_sign_up(pk, at=at)}
    erased.opt_ins += len(found)
    erased.contacts += len(going)
    if is_dry_run:
        return
    for row in found:
        sent = row.submission
        # What was typed for somebody who is known, and never confirmed.
        Proposal.objects.open().filter(contact=row.contact_id, at=sent.at).delete()
        row.delete()
        if sent.form.interaction_kind in DONE_BY_ANYBODY:  # else somebody asked for us
            sent.delete()
    delete_contacts(contact_ids=going, by=None)


def _is_only_a_sign_up(contact_id: int, *, at: datetime) -> bool:
    """True if all that is known of the contact comes from sign-ups of the past."""
    contact = Contact.objects.filter(pk=contact_id, owner=None).first()
    if contact is None:
        return False
    sent = contact.submissions.all()
    is_typed = sent.filter(made_contact=True).exists()
    newer = Q(opt_in=None) | Q(opt_in__requested_at__gte=at - KEPT)
    confirmed = Q(opt_in__confirmed_at__isnull=False)
    if not is_typed or sent.filter(newer | confirmed).exists():
        return False
    more = (
        contact.interactions.exclude(kind__in=DONE_BY_ANYBODY),
        contact.messages.exclude(purpose=Message.Purpose.SERVICE),
        contact.consents.exclude(purpose=Consent.Purpose.WEB_TRACKING),
        contact.phase_visits.exclude(by=None),
    )
    if any(rows.exists() for rows in more):
        return False
    return not any(
        relation.related_model._default_manager.filter(
            **{relation.field.name: contact.pk}
        ).exists()
        for relation in Contact._meta.related_objects
        if relation.get_accessor_name() not in OF_A_SIGN_UP
    )
