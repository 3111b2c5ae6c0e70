"""Whose lead it is, for one contact or for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from contacts.conditions.evaluation import matches_each
from contacts.models import Contact
from journeys.models import Interaction, Phase, PhaseVisit, Team, TeamMember
from sales.assignment import Assignment, Passed
from sales.models import Claim, Handoff, Territory
from sales.selectors.calendars import working_times

# Who talked to somebody longer ago than this is no longer known to them.
REMEMBERED = timedelta(days=365)


class Assigner:
    """Says who gets which of ``contacts``, if it becomes ready at ``at``.

    In this order: the contact's owner; the rep who talked to it last (a claim, an
    accepted handoff, a call, meeting or mail, a personal link), in the last year; who
    owns another contact of the company, the one changed last; the first territory
    whose condition holds; the team of the contact's phase, then teams of its journey's
    handoff and sales phases; any rep.

    Those who are absent get nothing, nor those in ``without``. Owners, who is known and
    the company's rep get it however busy they are; from territories on only who has
    room, those first who are at work at that moment. A dozen queries, however many
    contacts there are.
    """

    def __init__(
        self,
        contacts: Sequence[Contact],
        *,
        at: datetime,
        without: Collection[int] = (),
    ) -> None:
        self.at, self.without = at, frozenset(without)
        load = Count(
            "handoffs", filter=Q(handoffs__status__in=Handoff.OPEN), distinct=True
        )
        rows = User.objects.reps().annotate(load=load).order_by("pk")
        self.reps: dict[int, Any] = {rep.pk: rep for rep in rows}
        today = timezone.localdate(at)
        self.absent = {
            pk
            for pk, rep in self.reps.items()
            if rep.absent_until is not None and rep.absent_until >= today
        }
        self.here = [
            pk for pk in self.reps if pk not in self.absent and pk not in self.without
        ]
        self.working = working_times(list(self.reps.values()), at=at)
        self.ties = self._ties(contacts)
        self.territories = self._territories(contacts)
        self.teams, self.members = self._teams(contacts)

    def of(self, contact: Contact) -> Assignment:
        passed: list[Passed] = []
        for ask in (
            self._owner,
            self._known,
            self._company,
            self._territory,
            self._team,
            self._free,
        ):
            answer = ask(contact)
            if isinstance(answer, Assignment):
                return self._with(answer, passed)
            passed.append(answer)
        teams = self.teams[contact.pk]
        nobody = Assignment(None, teams[0] if teams else None, "nobody_free")
        return self._with(nobody, passed)

    def take(self, assignment: Assignment) -> None:
        """Count it as one more that its rep has: what comes next sees that."""
        if assignment.assignee is not None:
            self.reps[assignment.assignee.pk].load += 1

    # The rules, in their order ---------------------------------------------------

    def _owner(self, contact: Contact) -> Assignment | Passed:
        owner_id = contact.owner_id
        if owner_id is None:
            return Passed("owner", "none")
        if owner_id in self.here:
            return Assignment(self.reps[owner_id], None, "owner")
        why = "missed" if owner_id in self.without else "no_rep"
        why = "absent" if owner_id in self.absent else why
        return Passed("owner", why, str(contact.owner))

    def _known(self, contact: Contact) -> Assignment | Passed:
        tie = self.ties[contact.pk]
        talks = [
            (tie[f"{name}_at"], tie[name])
            for name in ("claimed", "accepted", "touched")
            if tie[name] is not None
        ]
        if not talks:
            return Passed("known", "none")
        _at, rep_id = max(talks)
        return Assignment(self.reps[rep_id], None, "known")

    def _company(self, contact: Contact) -> Assignment | Passed:
        rep_id = self.ties[contact.pk]["colleague"]
        if rep_id is None:
            return Passed("company", "none")
        return Assignment(self.reps[rep_id], None, "company")

    def _territory(self, contact: Contact) -> Assignment | Passed:
        for territory, ids in self.territories:
            if contact.pk not in ids:
                continue
            team = territory.team
            among = self.members[team.pk] if team else [territory.rep_id]
            if rep := self._most_room(among):
                return Assignment(rep, team, "territory", territory.name)
            return Passed("territory", "full", territory.name)
        return Passed("territory", "none")

    def _team(self, contact: Contact) -> Assignment | Passed:
        teams = self.teams[contact.pk]
        for team in teams:
            if rep := self._most_room(self.members[team.pk]):
                return Assignment(rep, team, "team", team.name)
        if teams:
            return Passed("team", "full", teams[0].name)
        return Passed("team", "none")

    def _free(self, contact: Contact) -> Assignment | Passed:
        reps = [pk for pk, rep in self.reps.items() if rep.role == User.Role.REP]
        if rep := self._most_room(reps):
            return Assignment(rep, None, "free")
        return Passed("free", "full")

    def _most_room(self, ids: Iterable[int]) -> User | None:
        """Who is at work first; of those who can take on the most; then the fewest."""
        there = [self.reps[pk] for pk in ids if pk in self.here]
        ranked = [
            (
                not self.working[rep.pk].is_open(self.at),
                rep.load - rep.capacity,
                rep.load,
                rep.pk,
            )
            for rep in there
            if rep.load < rep.capacity
        ]
        return self.reps[min(ranked)[-1]] if ranked else None

    def _with(self, answer: Assignment, passed: list[Passed]) -> Assignment:
        return Assignment(
            answer.assignee,
            answer.team,
            answer.because,
            answer.because_of,
            tuple(passed),
        )

    # What they ask for -----------------------------------------------------------

    def _ties(self, contacts: Sequence[Contact]) -> dict[int, dict[str, Any]]:
        """What binds contacts to reps who are here: one query."""
        mine, since = OuterRef("pk"), self.at - REMEMBERED
        claims = Claim.objects.filter(
            contact=mine, rep__in=self.here, at__gte=since
        ).order_by("-at", "-pk")
        accepted = Handoff.objects.filter(
            contact=mine, assignee__in=self.here, accepted_at__gte=since
        ).order_by("-accepted_at", "-pk")
        touches = Interaction.objects.filter(
            contact=mine, by__in=self.here, occurred_at__gte=since
        ).order_by("-occurred_at", "-pk")
        colleagues = (
            Contact.objects.filter(company=OuterRef("company"), owner__in=self.here)
            .exclude(pk=mine)
            .order_by("-updated_at", "-pk")
        )
        rows = Contact.objects.filter(pk__in=[contact.pk for contact in contacts])
        rows = rows.annotate(
            claimed=_first(claims, "rep"),
            claimed_at=_first(claims, "at"),
            accepted=_first(accepted, "assignee"),
            accepted_at=_first(accepted, "accepted_at"),
            touched=_first(touches, "by"),
            touched_at=_first(touches, "occurred_at"),
            colleague=_first(colleagues, "owner"),
        )
        names = ("claimed", "accepted", "touched")
        wanted = ["pk", "colleague", *names, *(f"{name}_at" for name in names)]
        return {row["pk"]: row for row in rows.values(*wanted)}

    def _territories(
        self, contacts: Sequence[Contact]
    ) -> list[tuple[Territory, frozenset[int]]]:
        rows = Territory.objects.select_related("team", "rep")
        territories = list(rows.order_by("position", "pk"))
        conditions = [territory.condition for territory in territories]
        found = matches_each(conditions, contacts, at=self.at)
        return list(zip(territories, found, strict=True))

    def _teams(
        self, contacts: Sequence[Contact]
    ) -> tuple[dict[int, list[Team]], dict[int, list[int]]]:
        """Contact id -> the teams of its journey, in order; team id -> its members."""
        visits = PhaseVisit.objects.filter(
            contact__in=[contact.pk for contact in contacts], left_at=None
        ).select_related("phase__team")
        visits = list(visits)
        handing = Phase.objects.filter(
            journey__in={visit.phase.journey_id for visit in visits},
            stage__in=[Phase.Stage.HANDOFF, Phase.Stage.SALES],
            team__isnull=False,
        ).select_related("team")
        later: dict[int, list[Team]] = defaultdict(list)
        if visits:
            for phase in handing.order_by("position", "pk"):
                later[phase.journey_id].append(phase.team)
        teams: dict[int, list[Team]] = defaultdict(list)
        for visit in visits:
            first = [visit.phase.team] if visit.phase.team else []
            theirs = [*first, *later[visit.phase.journey_id]]
            teams[visit.contact_id] = list({team.pk: team for team in theirs}.values())
        members: dict[int, list[int]] = defaultdict(list)
        wanted = {team.pk for found in teams.values() for team in found}
        wanted |= {row.team_id for row, _ids in self.territories if row.team_id}
        if wanted:
            rows = TeamMember.objects.filter(team__in=wanted)
            for team_id, user_id in rows.values_list("team", "user"):
                members[team_id].append(user_id)
        return teams, members


def _first(rows: QuerySet[Any], name: str) -> Subquery:
    return Subquery(rows.values(name)[:1])
