"""Whose lead it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from journeys.models import Phase, PhaseVisit, Team
from sales.models import Handoff


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is to take a lead. ``assignee`` is None if nobody has room."""

    assignee: User | None
    team: Team | None
    # "owner", "company", "team", "free" or "nobody_free".
    because: str


def responsible_for(*, contact: Contact, at: datetime) -> Assignment:
    """The rep whom this contact belongs to, else the one with the most room.

    In this order: the contact's owner; who owns another contact of the company, the
    one changed last; the team of the contact's phase, then teams of its journey's
    handoff and sales phases; any rep. Those who are absent get nothing.
    """
    today = timezone.localdate(at)
    reps = User.objects.reps().present(on=today)
    if contact.owner_id and (owner := reps.filter(pk=contact.owner_id).first()):
        return Assignment(owner, None, "owner")
    if contact.company_id and (rep := _rep_of_company(contact, reps)):
        return Assignment(rep, None, "company")
    first_team = None
    for team in _teams_for(contact):
        first_team = first_team or team
        members = reps.filter(memberships__team=team)
        if rep := with_most_room(members):
            return Assignment(rep, team, "team")
    just_reps = reps.filter(role=User.Role.REP)
    if rep := with_most_room(just_reps):
        return Assignment(rep, None, "free")
    return Assignment(None, first_team, "nobody_free")


def with_most_room(reps: QuerySet[User]) -> User | None:
    """Who can take on the most; of those the one with the fewest leads."""
    load = Count("handoffs", filter=Q(handoffs__status__in=Handoff.OPEN), distinct=True)
    ranked = reps.annotate(load=load).filter(load__lt=F("capacity"))
    return ranked.order_by(F("load") - F("capacity"), "load", "pk").first()


def who_decides(*, team: Team | None, on: date) -> list[User]:
    """Who is told of a lead that nobody has room for.

    Who leads the team; else all team leads; else the administrators. Those who are
    absent only if all of them are.
    """
    leads = User.objects.active().filter(role=User.Role.LEAD)
    circles = [leads, User.objects.administrators()]
    if team is not None:
        leading = Q(memberships__team=team, memberships__is_lead=True)
        circles.insert(0, User.objects.active().filter(leading))
    for people in [circle.present(on=on) for circle in circles] + circles:
        if found := list(people.order_by("pk")):
            return found
    return []


def _rep_of_company(contact: Contact, reps: QuerySet[User]) -> User | None:
    colleagues = Contact.objects.filter(
        company=contact.company_id, owner__in=reps
    ).exclude(pk=contact.pk)
    latest = colleagues.select_related("owner").order_by("-updated_at", "-pk").first()
    return latest.owner if latest else None


def _teams_for(contact: Contact) -> Iterator[Team]:
    visit = (
        PhaseVisit.objects.filter(contact=contact, left_at=None)
        .select_related("phase__team")
        .first()
    )
    if visit is None:
        return
    seen = set()
    if visit.phase.team:
        seen.add(visit.phase.team_id)
        yield visit.phase.team
    theirs = Phase.objects.filter(
        journey=visit.phase.journey_id,
        stage__in=[Phase.Stage.HANDOFF, Phase.Stage.SALES],
        team__isnull=False,
    ).select_related("team")
    for phase in theirs.order_by("position", "pk"):
        if phase.team_id not in seen:
            seen.add(phase.team_id)
            yield phase.team
