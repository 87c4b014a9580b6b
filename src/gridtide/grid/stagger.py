"""When to start and stop so that no window of time holds more than a grid allows: ramp rules kept by construction."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Finding, Infeasible, refuse_if_any
from gridtide.grid.ramp import Direction
from gridtide.grid.rule import Quantity, Rule, limit_of

Real = NDArray[np.float64]
EVERY_ORDER = 6
"""Up to so many steps every order of placing them is tried, so that no schedule has less delay."""
ANYWHERE = -1


@dataclass(frozen=True, kw_only=True)
class Step:
    """A change of power that can wait. kw: more (+) or less (-); earliest_s, latest_s: of its beginning; ramp_s: how
    long it takes by itself; site: a number, for caps of one site."""

    name: str
    kw: float
    earliest_s: float
    latest_s: float
    ramp_s: float = 0.0
    site: int = 0


@dataclass(frozen=True, kw_only=True)
class WindowCap:
    """At most so much power more, and so much less, in any window of a length; of one site, or ANYWHERE: of the fleet,
    as a cap on all that answer one signal at once. Infinite where a direction is free."""

    window_s: float
    up_kw: float
    down_kw: float
    site: int = ANYWHERE


@dataclass(frozen=True, kw_only=True, eq=False)
class Staggered:
    """start_s: of each step, in the order given, (n,). delay_s: beyond the earliest, summed. proven: whether every
    order was tried, so that no start times that keep the caps in this form have less delay."""

    start_s: Real
    delay_s: float
    proven: bool

    def __post_init__(self) -> None:
        freeze(self, start_s=np.float64)


def caps_of(rules: Sequence[Rule], peak_kw: float, nominal_kw: float, site: int) -> list[WindowCap]:
    """What ramp and step rules allow in their windows at one site; other rules have none."""
    caps = []
    for rule in rules:
        if rule.quantity not in (Quantity.MEAN_RAMP, Quantity.STEP) or rule.window_s is None:
            continue
        limit = limit_of(rule, peak_kw, nominal_kw)
        most = limit * rule.window_s / 60.0 if rule.quantity == Quantity.MEAN_RAMP else limit
        caps.append(
            WindowCap(
                window_s=rule.window_s,
                up_kw=np.inf if rule.direction == Direction.DOWN else most,
                down_kw=np.inf if rule.direction == Direction.UP else most,
                site=site,
            )
        )
    return caps


def turn_s(kw: float, ramp_max_kw_per_min: float) -> float:
    """Seconds that a change of power has to itself, up or down, so that changes in turn keep a ramp; 0 without one."""
    return 60.0 * abs(kw) / ramp_max_kw_per_min


def queued_starts_s(steps_kw: Sequence[float], ramp_max_kw_per_min: float) -> tuple[float, ...]:
    """Seconds after a call at which each of the steps is taken, one after the other in their order.

    Each waits until those before it have had their time at the ramp, so that by construction no more than
    `ramp_max_kw_per_min` x minutes, and one step, changes within any span: for members whose steps may each be larger
    than a window allows. Raises ValueError for a ramp that is not above 0.
    """
    if not ramp_max_kw_per_min > 0.0:
        raise ValueError(f"a ramp of {ramp_max_kw_per_min} kW/min lets nothing change")
    found, before_kw = [], 0.0
    for kw in steps_kw:
        found.append(turn_s(before_kw, ramp_max_kw_per_min))
        before_kw += abs(kw)
    return tuple(found)


def staggered(steps: Sequence[Step], caps: Sequence[WindowCap], tick_s: float = 1.0) -> Staggered:
    """Start times with the least delay found at which every window keeps every cap; more and less power are counted
    apart, so what one saves the other is never relied on.

    tick_s: starts are this far apart at least where a cap tells them apart. Raises BadInput for steps that no cap lets
    through, whenever they start, and Infeasible where the latest starts leave no room.
    """
    refuse_if_any(_too_large(steps, caps))
    best: Real | None = None
    least = np.inf
    stuck: set[int] = set()
    for order in _orders(steps):
        starts, missed = _placed(steps, caps, order, tick_s)
        if missed >= 0:
            stuck.add(missed)
            continue
        delay = float(sum(starts[k] - steps[k].earliest_s for k in range(len(steps))))
        if delay < least - 1e-9:
            best, least = starts, delay
    if best is None:
        raise Infeasible(
            Finding(
                subject=f"step {steps[k].name}",
                value=f"{steps[k].kw:g} kW between {steps[k].earliest_s:g} and {steps[k].latest_s:g} s",
                limit="room in every window of the ramp rules",
                mend="Let it start later, or ramp more slowly by itself.",
            )
            for k in sorted(stuck)
        )
    return Staggered(
        start_s=best, delay_s=least if len(steps) else 0.0, proven=len(steps) <= EVERY_ORDER
    )


def _orders(steps: Sequence[Step]) -> Iterator[tuple[int, ...]]:
    """All orders where there are few steps, else by earliest, by latest, by slack, by size, and each reversed."""
    count = range(len(steps))
    if len(steps) <= EVERY_ORDER:
        yield from permutations(count)
        return
    for key in (
        lambda k: (steps[k].earliest_s, abs(steps[k].kw), k),
        lambda k: (steps[k].latest_s, steps[k].earliest_s, k),
        lambda k: (steps[k].latest_s - steps[k].earliest_s, steps[k].earliest_s, k),
        lambda k: (abs(steps[k].kw), steps[k].earliest_s, k),
        lambda k: (-abs(steps[k].kw), steps[k].earliest_s, k),
    ):
        yield tuple(sorted(count, key=key))


def _placed(
    steps: Sequence[Step], caps: Sequence[WindowCap], order: Sequence[int], tick_s: float
) -> tuple[Real, int]:
    """Each step in turn as early as the ones before it allow; and the one that found no room, -1 for none."""
    starts = np.full(len(steps), np.nan)
    ups, downs = [_Held() for _ in caps], [_Held() for _ in caps]
    for k in order:
        step = steps[k]
        shares = [_share_kw(step, cap) for cap in caps]
        held = ups if step.kw > 0.0 else downs
        at, moved = step.earliest_s, True
        while moved and at <= step.latest_s:
            moved = False
            for cap, share, beside in zip(caps, shares, held, strict=True):
                most = cap.up_kw if share > 0.0 else cap.down_kw
                until = beside.blocked_until(at, step.ramp_s + cap.window_s, abs(share), most)
                if until is not None:
                    at, moved = until + tick_s, True
        if at > step.latest_s:
            return starts, k
        starts[k] = at
        for cap, share, beside in zip(caps, shares, held, strict=True):
            if share:
                beside.add(at, at + step.ramp_s + cap.window_s, abs(share))
    return starts, -1


class _Held:
    """What steps one way take of a cap: spans in which a window touches them, by their beginning."""

    def __init__(self) -> None:
        self.first: list[float] = []
        self.last: list[float] = []
        self.kw: list[float] = []
        self.longest = 0.0

    def add(self, first: float, last: float, kw: float) -> None:
        """One more span."""
        at = bisect_right(self.first, first)
        self.first.insert(at, first)
        self.last.insert(at, last)
        self.kw.insert(at, kw)
        self.longest = max(self.longest, last - first)

    def blocked_until(self, at: float, lasts: float, kw: float, most: float) -> float | None:
        """None where so much more keeps the cap in every window over [at, at + lasts]; else when the first of the
        spans beside it ends: nothing fits before that."""
        if kw == 0.0:
            return None
        low = bisect_left(self.first, at - self.longest)
        high = bisect_right(self.first, at + lasts)
        near = [k for k in range(low, high) if self.last[k] >= at]
        for edge in (at, *(self.first[k] for k in near if self.first[k] > at)):
            inside = [k for k in near if self.first[k] <= edge <= self.last[k]]
            if kw + sum(self.kw[k] for k in inside) > most * (1.0 + 1e-12):
                return min(self.last[k] for k in near)
        return None


def _share_kw(step: Step, cap: WindowCap) -> float:
    """Most that a step can change within a window of a cap, kW, with its sign; 0 where the cap is another site's."""
    if cap.site not in (ANYWHERE, step.site):
        return 0.0
    part = 1.0 if step.ramp_s <= cap.window_s else cap.window_s / step.ramp_s
    return step.kw * part


def _too_large(steps: Sequence[Step], caps: Sequence[WindowCap]) -> list[Finding]:
    faults = []
    for step in steps:
        for cap in caps:
            share = _share_kw(step, cap)
            most = cap.up_kw if share > 0.0 else cap.down_kw
            if abs(share) > most * (1.0 + 1e-12):
                needed_s = abs(step.kw) * cap.window_s / most
                faults.append(
                    Finding(
                        subject=f"step {step.name}",
                        value=f"changes {abs(share):g} kW within {cap.window_s:g} s",
                        limit=f"at most {most:g} kW",
                        mend=f"Let it ramp over {needed_s:.3g} s or longer.",
                    )
                )
    return faults
