"""Does the plant change over between outside air and compressors, and at which limits? Told from the meter.

Limits cannot be fitted by slopes: a row is on one side or the other. They are searched, coarse first, by how well a
line of what carrying heat costs on either side tells the meter; the fit of the physics then has the last word.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.changeover import NO_LIMIT, Changeover, limits_of
from gridtide.fleet.learning.telemetry import Drivers

Real = NDArray[np.float64]
Chosen = NDArray[np.bool_]
WET_SHARES = (0.0, 1.0)
MIDDLES = 16
WIDTHS_K = (0.4, 1.5, 3.0, 5.0)
HUMID_QUANTILES = (0.75, 0.85, 0.9, 0.94, 0.97)
HUMID_WIDTHS = (0.01, 0.04, 0.08)
STEPS_K = (1.0, 0.5, 0.25, 0.1)
"""How far limits of temperature are moved, in turn, °C; limits of humidity a fortieth of it."""
HUMIDITY_PER_K = 0.025
FOLLOWED = 4
"""How many of the coarse limits are followed to finer ones."""
LEAST_SIDE = 0.04
"""Share of the rows that must lie on either side."""


def likely_changeover(
    drivers: Drivers, facility_kw: Real, chosen: Chosen, rows: Real
) -> Changeover | None:
    """The limits that tell the meter of the chosen rows best, None where all rows lie on one side.

    rows: IT power and lagged heat by physics, as `physics_rows` gives them.
    """
    trial = _Trial(drivers, facility_kw, chosen, rows)
    coarse = trial.least_of(_by_temperature(drivers, chosen), FOLLOWED)
    damp = [one for found in coarse for one in _by_humidity(found, drivers.humidity[chosen])]
    ends = [_descended(trial, one) for one in trial.least_of((*coarse, *damp), FOLLOWED)]
    return min(ends, key=trial.left_by, default=None)


def _descended(trial: "_Trial", start: Changeover) -> Changeover:
    """Limits that no step makes better, from coarse steps to fine ones."""
    best, left = start, trial.left_by(start)
    for step_k in STEPS_K:
        while True:
            moved = trial.least_of(_moved(best, step_k), 1)
            if not moved or trial.left_by(moved[0]) >= left * (1.0 - 1e-4):
                break
            best, left = moved[0], trial.left_by(moved[0])
    return best


class _Trial:
    """How much of the meter limits leave untold, with all that does not depend on them worked out once."""

    def __init__(self, drivers: Drivers, facility_kw: Real, chosen: Chosen, rows: Real) -> None:
        weight = 1.0 / facility_kw[chosen]
        it_kw, heat_kw = rows[0][chosen] * weight, rows[2][chosen] * weight
        share = rows[0][chosen] / rows[0].max()
        warm = drivers.dry_c[chosen] / 20.0
        plain = (weight * rows[0].max(), it_kw, it_kw * share, it_kw * share**2,
                 heat_kw * warm, heat_kw * np.maximum(warm - 1.0, 0.0))  # fmt: skip
        self.base, _ = np.linalg.qr(np.column_stack(plain))
        ones = np.ones(len(weight))
        self.left = ones - self.base @ (self.base.T @ ones)
        self.heat = np.column_stack([weight * rows[0].max(), heat_kw, heat_kw * warm])
        self.chosen, self.humidity = chosen, np.ascontiguousarray(drivers.humidity)
        self.felt = {
            share: np.ascontiguousarray(share * drivers.wet_c + (1.0 - share) * drivers.dry_c)
            for share in WET_SHARES
        }

    def least_of(self, offered: Iterable[Changeover], count: int) -> list[Changeover]:
        """Those that leave least, best first; of those that differ in widths alone only the best."""
        best: dict[tuple[float, float, float], tuple[float, Changeover]] = {}
        for one in offered:
            left = self.left_by(one)
            alike = (one.wet_share, round(one.middle_c, 3), one.leaves_above_humidity)
            if left < best.get(alike, (np.inf, one))[0]:
                best[alike] = (left, one)
        return [one for _, one in sorted(best.values(), key=lambda pair: pair[0])[:count]]

    def left_by(self, changeover: Changeover) -> float:
        """Sum of squared relative errors, infinite where nearly all rows lie on one side."""
        from gridtide.kernels.site_map import changeovers

        felt_c = self.felt[changeover.wet_share]
        state = changeovers(felt_c, self.humidity, limits_of(changeover))[self.chosen]
        if not LEAST_SIDE < state.mean() < 1.0 - LEAST_SIDE:
            return float(np.inf)
        sides = self.heat * state[:, None]
        new = sides - self.base @ (self.base.T @ sides)
        gram, toward = new.T @ new, new.T @ self.left
        gram += np.eye(len(gram)) * 1e-9 * np.trace(gram)
        return float(self.left @ self.left - toward @ np.linalg.solve(gram, toward))


def _by_temperature(drivers: Drivers, chosen: Chosen) -> Iterator[Changeover]:
    for share in WET_SHARES:
        felt_c = (share * drivers.wet_c + (1.0 - share) * drivers.dry_c)[chosen]
        for middle_c in np.quantile(felt_c, np.linspace(LEAST_SIDE, 1.0 - LEAST_SIDE, MIDDLES)):
            for width_k in WIDTHS_K:
                low_c, high_c = middle_c - 0.5 * width_k, middle_c + 0.5 * width_k
                yield Changeover(
                    wet_share=share, returns_below_c=float(low_c), leaves_above_c=float(high_c)
                )


def _by_humidity(changeover: Changeover, humidity: Real) -> Iterator[Changeover]:
    for high in np.quantile(humidity, HUMID_QUANTILES):
        for width in HUMID_WIDTHS:
            yield replace(
                changeover,
                returns_below_humidity=max(0.0, float(high - width)),
                leaves_above_humidity=float(high),
            )


def _moved(changeover: Changeover, step_k: float) -> Iterator[Changeover]:
    """The limits with one or both of a pair a step away; low stays below high."""
    pairs = [("returns_below_c", "leaves_above_c", step_k)]
    if changeover.leaves_above_humidity < NO_LIMIT:
        damp_step = step_k * HUMIDITY_PER_K
        pairs.append(("returns_below_humidity", "leaves_above_humidity", damp_step))
    for low_name, high_name, step in pairs:
        low, high = getattr(changeover, low_name), getattr(changeover, high_name)
        for below, above in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)):
            lower, upper = low + below * step, high + above * step
            if lower < upper and (low_name == "returns_below_c" or lower >= 0.0):
                yield replace(changeover, **{low_name: lower, high_name: upper})
