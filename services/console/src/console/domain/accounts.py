"""People who use the console, and what each may do where."""

import enum
from dataclasses import dataclass
from uuid import UUID

from console.errors import ForbiddenError


class Role(enum.Enum):
    """What somebody is in one business."""

    OWNER = "owner"
    STAFF = "staff"
    SUPPORT = "support"


class Action(enum.Enum):
    """What can be done beside looking."""

    SEE_PERSONAL_DATA = "see_personal_data"
    CARE = "care"
    """Callbacks and the waiting list."""
    REPAIR = "repair"
    """Try a copy at Cal.com again, look it up, close its case."""
    RESOLVE_PEOPLE = "resolve_people"
    """Merge and link rows of people."""
    PRIVACY = "privacy"
    """Take a copy of all that is stored of a customer, and have her forgotten."""


PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.OWNER: frozenset(Action),
    Role.STAFF: frozenset({Action.SEE_PERSONAL_DATA, Action.CARE}),
    # Support mends what is broken and needs nobody's name for it.
    Role.SUPPORT: frozenset({Action.REPAIR, Action.RESOLVE_PEOPLE}),
}


@dataclass(frozen=True)
class Membership:
    """Somebody's role in one business."""

    tenant_id: str
    role: Role

    def allows(self, action: Action) -> bool:
        """Whether the role includes it."""
        return action in PERMISSIONS[self.role]

    def require(self, action: Action) -> None:
        """Raises ForbiddenError where the role does not include it."""
        if not self.allows(action):
            raise ForbiddenError(f"the role {self.role.value} may not {action.value}", action=action.value)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in. Belongs to one business or to several."""

    account_id: UUID
    email: str
    """Lower case; what is typed at the sign-in."""
    name: str
    language: str
    """ "de" or "en"."""
    memberships: tuple[Membership, ...]

    def membership(self, tenant_id: str) -> Membership | None:
        """The role in one business; None: nothing of it is to be seen."""
        return next((each for each in self.memberships if each.tenant_id == tenant_id), None)
