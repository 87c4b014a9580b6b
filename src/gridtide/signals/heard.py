"""What a line to the dispatch centre heard and nobody has read yet: telegrams and faults, each handed out once."""

import math
from collections import deque
from collections.abc import Callable

from gridtide.signals.setpoint import Setpoint

UNREAD_AT_MOST = 1_024
"""Older telegrams and faults than so many give way to newer ones: a plant that was away follows the present."""


class Heard:
    """Written by the thread of a line and read by the plant's; both ends may be used at once. on_told: called by the
    thread of the line whenever a telegram can be read."""

    def __init__(self, on_told: Callable[[], None] = lambda: None) -> None:
        self._on_told = on_told
        self._telegrams: deque[Setpoint] = deque(maxlen=UNREAD_AT_MOST)
        self._faults: deque[str] = deque(maxlen=UNREAD_AT_MOST)

    def tell(self, told: Setpoint) -> None:
        """Keep a telegram behind those before it."""
        self._telegrams.append(told)
        self._on_told()

    def fail(self, why: str) -> None:
        """Keep what went wrong with the line."""
        self._faults.append(why)

    def oldest(self) -> Setpoint | None:
        """The oldest telegram that was not read yet; None when there is none. Never waits."""
        try:
            return self._telegrams.popleft()
        except IndexError:
            return None

    def faults(self) -> tuple[str, ...]:
        """What went wrong since this was asked last, oldest first."""
        found = []
        while self._faults:
            found.append(self._faults.popleft())
        return tuple(found)


def any_number(told: Setpoint) -> bool:
    """Confirm every set-point that is a number, for nobody can follow another; the watch judges both all the same."""
    return math.isfinite(told.p_set_kw)
