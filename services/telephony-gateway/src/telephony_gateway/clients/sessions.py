"""The notes of calls in Redis, field by field, so that two functions of one call do not overwrite each other's."""

import asyncio
import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from redis_line import OneConnection
from telephony_gateway.clients.shared import AWAY, SharedMemory, text_of
from telephony_gateway.domain.session import Doubted, EarlierWish, Offer, Session, Window
from telephony_gateway.usecases.ports import Look

REMEMBERED = timedelta(hours=3)
"""Longer than any call; a session that is not closed ends by itself."""
_FIELDS = tuple(field.name for field in fields(Session) if field.name != "as_read")
_REMEMBERED_MS = REMEMBERED // timedelta(milliseconds=1)
OWN_MAX = 2_000
"""Sessions that a process keeps for the time when Redis is away."""
_TOGETHER = (
    frozenset({"offers", "vouchers", "wish", "heard"}),
    frozenset({"asked_option", "asked_series"}),
    frozenset({"chosen_option", "chosen_series"}),
    frozenset({"doubtful_name", "name_fault"}),
)
"""Fields that mean something only beside each other: two functions of one call must not mix them."""
_OVER = "over"
"""A field of notes that were closed: whoever has a copy of his own knows by it that they were not lost."""
Pending = dict[str, tuple[str, str]]
"""What could not be written: of each field what it was, and what it should be."""


class RedisSessions:
    """Shared by all replicas; each has its own copy of those it served, for when Redis is out of reach."""

    def __init__(self, shared: SharedMemory) -> None:
        self._shared = shared
        self._own: dict[str, dict[str, str]] = {}
        self._unwritten: dict[str, Pending] = {}

    async def of(self, tenant_id: str, call_id: str) -> Session:
        """The notes of one call. Where Redis was away when they were written, or has lost them, ours count."""
        return await self.look(tenant_id, call_id)()

    def look(self, tenant_id: str, call_id: str) -> Look:
        """The same, asked at once, in one go with what else is asked of Redis, and read when it is called for."""
        key = _key(tenant_id, call_id)
        return partial(self._read, key, self._shared.begin("HGETALL", key))

    async def _read(self, key: str, coming: Awaitable[Any]) -> Session:
        found = await coming
        stored = {} if found is AWAY else {text_of(name): text_of(text) for name, text in _pairs(found)}
        if _OVER in stored:
            self._forget(key)
        if stored:
            return _session({**stored, **self._still_to_write(key, stored)})
        own = self._own.get(key, {})
        # What another replica has replaced or let go since may be held by others: our own copy vouches for nothing.
        session = _session({name: text for name, text in own.items() if name != "vouchers"})
        if own and found is not AWAY:
            # Redis has lost all of it: all of it is to be written again.
            session.as_read = {}
        return session

    def _still_to_write(self, key: str, stored: Mapping[str, str]) -> dict[str, str]:
        """What could not be written, but for what somebody else has written since."""
        if key not in self._unwritten:
            return {}
        pending = self._unwritten[key]
        stale = {name for name, (before, _) in pending.items() if stored.get(name, _UNTOLD[name]) != before}
        left = {name: pair for name, pair in pending.items() if not stale & _beside(name)}
        self._unwritten[key] = left
        return {name: text for name, (_, text) in left.items()}

    async def keep(self, tenant_id: str, call_id: str, session: Session) -> None:
        """Store the fields that have changed since they were read, and those that belong to them."""
        key, now, before = _key(tenant_id, call_id), _values(session), session.as_read
        changed = {name for name, value in now.items() if name not in before or before[name] != value}
        if not changed:
            return
        session.as_read = now
        written: Pending = {
            name: (_encoded(before[name]) if name in before else _UNTOLD[name], _encoded(now[name]))
            for name in frozenset[str]().union(*map(_beside, changed))
        }
        earlier = self._unwritten.pop(key, {})
        written = {**earlier, **{name: _since(earlier.get(name), pair) for name, pair in written.items()}}
        self._remember(key, {**self._own.get(key, {}), **{name: text for name, (_, text) in written.items()}})
        self._write(key, written)

    def _write(self, key: str, written: Pending) -> None:
        """Nobody waits for it: whoever reads the notes next asks Redis after that."""
        flat = [part for name, (_, text) in written.items() for part in (name, text)]

        def told(answer: object) -> None:
            if answer is AWAY:
                later = self._unwritten.get(key, {})
                self._unwritten[key] = {
                    **written,
                    **{name: _since(written.get(name), pair) for name, pair in later.items()},
                }

        self._shared.tell("HSET", key, *flat, heard=told)
        self._shared.tell("PEXPIRE", key, _REMEMBERED_MS)

    async def forget(self, tenant_id: str, call_id: str) -> tuple[str, ...]:
        """Close a call's notes; what is late after that begins anew, also at a replica that has a copy of them. The options of
        which a booking may be under way."""
        key = _key(tenant_id, call_id)
        own = self._own.get(key, {})
        self._forget(key)

        async def close(redis: OneConnection) -> str:
            kept = await redis.send("HGET", key, "kept") or own.get("kept", "")
            # Also for who tells of the end once more.
            closed = (_OVER, "1", "kept", kept) if kept else (_OVER, "1")
            told = ("DEL", key), ("HSET", key, *closed), ("PEXPIRE", key, _REMEMBERED_MS)
            await asyncio.gather(*(redis.send(*command) for command in told))
            return text_of(kept)

        noted = await self._shared.ask(close)
        if noted is None:
            noted = own.get("kept", "")
        return tuple(json.loads(noted)) if noted else ()

    def _forget(self, key: str) -> None:
        self._own.pop(key, None)
        self._unwritten.pop(key, None)

    def _remember(self, key: str, stored: dict[str, str]) -> None:
        self._own.pop(key, None)
        self._own[key] = stored
        if len(self._own) > OWN_MAX:
            self._forget(next(iter(self._own)))


def _beside(name: str) -> frozenset[str]:
    """The fields that are written with one of them."""
    return next((fields for fields in _TOGETHER if name in fields), frozenset({name}))


def _since(earlier: tuple[str, str] | None, pair: tuple[str, str]) -> tuple[str, str]:
    """What has changed since the earlier one, which could not be written."""
    return (earlier[0], pair[1]) if earlier else pair


def _key(tenant_id: str, call_id: str) -> str:
    return f"gateway:session:{tenant_id}:{call_id}"


def _pairs(flat: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)


def _values(session: Session) -> dict[str, object]:
    return {name: getattr(session, name) for name in _FIELDS}


def _plain(value: datetime | bytes | Offer | EarlierWish | Doubted | Window) -> object:
    """Of what JSON does not know: instants, bytes, and our own values by their fields."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return b2a_base64(value, newline=False).decode()
    if isinstance(value, Offer) and not value.people:
        # A replica of the version before reads the notes as well, and knows no people.
        return {name: one for name, one in vars(value).items() if name != "people"}
    return vars(value)


_encoded = json.JSONEncoder(default=_plain).encode
_UNTOLD = {name: _encoded(value) for name, value in _values(Session()).items()}
"""What a field is while nothing was said of it."""


def _session(stored: dict[str, str]) -> Session:
    known = {name: text for name, text in stored.items() if name in _FIELDS}
    session = Session(**{name: _READERS.get(name, str)(json.loads(text)) for name, text in known.items()})
    session.as_read = _values(session)
    return session


def _offers(value: list[dict[str, Any]]) -> tuple[Offer, ...]:
    return tuple(
        Offer(
            **{**one, "start": datetime.fromisoformat(one["start"]), "people": tuple(one.get("people", ()))}
        )
        for one in value
    )


def _heard(value: list[str]) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(one) for one in value)


def _doubted(value: dict[str, Any] | None) -> Doubted | None:
    return Doubted(**{**value, "asked_at": datetime.fromisoformat(value["asked_at"])}) if value else None


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
    "doubted": _doubted,
    "choices": tuple,
    "asked_services": tuple,
    "asked_visits": lambda value: tuple(map(tuple, value)),
    "called_off": tuple,
    "asked_series": tuple,
    "chosen_series": tuple,
    "kept": tuple,
}
