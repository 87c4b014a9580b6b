"""Prices, carbon and weather of a campus by the hour, each of the length and years that are asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from gridtide.case.campus_schema import CampusFile, SeriesTable
from gridtide.case.daily_gaps import filled_by_day
from gridtide.case.supply import solar_shares, wind_shares
from gridtide.case.wind_plant import FARM
from gridtide.case.work import resolved
from gridtide.finding import Finding, Gathered, refuse_if_any
from gridtide.invest.hours import HOURS_PER_YEAR
from gridtide.signals.signal import Kind, Signal, on
from gridtide.sources import aware_s, numbers, open_table
from gridtide.sources.grid_hourly import GridHourly
from gridtide.sources.synthetic import Climate, Market, Synthetic
from gridtide.timeline import Timeline, epoch_s, regular

Real = NDArray[np.float64]
HOUR = timedelta(hours=1)
DIP = ((10.5, 15.0),)
COLUMNS = (
    "price_per_mwh",
    "carbon_average_g_per_kwh",
    "temperature_c",
    "relative_humidity",
    "solar_share",
    "wind_share",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """Hours of the campus, one array each, (T,). hydro_share: None where none is given. notes: how they came to be."""

    start_s: int
    years: float
    price_per_mwh: Real
    currency: str
    carbon_average_g_per_kwh: Real
    temperature_c: Real
    relative_humidity: Real
    solar_share: Real
    wind_share: Real
    hydro_share: Real | None
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.price_per_mwh)


def series_of(case: CampusFile, folder: Path) -> Series:
    """The series a campus file asks for; folder: where its paths begin. Raises BadInput with every fault."""
    spans = spans_of(case)
    read = {"synthetic": _synthetic, "grid_hourly": _grid_hourly, "table": _table}
    gathered = Gathered()
    parts = [
        gathered.of(lambda span=span: read[case.series.source](case, span, folder))  # type: ignore[misc]
        for span in spans
    ]
    gathered.refuse_if_any()
    return _joined([cast(Series, part) for part in parts])


def spans_of(case: CampusFile) -> list[Timeline]:
    """Hours of each year, or of the one period, that a campus is looked at over."""
    campus = case.campus
    if campus.years:
        edges = [
            (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
            for year in campus.years
        ]
        return [regular(start, HOUR, (end - start) // HOUR) for start, end in edges]
    start = campus.start or datetime(campus.cost_year, 1, 1, tzinfo=UTC)
    return [regular(start, HOUR, campus.hours)]


def _joined(parts: list[Series]) -> Series:
    def joined(name: str) -> Real:
        return np.concatenate([getattr(part, name) for part in parts])

    first = parts[0]
    return Series(
        start_s=first.start_s,
        years=sum(part.years for part in parts),
        currency=first.currency,
        hydro_share=None if first.hydro_share is None else joined("hydro_share"),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        **{name: joined(name) for name in COLUMNS},
    )


def _years(case: CampusFile, span: Timeline) -> float:
    return 1.0 if case.campus.years else len(span) / HOURS_PER_YEAR


def _synthetic(case: CampusFile, span: Timeline, folder: Path) -> Series:
    table, campus = case.series, case.campus
    source = Synthetic(
        zone=campus.name, timeline=span, seed=table.seed, clock_offset_h=campus.longitude / 15.0
    )
    swing_c = 9.0 * campus.latitude / 45.0
    climate = Climate(
        temperature_c=table.temperature_c, wind_m_per_s=table.wind_m_per_s, year_swing_c=swing_c
    )
    market = Market(
        mean_per_mwh=table.price_mean_per_mwh,
        swing_per_mwh=table.price_swing_per_mwh,
        dip_per_mwh=table.price_noon_dip_per_mwh,
        dips=DIP,
        floor_per_mwh=-50.0,
        currency=campus.currency,
    )
    mean_g = table.carbon_mean_g_per_kwh
    return Series(
        start_s=epoch_s(span.start),
        years=_years(case, span),
        price_per_mwh=source.price(market).values,
        currency=table.currency or campus.currency,
        carbon_average_g_per_kwh=source.carbon(mean_g, 0.4 * mean_g, DIP).values,
        temperature_c=source.temperature(climate).values,
        relative_humidity=source.humidity(climate).values,
        solar_share=source.solar(climate, campus.latitude, campus.longitude).values,
        wind_share=source.wind(climate, FARM.share).values,
        hydro_share=_river(span),
        notes=(f"prices, carbon and weather are made up, seed {table.seed}",),
    )


def _river(span: Timeline) -> Real:
    """A made-up river: high in May, low in autumn."""
    day = span.starts_s / 86_400.0
    return np.clip(0.5 + 0.3 * np.cos(2.0 * np.pi * (day - 135.0) / 365.2425), 0.0, 1.0)


def _grid_hourly(case: CampusFile, span: Timeline, folder: Path) -> Series:
    table = case.series
    signals = GridHourly(
        path=resolved(table.path, folder),
        zone=table.zone,
        carbon=table.carbon,
        start=span.start,
        end=span.end,
    ).read()
    by_kind = {signal.kind: signal for signal in signals}
    needed = (
        Kind.PRICE, Kind.CARBON_AVERAGE, Kind.TEMPERATURE, Kind.HUMIDITY, Kind.CLOUD, Kind.WIND_SPEED
    )  # fmt: skip
    filled = {kind: _filled(by_kind.get(kind), table.gaps_most_h, span) for kind in needed}
    refuse_if_any(fault for kind in needed for fault in _lacks(filled[kind], kind, table, span))
    weather = filled
    place = (case.campus.latitude, case.campus.longitude)
    solar, solar_said = solar_shares(weather, place, span)
    wind, wind_said = wind_shares(weather, FARM)
    price = by_kind[Kind.PRICE]
    return Series(
        start_s=epoch_s(span.start),
        years=_years(case, span),
        price_per_mwh=weather[Kind.PRICE],
        currency=price.currency or "",
        carbon_average_g_per_kwh=weather[Kind.CARBON_AVERAGE],
        temperature_c=weather[Kind.TEMPERATURE],
        relative_humidity=weather[Kind.HUMIDITY],
        solar_share=solar,
        wind_share=wind,
        hydro_share=None,
        notes=(
            f"{table.zone} of {Path(table.path).name}, {table.carbon} average carbon",
            solar_said, wind_said, *_gaps_said(by_kind, needed, span),
            *by_kind[Kind.CARBON_AVERAGE].notes, *price.notes,
        ),
    )  # fmt: skip


def _filled(signal: Signal | None, gaps_most: int, span: Timeline) -> Real:
    """A value for every hour of the span, NaN where there is none; up to so many gaps as a day before."""
    values = np.full(len(span), np.nan)
    if signal is None:
        return values
    values = on(signal, span)
    gaps = int(np.isnan(values).sum())
    return filled_by_day(values)[0] if 0 < gaps <= min(gaps_most, len(values) - 1) else values


def _gaps_said(
    by_kind: dict[Kind, Signal], needed: tuple[Kind, ...], span: Timeline
) -> tuple[str, ...]:
    """What was filled, by kind."""
    gaps = {kind: int(np.isnan(on(by_kind[kind], span)).sum()) for kind in needed}
    return tuple(
        f"{count} hours of {kind} from {span.start:%Y} are as a day before: the publisher has none"
        for kind, count in gaps.items()
        if count
    )


def _lacks(values: Real, kind: Kind, table: SeriesTable, span: Timeline) -> list[Finding]:
    there = int(np.isfinite(values).sum())
    if there == len(span):
        return []
    return [
        Finding(
            subject=f"series {table.zone} {kind}",
            value=f"has {there:,} of the {len(span):,} hours from {span.start:%Y-%m-%d} to {span.end:%Y-%m-%d}",
            limit="a value for every hour of the years that are asked for",
            mend="Ask for other years, or let series.gaps_most_h hours be as a day before.",
        )
    ]


def _table(case: CampusFile, span: Timeline, folder: Path) -> Series:
    path = resolved(case.series.path, folder)
    names = {name: name for name in ("time", *COLUMNS, "hydro_share")}
    table = open_table(path, names, optional=frozenset({"hydro_share", "relative_humidity"}))
    faults: list[Finding] = []
    starts_s = aware_s(table, "time", faults)
    shares = ("solar_share", "wind_share", "hydro_share", "relative_humidity")
    columns = {
        name: numbers(table, name, faults, least=0.0, most=1.0)
        if name in shares
        else numbers(table, name, faults)
        for name in (*COLUMNS, "hydro_share")
        if name in table.frame.columns
    }
    if not faults and (len(starts_s) != len(span) or not np.array_equal(starts_s, span.starts_s)):
        faults.append(_another_span(path, starts_s, span))
    if case.series.currency is None:
        faults.append(
            Finding(
                subject="series.currency",
                value="is missing",
                limit="the currency of price_per_mwh",
                mend="Write it as three letters.",
            )
        )
    refuse_if_any(faults)
    return Series(
        start_s=epoch_s(span.start),
        years=_years(case, span),
        currency=case.series.currency or "",
        relative_humidity=columns.pop("relative_humidity", np.full(len(span), 0.6)),
        hydro_share=columns.pop("hydro_share", None),
        notes=(f"series of {path.name}",),
        **columns,
    )


def _another_span(path: Path, starts_s: Real, span: Timeline) -> Finding:
    first = datetime.fromtimestamp(int(starts_s[0]), UTC)
    return Finding(
        subject=str(path),
        value=f"{len(starts_s):,} rows from {first:%Y-%m-%d %H:%M} UTC",
        limit=f"{len(span):,} hours one after another from {span.start:%Y-%m-%d %H:%M} UTC",
        mend="Give a row for every hour of the years that are asked for, or ask for the years of the table.",
    )
