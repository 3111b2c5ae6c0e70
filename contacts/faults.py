"""What is wrong with what was handed in."""

from leadhub.errors import InvalidValue


class InvalidContact(InvalidValue):
    """Something about the contact cannot be taken; ``errors`` has all of it."""

    code = "invalid_contact"

    def __init__(self, errors: list[InvalidValue]) -> None:
        super().__init__(str(errors[0]), attr=errors[0].attr)
        self.code = errors[0].code
        self.errors = errors


class UnknownField(InvalidValue):
    code = "unknown"
