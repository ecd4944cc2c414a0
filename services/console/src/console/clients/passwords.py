"""Passwords by argon2."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Passwords:
    """argon2id with the library's current parameters."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self.nobodys = self._hasher.hash("nobody knows this one")

    def hash(self, password: str) -> str:
        """See Passwords."""
        return self._hasher.hash(password)

    def matches(self, password: str, password_hash: str) -> bool:
        """See Passwords."""
        try:
            self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash != self.nobodys

    def is_old(self, password_hash: str) -> bool:
        """See Passwords."""
        return self._hasher.check_needs_rehash(password_hash)
