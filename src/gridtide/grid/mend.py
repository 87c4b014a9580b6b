"""What would make a load pass: a store, smoothing, a floor under its power; each tried and judged again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.band import BandFilter, in_band, visible_hz
from gridtide.grid.judge import Load, Verdict, judged
from gridtide.grid.oscillation import Mode, driven_by
from gridtide.grid.rule import Quantity, Rule, limit_of
from gridtide.grid.smallest_store import KEPT, can_be_sized, smallest_store, stretch_around
from gridtide.grid.waveform import Waveform, drawing, steps_in

Real = NDArray[np.float64]
HALVINGS = 12
SHORTEST_S, LONGEST_S, TRIED = 0.02, 1800.0, 40
"""Time constants of smoothing that are tried: from, to, and how many between, evenly apart by ratio."""
TOLD_FROM_HZ, TOLD_LOWER, MIRRORED_PERIODS = 0.1, (1.0, 3.0, 10.0), 4.0
"""Lower edge of what a told store takes where no rule names one, and how many times lower it is tried."""
SLOWEST = 1e6
"""How many times slower than the record's fastest change smoothing is tried."""


@dataclass(frozen=True, kw_only=True)
class Store:
    """A store beside the load. efficiency: of charging, and of discharging, (0, 1]."""

    efficiency: float = 0.95


@dataclass(frozen=True, kw_only=True, eq=False)
class Mend:
    """A change that passes. kind: what is changed; says: how, in words; figures: name (with unit) and number; waveform:
    the power after it; verdicts: of the rules that had failed, all passes."""

    kind: str
    says: str
    figures: dict[str, float]
    waveform: Waveform
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Mends:
    """All that pass, and what was tried and does not."""

    found: tuple[Mend, ...]
    failed: tuple[str, ...]


def power_mends(
    waveform: Waveform,
    failing: Sequence[Rule],
    kept: Sequence[Rule],
    load: Load,
    store: Store,
    modes: Sequence[Mode] = (),
) -> Mends:
    """A store without foresight and a floor, for a load that fails rules or modes and must go on keeping others.

    modes: of the grid, all of which must be kept too. A rule that this sampling or length could not show to be kept by
    any power is left out and named.
    """
    load = replace(load, peak_kw=waveform.peak_kw)
    still = drawing(waveform, np.full(len(waveform.power_kw), waveform.power_kw.mean()))
    unseen = [rule for rule in failing if not judged(rule, still, load, asked=True).passes]
    rules = (*(rule for rule in failing if rule not in unseen), *kept)
    said = [f"no record like this one can show that {rule.name} is kept" for rule in unseen]
    if len(unseen) == len(failing) and all(driven_by(mode, waveform).passes for mode in modes):
        return Mends(found=(), failed=tuple(said))

    def passes(power_kw: Real) -> bool:
        after = drawing(waveform, power_kw)
        return all(judged(rule, after, load, asked=True).passes for rule in rules) and all(
            driven_by(mode, after).passes for mode in modes
        )

    found, failed = [], []
    for kind, tried in WAYS.items():
        mend = tried(waveform, rules, load, store, passes)
        if mend is None:
            failed.append(f"no {kind} that was tried passes")
        else:
            found.append(mend)
    return Mends(found=tuple(found), failed=(*said, *failed))


def mend_of(
    kind: str,
    says: str,
    figures: dict[str, float],
    after: Waveform,
    rules: Sequence[Rule],
    load: Load,
) -> Mend:
    """A change with what every rule says of the power after it."""
    return Mend(
        kind=kind,
        says=says,
        figures=figures,
        waveform=after,
        verdicts=tuple(judged(rule, after, load, asked=True) for rule in rules),
    )


def smoothed(waveform: Waveform, constant_s: float, rate_kw_per_s: float) -> Real:
    """What the grid sees behind a store that knows nothing of what comes: a first-order low pass of the load, then no
    faster than a rate, kW."""
    from gridtide.kernels.waveform import filtered, followed

    keep = float(np.exp(-waveform.step_s / constant_s))
    sections = np.asarray([[1.0 - keep, 0.0, 0.0, -keep, 0.0]])
    states = np.asarray([[keep, 0.0]])
    slow = filtered(sections, states, np.ascontiguousarray(waveform.power_kw))
    step_kw = rate_kw_per_s * waveform.step_s
    return (
        np.asarray(followed(slow, step_kw, step_kw)) if np.isfinite(step_kw) else np.asarray(slow)
    )


def sized(waveform: Waveform, grid_kw: Real, store: Store) -> dict[str, float]:
    """Energy [kWh], power [kW] and losses [kWh] of the store between a load and what the grid sees.

    Losses are drawn from the grid as a constant power beside, so that the level ends where it would without any.
    """
    from gridtide.kernels.waveform import stored

    step_h = waveform.step_s / 3600.0
    into_kw = grid_kw - waveform.power_kw
    one_way = store.efficiency
    ideal = stored(into_kw, step_h, 1.0, 1.0)
    lossy = stored(into_kw, step_h, one_way, one_way)
    lost = float(ideal[-1] - lossy[-1])
    level = lossy + lost * np.arange(1, len(lossy) + 1) / len(lossy)
    return {
        "energy_kwh": float(max(level.max(), 0.0) - min(level.min(), 0.0)),
        "power_kw": float(np.abs(into_kw).max()),
        "lost_kwh": lost,
    }


def fastest_kw_per_s(rules: Sequence[Rule], peak_kw: float, nominal_kw: float) -> float:
    """A rate that keeps every ramp and step rule wherever it is held, kW/s; infinite without such a rule."""
    rates = []
    for rule in rules:
        limit = limit_of(rule, peak_kw, nominal_kw)
        if rule.quantity == Quantity.MEAN_RAMP:
            rates.append(limit / 60.0)
        elif rule.quantity == Quantity.STEP and rule.window_s is not None:
            rates.append(limit / rule.window_s)
    return min(rates, default=np.inf)


def _by_store(
    waveform: Waveform,
    rules: Sequence[Rule],
    load: Load,
    store: Store,
    passes: Callable[[Real], bool],
) -> Mend | None:
    """The smallest store that passes among time constants, each behind the rate that the rules allow and without it."""
    rate = fastest_kw_per_s(rules, waveform.peak_kw, load.nominal_kw)
    shortest = max(SHORTEST_S, 0.5 * waveform.step_s)
    ways = [
        (float(constant_s), limit)
        for constant_s in np.geomspace(shortest, LONGEST_S, TRIED)
        for limit in dict.fromkeys((rate, np.inf))
    ]
    energy_kwh = [sized(waveform, smoothed(waveform, *way), store)["energy_kwh"] for way in ways]
    smallest_first = sorted(range(len(ways)), key=lambda k: (energy_kwh[k], k))
    chosen = next((ways[k] for k in smallest_first if passes(smoothed(waveform, *ways[k]))), None)
    if chosen is None:
        return None
    constant_s, rate = chosen
    grid_kw = smoothed(waveform, constant_s, rate)
    figures = {**sized(waveform, grid_kw, store), "constant_s": constant_s}
    if np.isfinite(rate):
        figures["rate_kw_per_s"] = rate
    figures |= _with_foresight(waveform, rules, load)
    says = (
        f"a store of {_size(figures['energy_kwh'])} kWh and {_size(figures['power_kw'])} kW that lets through"
        f" what is slower than {constant_s:.3g} s"
    )
    if np.isfinite(rate):
        says += f", no faster than {_size(rate)} kW/s"
    return mend_of("store", says, figures, drawing(waveform, grid_kw), rules, load)


def _with_foresight(waveform: Waveform, rules: Sequence[Rule], load: Load) -> dict[str, float]:
    """The smallest store that keeps the ramp and step rules that fail, in the worst stretch of a long record; nothing
    where none of them fails."""
    verdicts = [judged(rule, waveform, load, asked=True) for rule in rules if rule.quantity in KEPT]
    failing = [one for one in verdicts if not one.passes and one.value is not None]
    if not failing:
        return {}
    worst = max(failing, key=lambda one: (one.value or 0.0) / one.limit)
    at_s = (worst.from_s or waveform.start_s) - waveform.start_s
    part = stretch_around(waveform, at_s, [one.rule for one in failing])
    seen = [one.rule for one in failing if (one.rule.window_s or 0.0) < part.lasts_s]
    if not can_be_sized(seen, part):
        return {}
    least = smallest_store(part, seen, load.nominal_kw, load.peak_kw)
    if least is None:
        return {}
    return {
        "foresight_energy_kwh": least.energy_kwh,
        "foresight_power_kw": least.power_kw,
        "foresight_step_s": least.step_s,
        "foresight_lasts_s": part.lasts_s,
    }


def _by_told_store(
    waveform: Waveform,
    rules: Sequence[Rule],
    load: Load,
    store: Store,
    passes: Callable[[Real], bool],
) -> Mend | None:
    """The smallest share of what lies in the band, from the lowest frequency of the rules up, that a store must take
    when the jobs tell it their iterations beforehand."""
    lowest = min([one.band_hz[0] for one in rules if one.band_hz is not None], default=TOLD_FROM_HZ)
    high = visible_hz(waveform)
    if high <= 2.0 * lowest:
        return None
    corners = [lowest / lower for lower in TOLD_LOWER]
    tried = (_told_share(waveform, low, high, passes) for low in corners)
    share, low, inside = next((one for one in tried if one is not None), (0.0, 0.0, None))
    if inside is None:
        return None
    grid_kw = np.asarray(waveform.power_kw - share * inside)
    figures = {**sized(waveform, grid_kw, store), "taken_share": share, "from_hz": low}
    says = (
        f"a store of {_size(figures['energy_kwh'])} kWh and {_size(figures['power_kw'])} kW that is told each iteration"
        f" beforehand and takes {share:.1%} of what swings above {low:.3g} Hz"
    )
    return mend_of("told store", says, figures, drawing(waveform, grid_kw), rules, load)


def _told_share(
    waveform: Waveform, low_hz: float, high_hz: float, passes: Callable[[Real], bool]
) -> tuple[float, float, Real] | None:
    """The least share of a band that must be taken, with the band's lower edge and its course; None where all of it is
    not enough."""
    inside = _mirrored_band(waveform, low_hz, high_hz)
    share = _least(0.01, 1.0, lambda share: passes(waveform.power_kw - share * inside))
    return None if share is None else (share, low_hz, inside)


def _mirrored_band(waveform: Waveform, low_hz: float, high_hz: float) -> Real:
    """What lies in a band, the record mirrored at its ends, so that an end amid an iteration does not look like a
    step of the mean."""
    steps = min(steps_in(waveform, MIRRORED_PERIODS / low_hz), len(waveform.power_kw) - 1)
    power = waveform.power_kw
    longer = np.concatenate([power[steps:0:-1], power, power[-2 : -steps - 2 : -1]])
    inside = in_band(drawing(waveform, longer), BandFilter(low_hz=low_hz, high_hz=high_hz))
    return np.asarray(inside[steps : steps + len(power)])


def _by_smoothing(
    waveform: Waveform,
    rules: Sequence[Rule],
    load: Load,
    store: Store,
    passes: Callable[[Real], bool],
) -> Mend | None:
    """The fastest rate at which the machines themselves may rise and fall: work is slowed on the way up, power burnt on
    the way down, and nothing is stored."""
    from gridtide.kernels.waveform import followed

    power = np.ascontiguousarray(waveform.power_kw)
    step_s = waveform.step_s
    fastest = float(np.abs(np.diff(power)).max()) / step_s

    def held(slowness: float) -> Real:
        rate = fastest * step_s / slowness
        return np.asarray(followed(power, rate, rate))

    slowness = _least(1.0, SLOWEST, lambda slowness: passes(held(slowness)))
    if slowness is None or fastest == 0.0:
        return None
    grid_kw = held(slowness)
    burnt, burnt_share = _beyond(waveform, grid_kw - power)
    slowed, slowed_share = _beyond(waveform, power - grid_kw)
    figures = {
        "rate_kw_per_s": fastest / slowness,
        "burnt_kwh": burnt,
        "burnt_share": burnt_share,
        "slowed_kwh": slowed,
        "slowed_share": slowed_share,
    }
    says = (
        f"power that rises and falls by {_size(figures['rate_kw_per_s'])} kW/s at most: {_size(burnt)} kWh burnt"
        f" ({figures['burnt_share']:.1%} more), work worth {_size(slowed)} kWh later ({figures['slowed_share']:.1%})"
    )
    return mend_of("smoothing", says, figures, drawing(waveform, grid_kw), rules, load)


def _beyond(waveform: Waveform, apart_kw: Real) -> tuple[float, float]:
    """Energy of what lies above 0 [kWh], and as a share of what the waveform draws."""
    hours = waveform.step_s / 3600.0
    beyond_kwh = float(np.maximum(apart_kw, 0.0).sum()) * hours
    used_kwh = float(waveform.power_kw.sum()) * hours
    return beyond_kwh, beyond_kwh / used_kwh if used_kwh > 0.0 else 0.0


def _by_floor(
    waveform: Waveform,
    rules: Sequence[Rule],
    load: Load,
    store: Store,
    passes: Callable[[Real], bool],
) -> Mend | None:
    """The lowest floor, as a share of the peak, under which idle machines are kept busy."""
    peak = waveform.peak_kw
    share = _least(0.01, 1.0, lambda share: passes(np.maximum(waveform.power_kw, share * peak)))
    if share is None:
        return None
    grid_kw = np.maximum(waveform.power_kw, share * peak)
    burnt_kwh, burnt_share = _beyond(waveform, grid_kw - waveform.power_kw)
    figures = {
        "floor_kw": share * peak,
        "floor_share": share,
        "burnt_kwh": burnt_kwh,
        "burnt_share": burnt_share,
    }
    says = (
        f"a floor of {_size(share * peak)} kW ({share:.1%} of the peak) that burns {_size(burnt_kwh)} kWh"
        f" ({figures['burnt_share']:.1%} more)"
    )
    return mend_of("floor", says, figures, drawing(waveform, grid_kw), rules, load)


WAYS = {
    "store": _by_store,
    "told store": _by_told_store,
    "smoothing": _by_smoothing,
    "floor": _by_floor,
}
"""What is tried, by its kind, in the order in which it is told."""


def _least(low: float, high: float, holds: Callable[[float], bool]) -> float | None:
    """The least value that holds, to a part in some thousands, by halving on a scale of ratios; None where the
    greatest does not. What is given back was tried."""
    if holds(low):
        return low
    if not holds(high):
        return None
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


def _size(value: float) -> str:
    """A number as it is read: whole from a hundred on, else with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"
