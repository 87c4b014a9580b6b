"""Years of price, carbon and weather at a candidate: made up or read, whole, and in the siting's money."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.case.daily_gaps import filled_by_day
from gridtide.case.made_up import market_of
from gridtide.case.siting_schema import (
    CandidateTable,
    CurtailmentTable,
    SeriesTable,
    SitingFile,
)
from gridtide.case.supply import solar_shares
from gridtide.case.wind_plant import FARM
from gridtide.case.work import resolved
from gridtide.finding import BadInput, Finding, Gathered
from gridtide.invest.siting.place import CurtailedRecord, PlaceYear
from gridtide.physics.wind import hub_wind_m_per_s
from gridtide.signals.signal import Kind, Signal, on
from gridtide.signals.source import ReadsSignals
from gridtide.sources.synthetic import Climate, Synthetic
from gridtide.timeline import Timeline, regular

Real = NDArray[np.float64]
Worth = Callable[[str, int, str], float]
"""What one unit of a currency of a year is worth in the siting's money; what it is asked for is said in a fault."""
MOST_GAPS = 0.02
"""Share of a year's hours that may be unknown and are taken from the same hour of the day before."""
FASTEST_M_PER_S, CURVE_POINTS = 60.0, 1201
NEEDED = (Kind.PRICE, Kind.CARBON_AVERAGE, Kind.TEMPERATURE, Kind.HUMIDITY)
WANTED = (
    Kind.CARBON_MARGINAL,
    Kind.CLOUD,
    Kind.WIND_SPEED,
    Kind.WIND,
    Kind.SOLAR,
    Kind.CURTAILMENT,
)
OF_A_PLANT = (Kind.WIND, Kind.SOLAR)
"""Made up per kW of a plant; in files they are kW of a whole area, which say nothing of one."""


def years_of(file: SitingFile, number: int, worth: Worth, folder: Path) -> tuple[PlaceYear, ...]:
    """All years of a candidate, counted from 1. Raises BadInput with every fault of them."""
    candidate = file.candidate[number - 1]
    faults = Gathered()
    read = faults.of(lambda: tuple(_read(candidate, number, folder)))
    years = [
        faults.of(partial(_year, file, number, year, read, worth))
        for year in file.siting.years
        if read is not None
    ]
    faults.refuse_if_any()
    return tuple(year for year in years if year is not None)


def hours_of(year: int) -> Timeline:
    """The hours of a calendar year in UTC."""
    begin, end = (datetime(one, 1, 1, tzinfo=UTC) for one in (year, year + 1))
    return regular(begin, timedelta(hours=1), int((end - begin) / timedelta(hours=1)))


def _read(candidate: CandidateTable, number: int, folder: Path) -> Iterator[Signal]:
    """What its files say, in their order."""
    from gridtide.sources.eia930 import Eia930Mix
    from gridtide.sources.grid_hourly import GridHourly
    from gridtide.sources.signal_table import SignalTable

    for place, table in enumerate(candidate.series, start=1):
        if table.source == "synthetic":
            continue
        if table.path is None:
            raise BadInput([_no_path(number, place)])
        path = resolved(table.path, folder)
        zone = table.zone or candidate.name
        currency = table.currency or candidate.currency
        readers: dict[str, Callable[[], ReadsSignals]] = {
            "grid_hourly": partial(GridHourly, path=path, zone=zone, carbon=table.carbon),
            "eia930": partial(Eia930Mix, path=path, area=zone, stamp=table.stamp),
            "table": partial(
                SignalTable, path=path, zone=zone, currency=currency, stamp=table.stamp
            ),
        }
        yield from readers[table.source]().read()


def _no_path(number: int, place: int) -> Finding:
    return Finding(
        subject=f"candidate[{number}].series[{place}].path",
        value="is missing",
        limit="the file its series stand in",
        mend='Name the file, or make them up: source = "synthetic".',
    )


def _year(
    file: SitingFile,
    number: int,
    year: int,
    read: tuple[Signal, ...],
    worth: Worth,
) -> PlaceYear:
    candidate = file.candidate[number - 1]
    hours = hours_of(year)
    made = [
        signal
        for table in candidate.series
        if table.source == "synthetic"
        for signal in _made_up(table, candidate, hours, file.siting.seed + year)
    ]
    found: dict[Kind, Real] = {}
    notes, faults = [], Gathered()
    for kind in (*NEEDED, *WANTED):
        sources = made if kind in OF_A_PLANT else (*read, *made)
        said = [one for one in sources if one.kind is kind]
        first = _first_known(said, hours)
        if first is None:
            if kind in NEEDED:
                faults.findings.append(_lacking(number, kind, year, said))
            continue
        signal, values = first
        mended, gaps = filled_by_day(values)
        if gaps > MOST_GAPS * len(hours):
            faults.findings.append(_too_short(number, kind, year, gaps, len(hours)))
            continue
        if gaps:
            notes.append(
                f"{kind} of {candidate.name}, {year}: {gaps} hours taken from the day before"
            )
        if kind is Kind.PRICE:
            currency = signal.currency or candidate.currency
            subject = f"candidate[{number}].series price of {year}"
            mended = mended * (faults.of(partial(worth, currency, year, subject)) or 1.0)
        found[kind] = mended
    faults.refuse_if_any()
    return _assembled(candidate, year, hours, found, tuple(notes))


def _first_known(said: list[Signal], hours: Timeline) -> tuple[Signal, Real] | None:
    """The first of several signals that knows anything of the year, and what it says of it."""
    for signal in said:
        values = on(signal, hours)
        if not np.isnan(values).all():
            return signal, values
    return None


def _lacking(number: int, kind: Kind, year: int, said: list[Signal]) -> Finding:
    others = "no series has it"
    if said:
        spans = [f"{one.timeline.start:%Y-%m-%d} to {one.timeline.end:%Y-%m-%d}" for one in said]
        others = f"its series are about {', '.join(spans)}"
    return Finding(
        subject=f"candidate[{number}].series {kind}",
        value=f"nothing of {year}: {others}",
        limit="a value for every hour of each of siting.years",
        mend="Name a source that has it, or another year.",
    )


def _too_short(number: int, kind: Kind, year: int, gaps: int, hours: int) -> Finding:
    return Finding(
        subject=f"candidate[{number}].series {kind} of {year}",
        value=f"{gaps:,} of {hours:,} hours have no value",
        limit=f"at most {MOST_GAPS:.0%} of a year",
        mend="Give a series of the whole year, or leave the year out.",
    )


def _assembled(
    candidate: CandidateTable,
    year: int,
    hours: Timeline,
    found: dict[Kind, Real],
    notes: tuple[str, ...],
) -> PlaceYear:
    from gridtide.kernels import facility

    air, moist = found[Kind.TEMPERATURE], np.clip(found[Kind.HUMIDITY], 0.01, 1.0)
    wet = facility.wet_bulbs(air[None, :], moist[None, :])[0]
    solar, wind = found.get(Kind.SOLAR), found.get(Kind.WIND)
    blows = found.get(Kind.WIND_SPEED)
    if blows is not None:
        wind = _farm_shares(blows)
        if Kind.CLOUD in found:
            solar, _ = solar_shares(found, (candidate.latitude, candidate.longitude), hours)
    return PlaceYear(
        year=year,
        price_per_mwh=found[Kind.PRICE],
        carbon_average_g_per_kwh=found[Kind.CARBON_AVERAGE],
        carbon_marginal_g_per_kwh=found.get(Kind.CARBON_MARGINAL),
        outdoor_c=air,
        wet_bulb_c=wet,
        solar_share=solar,
        wind_share=wind,
        curtailed_kw=found.get(Kind.CURTAILMENT),
        notes=notes,
    )


def record_of(table: CurtailmentTable, number: int, name: str, folder: Path) -> CurtailedRecord:
    """Power that was turned down, as far as it is on record; unknown steps count nothing. Raises BadInput."""
    from gridtide.sources.gb_curtailment import GbCurtailment
    from gridtide.sources.signal_table import SignalTable

    path = resolved(table.path, folder)
    zone = table.zone or name
    source: ReadsSignals = (
        GbCurtailment(path=path, fuel=table.fuel, zone=zone)
        if table.source == "gb_curtailment"
        else SignalTable(path=path, zone=zone)
    )
    found = [one for one in source.read() if one.kind is Kind.CURTAILMENT]
    if not found or found[0].timeline.step_s is None:
        raise BadInput(
            [
                Finding(
                    subject=f"candidate[{number}].curtailment",
                    value=f"{table.path} has no {Kind.CURTAILMENT} in equal steps",
                    limit="power that is turned down, step by step",
                    mend="Name a file that has it.",
                )
            ]
        )
    signal = found[0]
    return CurtailedRecord(
        curtailed_kw=table.share * np.nan_to_num(signal.values),
        step_h=float(signal.timeline.hours[0]),
        period=f"{signal.timeline.start:%Y-%m-%d} to {signal.timeline.end:%Y-%m-%d}",
        source=signal.source,
    )


def _farm_shares(wind10m_m_per_s: Real) -> Real:
    """Power per kW of a farm at 100 m, (T,), read off its curve at CURVE_POINTS winds."""
    winds = np.linspace(0.0, FASTEST_M_PER_S, CURVE_POINTS)
    curve = [FARM.share(float(wind), 15.0) for wind in winds]
    return np.asarray(np.interp(wind10m_m_per_s * hub_wind_m_per_s(1.0), winds, curve))


def _made_up(
    table: SeriesTable, candidate: CandidateTable, hours: Timeline, seed: int
) -> Iterator[Signal]:
    source = Synthetic(
        zone=candidate.name, timeline=hours, seed=seed, clock_offset_h=table.clock_offset_h
    )
    climate = Climate(
        temperature_c=table.temperature_c,
        day_swing_c=table.day_swing_c,
        year_swing_c=table.year_swing_c,
        humidity=table.humidity,
        wind_m_per_s=table.wind_m_per_s,
    )
    yield source.temperature(climate)
    yield source.humidity(climate)
    yield source.price(market_of(table, candidate.currency))
    yield source.carbon(table.carbon_mean_g_per_kwh, table.carbon_swing_g_per_kwh, table.price_dips)
    yield source.wind(climate, FARM.share)
    yield source.solar(climate, candidate.latitude, candidate.longitude)
    if table.curtailed_kw > 0.0:
        yield source.curtailment(table.curtailed_kw, table.curtailed_hours, climate)
