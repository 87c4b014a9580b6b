"""Fleets of computing in a power system: what must run at once, what may wait and how long, how much power it can
take."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Finding, Infeasible
from gridtide.invest.market.system import DAY, PowerSystem

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
SLACKS_H = (6, 12, 24)
BUSIEST = 14.0
SWING = 0.3
APART_H = 3.0
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What fleets are like. flexible: share of their energy that may wait, 0-1; slacks_h: how long, dealt out to the
    fleets in turn; most_over_mean: power that flexible work can take at most, over its mean, 1 or more; alike: whether
    all are the same. Raises ValueError outside of that.
    """

    flexible: float = 0.4
    slacks_h: tuple[int, ...] = SLACKS_H
    most_over_mean: float = 2.0
    alike: bool = False

    def __post_init__(self) -> None:
        if not 0.0 < self.flexible <= 1.0:
            raise ValueError(f"a flexible share of {self.flexible:g} is not above 0 and at most 1")
        if not self.slacks_h or min(self.slacks_h) < 0:
            raise ValueError("a slack is below 0 hours, or there is none")
        if self.most_over_mean < 1.0:
            raise ValueError("flexible work cannot be done at less than its mean power")


@dataclass(frozen=True, kw_only=True, eq=False)
class Fleets:
    """F fleets. firm_kw: of each, all hours alike, (F,); arrival_kwh: flexible work that comes in each hour, (F, H);
    slack_h: hours after the one it comes in by whose end it is done, (F,); most_kw: of flexible work, (F,)."""

    names: tuple[str, ...]
    firm_kw: Real
    arrival_kwh: Real
    slack_h: Whole
    most_kw: Real

    def __post_init__(self) -> None:
        freeze(
            self, firm_kw=np.float64, arrival_kwh=np.float64, slack_h=np.int64, most_kw=np.float64
        )

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class Window:
    """What flexible work of a stretch of T hours may do, (F, T) each: served_kwh so far lies between due_kwh and
    arrived_kwh, counted from the stretch's begin; most_kw, (F,)."""

    due_kwh: Real
    arrived_kwh: Real
    most_kw: Real

    @property
    def whole_kwh(self) -> Real:
        """All work of the stretch, (F,)."""
        return np.asarray(self.arrived_kwh[:, -1])


def fleets_of(system: PowerSystem, share: float, number: int, traits: Traits, seed: int) -> Fleets:
    """Fleets of equal size that take `share` of the system's energy together; work comes by day, most of it around
    two in the afternoon, for each fleet some hours earlier or later as drawn from the seed."""
    mean_kw = share * float(system.load_kw.mean()) / number
    drawn = np.random.default_rng(seed).uniform(-APART_H, APART_H, number)
    busiest = BUSIEST + (np.zeros(number) if traits.alike else drawn)
    turn = np.zeros(number, dtype=np.int64) if traits.alike else np.arange(number)
    angle = 2.0 * np.pi * (system.hour % DAY - busiest[:, None]) / DAY
    return Fleets(
        names=tuple(f"fleet {one + 1}" for one in range(number)),
        firm_kw=np.full(number, (1.0 - traits.flexible) * mean_kw),
        arrival_kwh=traits.flexible * mean_kw * (1.0 + SWING * np.cos(angle)),
        slack_h=np.asarray(traits.slacks_h)[turn % len(traits.slacks_h)],
        most_kw=np.full(number, traits.most_over_mean * traits.flexible * mean_kw),
    )


def other_load_kw(system: PowerSystem, share: float) -> Real:
    """The load that is no fleet's, (H,): fleets take the place of a share of all load, hour by hour in its own shape,
    so that the energy of the system stays what it was."""
    return np.asarray((1.0 - share) * system.load_kw)


def window_of(fleets: Fleets, hours: slice) -> Window:
    """The window of a stretch; what comes too late in it to wait is done at the begin of the next, its like."""
    arrived = np.cumsum(fleets.arrival_kwh[:, hours], axis=1)
    steps = arrived.shape[1]
    place = np.arange(steps) - fleets.slack_h[:, None]
    due = np.take_along_axis(arrived, place % steps, axis=1) + (place // steps) * arrived[:, -1:]
    return Window(due_kwh=due, arrived_kwh=arrived, most_kw=fleets.most_kw)


def at_once_kw(window: Window) -> Real:
    """Work done as it comes, as far as power reaches, (F, T): what waits at the end waits at the begin."""
    arrival = np.diff(window.arrived_kwh, axis=1, prepend=0.0)
    waiting = np.zeros(len(arrival))
    done = np.empty_like(arrival)
    for _ in range(2):
        for step in range(arrival.shape[1]):
            done[:, step] = np.minimum(window.most_kw, waiting + arrival[:, step])
            waiting = waiting + arrival[:, step] - done[:, step]
    return done


def late_kwh(window: Window, drawn_kw: Real) -> Real:
    """By how much work is done too late, or before it came, at the worst hour of each fleet, (F,); 0 where all is
    kept.

    A course that comes again and again may have begun with some of its work done or waiting: the best such begin
    counts.
    """
    served = np.cumsum(drawn_kw, axis=1)
    lowest = (window.due_kwh - served).max(axis=1)
    highest = (window.arrived_kwh - served).min(axis=1)
    size = np.maximum(window.whole_kwh, 1.0)
    astray = np.abs(served[:, -1] - window.whole_kwh)
    over = np.maximum((drawn_kw - window.most_kw[:, None]).max(axis=1), -drawn_kw.min(axis=1))
    worst = np.maximum.reduce([(lowest - highest) / 2.0, astray, over])
    return np.asarray(np.where(worst > ROUNDING * 1e3 * size, worst, 0.0))


def refuse_the_impossible(fleets: Fleets, window: Window) -> None:
    """Raises Infeasible, naming each fleet whose work cannot be done in time at its power, and how much is left."""
    late = late_kwh(window, at_once_kw(window))
    if late.any():
        raise Infeasible(
            Finding(
                subject=fleets.names[one],
                value=f"{late[one]:,.0f} kWh of its work cannot be done in time",
                limit=f"{fleets.slack_h[one]} hours of slack at {fleets.most_kw[one]:,.0f} kW",
                mend="Allow more slack, more power over the mean, or less work.",
            )
            for one in np.flatnonzero(late).tolist()
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Kinds:
    """Fleets that differ in size alone, together: (C,) kinds. of: the kind of each fleet, (F,); part: its share,
    (F,)."""

    of: Whole
    part: Real
    window: Window

    def shared_out(self, drawn: Real) -> Real:
        """(C, T) of kinds as (F, T) of fleets."""
        return np.asarray(self.part[:, None] * drawn[self.of])

    def gathered(self, drawn: Real) -> Real:
        """(F, T) of fleets as (C, T) of kinds."""
        found = np.zeros((len(self.window.most_kw), drawn.shape[1]))
        np.add.at(found, self.of, drawn)
        return found


def kinds_of(window: Window) -> Kinds:
    """Fleets of one kind have the same window but for its size; what a kind does is shared out by size, so that fleets
    that are alike do alike."""
    whole = np.maximum(window.whole_kwh, 1e-12)
    looks = (
        np.hstack([window.due_kwh, window.arrived_kwh, window.most_kw[:, None]]) / whole[:, None]
    )
    seen: dict[bytes, int] = {}
    of = np.array(
        [seen.setdefault(row.tobytes(), len(seen)) for row in np.round(looks, 9) + 0.0], np.int64
    )

    def summed(values: Real) -> Real:
        total = np.zeros((len(seen), *values.shape[1:]))
        np.add.at(total, of, values)
        return total

    return Kinds(
        of=of,
        part=whole / summed(whole)[of],
        window=Window(
            due_kwh=summed(window.due_kwh),
            arrived_kwh=summed(window.arrived_kwh),
            most_kw=summed(window.most_kw),
        ),
    )
