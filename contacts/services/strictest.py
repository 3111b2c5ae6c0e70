"""What a survivor may be sent: the strictest of what two contacts said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from accounts.models import EventType
from accounts.services.webhook_events import tell_webhooks
from contacts.digests import address_digest
from contacts.merging import Merging
from contacts.models.consent import Consent
from contacts.models.contact import Contact
from contacts.models.touch import Suppression, TouchGuard
from contacts.services.consents import record_consents, suppress_address
from contacts.telling import news_of

Purpose, Silence = Consent.Purpose, Suppression.Reason
# A permission to mail is for the address it was given with.
OF_ADDRESS = (Purpose.EMAIL_MARKETING, Purpose.EMAIL_TRACKING)
# What the person said, not what became of a mailbox.
OF_PERSON = (
    Silence.UNSUBSCRIBED,
    Silence.OBJECTION,
    Silence.COMPLAINT,
    Silence.ERASED,
    Silence.BY_HAND,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds for a purpose once the two are one. None: nothing was ever said."""

    purpose: str
    kept: bool | None
    gone: bool | None
    granted: bool | None

    @property
    def label(self) -> str:
        return str(Purpose(self.purpose).label)


def verdicts(kept: Contact, gone: Contact, *, takes_address: bool) -> list[Verdict]:
    """For each purpose that either said something about; the strictest wins.

    A withdrawal of either counts. A permission to mail stays only if who gave it has the
    address that is kept (``takes_address``: it is that of the merged one).
    """
    latest = Consent.objects.latest_of([kept.pk, gone.pk], Purpose.values)
    found = []
    for purpose in Purpose.values:
        ours, theirs = latest.get((kept.pk, purpose)), latest.get((gone.pk, purpose))
        if ours is None and theirs is None:
            continue
        if False in (ours, theirs):
            granted: bool | None = False
        elif purpose in OF_ADDRESS:
            granted = theirs if takes_address else ours
        else:
            granted = True
        found.append(Verdict(purpose, ours, theirs, granted))
    return found


def silences(*contacts: Contact, at: datetime) -> list[Suppression]:
    """What these people said against being written to, and is in force."""
    digests = [address_digest(contact.email) for contact in contacts if contact.email]
    rows = Suppression.objects.in_force(at=at)
    return list(rows.filter(digest__in=digests, reason__in=OF_PERSON).order_by("pk"))


def keep_strictest(
    merging: Merging, found: Iterable[Verdict], silent: Iterable[Suppression]
) -> dict[str, Any]:
    """Write what holds for the survivor from now on; return what takes it back."""
    kept, at = merging.kept, merging.at
    new = [_row(merging, verdict) for verdict in found if _differs(verdict)]
    Consent.objects.bulk_create(new)
    if new:
        said = {str(row.purpose): row.granted for row in new}
        told = news_of(kept.pk, purposes=said)
        tell_webhooks(news={EventType.CONSENT_CHANGED: [told]}, at=at)
    return {
        "consents": [row.pk for row in new],
        "suppressions": _silence(merging, silent),
        "paused": _pause(merging),
        "disqualified": _disqualify(merging),
        "last": [_last(Consent.objects.all()), _last(Suppression.objects.all())],
    }


def undo_strictest(merging: Merging, noted: dict[str, Any]) -> None:
    """Take back what the merge said; what people said since holds for both."""
    kept, gone, merge = merging.kept, merging.gone, merging.merge
    Consent.objects.filter(pk__in=noted["consents"], contact=kept).delete()
    rows = Suppression.objects.filter(pk__in=noted["suppressions"], lifted_at=None)
    rows.delete()
    before, after = noted["paused"]
    guards = TouchGuard.objects.filter(pk=kept.pk)
    if before != after:
        guards.filter(paused_until=after).update(paused_until=before)
    if noted["disqualified"] and _iso(kept.disqualified_at) == noted["disqualified"]:
        kept.disqualified_at = None
    since, silenced = _since(merging, noted)
    latest = dict(since.order_by("at", "pk").values_list("purpose", "granted"))
    withdrawn = {purpose: False for purpose, granted in latest.items() if not granted}
    source = f"undo of merge {merge.pk}"
    if withdrawn:
        proof = {"how": source, "of": kept.pk}
        record_consents(
            contact=gone,
            decisions=withdrawn,
            source=source,
            proof=proof,
            at=merging.at,
        )
    if gone.email:
        for row in silences(kept, at=merging.at):
            if row.pk in silenced:
                suppress_address(
                    address=gone.email,
                    reason=Silence(row.reason),
                    source=source,
                    at=merging.at,
                    until=row.until,
                    contact=gone,
                )


def _since(
    merging: Merging, noted: dict[str, Any]
) -> tuple[QuerySet[Consent], set[int]]:
    """What the survivor said since, and the suppressions of its address since.

    By their numbers, which are given under the guard: somebody may have said it before
    the moment that the merge was told of, and waited for it.
    """
    kept, at = merging.kept, merging.merge.at
    said = Consent.objects.filter(contact=kept)
    silent = Suppression.objects.filter(digest=address_digest(kept.email))
    if "last" in noted:
        consent, suppression = noted["last"]
        said, silent = said.filter(pk__gt=consent), silent.filter(pk__gt=suppression)
    else:  # merged before that was kept
        said, silent = said.filter(at__gt=at), silent.filter(at__gt=at)
    return said, set(silent.values_list("pk", flat=True))


def _last(rows: QuerySet[Any]) -> int:
    return rows.aggregate(last=Max("pk"))["last"] or 0


def _differs(verdict: Verdict) -> bool:
    return verdict.granted is not verdict.kept


def _row(merging: Merging, verdict: Verdict) -> Consent:
    """What the other one said, or that a permission ends, with where it stands."""
    granted = bool(verdict.granted)
    said = Consent.objects.filter(
        contact=merging.gone, purpose=verdict.purpose, granted=granted
    )
    proof = said.order_by("-at", "-pk").values_list("proof", flat=True).first()
    return Consent(
        contact=merging.kept,
        purpose=verdict.purpose,
        granted=granted,
        at=merging.at,
        source=f"merge {merging.merge.pk}",
        proof={**(proof or {}), "merged_from": merging.gone.pk},
    )


def _silence(merging: Merging, silent: Iterable[Suppression]) -> list[int]:
    kept = merging.kept
    if not kept.email:
        return []
    digest, made = address_digest(kept.email), []
    for row in silent:
        mine, is_new = Suppression.objects.get_or_create(
            digest=digest,
            reason=row.reason,
            lifted_at=None,
            defaults={
                "contact": kept,
                "at": merging.at,
                "until": row.until,
                "source": f"merge {merging.merge.pk}",
                "by": merging.by,
            },
        )
        if is_new:
            made.append(mine.pk)
    return made


def _pause(merging: Merging) -> tuple[str | None, str | None]:
    """The longer pause, and whose it is; before and after."""
    guards = {row.pk: row for row in TouchGuard.objects.filter(pk__in=_pks(merging))}
    ours, theirs = guards[merging.kept.pk], guards[merging.gone.pk]
    before = ours.paused_until
    if theirs.paused_until and (before is None or before < theirs.paused_until):
        ours.paused_until, ours.paused_by_id = theirs.paused_until, theirs.paused_by_id
        ours.save(update_fields=["paused_until", "paused_by"])
    return _iso(before), _iso(ours.paused_until)


def _disqualify(merging: Merging) -> str:
    """Whoever is not to become a customer does not by being merged."""
    kept, gone = merging.kept, merging.gone
    if kept.disqualified_at is not None or gone.disqualified_at is None:
        return ""
    kept.disqualified_at = gone.disqualified_at
    return _iso(kept.disqualified_at) or ""


def _pks(merging: Merging) -> list[int]:
    return [contact.pk for contact in merging.both]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
