"""What the board's templates look up."""

from typing import Any

from django import template

register = template.Library()


@register.simple_tag
def targets_from(targets: dict[str, Any], stage: str) -> Any:
    """The phases that a contact in a phase of ``stage`` may or may not go to."""
    return targets[stage]
