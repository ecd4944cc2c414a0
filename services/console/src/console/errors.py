"""What can go wrong for an operator; ``pages.app`` maps each to an answer once.

ConsoleError
├── SignInNeededError       → to the sign-in
├── SignInRefusedError      → the sign-in again, with the reason
├── PasswordRefusedError    → its form again
├── ForbiddenError          → 403
├── ForgedRequestError      → 403
└── NotFoundError           → 404
"""


class ConsoleError(Exception):
    """Something an operator can act on; all else is a bug."""

    def __init__(self, message: str, **details: str) -> None:
        super().__init__(message)
        self.details = details


class SignInNeededError(ConsoleError):
    """Nobody is signed in, or the session is over."""


class SignInRefusedError(ConsoleError):
    """Wrong address or password, or too many of them: ``details["until"]`` (ISO) says how long."""


class PasswordRefusedError(ConsoleError):
    """Too short, or too long, to be one."""


class ForbiddenError(ConsoleError):
    """The role does not include it."""


class ForgedRequestError(ConsoleError):
    """A change that this page's own forms did not ask for."""


class NotFoundError(ConsoleError):
    """This business has no such thing; whether another has is nobody's concern."""
