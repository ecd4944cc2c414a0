"""What is different between two versions of a business, in words that an operator reads. Secrets are never quoted."""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from staff_registry.domain.business import Branch, Business, Person, PhaseMapping, Policy, Service
from staff_registry.domain.pointing import Thing, key_of
from staff_registry.domain.wording import said

_WHOLE_TEXT_MAX = 500
_NOT_COMPARED = frozenset({"key", "branches", "people", "services", "mappings", "policies"})


class ChangeKind(enum.Enum):
    """What has happened."""

    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"
    RETIRED = "RETIRED"
    """Kept for what was booked, and offered no more."""


@dataclass(frozen=True)
class Change:
    """One thing that is different."""

    kind: ChangeKind
    subject: str
    """business, branch, person, service, mapping or policy"""
    key: str
    name: str = ""
    field: str = ""
    """Which property has changed; "" where the whole thing has come or gone."""
    before: str = ""
    after: str = ""


def differences(before: Business | None, after: Business) -> tuple[Change, ...]:
    """Everything that is different, in the order in which a file has it; of two canonical businesses."""
    return (
        *_head(before, after),
        *_things("branch", before.branches if before else (), after.branches),
        *_things("service", before.services if before else (), after.services),
        *_things("person", before.people if before else (), after.people),
        *_things("policy", before.policies if before else (), after.policies),
        *_things("mapping", before.mappings if before else (), after.mappings),
    )


def _head(before: Business | None, after: Business) -> Iterator[Change]:
    if before is None:
        yield Change(ChangeKind.ADDED, "business", after.key, after.name)
        return
    for field, texts in _inner(before, after):
        if field not in _NOT_COMPARED:
            yield _changed("business", after.key, after.name, field, texts)


def _things(subject: str, before: Sequence[Thing], after: Sequence[Thing]) -> Iterator[Change]:
    old, new = _by_key(before), _by_key(after)
    for key, thing in new.items():
        if key not in old:
            yield Change(ChangeKind.ADDED, subject, key, _name(thing), after=_whole(thing))
        elif old[key] != thing:
            yield from _inside(subject, key, old[key], thing)
    for key, thing in old.items():
        if key not in new:
            yield Change(ChangeKind.REMOVED, subject, key, _name(thing), before=_whole(thing))
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change(
            ChangeKind.CHANGED, subject, "*", field="order", before=", ".join(old), after=", ".join(new)
        )


def _by_key(things: Iterable[Thing]) -> Mapping[str, Thing]:
    return {key_of(thing): thing for thing in things}


def _name(thing: Thing) -> str:
    return "" if isinstance(thing, PhaseMapping | Policy) else thing.name


def _whole(thing: Thing) -> str:
    return _text(thing) if isinstance(thing, PhaseMapping) else ""


def _inside(subject: str, key: str, old: Thing, new: Thing) -> Iterator[Change]:
    if _is_retired(new) and not _is_retired(old):
        yield Change(ChangeKind.RETIRED, subject, key, _name(new))
    for field, texts in _inner(old, new):
        if field != "retired" or not _is_retired(new):
            yield _changed(subject, key, _name(new), field, texts)


def _inner(old: Any, new: Any, prefix: str = "") -> Iterator[tuple[str, tuple[str, str]]]:  # noqa: ANN401 - of any kind
    """Which properties of two things of a kind differ, those of their parts included, with the words for both."""
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        path = f"{prefix}{field.name}"
        if before == after:
            continue
        if not field.repr:
            yield path, ("kept secret" if before else "none", "another one" if after else "none")
        elif is_dataclass(before) and is_dataclass(after):
            yield from _inner(before, after, f"{path}.")
        else:
            yield path, _texts(before, after)


def _is_retired(thing: Thing) -> bool:
    return isinstance(thing, Branch | Person | Service) and thing.retired


def _changed(subject: str, key: str, name: str, field: str, texts: tuple[str, str]) -> Change:
    return Change(ChangeKind.CHANGED, subject, key, name, field, *texts)


def _texts(old: object, new: object) -> tuple[str, str]:
    """Of lists only what has gone and what has come, unless only their order or what is secret in them has changed."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        gone = tuple(item for item in old if item not in new)
        come = tuple(item for item in new if item not in old)
        if gone or come:
            before, after = _text(gone), _text(come)
            return (before, after) if before != after else (before, f"{after} (its secret or its note)")
    return _text(old), _text(new)


def _text(value: object) -> str:
    return said(value)[:_WHOLE_TEXT_MAX]
