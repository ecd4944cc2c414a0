"""Encryption of secrets at rest."""

import re

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")


class SecretUnreadableError(RuntimeError):
    """A stored secret was encrypted with a key that the settings do not have. Nothing is overwritten then."""


class Sealer:
    """Turns secrets into tokens and back. An empty secret is an empty token: there is nothing to hide."""

    def __init__(self, keys: str) -> None:
        """Keys separated by commas; the first encrypts, all decrypt. Raises ValueError where one is malformed."""
        separate = [key.strip() for key in keys.split(",")]
        # Fernet itself reads base64 leniently: of two keys with a wrong separator it would take the first.
        if not all(_KEY.fullmatch(key) for key in separate):
            raise ValueError("expected Fernet keys (32 bytes in URL-safe base64), comma separated")
        fernets = [Fernet(key) for key in separate]
        self._first, self._fernet = fernets[0], MultiFernet(fernets)

    def seal(self, secret: str) -> str:
        """The token to store."""
        return self._fernet.encrypt(secret.encode()).decode() if secret else ""

    def unseal(self, token: str) -> str:
        """The secret again. Raises SecretUnreadableError where none of the keys fits."""
        try:
            return self._fernet.decrypt(token.encode()).decode() if token else ""
        except InvalidToken as error:
            raise SecretUnreadableError("none of RUFBUCH_SECRETS_KEY fits a stored secret") from error

    def reseal(self, token: str) -> str:
        """The token as the first key makes it; the same one where it does already. Raises SecretUnreadableError."""
        try:
            self._first.decrypt(token.encode())
        except InvalidToken:
            return self.seal(self.unseal(token))
        return token
