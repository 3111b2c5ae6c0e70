"""When the people of the demo work, and whose contacts are which."""

from __future__ import annotations

TEAM = "Inside sales"
TEAM_DAY = "Team day"
# (name, field, value, whose)
TERRITORIES = (
    ("Schools and universities", "company.industry", "Education", "rep2"),
    ("Austria and Switzerland", "company.country", ("AT", "CH"), TEAM),
)
HOLIDAYS = (
    ((1, 1), "New Year's Day"),
    ((5, 1), "Labor Day"),
    ((12, 25), "Christmas Day"),
    ((12, 26), "Boxing Day"),
)
# Who starts earlier, and is away on Friday afternoons.
HOURS = {
    **{day: ["08:00", "16:30"] for day in ("mon", "tue", "wed", "thu")},
    "fri": ["08:00", "14:00"],
}
