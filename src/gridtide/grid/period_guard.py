"""Whose iterations sit on a mode of the grid, and what would move them off it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gridtide.grid.oscillation import HIGHEST_HARMONIC, Driven, Mode, driven_by_lines
from gridtide.physics.training_wave import filter_gain, harmonic_kw, swing_kwh

PERIOD_STEP, PERIOD_MOST = 0.005, 0.5
"""Changes of the period that are tried: each so much further from the present one, relative to it, up to the most."""
LONGEST_CONSTANT_S, HALVINGS = 600.0, 40


@dataclass(frozen=True, kw_only=True)
class JobWave:
    """Iterations of one job at the meter: low_kw and high_kw, its period and the share of it at high.

    parts: equal parts that could iterate out of step (replicas that exchange seldom, or several runs alike), 1 for one
    synchronous run.
    """

    job: str
    low_kw: float
    high_kw: float
    period_s: float
    duty: float
    parts: int = 1


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """A change after which no declared mode is driven beyond its limit; figures: name (with unit) and number."""

    kind: str
    says: str
    figures: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """A job that drives a mode beyond its limit. harmonic: the multiple of its frequency that does most of it."""

    wave: JobWave
    driven: Driven
    harmonic: int
    remedies: tuple[Remedy, ...]


def lines_of(wave: JobWave) -> list[tuple[float, float]]:
    """Frequencies [Hz] and amplitudes [kW] of a job's harmonics."""
    swing_kw = wave.high_kw - wave.low_kw
    return [
        (number / wave.period_s, harmonic_kw(number, swing_kw, wave.duty))
        for number in range(1, HIGHEST_HARMONIC + 1)
    ]


def sitting(waves: Sequence[JobWave], modes: Sequence[Mode]) -> tuple[Sitting, ...]:
    """Every job and mode beyond its limit, each with the changes that were found to mend it for all modes."""
    found = []
    for wave in waves:
        for mode in modes:
            driven = driven_by_lines(mode, lines_of(wave))
            if not driven.passes:
                found.append(
                    Sitting(
                        wave=wave,
                        driven=driven,
                        harmonic=max(1, round(driven.main_hz * wave.period_s)),
                        remedies=_remedies(wave, modes),
                    )
                )
    return tuple(found)


def worst_ratio(lines: Sequence[tuple[float, float]], modes: Sequence[Mode]) -> float:
    """How far the worst mode is driven relative to its limit; 1 is just allowed."""
    return max(
        (driven_by_lines(mode, lines).oscillation_hz / mode.limit_hz for mode in modes), default=0.0
    )


def _remedies(wave: JobWave, modes: Sequence[Mode]) -> tuple[Remedy, ...]:
    tried = (_other_period, _smoothing, _floor, _out_of_step, _store)
    return tuple(remedy for one in tried if (remedy := one(wave, modes)) is not None)


def _other_period(wave: JobWave, modes: Sequence[Mode]) -> Remedy | None:
    """The least change of the period, by a batch that much larger or smaller."""
    for number in range(1, round(PERIOD_MOST / PERIOD_STEP) + 1):
        for sign in (1.0, -1.0):
            change = sign * number * PERIOD_STEP
            moved = replace(wave, period_s=wave.period_s * (1.0 + change))
            if worst_ratio(lines_of(moved), modes) <= 1.0:
                return Remedy(
                    kind="period",
                    says=f"a batch of {change:+.1%}, which moves the period to {moved.period_s:.4g} s",
                    figures={"change_share": change, "period_s": moved.period_s},
                )
    return None


def _smoothing(wave: JobWave, modes: Sequence[Mode]) -> Remedy | None:
    """The shortest time constant of a first-order smoothing."""

    def ratio(constant_s: float) -> float:
        smoothed = [(hz, kw * filter_gain(hz, constant_s)) for hz, kw in lines_of(wave)]
        return worst_ratio(smoothed, modes)

    constant_s = _least(LONGEST_CONSTANT_S, ratio)
    if constant_s is None:
        return None
    return Remedy(
        kind="smoothing",
        says=f"power smoothed with a time constant of {constant_s:.3g} s",
        figures={"constant_s": constant_s},
    )


def _floor(wave: JobWave, modes: Sequence[Mode]) -> Remedy | None:
    """The lowest floor; a swing less deep drives every mode less in proportion."""
    kept = min(1.0, 1.0 / worst_ratio(lines_of(wave), modes))
    floor_kw = wave.high_kw - kept * (wave.high_kw - wave.low_kw)
    burnt_kw = (1.0 - wave.duty) * (floor_kw - wave.low_kw)
    mean_kw = wave.duty * wave.high_kw + (1.0 - wave.duty) * wave.low_kw
    return Remedy(
        kind="floor",
        says=f"a floor of {floor_kw:,.0f} kW between iterations, {burnt_kw / mean_kw:.1%} more energy",
        figures={"floor_kw": floor_kw, "burnt_share": burnt_kw / mean_kw},
    )


def _out_of_step(wave: JobWave, modes: Sequence[Mode]) -> Remedy | None:
    """The fewest parts evenly out of step: only harmonics that are multiples of their number remain."""
    for parts in range(2, wave.parts + 1):
        if wave.parts % parts:
            continue
        left = [
            (hz, kw if (number + 1) % parts == 0 else 0.0)
            for number, (hz, kw) in enumerate(lines_of(wave))
        ]
        if worst_ratio(left, modes) <= 1.0:
            apart_s = wave.period_s / parts
            return Remedy(
                kind="out of step",
                says=f"its {wave.parts} parts in {parts} groups that start {apart_s:.3g} s apart",
                figures={"groups": float(parts), "apart_s": apart_s},
            )
    return None


def _store(wave: JobWave, modes: Sequence[Mode]) -> Remedy | None:
    """A store that takes the part of the swing that is too much."""
    taken = 1.0 - min(1.0, 1.0 / worst_ratio(lines_of(wave), modes))
    swing_kw = taken * (wave.high_kw - wave.low_kw)
    energy = swing_kwh(swing_kw, wave.period_s, wave.duty)
    power = swing_kw * max(wave.duty, 1.0 - wave.duty)
    return Remedy(
        kind="store",
        says=f"a store of {energy:.3g} kWh and {power:,.0f} kW that takes {taken:.1%} of the swing",
        figures={"energy_kwh": energy, "power_kw": power, "taken_share": taken},
    )


def _least(most: float, ratio: Callable[[float], float]) -> float | None:
    """The least value at which a ratio that falls with it is 1 or less; None where the most is not enough."""
    if ratio(most) > 1.0:
        return None
    low, high = 0.0, most
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if ratio(middle) <= 1.0:
            high = middle
        else:
            low = middle
    return high
