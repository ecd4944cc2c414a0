"""Owns several services in one visit, one after the other, by one person or several, with the rooms and devices they need."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from availability.domain.ask import Option
from availability.domain.branch import BranchCalendar
from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusyKey
from availability.domain.planes import minutes_of
from availability.domain.service import Footprint, Service, use_of


@dataclass(frozen=True, slots=True)
class DeviceNeed:
    """A phase, by its number from 0, needs any one of these rooms or devices. Each has a calendar in the branch."""

    phase: int
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """One service of a visit: who could do it, each at their own pace, and what it needs besides a person."""

    services: Mapping[str, Service]
    needs: tuple[DeviceNeed, ...] = ()
    earliest: Mapping[str, int] = field(default_factory=dict)
    """Before which UTC epoch minute the visit cannot start with somebody; who is not in it sets no such bound."""


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """The device that a phase gets, and from when to when."""

    device_id: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Part:
    """A leg as it would be carried out."""

    option: Option
    devices: tuple[DeviceUse, ...]


@dataclass(slots=True)
class Visit:
    """A chain of legs without waiting in between. `ignoring` and `besides` are as in `Ask`."""

    branch: BranchCalendar
    legs: Sequence[Leg]
    ignoring: Collection[BusyKey] = ()
    besides: Mapping[str, Sequence[Busy]] = field(default_factory=dict)
    _known: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let the lattice become as fine as the whole visit needs before any masks meet."""
        for footprint in self._footprints(0, 0):
            self.branch.stencil(footprint)

    def mask(self, wanted: int) -> int:
        """The lattice points among `wanted` at which the whole visit can start. Raises UnknownPersonError."""
        return self._from(0, 0) & wanted

    def starts(self, wanted: int) -> list[int]:
        """The same as ascending UTC epoch minutes."""
        return minutes_of(self.mask(wanted), self.branch.lattice.origin_min, self.branch.lattice.step_min)

    def ways(self, start_min: int) -> list[tuple[Part, ...]]:
        """Who does what with which device if the visit starts then: one way for each who can begin, in the order of the leg.

        Whoever began goes on if possible; otherwise the first in the order of the leg. Devices likewise.
        """
        point, rest = divmod(start_min - self.branch.lattice.origin_min, self.branch.lattice.step_min)
        if rest or not 0 <= point < self.branch.lattice.points:
            return []
        return [self._way(point, start_min, first) for first in self._parts(0, 0, point, start_min, "")]

    def _way(self, point: int, start_min: int, first: Part) -> tuple[Part, ...]:
        parts = [first]
        offset = first.option.service.duration_min
        for number in range(1, len(self.legs)):
            # There is one: whoever began did so only because the legs after it work out.
            part = next(self._parts(number, offset, point, start_min, parts[-1].option.person_id))
            parts.append(part)
            offset += part.option.service.duration_min
        return tuple(parts)

    def _parts(self, number: int, offset: int, point: int, start_min: int, last: str) -> Iterator[Part]:
        leg = self.legs[number]
        for person_id in sorted(leg.services, key=lambda person_id: person_id != last):
            service = leg.services[person_id]
            able = self._able(leg, person_id, offset) & self._rest(number, service, offset)
            if able >> point & 1:
                option = Option(person_id, service, start_min + offset)
                yield Part(option, tuple(self._uses(leg, service, offset, point, start_min)))

    def _uses(
        self, leg: Leg, service: Service, offset: int, point: int, start_min: int
    ) -> Iterator[DeviceUse]:
        last = ""
        for need in leg.needs:
            use = _use(service, need, offset)
            devices = sorted(need.devices, key=lambda device_id: device_id != last)
            last = next(device_id for device_id in devices if self._fit(device_id, use) >> point & 1)
            yield DeviceUse(last, use.at(start_min)[0])

    def _from(self, number: int, offset: int) -> int:
        """The visit starts from which the legs from `number` on work out, that leg starting `offset` minutes in."""
        if number == len(self.legs):
            return self.branch.lattice.full
        key = (number, offset)
        if key not in self._known:
            leg = self.legs[number]
            self._known[key] = reduce(
                or_,
                (
                    self._able(leg, person_id, offset) & self._rest(number, service, offset)
                    for person_id, service in leg.services.items()
                ),
                0,
            )
        return self._known[key]

    def _able(self, leg: Leg, person_id: str, offset: int) -> int:
        """The visit starts for which one person could do the leg."""
        mask = self._fit(person_id, leg.services[person_id].footprint.later(offset))
        if person_id in leg.earliest:
            lattice = self.branch.lattice
            mask &= lattice.mask_of([(leg.earliest[person_id], lattice.end_min)])
        return mask

    def _rest(self, number: int, service: Service, offset: int) -> int:
        """The visit starts for which the leg has its devices and the legs after it work out."""
        mask = self._from(number + 1, offset + service.duration_min)
        for need in self.legs[number].needs:
            use = _use(service, need, offset)
            mask &= reduce(or_, (self._fit(device_id, use) for device_id in need.devices), 0)
        return mask

    def _fit(self, calendar_id: str, footprint: Footprint) -> int:
        stencil = self.branch.stencil(footprint)
        also = self.besides.get(calendar_id, ())
        return self.branch.person(calendar_id).starts(stencil, self.ignoring, also)

    def _footprints(self, number: int, offset: int) -> Iterator[Footprint]:
        """All that any leg could ask of anybody or anything, at whatever pace the legs before it go."""
        if number == len(self.legs):
            return
        leg = self.legs[number]
        for service in dict.fromkeys(leg.services.values()):
            yield service.footprint.later(offset)
            yield from (_use(service, need, offset) for need in leg.needs)
            yield from self._footprints(number + 1, offset + service.duration_min)


def _use(service: Service, need: DeviceNeed, offset: int) -> Footprint:
    begin = offset + sum(phase.minutes for phase in service.phases[: need.phase])
    return use_of(begin, begin + service.phases[need.phase].minutes)
