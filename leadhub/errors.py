"""What verbs raise when a rule of the business says no."""


class DomainError(Exception):
    """A business rule said no.

    ``code`` is stable and goes to API clients; the message is shown to people.
    Subclasses live next to the verb that raises them.
    """

    code = "domain_error"


class InvalidValue(DomainError):
    """What was handed in is wrong, whatever the state of things.

    ``attr`` names the field, so that a form can mark it.
    """

    code = "invalid"
    attr: str | None = None

    def __init__(self, message: str, *, attr: str | None = None) -> None:
        super().__init__(message)
        if attr is not None:
            self.attr = attr
