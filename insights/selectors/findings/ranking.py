"""All flaws of a journey, worst first."""

from __future__ import annotations

from insights.selectors.findings.phases import of_phases
from insights.selectors.findings.plans import of_measure, of_review
from insights.selectors.findings.record import CODES, Finding
from insights.selectors.health import Health


def findings(found: Health) -> list[Finding]:
    """At most one query, for phases that nobody entered."""
    rows = [
        *of_phases(found),
        *(flaw for effect in found.measures for flaw in of_measure(found, effect)),
        *of_review(found),
    ]
    return sorted(
        rows, key=lambda row: (row.severity, CODES.index(row.code), -row.contacts)
    )
