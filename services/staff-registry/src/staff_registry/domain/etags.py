"""Marks that change with the content; no secret goes into them, since they are logged and compared anywhere."""

import hashlib
import json
from dataclasses import asdict

from staff_registry.domain.business import Registered


def business_etag(registered: Registered) -> str:
    """Changes with every import that changed something, a secret included: the revision counts those."""
    return _hash(asdict(registered.business.without_secrets()), registered.revision)


def calendar_etag(registered: Registered) -> str:
    """Changes when a key, the webhook secret, an account or a mapping does (and with other changes, harmlessly)."""
    return _hash(["calendar", registered.business.key], registered.revision)


def _hash(content: object, revision: int) -> str:
    text = json.dumps([content, revision], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
