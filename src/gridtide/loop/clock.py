"""The only place that looks at a clock: the wall's, or one that is driven."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridtide.loop.world import WakingClock


def steady_s() -> float:
    """Seconds since this machine started, its sleep included: no change of the clock on the wall moves them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def seconds() -> float:
    """Seconds that only ever rise, to say how long something took."""
    return time.monotonic()


@dataclass(frozen=True)
class WallClock:
    """The clock on the wall, in UTC. May be woken."""

    _woken: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)

    def wait_until(self, moment: datetime) -> None:
        """Sleep until the instant has come, or until woken; return at once when it is past."""
        left_s = (moment - self.now()).total_seconds()
        if left_s > 0:
            self._woken.wait(left_s)
            self._woken.clear()

    def wake(self) -> None:
        """Have whoever waits look at once."""
        self._woken.set()


SET_S = 1.0
"""By so much a clock that is only kept right moves at most; more than that, somebody set it."""


@dataclass(kw_only=True)
class SteadyClock:
    """The wall's clock, gone on by one that nobody can set: set forward or back, the wall's moves nothing here until
    somebody says `follow`; what keeps it right, less than a second, is followed. steady: seconds that only rise.
    """

    wall: "WakingClock"
    steady: Callable[[], float] = steady_s
    _last: tuple[datetime, float] = field(init=False)

    def __post_init__(self) -> None:
        self._last = (self.wall.now(), self.steady())

    def now(self) -> datetime:
        """The present instant; it never goes back by itself."""
        (last, last_s), steady_s, shown = self._last, self.steady(), self.wall.now()
        gone_on = last + timedelta(seconds=steady_s - last_s)
        if abs((shown - gone_on).total_seconds()) >= SET_S:
            return gone_on
        self._last = (max(shown, last), steady_s)
        return self._last[0]

    def set_by_s(self) -> float:
        """By how much somebody set the wall's clock since; below a second nobody did."""
        return (self.wall.now() - self.now()).total_seconds()

    def shown(self) -> datetime:
        """What the wall's clock shows, followed or not."""
        return self.wall.now()

    def follow(self) -> None:
        """Go on from what the wall's clock shows, though somebody set it; the only way back there is."""
        self._last = (self.wall.now(), self.steady())

    def wait_until(self, moment: datetime) -> None:
        """Sleep until the instant has come, or until woken."""
        self.wall.wait_until(self.wall.now() + (moment - self.now()))

    def wake(self) -> None:
        """Have whoever waits look at once."""
        self.wall.wake()


def set_said(clock: object) -> str:
    """What is to be said of a clock on the wall that somebody set; empty where nobody did, or none is followed."""
    off_s = clock.set_by_s() if isinstance(clock, SteadyClock) else 0.0
    if abs(off_s) < SET_S:
        return ""
    return f"the wall's was set by {off_s:.0f} s and is not followed: set it right, or restart the service"


@dataclass(frozen=True)
class MovedClock:
    """The clock on the wall, moved so that a course begins as this is made: it never stands still, whatever is thought
    meanwhile. May be woken."""

    start: datetime
    _wall: WallClock = field(default_factory=WallClock)
    _begun_s: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The present instant of the course."""
        return self.start + timedelta(seconds=time.monotonic() - self._begun_s)

    def wait_until(self, moment: datetime) -> None:
        """Sleep until the instant has come, or until woken."""
        self._wall.wait_until(self._wall.now() + (moment - self.now()))

    def wake(self) -> None:
        """Have whoever waits look at once."""
        self._wall.wake()


@dataclass
class DrivenClock:
    """A clock that jumps to the instant it is asked to wait for."""

    present: datetime

    def now(self) -> datetime:
        """The present instant."""
        return self.present

    def wait_until(self, moment: datetime) -> None:
        """Jump to the instant; never back."""
        self.present = max(self.present, moment)

    def wake(self) -> None:
        """Nobody ever waits."""


@dataclass(kw_only=True, eq=False)
class PacedClock:
    """A clock of a course that is watched: while somebody waits it goes `speed` times as fast as the wall's, and it
    stands still while nobody does, so that a step in which much is thought lasts no less. May be woken."""

    present: datetime
    speed: float
    _woken: threading.Event = field(default_factory=threading.Event)
    _since: float | None = None
    _until: datetime | None = None

    def now(self) -> datetime:
        """The present instant, between the last that was waited for and the one that is."""
        since, until = self._since, self._until
        if since is None or until is None:
            return self.present
        passed = timedelta(seconds=(time.monotonic() - since) * self.speed)
        return min(until, self.present + passed)

    def wait_until(self, moment: datetime) -> None:
        """Return when the instant has come, or earlier when woken."""
        left_s = (moment - self.present).total_seconds() / self.speed
        if left_s <= 0.0:
            return
        self._since, self._until = time.monotonic(), moment
        woken = self._woken.wait(left_s)
        self._woken.clear()
        self.present = max(self.present, self.now() if woken else moment)
        self._since = self._until = None

    def wake(self) -> None:
        """Have whoever waits look at once."""
        self._woken.set()
