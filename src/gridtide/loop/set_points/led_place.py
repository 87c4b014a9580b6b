"""A place whose boards set-points move: what they draw, which point they were told, and whether they follow."""

import math
from dataclasses import dataclass, field
from datetime import datetime

from gridtide.fleet.board_bound import BoardBound
from gridtide.fleet.device import PowerReading, UnreachableError
from gridtide.loop.set_points.moved_boards import MovedBoards
from gridtide.loop.set_points.slowable import WorkAt

SETTLES_S = 1.5
"""After so long a reading shows what boards were told; drivers average over a second."""
LIES_SHARE, LIES_KW, LIES_S = 0.1, 0.02, 10.0
"""A board that draws so much more than its cap for so long does not follow it."""
TRUSTED_AGAIN_S = 600.0
"""A board that did not follow is left alone for so long."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SomeBoards:
    """Boards of one device. units: those that are known, else all that the device reads."""

    boards: MovedBoards
    units: tuple[str, ...] = ()


@dataclass(kw_only=True, eq=False)
class LedPlace:
    """place: by its number. parts: its boards, of whichever device; count: how many these must be. bounds: what each of
    them is told for a point, by the point's number in the menu of the pool.

    work: what runs there now. at: at which of its points it was told to run, None where as its room told it. drawn_kw:
    what its boards draw, None where nobody says; rests_kw: what they would as their room told them, both at the boards.
    above: since when a board has drawn more than its cap; lying: boards that did, and when that was seen. read_units:
    boards that each device read last. slow: whether the way to one of them is slower than a cycle.
    """

    place: int
    parts: tuple[SomeBoards, ...]
    count: int
    bounds: tuple[BoardBound, ...]
    work: WorkAt | None = None
    at: int | None = None
    moved_at: datetime | None = None
    drawn_kw: float | None = None
    rests_kw: float | None = None
    above: dict[str, datetime] = field(default_factory=dict)
    lying: dict[str, datetime] = field(default_factory=dict)
    read_units: dict[str, tuple[str, ...]] = field(default_factory=dict)
    slow: bool = False

    @property
    def less_kw(self) -> float:
        """How much less its work draws at the point it was told than as its room told it, by its menu."""
        if self.work is None or self.at is None:
            return 0.0
        return float(self.work.points_kw[self.work.usual] - self.work.points_kw[self.at])

    @property
    def held(self) -> str:
        """Why set-points do not move it, empty where they may."""
        if self.work is None:
            return "nothing runs on its boards"
        if self.slow:
            return "the way to its boards is too slow"
        if self.lying:
            return f"{', '.join(sorted(self.lying))} did not follow a cap"
        return self.work.held

    def read(self, now: datetime, oldest_s: float) -> None:
        """Take up what its boards say they draw. A reading from before they settled says nothing of what they were
        told last: then they draw what they would at rest, less what that point saves."""
        found = self._read(now, oldest_s)
        if found is None:
            self.drawn_kw = self.rests_kw = None
            return
        read_kw, read_at = found
        moved_at = self.moved_at
        settled = moved_at is None or (read_at - moved_at).total_seconds() >= SETTLES_S
        if settled or self.rests_kw is None:
            self.drawn_kw, self.rests_kw = read_kw, read_kw + self.less_kw
        else:
            self.drawn_kw = max(self.rests_kw - self.less_kw, 0.0)

    def tell(self, at: int | None, now: datetime, until: datetime) -> bool:
        """Have its boards run at a point until an instant, None as their room told them; whether that is told."""
        work = self.work
        if work is None or at == work.usual:
            at = None
        if at != self.at:
            self.at, self.moved_at = at, now
            self.above.clear()
        bound = None if work is None or at is None else self.bounds[int(work.points[at])]
        told = [
            part.boards.follow(unit, bound, now, until)
            for part in self.parts
            for unit in self._units(part)
        ]
        return all(told)

    def lead(self, led: bool) -> None:
        """Set-points move its boards from now on, or do not."""
        for part in self.parts:
            part.boards.led = led

    @property
    def led(self) -> bool:
        """Whether set-points move its boards."""
        return any(part.boards.led for part in self.parts)

    @property
    def failed(self) -> list[str]:
        """Why boards did not take what they were told last."""
        return [said for part in self.parts for said in part.boards.failed.values()]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the devices of its boards."""
        return tuple(part.boards.name for part in self.parts)

    def _read(self, now: datetime, oldest_s: float) -> tuple[float, datetime] | None:
        """Power of all its boards and when the oldest of it was measured; None where one of them is not known."""
        own: list[PowerReading] = []
        for part in self.parts:
            try:
                readings = {one.of: one for one in part.boards.fast.read_power()}
            except UnreachableError:
                return None
            self.read_units[part.boards.name] = tuple(sorted(readings))
            mine = [readings[unit] for unit in self._units(part) if unit in readings]
            for one in mine:
                self._judge(part.boards, one, now)
            own += mine
        if len(own) != self.count or any(math.isnan(one.kw) for one in own):
            return None
        at = min(one.measured_at for one in own)
        if (now - at).total_seconds() > oldest_s:
            return None
        return sum(one.kw for one in own), at

    def _units(self, part: SomeBoards) -> tuple[str, ...]:
        return part.units or self.read_units.get(part.boards.name, ())

    def _judge(self, boards: MovedBoards, reading: PowerReading, now: datetime) -> None:
        """Whether a board keeps to the cap that set-points told it."""
        unit, at = reading.of, reading.measured_at
        if unit in self.lying and (now - self.lying[unit]).total_seconds() > TRUSTED_AGAIN_S:
            del self.lying[unit]
        cap_kw = boards.capped_kw(unit, at)
        if (
            cap_kw is None
            or math.isnan(reading.kw)
            or reading.kw <= cap_kw * (1.0 + LIES_SHARE) + LIES_KW
        ):
            self.above.pop(unit, None)
        elif (at - self.above.setdefault(unit, at)).total_seconds() >= LIES_S:
            self.lying.setdefault(unit, now)
