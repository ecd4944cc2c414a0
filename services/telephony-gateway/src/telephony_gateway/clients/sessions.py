"""The notes of calls in Redis, field by field, so that two functions of one call do not overwrite each other's."""

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from telephony_gateway.clients.shared import AWAY, SharedMemory, text_of
from telephony_gateway.domain.session import EarlierWish, Offer, Session, Window
from telephony_gateway.usecases.ports import Look

REMEMBERED = timedelta(hours=3)
"""Longer than any call; a session that is not closed ends by itself."""
_FIELDS = tuple(field.name for field in fields(Session) if field.name != "as_read")
_REMEMBERED_MS = REMEMBERED // timedelta(milliseconds=1)
OWN_MAX = 2_000
"""Sessions that a process keeps for the time when Redis is away."""


class RedisSessions:
    """Shared by all replicas; each has its own copy of those it served, for when Redis is out of reach."""

    def __init__(self, shared: SharedMemory) -> None:
        self._shared = shared
        self._own: dict[str, dict[str, str]] = {}
        self._unwritten: dict[str, dict[str, str]] = {}

    async def of(self, tenant_id: str, call_id: str) -> Session:
        """The notes of one call. Where Redis was away when they were written, or has lost them, ours count."""
        return await self.look(tenant_id, call_id)()

    def look(self, tenant_id: str, call_id: str) -> Look:
        """The same, asked at once, in one go with what else is asked of Redis, and read when it is called for."""
        key = _key(tenant_id, call_id)
        return partial(self._read, key, self._shared.begin("HGETALL", key))

    async def _read(self, key: str, coming: Awaitable[Any]) -> Session:
        found = await coming
        if found is AWAY:
            return _session(self._own.get(key, {}))
        if stored := {text_of(name): text_of(text) for name, text in _pairs(found)}:
            return _session({**stored, **self._unwritten.get(key, {})})
        # Lost there, or let go by a replica that has heard of the call's end: what was held may be held by others.
        return _session({name: text for name, text in self._own.get(key, {}).items() if name != "vouchers"})

    async def keep(self, tenant_id: str, call_id: str, session: Session) -> None:
        """Store the fields that have changed since they were read."""
        key, now, before = _key(tenant_id, call_id), _values(session), session.as_read
        changed = {
            name: _encoded(value)
            for name, value in now.items()
            if name not in before or before[name] != value
        }
        if not changed:
            return
        session.as_read = now
        self._remember(key, {**self._own.get(key, {}), **changed})
        self._write(key, {**self._unwritten.pop(key, {}), **changed})

    def _write(self, key: str, changed: dict[str, str]) -> None:
        """Nobody waits for it: whoever reads the notes next asks Redis after that."""
        flat = [part for pair in changed.items() for part in pair]

        def told(answer: object) -> None:
            if answer is AWAY:
                self._unwritten[key] = {**changed, **self._unwritten.get(key, {})}

        self._shared.tell("HSET", key, *flat, heard=told)
        self._shared.tell("PEXPIRE", key, _REMEMBERED_MS)

    async def forget(self, tenant_id: str, call_id: str) -> None:
        """Close a call's notes; what is late after that begins anew."""
        key = _key(tenant_id, call_id)
        self._own.pop(key, None)
        self._unwritten.pop(key, None)
        await self._shared.ask(lambda redis: redis.delete(key))

    def _remember(self, key: str, stored: dict[str, str]) -> None:
        self._own.pop(key, None)
        self._own[key] = stored
        if len(self._own) > OWN_MAX:
            oldest = next(iter(self._own))
            del self._own[oldest]
            self._unwritten.pop(oldest, None)


def _key(tenant_id: str, call_id: str) -> str:
    return f"gateway:session:{tenant_id}:{call_id}"


def _pairs(flat: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)


def _values(session: Session) -> dict[str, object]:
    return {name: getattr(session, name) for name in _FIELDS}


def _plain(value: datetime | bytes | Offer | EarlierWish | Window) -> object:
    """Of what JSON does not know: instants, bytes, and our own values by their fields."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return b2a_base64(value, newline=False).decode()
    return vars(value)


_encoded = json.JSONEncoder(default=_plain).encode


def _session(stored: dict[str, str]) -> Session:
    known = {name: text for name, text in stored.items() if name in _FIELDS}
    session = Session(**{name: _READERS.get(name, str)(json.loads(text)) for name, text in known.items()})
    session.as_read = _values(session)
    return session


def _offers(value: list[dict[str, Any]]) -> tuple[Offer, ...]:
    return tuple(Offer(**{**one, "start": datetime.fromisoformat(one["start"])}) for one in value)


def _heard(value: list[str]) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(one) for one in value)


def _wish(value: dict[str, Any] | None) -> EarlierWish | None:
    if value is None:
        return None
    windows = tuple(
        Window(datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]))
        for one in value["windows"]
    )
    start = datetime.fromisoformat(value["start"]) if value["start"] else None
    more = tuple(value.get("more_service_ids", ()))
    return EarlierWish(**{**value, "start": start, "windows": windows, "more_service_ids": more})


def _vouchers(value: dict[str, str]) -> dict[str, bytes]:
    return {option_id: a2b_base64(text) for option_id, text in value.items()}


_READERS: dict[str, Callable[[Any], Any]] = {
    "offers": _offers,
    "vouchers": _vouchers,
    "heard": _heard,
    "wish": _wish,
    "choices": tuple,
    "called_off": tuple,
    "asked_series": tuple,
}
