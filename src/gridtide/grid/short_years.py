"""What stores and load that can be called leave of the shortfalls of drawn years, hour after hour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze, freeze_new

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
CONFIDENCE_95 = 1.959963984540054
"""Standard deviations of a normal distribution on either side that hold 95 % of it."""
TINY_KWH = 1e-6


@dataclass(frozen=True, kw_only=True)
class ShortStore:
    """A store kept for shortfalls. efficiency: of a charge and its discharge together. Full when a year begins."""

    power_kw: float
    energy_kwh: float
    efficiency: float = 0.85
    name: str = ""

    def __post_init__(self) -> None:
        if not (self.power_kw >= 0.0 and self.energy_kwh >= 0.0 and 0.0 < self.efficiency <= 1.0):
            raise ValueError("a store needs power and energy of at least 0, efficiency in (0, 1]")


@dataclass(frozen=True, kw_only=True, eq=False)
class CallableLoad:
    """Load that can be called to draw less. kw: of it in each hour, (H,). call_h: a call is at most so long; calls: in
    a year; all that was called, times 1 + rebound, is drawn again at up to recover_kw within recover_h of the call's
    end, in hours with room first, at the latest whatever it does. None is called again before all is drawn."""

    kw: Real
    call_h: int
    calls: int
    recover_h: int
    recover_kw: float
    rebound: float = 0.0

    def __post_init__(self) -> None:
        freeze(self, kw=np.float64)
        if self.call_h < 1 or self.calls < 0 or self.recover_h < 1 or self.rebound < 0.0:
            raise ValueError("a call lasts an hour or more and is recovered in an hour or more")
        if self.recover_kw < 0.0 or (self.kw < 0.0).any():
            raise ValueError("power that is called or drawn again is at least 0")


@dataclass(frozen=True, kw_only=True, eq=False)
class LivedYears:
    """Y years lived through. unserved_kwh, short_h, called_kwh, calls: of each, (Y,); owed_kwh: still to be drawn at
    its end."""

    unserved_kwh: Real
    short_h: Real
    called_kwh: Real
    calls: Real
    owed_kwh: Real

    def __post_init__(self) -> None:
        freeze_new(self, **dict.fromkeys(sorted(self.__dataclass_fields__), np.float64))


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean of years, and how far the true one may be from it at 95 % (normal, of the mean)."""

    mean: float
    within: float


def estimate(values: Real) -> Estimate:
    """Of independent years, (Y,), at least two."""
    spread = float(np.std(values, ddof=1)) / np.sqrt(len(values))
    return Estimate(mean=float(values.mean()), within=CONFIDENCE_95 * float(spread))


def lived_years(
    capacity_kw: Iterable[Real],
    net_load_kw: Real,
    stores: Sequence[ShortStore] = (),
    called: CallableLoad | None = None,
) -> LivedYears:
    """All years, some at once. capacity_kw: of each hour, (Y, H) a time; net_load_kw: less what variable units feed,
    (H,).

    Stores cover what lacks as soon as anything does and fill whenever there is room, one after the other in their
    order; of one store no other use leaves less unserved. Load is called for what still lacks.
    """
    parts = [
        _lived(years, np.asarray(net_load_kw, dtype=np.float64), stores, called)
        for years in capacity_kw
    ]
    return LivedYears(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in sorted(LivedYears.__dataclass_fields__)
        }
    )


def _lived(
    capacity_kw: Real, load_kw: Real, stores: Sequence[ShortStore], called: CallableLoad | None
) -> LivedYears:
    margin = capacity_kw - load_kw
    years = len(margin)
    if not stores and called is None:
        short = np.maximum(-margin, 0.0)
        none = np.zeros(years)
        return LivedYears(
            unserved_kwh=short.sum(axis=1),
            short_h=(short > TINY_KWH).sum(axis=1),
            called_kwh=none,
            calls=none,
            owed_kwh=none,
        )
    held = [_Stored(store, years) for store in stores]
    work = _Called(called, years)
    unserved, short_h = np.zeros(years), np.zeros(years)
    least = margin.min(axis=0)
    for hour in range(margin.shape[1]):
        if least[hour] >= 0.0 and work.rests and all(one.rests for one in held):
            continue
        left = margin[:, hour].copy()
        work.draw_again(hour, left)
        for one in held:
            one.carry(left)
        work.answer(hour, left)
        short = np.maximum(-left, 0.0)
        unserved += short
        short_h += short > TINY_KWH
    return LivedYears(
        unserved_kwh=unserved,
        short_h=short_h,
        called_kwh=work.called_kwh,
        calls=work.calls,
        owed_kwh=work.owed_kwh,
    )


class _Stored:
    """What a store holds in each year."""

    def __init__(self, store: ShortStore, years: int) -> None:
        self.store = store
        self.held_kwh = np.full(years, store.energy_kwh)

    @property
    def rests(self) -> bool:
        """Full in every year."""
        return bool((self.held_kwh >= self.store.energy_kwh - TINY_KWH).all())

    def carry(self, left_kw: Real) -> None:
        """Discharge where something lacks, charge where there is room; left_kw is changed."""
        power = self.store.power_kw
        out = np.minimum(np.minimum(np.maximum(-left_kw, 0.0), power), self.held_kwh)
        room = (self.store.energy_kwh - self.held_kwh) / self.store.efficiency
        drawn = np.minimum(np.minimum(np.maximum(left_kw, 0.0), power), room)
        self.held_kwh += self.store.efficiency * drawn - out
        left_kw += out - drawn


class _Called:
    """Where calls stand in each year: hours of the one that runs, what is owed, and by when."""

    def __init__(self, load: CallableLoad | None, years: int) -> None:
        self.load = load
        self.ran_h = np.zeros(years, dtype=np.int64)
        self.due = np.zeros(years, dtype=np.int64)
        self.owed_kwh = np.zeros(years)
        self.called_kwh = np.zeros(years)
        self.calls = np.zeros(years)

    @property
    def rests(self) -> bool:
        """Nothing is called and nothing owed."""
        return not self.ran_h.any() and not (self.owed_kwh > TINY_KWH).any()

    def draw_again(self, hour: int, left_kw: Real) -> None:
        """Draw what is owed, in room where there is some, at the latest without; left_kw is changed."""
        if self.load is None or self.rests:
            return
        self._end((self.ran_h >= self.load.call_h) | (left_kw >= 0.0), hour - 1)
        most = self.load.recover_kw
        after = self.ran_h == 0
        later_kwh = most * np.maximum(0, self.due - hour)
        must = np.maximum(0.0, self.owed_kwh - later_kwh)
        wanted = np.maximum(must, np.minimum(self.owed_kwh, np.maximum(left_kw, 0.0)))
        drawn = np.where(after, np.minimum(np.minimum(wanted, most), self.owed_kwh), 0.0)
        self.owed_kwh -= drawn
        left_kw -= drawn

    def answer(self, hour: int, left_kw: Real) -> None:
        """Call for what lacks, end calls that are over; left_kw is changed."""
        load = self.load
        if load is None:
            return
        lacks = -left_kw > TINY_KWH
        runs = self.ran_h > 0
        ready = ~runs & (self.owed_kwh <= TINY_KWH) & (self.calls < load.calls)
        begins = ready & lacks & (load.kw[hour] > 0.0)
        self.calls += begins
        on = begins | (runs & (self.ran_h < load.call_h))
        given = np.where(on & lacks, np.minimum(-left_kw, load.kw[hour]), 0.0)
        self._end(~(on & lacks), hour - 1)
        self.ran_h = np.where(on & lacks, self.ran_h + 1, 0)
        self.owed_kwh += given * (1.0 + load.rebound)
        self.called_kwh += given
        left_kw += given

    def _end(self, where: Mask, last_hour: int) -> None:
        """Calls that run and end with an hour; from then on what is owed is due."""
        assert self.load is not None
        ended = where & (self.ran_h > 0)
        self.due[ended] = last_hour + self.load.recover_h
        self.ran_h[ended] = 0
