"""What plans, prices and placements read of the same issue of signals, read once and cut to the hours that are left."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.situation import Situation
from gridtide.fleet.building import remembers
from gridtide.signals.signal import nests
from gridtide.timeline import Timeline

Real = NDArray[np.float64]
Read = TypeVar("Read")


def steps_last(values: Real, steps: slice) -> Real:
    """An array over other axes and steps, cut to some of its steps."""
    return settled(values[..., steps])


def settled(values: Real) -> Real:
    """The values in an array of their own that nobody can write."""
    kept = np.array(values, order="C")
    kept.flags.writeable = False
    return kept


@dataclass(frozen=True, kw_only=True, eq=False)
class _Kept:
    """A reading over a horizon."""

    horizon: Timeline
    value: Any


class Readings:
    """Readings of one fleet and one issue of signals; each is what reading the situation anew would give, to the byte.

    A reading is a function of a situation's fleet, services, signals and horizon alone, step by step, so that what
    was read over a horizon holds for every part of it. Where a signal has to be averaged over the steps of a
    horizon, only the same horizon is answered; where a plant remembers what it felt, only what begins with it. Another
    fleet, other services or signals begin anew; kept is one value a reading, over the longest horizon asked for.
    """

    def __init__(self) -> None:
        self._about: tuple[object, ...] = ()
        self._kept: dict[Hashable, _Kept] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def of(
        self,
        make: Callable[..., Read],
        situation: Situation,
        *more: Hashable,
        cut: Callable[[Any, slice], Any] = steps_last,
    ) -> Read:
        """What `make(situation, *more)` gives. cut: takes some steps out of it. Raises what `make` raises."""
        about = (situation.fleet, situation.services, situation.signals)
        if len(self._about) != len(about) or any(
            one is not other for one, other in zip(self._about, about, strict=True)
        ):
            self._about, self._kept = about, {}
        kept = self._kept.get((make, more))
        steps = _part(kept.horizon, situation) if kept else None
        if kept is not None and steps is not None:
            whole = len(situation.horizon) == len(kept.horizon)
            found: Read = kept.value if whole else cut(kept.value, steps)
            return found
        value: Read = cut(make(situation, *more), slice(None))
        if kept is None or len(kept.horizon) < len(situation.horizon):
            self._kept[(make, more)] = _Kept(horizon=situation.horizon, value=value)
        return value


def _part(known: Timeline, situation: Situation) -> slice | None:
    """The steps of a known horizon that a situation's are, None where its readings say nothing of them."""
    asked_s = situation.horizon.edges_s
    first = int(np.searchsorted(known.edges_s, asked_s[0]))
    if not np.array_equal(known.edges_s[first : first + len(asked_s)], asked_s):
        return None
    if first > 0 and remembers(situation.fleet):
        return None
    if len(known) > len(situation.horizon) and not all(
        nests(signal, known) for signal in situation.signals
    ):
        return None
    return slice(first, first + len(situation.horizon))
