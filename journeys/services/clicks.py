"""Verbs about opens of mails and clicks on tracked links."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import Q

from contacts.models import Consent, Contact
from contacts.signals import contacts_changed
from journeys.acceptances import accepted_at
from journeys.machines import BURST, LINKS_OF_A_BURST, Signs, why_machine
from journeys.models import Interaction, TrackedLink, Visitor
from journeys.models.interaction import Channel, Kind
from journeys.services.tracking import Report, track_interactions
from journeys.services.visitors import CLICKED, join_visitor
from journeys.signals import interactions_tracked

SOURCE = "link"
CLICK_COUNTS = timedelta(minutes=30)
PAGE_IS_OPEN = timedelta(hours=24)
CLEARED = "cleared"
SALT = "journeys.click"


def follow_link(
    *, link: TrackedLink, signs: Signs, referrer: str = "", at: datetime
) -> Interaction | None:
    """Track that somebody, or something, took the link; None: it may not be tracked.

    A link to one person counts once for them, however often it is taken; what machines
    do with it is kept apart and does not use that up. Three different links to one
    person within ten seconds were a machine, also those tracked before.
    """
    if _is_withdrawn(link):
        return None
    reason = why_machine(_with_acceptance(signs, link))
    kind = Kind.EMAIL_CLICK if link.channel == Channel.EMAIL else Kind.LINK_CLICK
    interaction = _track(link, kind=kind, reason=reason, referrer=referrer, at=at)
    if link.contact_id is not None and not reason:
        # In a transaction of its own, after the other: of clicks that come at the
        # same moment the last one sees all.
        relabel_burst(contact_id=link.contact_id, at=at)
    return interaction


def note_open(*, link: TrackedLink, signs: Signs, at: datetime) -> Interaction | None:
    """Track that the mail with this invisible image was opened, once.

    It does not tell people from mail programs well; no default rule counts it.
    """
    if link.contact_id is None or _is_withdrawn(link):
        return None
    signs = _with_acceptance(replace(signs, is_image=True), link)
    reason = why_machine(signs)
    return _track(link, kind=Kind.EMAIL_OPEN, reason=reason, referrer="", at=at)


@transaction.atomic
def relabel_burst(*, contact_id: int, at: datetime) -> int:
    """Take three different links in ten seconds for a machine's, downloads included.

    Returns how many had been taken for a person's. Sends ``contacts_changed``. Clicks
    that a browser has confirmed stay a person's.
    """
    recent = Interaction.objects.filter(
        Q(link__isnull=False) | Q(kind=Kind.CONTENT_DOWNLOAD),
        contact=contact_id,
        occurred_at__gt=at - BURST,
        occurred_at__lte=at,
    ).exclude(kind=Kind.EMAIL_OPEN)
    rows = list(recent)
    if len({_taken(row) for row in rows}) < LINKS_OF_A_BURST:
        return 0
    wrong = [
        row for row in rows if not row.is_machine and row.machine_reason != CLEARED
    ]
    for row in wrong:
        row.is_machine, row.machine_reason = True, "burst"
        # The person who takes the link later is not a repeat of it.
        row.event_id = f"{row.event_id}:{row.pk.hex}"
    Interaction.objects.bulk_update(wrong, ["is_machine", "machine_reason", "event_id"])
    if wrong:
        contacts_changed.send(sender=Contact, contact_ids={contact_id}, at=at)
    return len(wrong)


def _taken(row: Interaction) -> object:
    """Which link it was; each download has one of its own."""
    return row.event_id if row.kind == Kind.CONTENT_DOWNLOAD else row.link_id


def click_id(interaction: Interaction) -> str:
    """What tells the page it leads to which click it was; for half an hour."""
    plain = urlsafe_b64encode(interaction.pk.bytes).decode().rstrip("=")
    return TimestampSigner(salt=SALT).sign(plain)


@transaction.atomic
def confirm_click(
    *, click: str, visitor: Visitor | None, at: datetime
) -> Visitor | None:
    """Take it from a browser's scripts that a person clicked; return who it is now.

    The click is a person's from now on, and the visitor's, if there is one. If the link
    was sent to one contact, the visitor becomes that contact from now on: a forwarded
    mail must not bring another one's history along. Only the first browser does.

    A ``click`` that is forged, or older than half an hour, does nothing.
    """
    row = _clicked(click)
    if row is None or row.visitor_id is not None:
        return visitor
    changed = ["visitor"] if visitor else []
    if row.is_machine:
        row.is_machine = False
        changed.append("is_machine")
    if row.machine_reason != CLEARED:
        row.machine_reason = CLEARED
        changed.append("machine_reason")
    if visitor is not None:
        if row.contact is not None:
            visitor = join_visitor(
                visitor=visitor, contact=row.contact, level=CLICKED, at=at
            )
        row.visitor = visitor
        if row.contact_id is None and visitor.contact_id is not None:
            row.contact, row.recorded_at = visitor.contact, at
            changed += ["contact", "recorded_at"]
    if not changed:
        return visitor
    row.save(update_fields=changed)
    if "contact" in changed:
        interactions_tracked.send(sender=Interaction, interactions=[row], at=at)
    elif row.contact_id is not None and "is_machine" in changed:
        contacts_changed.send(sender=Contact, contact_ids={row.contact_id}, at=at)
    return visitor


def _with_acceptance(signs: Signs, link: TrackedLink) -> Signs:
    if link.contact_id is None or link.channel != Channel.EMAIL:
        return signs
    return replace(signs, accepted_at=signs.accepted_at or accepted_at(link))


def link_of_click(*, click: str) -> TrackedLink | None:
    """Which link was clicked; of a page that has been open for a day at most."""
    pk = _read_click(click, max_age=PAGE_IS_OPEN)
    rows = Interaction.objects.filter(pk=pk, link__isnull=False)
    row = rows.select_related("link__rep", "link__measure").first() if pk else None
    return row.link if row else None


def _read_click(click: str, *, max_age: timedelta) -> UUID | None:
    try:
        plain = TimestampSigner(salt=SALT).unsign(click, max_age=max_age)
        return UUID(bytes=urlsafe_b64decode(plain + "=="))
    except (BadSignature, ValueError):
        return None


def _clicked(click: str) -> Interaction | None:
    pk = _read_click(click, max_age=CLICK_COUNTS)
    if pk is None:
        return None
    rows = Interaction.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("contact").filter(pk=pk, link__isnull=False).first()


def _is_withdrawn(link: TrackedLink) -> bool:
    """True if it is one person's, who has since said that this is not to be told.

    Their mails carry such links for years.
    """
    if link.contact_id is None:
        return False
    rows = Consent.objects.filter(
        contact=link.contact_id, purpose=Consent.Purpose.EMAIL_TRACKING
    )
    latest = rows.order_by("-at", "-pk").values_list("granted", flat=True).first()
    return latest is False


def _track(
    link: TrackedLink, *, kind: str, reason: str, referrer: str, at: datetime
) -> Interaction:
    event_id = ""
    if link.contact_id is not None:
        event_id = f"{kind}:{link.pk}" + (":machine" if reason else "")
    report = Report(
        contact=None,
        kind=kind,
        source=SOURCE,
        event_id=event_id,
        occurred_at=at,
        channel=link.channel,
        url=link.target_url,
        title=link.name,
        utm=link.utm or None,
        referrer=referrer,
        link=link,
        is_machine=bool(reason),
        machine_reason=reason,
    )
    [outcome] = track_interactions(reports=[report], at=at)
    return outcome.interaction
