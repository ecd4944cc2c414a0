"""Passwords and keys of this installation: made once, kept in a file that only its owner reads."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


class KeptSecrets:
    """Secrets by name, made when first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def password(self, name: str) -> str:
        """A password that needs no escaping in a URL."""
        return self._keep(name, lambda: secrets.token_hex(16))

    def key(self, name: str) -> str:
        """32 random bytes in URL-safe base64."""
        return self._keep(name, lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())

    def _keep(self, name: str, make: Callable[[], str]) -> str:
        if name not in self._known:
            self._known[name] = make()
            write_private(self._path, json.dumps(self._known, indent=2))
        return self._known[name]


def write_private(path: Path, text: str) -> None:
    """Replace the file as a whole; at no moment can anybody else read it."""
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    unfinished.rename(path)
