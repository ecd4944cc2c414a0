"""Ids that follow from keys: the same description gives the same ids on every installation."""

import json
from uuid import UUID, uuid5

NAMESPACE = UUID("6f1b6a54-52f5-4c0e-9a3d-0d2f1f6b7c11")
"""Never to be changed: every id of every installation follows from it."""


class Ids:
    """The ids of one business and of all that belongs to it."""

    def __init__(self, tenant_key: str) -> None:
        self._tenant_key = tenant_key
        self.tenant = self._id("tenant", tenant_key)

    def branch(self, key: str) -> UUID:
        """The id of a branch."""
        return self._id("branch", key)

    def person(self, key: str) -> UUID:
        """The id of a person."""
        return self._id("person", key)

    def account(self, key: str) -> UUID:
        """The id of a calendar account."""
        return self._id("account", key)

    def service(self, key: str) -> UUID:
        """The id of a service."""
        return self._id("service", key)

    def resource(self, key: str) -> UUID:
        """The id of a room or a device."""
        return self._id("resource", key)

    def _id(self, kind: str, key: str) -> UUID:
        # JSON keeps the parts apart: no two different triples make one text.
        return uuid5(NAMESPACE, json.dumps([self._tenant_key, kind, key]))


def parse_id(text: str) -> UUID | None:
    """The id that a text is in the one form that we give out, or None."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None
