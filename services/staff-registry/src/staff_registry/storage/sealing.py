"""Encryption of secrets at rest."""

from cryptography.fernet import Fernet, MultiFernet


class Sealer:
    """Turns secrets into tokens and back. An empty secret is an empty token: there is nothing to hide."""

    def __init__(self, keys: str) -> None:
        """Keys separated by commas; the first encrypts, all decrypt. Raises ValueError where one is malformed."""
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError:
            # Not chained: the cause could quote the key.
            raise ValueError("expected Fernet keys (32 bytes in URL-safe base64), comma separated") from None

    def seal(self, secret: str) -> str:
        """The token to store."""
        return self._fernet.encrypt(secret.encode()).decode() if secret else ""

    def unseal(self, token: str) -> str:
        """The secret again. Raises cryptography.fernet.InvalidToken where none of the keys fits."""
        return self._fernet.decrypt(token.encode()).decode() if token else ""
