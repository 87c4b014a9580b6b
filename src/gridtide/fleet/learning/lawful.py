"""Maps that cannot be: more work that means less power, or a meter below the power of the machines behind it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding
from gridtide.fleet.learning.site_map import SiteMap
from gridtide.fleet.learning.site_model import Ranges, SiteModel
from gridtide.fleet.learning.steady import steady_kw
from gridtide.fleet.learning.telemetry import Telemetry

Real = NDArray[np.float64]
MARKS = 61
SLACK = 1e-9
"""Share of the power that rounding may take."""
ALIKE = 6
"""Stretches of temperature within which hours count as alike."""
FALLS = -0.15
"""Correlation of power and utilisation among like hours below which a meter falls as work rises."""
LEAST_ROWS = 96


def broken_laws(model: SiteModel) -> Iterator[Finding]:
    """What is wrong with a model within its own data: falling power, or power below IT power."""
    it_kw, felt_c = _marks(model.ranges)
    power_kw = steady_kw(model.site_map, it_kw, felt_c)
    yield from _falling(model.site, it_kw, felt_c, power_kw)
    yield from _below_it(model.site, model.site_map, it_kw, felt_c, power_kw)


def falling_meter(telemetry: Telemetry) -> Iterator[Finding]:
    """A meter that falls as utilisation rises, at like temperatures; no map of a data centre can follow it."""
    known = np.flatnonzero(~np.isnan(telemetry.facility_kw))
    if len(known) < LEAST_ROWS:
        return
    dry_c = telemetry.outdoor_c[known]
    edges = np.quantile(dry_c, np.linspace(0.0, 1.0, ALIKE + 1)[1:-1])
    part = np.searchsorted(edges, dry_c)
    load = _beside_alike(telemetry.utilisation[known], part)
    power = _beside_alike(telemetry.facility_kw[known], part)
    size = float(np.sqrt((load @ load) * (power @ power)))
    if size > 0.0 and float(load @ power) < FALLS * size:
        yield Finding(
            subject=f"site {telemetry.site} facility_kw",
            value=f"falls as it_utilisation rises (correlation {float(load @ power) / size:.2f} at like temperatures)",
            limit="power that does not fall as work rises",
            mend="Check whether utilisation is the idle share, and whether the meter is this site's.",
        )


def _beside_alike(values: Real, part: NDArray[np.int64]) -> Real:
    """Values less the mean of the like ones."""
    count = np.bincount(part)
    mean = np.bincount(part, weights=values) / np.maximum(count, 1)
    return np.asarray(values - mean[part])


def _marks(ranges: Ranges) -> tuple[Real, Real]:
    return np.linspace(*ranges.it_kw, MARKS), np.linspace(*ranges.felt_c, MARKS)


def _falling(site: str, it_kw: Real, felt_c: Real, power_kw: Real) -> Iterator[Finding]:
    rise_kw = np.diff(power_kw, axis=0)
    i, j = np.unravel_index(int(np.argmin(rise_kw)), rise_kw.shape)
    if rise_kw[i, j] < -SLACK * float(power_kw.max()):
        yield Finding(
            subject=f"site {site} learned power",
            value=f"falls by {-rise_kw[i, j]:,.1f} kW from {it_kw[i]:,.0f} to {it_kw[i + 1]:,.0f} kW of IT "
            f"at {felt_c[j]:.1f} °C",
            limit="power that never falls as IT power rises",
            mend="Give telemetry with more days, and with its faults mended.",
        )


def _below_it(
    site: str, site_map: SiteMap, it_kw: Real, felt_c: Real, power_kw: Real
) -> Iterator[Finding]:
    beyond_kw = power_kw - it_kw[:, None]
    i, j = np.unravel_index(int(np.argmin(beyond_kw)), beyond_kw.shape)
    if beyond_kw[i, j] < -SLACK * float(power_kw.max()):
        yield Finding(
            subject=f"site {site} learned power",
            value=f"{power_kw[i, j]:,.0f} kW at the meter for {it_kw[i]:,.0f} kW of IT at {felt_c[j]:.1f} °C",
            limit="a meter that sees at least the machines behind it",
            mend="Correct --it-capacity-kw, or the unit of facility_kw.",
        )
