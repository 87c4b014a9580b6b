"""The power system around computing: what may be built in a year, and the hours of that year."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from gridtide.case.pathway import along
from gridtide.case.pathway_schema import PathwayFile
from gridtide.case.technologies import COST_YEAR, CURRENCY, technologies
from gridtide.case.wind_plant import FARM
from gridtide.case.zones import zone_known
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.invest.pathway.assumptions import FIRST_YEAR, Real
from gridtide.invest.pathway.power_system import SystemHours, SystemTerms
from gridtide.invest.technology import Kind, Technology
from gridtide.signals.signal import Kind as Measured
from gridtide.signals.signal import Signal
from gridtide.sources import zone_faults
from gridtide.sources.eia930 import Eia930Mix
from gridtide.sources.finland_forecasts import FinlandForecasts
from gridtide.sources.synthetic import Climate, Synthetic
from gridtide.timeline import regular

BUILT = ("solar", "wind", "hydro", "battery", "hydrogen", "reactor")
"""Of technologies.toml; gas with capture stands beside them."""
HOURS = 8760
HOUR_S = 3600.0
FINLAND_CLOCK = "Europe/Helsinki"
MADE = Climate(temperature_c=12.0, wind_m_per_s=6.3, year_swing_c=9.0)
LATITUDE, SEED = 45.0, 1
GAP_H = 24
"""Hours that may lack within a year's series; they are laid straight between their neighbours."""
FULL_LOAD = {Measured.SOLAR: 0.17, Measured.WIND: 0.33}
"""Mean shares of rated power to which measured output is scaled, where rated power is not in the file: assumed."""


def system_terms(table: PathwayFile, year: int) -> SystemTerms:
    """What may be built in a year, at its costs. Raises BadInput for names that nothing bears."""
    system, at = table.system, year - FIRST_YEAR
    refuse_if_any(_strangers(table))
    factors = {name: float(along(row)[at]) for name, row in system.cost_factor.items()}
    built = [_cheaper(technologies()[name], factors.get(name, 1.0)) for name in BUILT]
    cavern = {"hydrogen": system.hydrogen_per_kwh}
    built = [replace(one, capex_per_kwh=cavern.get(one.name, one.capex_per_kwh)) for one in built]
    capture = Technology(
        name="gas with capture",
        kind=Kind.FIRM,
        currency=CURRENCY,
        cost_year=COST_YEAR,
        source=system.source,
        **system.capture.model_dump(),
    )
    return SystemTerms(
        technologies=(*built, capture),
        currency=CURRENCY,
        cost_year=COST_YEAR,
        interest=system.interest,
        removal_per_t=system.removal_per_t,
        hydro_share=system.hydro_share,
        heat_share=float(along(system.heat_share)[at]),
        vehicle_share=float(along(system.vehicle_share)[at]),
        moving_per_kwh=dict(system.moving_per_kwh),
    )


def _strangers(table: PathwayFile) -> Iterator[Finding]:
    """Names of technologies and classes that nothing bears."""
    classes = tuple(one.name for one in table.class_)
    for key, named, known, what in (
        ("cost_factor", table.system.cost_factor, BUILT, "technology of the system"),
        ("moving_per_kwh", table.system.moving_per_kwh, classes, "class of work"),
    ):
        for name in named:
            if name not in known:
                yield Finding(
                    subject=f"system.{key}.{name}",
                    value=f"is no {what}",
                    limit=f"one of {', '.join(known)}",
                    mend="Correct the name.",
                )


def _cheaper(technology: Technology, factor: float) -> Technology:
    """At a share of its capex; what building it emits is left to other accounts."""
    return replace(
        technology,
        capex_per_kw=factor * technology.capex_per_kw,
        capex_per_kw_out=factor * technology.capex_per_kw_out,
        capex_per_kwh=factor * technology.capex_per_kwh,
        embodied_kg_per_kw=0.0,
        embodied_kg_per_kwh=0.0,
    )


def system_hours(path: Path | None, area: str | None, clock: str | None = None) -> SystemHours:
    """A year by the hour: of EIA-930 (with an area), of Finland's forecasts (without), or made up where no file is
    given. clock: of the people there, by IANA name; without, that of the area as zones.toml knows it. Raises BadInput
    for a year that is not whole and a clock that nobody knows."""
    if path is None:
        return _made_up()
    if area is None:
        signals = FinlandForecasts(path=path).read()
        said = f"{path.name}: forecasts of demand, sun and wind"
    else:
        mix = Eia930Mix(path=path, area=area, stamp="end")
        signals = (*mix.read(), mix.net_generation())
        said = f"{path.name}, {area}: net generation as load, sun and wind"
    on = _clock_of(area, clock)
    load, sun, wind, first_s = _last_year(signals, path)
    local = _local(first_s, on)
    shares = [
        np.clip(series * FULL_LOAD[kind] / series.mean(), 0.0, 1.0)
        for kind, series in zip(FULL_LOAD, (sun, wind), strict=True)
    ]
    return SystemHours(
        load=load,
        heat=_cold(local),
        vehicles=_evenings(local),
        solar_share=shares[0],
        wind_share=shares[1],
        said=(
            said,
            "scaled to mean shares of 0.17 (sun) and 0.33 (wind) of rated power",
            f"heat pumps and vehicles by the clock of {on}",
        ),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Local:
    """8,760 hours on a clock of people: hour of the day, 0-24, and days since the year began, (T,) each."""

    hour: Real
    day: Real


def _clock_of(area: str | None, clock: str | None) -> str:
    """The clock that is asked for, or the area's own."""
    if clock is not None:
        refuse_if_any(zone_faults(clock, "--clock"))
        return clock
    if area is None:
        return FINLAND_CLOCK
    known = zone_known(area)
    if known is None:
        raise BadInput(
            [
                Finding(
                    subject=f"--area {area}",
                    value="is an area whose clock is not known",
                    limit="an area of zones.toml, or one with --clock",
                    mend="Give --clock, such as America/Denver.",
                )
            ]
        )
    return known.clock


def _local(first_s: float, clock: str) -> Local:
    """The clock in each hour from an instant on."""
    zone = ZoneInfo(clock)
    times = [
        datetime.fromtimestamp(first_s + HOUR_S * k, tz=UTC).astimezone(zone) for k in range(HOURS)
    ]
    hour = np.array([at.hour + at.minute / 60.0 for at in times])
    day = np.array([at.timetuple().tm_yday - 1.0 for at in times])
    return Local(hour=hour, day=day + hour / 24.0)


def _last_year(signals: Iterable[Signal], path: Path) -> tuple[Real, Real, Real, float]:
    """The last 8,760 hours that load, sun and wind share, few that lack filled in, and the instant they begin at.

    Raises BadInput with every kind that lacks more, or begins within them.
    """
    found = {one.kind: one for one in signals}
    kinds = (Measured.DEMAND, *FULL_LOAD)
    ends_s = [float(found[kind].timeline.edges_s[-1]) for kind in kinds if kind in found]
    first_s = min(ends_s, default=0.0) - HOURS * HOUR_S
    faults: list[Finding] = []
    load, sun, wind = (_filled(found.get(kind), kind, first_s, path, faults) for kind in kinds)
    refuse_if_any(faults)
    return load, sun, wind, first_s


def _filled(
    signal: Signal | None, kind: Measured, first_s: float, path: Path, faults: list[Finding]
) -> Real:
    """8,760 hours of a series from an instant on."""
    values = np.full(HOURS, np.nan)
    before = HOURS
    if signal is not None:
        starts_s = np.asarray(signal.timeline.edges_s, dtype=np.float64)[:-1]
        at = np.round((starts_s - first_s) / HOUR_S).astype(np.int64)
        within = (at >= 0) & (at < HOURS)
        values[at[within]] = signal.values[within]
        before = max(int(at[0]), 0)
    there = np.isfinite(values)
    lacking = HOURS - int(there.sum())
    if lacking > GAP_H or before > 0:
        faults.append(
            Finding(
                subject=f"{path.name} {kind}",
                value=f"lacks {lacking:,} of the {HOURS:,} hours of its last year",
                limit=f"at most {GAP_H}, and none before its first",
                mend="Give another area or file.",
            )
        )
        return values
    hours = np.arange(HOURS)
    filled: Real = np.interp(hours, hours[there], values[there])
    return filled


def _made_up() -> SystemHours:
    span = regular(datetime(2025, 1, 1, tzinfo=UTC), timedelta(hours=1), HOURS)
    source = Synthetic(zone="system", timeline=span, seed=SEED, clock_offset_h=0.0)
    hour, day = np.mod(np.arange(HOURS, dtype=np.float64), 24.0), np.arange(HOURS) / 24.0
    local = Local(hour=hour, day=day)
    daily = 0.13 * np.cos(2.0 * np.pi * (hour - 17.0) / 24.0)
    weekly = np.where((np.arange(HOURS) // 24 + 2) % 7 >= 5, -0.08, 0.03)
    yearly = 0.08 * np.cos(2.0 * np.pi * (day - 15.0) / 365.0)
    return SystemHours(
        load=1.0 + daily + weekly + yearly,
        heat=_cold(local),
        vehicles=_evenings(local),
        solar_share=source.solar(MADE, LATITUDE, 0.0).values,
        wind_share=source.wind(MADE, FARM.share).values,
        said=("load, sun and wind of one year are made up",),
    )


def _cold(local: Local) -> Real:
    """Heat pumps: from autumn to spring, most in January and in the morning."""
    season = np.maximum(np.cos(2.0 * np.pi * (local.day - 15.0) / 365.0) + 0.3, 0.0)
    found: Real = season * (1.0 + 0.2 * np.cos(2.0 * np.pi * (local.hour - 7.0) / 24.0)) + 0.05
    return found


def _evenings(local: Local) -> Real:
    """Vehicles: plugged in when they come home."""
    found: Real = 0.3 + np.exp(-0.5 * (((local.hour - 20.0 + 12.0) % 24.0 - 12.0) / 2.5) ** 2)
    return found
