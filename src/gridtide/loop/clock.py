"""The only place that looks at a clock: the wall's, or one that is driven."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime


def steady_s() -> float:
    """Seconds since this machine started, its sleep included: no change of the clock on the wall moves them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True)
class WallClock:
    """The clock on the wall, in UTC."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)

    def wait_until(self, moment: datetime) -> None:
        """Sleep until the instant has come; return at once when it is past."""
        left_s = (moment - self.now()).total_seconds()
        if left_s > 0:
            time.sleep(left_s)


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
