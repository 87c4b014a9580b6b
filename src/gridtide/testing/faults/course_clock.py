"""A clock that several processes share: a course goes on, so many times as fast as the wall, whoever lives or dies."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from gridtide.loop.clock import WallClock
from gridtide.loop.clocks_apart import FollowsAWall
from gridtide.loop.world import WakingClock


@dataclass(frozen=True, kw_only=True)
class CourseClock:
    """start: where the course began; began: when that was on the wall. May be woken."""

    start: datetime
    began: datetime
    speed: float
    wall: WakingClock = field(default_factory=WallClock)

    def now(self) -> datetime:
        """The present instant of the course."""
        return self.start + (self.wall.now() - self.began) * self.speed

    def shown(self) -> datetime:
        """What the course's clock would be by what the wall's shows."""
        wall = self.wall
        shown = wall.shown() if isinstance(wall, FollowsAWall) else wall.now()
        return self.start + (shown - self.began) * self.speed

    def follow(self) -> None:
        """Go on from what the wall's clock shows."""
        if isinstance(self.wall, FollowsAWall):
            self.wall.follow()

    def wait_until(self, moment: datetime) -> None:
        """Sleep until the instant has come, or until woken."""
        left: timedelta = (moment - self.start) / self.speed
        self.wall.wait_until(self.began + left)

    def wake(self) -> None:
        """Have whoever waits look at once."""
        self.wall.wake()


@dataclass(frozen=True, kw_only=True)
class SetClock:
    """A wall's clock that somebody sets: by how many seconds it is off stands in a file, where there is one."""

    off: Path
    true: WallClock = field(default_factory=WallClock)

    def now(self) -> datetime:
        """What it shows."""
        return self.true.now() + timedelta(seconds=self._off_s())

    def wait_until(self, moment: datetime) -> None:
        """Sleep as long as it seems until the instant, or until woken."""
        self.true.wait_until(moment - timedelta(seconds=self._off_s()))

    def wake(self) -> None:
        """Have whoever waits look at once."""
        self.true.wake()

    def _off_s(self) -> float:
        try:
            return float(self.off.read_text() or 0.0)
        except FileNotFoundError:
            return 0.0
