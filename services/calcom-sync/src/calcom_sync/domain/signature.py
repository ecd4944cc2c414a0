"""Whether a webhook comes from Cal.com."""

import hashlib
import hmac
import re

UNSIGNED = "no-secret-provided"
"""What Cal.com sends where its webhook has no secret; anybody can send that."""


def signed_by(secret: str, body: bytes, signature: str) -> bool:
    """Whether ``signature`` is the hex HMAC-SHA256 of the raw body. Without a secret nothing is ever signed."""
    if not secret or signature == UNSIGNED:
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.lower().encode())


def looks_signed(signature: str) -> bool:
    """Whether it could be a signature at all."""
    return re.fullmatch(r"[0-9a-fA-F]{64}", signature) is not None
