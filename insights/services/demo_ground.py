"""What the demo stands on: users, teams, segments, journeys, a model, a page, views."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.models import User
from campaigns.models import Form, LandingPage
from campaigns.services.consent_texts import save_consent_text
from campaigns.services.pages import save_form, save_page
from contacts.models import SavedView, Segment
from insights.demo.plan import (
    AGREEMENT,
    FORM,
    JOURNEYS,
    PAGE,
    SEGMENTS,
    TEAMS,
    USERS,
    VIEWS,
    Costs,
)
from insights.services.demo_plans import as_it_was
from journeys.models import Journey, Measure, MeasureCost, Phase, Team
from journeys.services import plans
from journeys.services.costs import set_costs
from scoring.models import ScoringModel
from scoring.services.activation import activate_model
from scoring.services.shipped import create_default_model

# The phase that contacts of won deals come to.
CUSTOMER = "Customer"


def make_users(passwords: dict[str, str], *, at: datetime) -> dict[str, User]:
    return {
        name: User.objects.create_user(
            name,
            f"{name}@example.com",
            passwords[name],
            role=role,
            first_name=first,
            last_name=last,
            is_superuser=role == User.Role.ADMIN,
            date_joined=at,
            capacity=60,
        )
        for name, role, first, last in USERS
    }


def lay_out_ground(users: dict[str, User], *, at: datetime, today: datetime) -> None:
    marketer = users["marketer"]
    segments = {
        name: Segment.objects.create(
            name=name, condition=condition, created_by=marketer
        )
        for name, condition in SEGMENTS.items()
    }
    teams = {
        name: plans.save_team(
            team=Team(name=name, task=task), members=[users[m] for m in members]
        )
        for name, (task, members) in TEAMS.items()
    }
    for entry in JOURNEYS:
        review_date = (today + timedelta(days=entry["review_in_days"])).date()
        journey = Journey(
            name=entry["name"],
            description=entry["description"],
            segment=segments[entry["segment"]],
            review_date=review_date,
        )
        plans.save_journey(journey=journey, by=marketer, at=at)
        for name, stage, team, target, condition, measures in entry["phases"]:
            phase = Phase(
                journey=journey,
                name=name,
                position=None,
                stage=stage,
                team=teams[team],
                target_days=target,
                entry_condition=condition,
                outcome=Phase.Outcome.WON if name == CUSTOMER else "",
            )
            for field, value in as_it_was(journey.name, name).items():
                setattr(phase, field, value)
            plans.save_phase(phase=phase, by=marketer, at=at)
            for title, direction, channel, costs, campaign in measures:
                measure = Measure(
                    phase=phase,
                    name=title,
                    direction=direction,
                    channel=channel,
                    team=teams[team],
                    utm_campaign=campaign,
                )
                plans.save_measure(measure=measure, by=marketer, at=at)
                rows = _costs(costs, today.date())
                set_costs(measure=measure, costs=rows, by=marketer, at=at)
    model = create_default_model(by=marketer, at=at)
    activate_model(
        model=model, existing=ScoringModel.Existing.MARK_SEEN, by=marketer, at=at
    )
    form = save_form(form=Form(**FORM), by=marketer, at=at)
    save_consent_text(
        form=form,
        name="agreement",
        text=AGREEMENT,
        purposes=[],
        language=form.language,
        is_required=True,
        by=marketer,
        at=at,
    )
    save_page(page=LandingPage(form=form, **PAGE), by=marketer, at=at)
    for name, query in VIEWS:
        SavedView.objects.create(
            owner=marketer, name=name, query=query, is_shared=True, is_pinned=True
        )


def _costs(costs: Costs, today: date) -> list[MeasureCost]:
    return [
        MeasureCost(
            amount=euros,
            per=per,
            since_date=today - timedelta(days=first),
            until_date=None if last is None else today - timedelta(days=last),
            note=note,
        )
        for euros, per, first, last, note in costs
    ]
