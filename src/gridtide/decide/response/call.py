"""A call for less power: what was told beforehand, and what each minute may draw."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Call:
    """Minutes counted from the first of the span that the call is judged by.

    limit_kw: most that each minute may draw, infinite where nothing is asked, (minutes,); seen when its minute comes.
    announced_kw: what is told beforehand for every minute in [start, end), from minute `known_from` on.
    """

    name: str
    limit_kw: Real
    announced_kw: float
    start: int
    end: int
    known_from: int

    def __post_init__(self) -> None:
        freeze(self, limit_kw=np.float64)

    @property
    def called(self) -> Flags:
        """Minutes in which something is asked, (minutes,)."""
        return np.isfinite(self.limit_kw)


def flat_call(
    name: str, minutes: int, window: tuple[int, int], limit_kw: float, notice: int
) -> Call:
    """The same limit in every minute of a window, told `notice` minutes ahead."""
    start, end = window
    limit = np.full(minutes, np.inf)
    limit[start:end] = limit_kw
    return Call(
        name=name, limit_kw=limit, announced_kw=limit_kw, start=start, end=end,
        known_from=max(start - notice, 0),
    )  # fmt: skip


def believed_kw(call: Call, minute: int) -> Real:
    """Limits from this minute to the last as they are believed now, (minutes left,).

    Its own is known. Later minutes of the window are taken as announced, or as those seen so far where these were
    lower; before the announcement and outside of the window nothing is expected.
    """
    later = np.full(len(call.limit_kw) - minute, np.inf)
    if minute >= call.known_from:
        seen = call.limit_kw[call.start : minute + 1]
        lately = float(seen.mean()) if minute >= call.start else call.announced_kw
        later[max(call.start - minute, 0) : max(call.end - minute, 0)] = min(
            call.announced_kw, lately
        )
    later[0] = call.limit_kw[minute]
    return later
