"""Verbs about opens of mails and clicks on tracked links."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction

from contacts.models import Consent, Contact
from contacts.signals import contacts_changed
from journeys.acceptances import accepted_at, neighbors_of
from journeys.machines import Signs, why_machine
from journeys.models import Interaction, TrackedLink, Visitor
from journeys.models.interaction import Channel, Kind
from journeys.services.day_ids import day_id
from journeys.services.relabeling import (
    CLEARED,
    CLIENT,
    relabel_burst,
    relabel_client,
    took_hidden_link,
)
from journeys.services.tracking import Report, track_interactions
from journeys.services.visitors import CLICKED, join_visitor
from journeys.signals import interactions_tracked

SOURCE = "link"
CLICK_COUNTS = timedelta(minutes=30)
PAGE_IS_OPEN = timedelta(hours=24)
SALT = "journeys.click"


def follow_link(
    *,
    link: TrackedLink,
    signs: Signs,
    referrer: str = "",
    network: str = "",
    at: datetime,
) -> Interaction | None:
    """Track that somebody, or something, took the link; None: it may not be tracked.

    A link to one person counts once for them, however often it is taken; what machines
    do with it is kept apart and does not use that up. Three different links to one
    person within ten seconds were a machine, also those tracked before. So was who
    takes the link of a mail that people do not see, with all the links of that mail
    that the same browser in the same ``network`` takes within minutes.
    """
    if _is_withdrawn(link):
        return None
    client, is_hidden, mail = "", not link.target_url, list[int]()
    if link.channel == Channel.EMAIL:
        client = day_id("mail", network=network, user_agent=signs.user_agent, at=at)
        mail = neighbors_of(link)
        is_caught = is_hidden or took_hidden_link(mail, client=client, at=at)
        signs = replace(signs, is_honeypot=is_caught)
    reason = why_machine(_with_acceptance(signs, link))
    kind = Kind.EMAIL_CLICK if link.channel == Channel.EMAIL else Kind.LINK_CLICK
    interaction = _track(
        link, kind=kind, reason=reason, referrer=referrer, client=client, at=at
    )
    # In transactions of their own, after the other: of clicks that come at the same
    # moment the last one sees all.
    if is_hidden or (not reason and took_hidden_link(mail, client=client, at=at)):
        relabel_client(link_ids=mail, client=client, at=at)
    if link.contact_id is not None and (is_hidden or not reason):
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
    return _track(link, kind=Kind.EMAIL_OPEN, reason=reason, at=at)


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
    link: TrackedLink,
    *,
    kind: str,
    reason: str,
    referrer: str = "",
    client: str = "",
    at: datetime,
) -> Interaction:
    event_id = ""
    # Each time that the hidden link is taken tells something; it is always a machine.
    if link.contact_id is not None and (link.target_url or kind == Kind.EMAIL_OPEN):
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
        properties={CLIENT: client} if client else None,
        link=link,
        is_machine=bool(reason),
        machine_reason=reason,
    )
    [outcome] = track_interactions(reports=[report], at=at)
    return outcome.interaction
