"""What a supply must reach beside serving the load, each as rows of the program that can be named and given way."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.invest.campus import Campus
from gridtide.invest.draft import Columns, Draft, Total
from gridtide.invest.hours import HOURS_PER_YEAR
from gridtide.invest.technology import STORES, Kind
from gridtide.settle.green_direct import GreenTerms

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
WATER = "water_most_m3"
USUAL_KG, USUAL_COST, USUAL_M3 = 0.3, 0.1, 0.002
"""Of a kWh, roughly: what distances to targets of different kinds are measured by, so that they can be added."""
ISLANDED_KWH, ISLANDED_KW = "islanded_h, energy", "islanded_h, power"


@dataclass(frozen=True, kw_only=True)
class Targets:
    """None where nothing is asked.

    hourly_clean_share: of what is used, carbon-free in the hour it is used. yearly_clean_share: of what is used, made
    or contracted carbon-free over the year. green: ratios of a direct connection. islanded_h: hours that the critical
    load is served when the grid is lost, at whatever hour. unserved_kwh: expected a year, of the critical load, when
    circuits fail. carbon_kg, capex, cost, import_kwh: at most, of a year but for capex.
    """

    hourly_clean_share: float | None = None
    yearly_clean_share: float | None = None
    green: GreenTerms | None = None
    islanded_h: int | None = None
    unserved_kwh: float | None = None
    carbon_kg: float | None = None
    capex: float | None = None
    cost: float | None = None
    import_kwh: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """A target in the program. rows: of it, at least where sense is 1, at most where it is -1; scale: one unit of
    distance in the rows' own unit; asked: as it was asked for; over: of a ratio, what it is a share of, kWh."""

    name: str
    rows: Whole
    sense: float
    scale: float
    asked: float
    over: Total | None = None


def write_targets(draft: Draft, targets: Targets) -> list[Row]:
    """Rows for all that is asked. Rows of totals are one each; islanding has one for every hour."""
    year_kwh = float(draft.weight @ draft.campus.load_kw)
    load, found = draft.load_kwh, []
    for name, part, least in (
        ("hourly_clean_share", load.plus(draft.unclean_kwh, -1.0), targets.hourly_clean_share),
        ("yearly_clean_share", draft.clean_kwh, targets.yearly_clean_share),
    ):
        if least is not None:
            found.append(_ratio(draft, name, (part, load), 1.0, year_kwh, least))
    if targets.green is not None:
        found += _green_rows(draft, targets.green, year_kwh)
    for name, total, most, usual in (
        ("carbon_kg", draft.carbon_kg, targets.carbon_kg, USUAL_KG * year_kwh),
        ("capex", draft.capex, targets.capex, year_kwh),
        ("cost", yearly_cost(draft), targets.cost, USUAL_COST * year_kwh),
        ("import_kwh", draft.imported_kwh, targets.import_kwh, year_kwh),
        (WATER, draft.water_m3, water_most_m3(draft.campus), USUAL_M3 * year_kwh),
    ):
        if most is not None:
            rows = np.array([draft.bounded(total, -np.inf, most)])
            found.append(Row(name=name, rows=rows, sense=-1.0, scale=usual, asked=most))
    if targets.islanded_h is not None:
        found += write_islanded(draft, targets.islanded_h)
    if targets.unserved_kwh is not None:
        found.append(write_unserved(draft, targets.unserved_kwh))
    return found


def water_most_m3(campus: Campus) -> float | None:
    """What water there is for cooling, None where there is enough."""
    most = np.inf if campus.cooling is None else campus.cooling.water_most_m3
    return most if np.isfinite(most) else None


def yearly_cost(draft: Draft) -> Total:
    """What a year costs, as a total over all columns so far."""
    total = Total()
    total.add(np.arange(draft.program.columns), np.concatenate(draft.program.cost))
    return total


def _ratio(
    draft: Draft, name: str, ratio: tuple[Total, Total], sense: float, scale: float, asked: float
) -> Row:
    """Part over whole, multiplied by its whole: at least what is asked where sense is 1, at most where it is -1."""
    part, over = ratio
    beyond = Total().plus(part, sense).plus(over, -sense * asked)
    rows = np.array([draft.bounded(beyond, 0.0, np.inf)])
    return Row(name=name, rows=rows, sense=1.0, scale=scale, asked=asked, over=over)


def _green_rows(draft: Draft, terms: GreenTerms, year_kwh: float) -> list[Row]:
    """Self-use, green share and export of a direct connection."""
    used = draft.green_kwh.plus(draft.sold_kwh, -1.0)
    counted = draft.available_kwh if terms.available_includes_curtailed else draft.green_kwh
    return [
        _ratio(draft, name, ratio, sense, year_kwh, asked)
        for name, ratio, sense, asked in (
            ("self_use", (used, counted), 1.0, terms.self_use_least),
            ("green_share", (used, draft.load_kwh), 1.0, terms.green_share_least),
            ("export", (draft.sold_kwh, counted), -1.0, terms.export_most),
        )
    ]


def write_islanded(draft: Draft, lasts_h: int) -> list[Row]:
    """Rows by which the critical load is served in each hour of an outage that lasts so long, whenever it begins."""
    serves, windows = _write_outage(draft, lasts_h)
    most, asked = float(draft.campus.critical_kw.max()), float(lasts_h)
    found = [Row(name=ISLANDED_KW, rows=serves, sense=1.0, scale=most, asked=asked)]
    if len(windows):
        scale = most * lasts_h
        found.append(Row(name=ISLANDED_KWH, rows=windows, sense=1.0, scale=scale, asked=asked))
    return found


def write_unserved(draft: Draft, most_kwh: float) -> Row:
    """A row by which of the critical load no more than this is expected to be short a year, by outages as long as
    circuits are out together."""
    campus, lasts_h = draft.campus, outage_h(draft.campus)
    serves, _ = _write_outage(draft, lasts_h)
    short = draft.program.variables(serves.shape)
    draft.program.put(serves, short, 1.0)
    total = Total()
    total.add(short, lasts_h * outages_per_year(campus) * draft.weight / draft.weight.sum())
    rows = np.array([draft.bounded(total, -np.inf, most_kwh)])
    scale = float(campus.critical_kw.max()) * lasts_h
    return Row(name="unserved_kwh", rows=rows, sense=-1.0, scale=scale, asked=most_kwh)


def _write_outage(draft: Draft, lasts_h: int) -> tuple[Whole, Whole]:
    """For an outage after each hour: what each store holds then covers what it gives until the outage ends. Gives rows
    of service, (T,), and of what stores hold.

    What stores give in an hour is the same whenever the outage began, so that they and plants, one machine of each kind
    out of order, serve the critical load. On the safe side: nothing fills a store during the outage.
    """
    serves = draft.rows(draft.campus.critical_kw, np.inf)
    _write_plants(draft, serves)
    windows = [_write_given(draft, built, serves, lasts_h) for built in _stores(draft)]
    return serves, np.concatenate([np.zeros(0, dtype=np.int64), *windows])


def _stores(draft: Draft) -> list[Columns]:
    return [one for one in draft.built if one.option.technology.kind in STORES]


def _write_given(draft: Draft, built: Columns, serves: Whole, lasts_h: int) -> Whole:
    """What a store gives in each hour of an outage, at most its power; gives rows by which it holds enough before."""
    program, count = draft.program, len(serves)
    given = program.variables(serves.shape)
    program.put(serves, given, 1.0)
    battery = built.option.technology.kind == Kind.BATTERY
    draft.at_most(given, built.power if battery else built.power_out)
    rows = draft.rows(0.0, np.inf)
    program.put(rows, built.level, built.option.technology.efficiency_out)
    later = (np.arange(count)[:, None] + np.arange(1, lasts_h + 1)) % count
    program.put(rows[:, None], given[later], -1.0)
    return rows


def _write_plants(draft: Draft, serves: Whole) -> None:
    """What plants add to the service of the critical load, one machine of each kind out of order."""
    for built in draft.built:
        option = built.option
        if len(option.share):
            draft.program.put(serves, np.full(serves.shape, built.power), option.share)
        elif option.technology.kind == Kind.FIRM:
            left = (option.units - 1) / option.units if option.units > 1 else 1.0
            draft.program.put(serves, np.full(serves.shape, built.power), left)


def outages_per_year(campus: Campus) -> float:
    """How often all circuits are out at one time: of two that fail on their own, one during the other's repair."""
    circuits = () if campus.grid is None else campus.grid.circuits
    if len(circuits) == 1:
        return circuits[0].outages_per_year
    shares = [one.outages_per_year * one.repair_h / HOURS_PER_YEAR for one in circuits]
    return sum(
        one.outages_per_year * float(np.prod(shares[:k] + shares[k + 1 :]))
        for k, one in enumerate(circuits)
    )


def outage_h(campus: Campus) -> int:
    """How long all circuits are out at one time: of several, until the first is back."""
    circuits = () if campus.grid is None else campus.grid.circuits
    rates = [1.0 / one.repair_h for one in circuits if one.repair_h > 0.0]
    return max(1, int(np.ceil(1.0 / sum(rates)))) if rates else 1
