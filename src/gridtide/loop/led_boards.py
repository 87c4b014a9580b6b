"""Boards of a place, led by operating points: each group of them gets a cap or a clock for a short lease, again and
again, and gets free where nobody says so any more."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from gridtide.fleet.act import Release, do
from gridtide.fleet.board_bound import BoardPoint, acts_on, point_held
from gridtide.fleet.device import PowerReading, Restraint, UnreachableError
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.speeds_held import SpeedsHeld, second_of
from gridtide.loop.underway import TOLD

LEASE = timedelta(seconds=60)
"""How long a board is told something at a time; it is told again once half of it is over."""
OWN_TICKET = timedelta(minutes=1)
"""How long one board may be told what a ticket says of its group."""


class Boards(Protocol):
    """A device with boards that can be bounded for a while, such as a power agent."""

    def read_power(self) -> tuple[PowerReading, ...]:
        """Power of every board. Raises UnreachableError."""
        ...

    def restraints(self) -> tuple[Restraint, ...]:
        """What bounds its boards now. Raises UnreachableError."""
        ...

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Give a board back at once."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class BoardGroup:
    """Boards that all run at one point. name: of their node, as its scheduler says it, empty for all boards of a place.
    units: those of them that are known, else all that the device reads, of which there must be so many as count says.
    lease: how long a board is told something at a time.
    """

    name: str
    device: Boards
    units: tuple[str, ...] = ()
    count: int = 0
    lease: timedelta = LEASE

    def boards(self) -> tuple[str, ...]:
        """Its boards. Raises UnreachableError where they are not all there."""
        if self.units:
            return self.units
        found = tuple(sorted(one.of for one in self.device.read_power()))
        if len(found) != self.count:
            said = f"{len(found)} boards answer, the place has {self.count} accelerators"
            raise UnreachableError(f"{said}; name its boards by node in `boards`")
        return found


@dataclass(frozen=True, kw_only=True)
class Stand:
    """What a group was told last, and until when it holds."""

    point: BoardPoint
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How a group stands by what its device says. point: of every board, None where they differ, or stand at no point
    of the menu; until: when the first of what holds them ends by itself, None where nothing does."""

    point: BoardPoint | None
    until: datetime | None


@dataclass(kw_only=True, eq=False)
class LedBoards:
    """groups: by name. menu: points of the place, fastest first. speeds: how slow each group may have been. keep: has
    these written down; raises OSError where they cannot be."""

    groups: dict[str, BoardGroup]
    menu: tuple[BoardPoint, ...]
    now: Callable[[], datetime]
    speeds: SpeedsHeld = field(default_factory=SpeedsHeld)
    keep: Callable[[SpeedsHeld], None] = lambda speeds: None
    stands: dict[str, Stand] = field(default_factory=dict)
    count: int = 0
    begun: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.now()

    @property
    def full(self) -> BoardPoint:
        """The point at which boards are free."""
        return self.menu[0]

    def point(self, name: str) -> BoardPoint | None:
        """A point by its name."""
        return next((one for one in self.menu if one.name == name), None)

    def is_slow(self, group: str) -> bool:
        """Whether a group was told a slower point and not given back since."""
        return group in self.stands

    def lead(self, group: str, point: BoardPoint, ticket: Ticket) -> tuple[Fate, str]:
        """Have a group stand at a point for another lease, where it does not surely do so long enough."""
        now, before = self.now(), self.stands.get(group)
        if point.bound.is_free:
            return self._unless_inherited(group, ticket)
        if (
            before is not None
            and before.point == point
            and before.until - now > self.groups[group].lease / 2
        ):
            return Fate.UNCHANGED, f"{point.name} until {before.until}"
        try:
            units = self.groups[group].boards()
            if before is None or before.point != point:
                slowest = min(point.speed, self.speeds.now(group))
                self.speeds.hold(group, slowest, second_of(now))
                self.keep(self.speeds)
        except OSError as fault:
            return Fate.FAILED, str(fault)
        if before is not None and not _same_knobs(before.point, point):
            fate, said = self._freed(group, ticket)
            if fate not in TOLD:
                return fate, said
        return self._bound(group, units, point, ticket)

    def seen(self) -> dict[str, Seen]:
        """How each group stands by what its device says, every device asked once; a group of which nobody says so is
        left out."""
        devices = {id(one.device): one.device for one in self.groups.values()}
        held: dict[int, dict[str, list[Restraint]]] = {}
        for key, device in devices.items():
            with suppress(UnreachableError):
                said = device.restraints()
                held[key] = {}
                for one in said:
                    held[key].setdefault(one.subject, []).append(one)
        found = {}
        for name, group in self.groups.items():
            with suppress(UnreachableError):
                if id(group.device) in held:
                    found[name] = _seen(self.menu, group.boards(), held[id(group.device)])
        return found

    def _unless_inherited(self, group: str, ticket: Ticket) -> tuple[Fate, str]:
        """Give a group back; what a process before this one told it is left to its lease until it is told again."""
        if group not in self.stands:
            if self.speeds.now(group) == self.full.speed:
                return Fate.UNCHANGED, "free already"
            if self.now() < self.begun + self.groups[group].lease:
                return Fate.UNCHANGED, "what was told before ends by itself"
        return self.give_back(group, ticket)

    def _bound(
        self, group: str, units: tuple[str, ...], point: BoardPoint, ticket: Ticket
    ) -> tuple[Fate, str]:
        """Tell every board; where one does not take it, all are given back."""
        until = self.now() + self.groups[group].lease
        self.stands[group] = Stand(point=point, until=until)
        for unit in units:
            for act in acts_on(point.bound, unit, until):
                outcome = do(act, self.groups[group].device, self._own(ticket), self.now())
                if outcome.fate not in TOLD:
                    said = f"{unit} at {point.name}: {outcome.said}"
                    freed, why = self.give_back(group, ticket)
                    return outcome.fate, said if freed in TOLD else f"{said}; {why}"
        self.speeds.hold(group, point.speed, self._from_s())
        return Fate.DONE, f"{len(units)} boards at {point.name} until {until}"

    def give_back(self, group: str, ticket: Ticket) -> tuple[Fate, str]:
        """Give every board of a group back, which counts as full speed from then on."""
        fate, said = self._freed(group, ticket)
        if fate in TOLD:
            self.stands.pop(group, None)
            self.speeds.hold(group, self.full.speed, self._from_s())
        return fate, said

    def _freed(self, group: str, ticket: Ticket) -> tuple[Fate, str]:
        """Free every board; where one does not take it, that is tried again, and its lease ends by itself."""
        one = self.groups[group]
        try:
            units = one.boards()
        except UnreachableError as fault:
            return Fate.FAILED, str(fault)
        said = [
            do(Release(subject=unit), one.device, self._own(ticket), self.now()) for unit in units
        ]
        bad = next((out for out in said if out.fate not in TOLD), None)
        if bad is not None:
            return bad.fate, f"not given back: {bad.said}"
        return Fate.DONE, f"{len(units)} boards are free"

    def _from_s(self) -> int:
        """The first whole second from which on what was just taken holds."""
        return second_of(self.now()) + 1

    def _own(self, ticket: Ticket) -> Ticket:
        """A ticket of its own for one board: the same leader, the same place in its order."""
        self.count += 1
        now = self.now()
        name = f"{ticket.id} {self.count}"
        return replace(ticket, id=name, issued_at=now, expires_at=now + OWN_TICKET)


def _seen(
    menu: tuple[BoardPoint, ...], units: tuple[str, ...], held: Mapping[str, list[Restraint]]
) -> Seen:
    """How some boards stand. held: what holds each board, by its name."""
    found = {point_held(menu, unit, held.get(unit, ())) for unit in units}
    ends = [one.until for unit in units for one in held.get(unit, ())]
    return Seen(
        point=found.pop() if len(found) == 1 else None,
        until=min(ends, default=None),
    )


def _same_knobs(one: BoardPoint, other: BoardPoint) -> bool:
    """Whether two points bound the same things of a board, so that one takes the place of the other."""
    return (one.bound.cap_kw is None, one.bound.highest_mhz is None) == (
        other.bound.cap_kw is None,
        other.bound.highest_mhz is None,
    )
