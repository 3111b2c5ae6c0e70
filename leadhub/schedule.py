"""Everything that runs by the clock, on one page. Intervals are in seconds."""

SCHEDULE: dict[str, dict] = {}
