"""A power system for `gridtide market`: the RTS-GMLC folder, or a file of one's own with a table of hours beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.name import Name
from gridtide.case.schema import Money, Power, Share, Table
from gridtide.case.toml_file import toml_of
from gridtide.case.work import resolved
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.grid.system_year import SystemYear
from gridtide.grid.units import ReserveProducts, Stores, Units
from gridtide.sources import numbers, open_table
from gridtide.sources.rts_gmlc import RtsGmlcFolder

DAY = 24
LOAD = "load_kw"
Hours = Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]
Carbon = Annotated[float, Field(ge=0, le=5_000, allow_inf_nan=False)]


class UnitTable(Table):
    """[[units]]: so many of a kind. Steps go from 0 to the highest output; one price for all of it where there is
    one."""

    name: Name
    technology: Name
    count: Annotated[int, Field(ge=1, le=10_000)] = 1
    min_kw: Power = 0.0
    step_kw: Annotated[tuple[Power, ...], Field(min_length=1)]
    step_price_per_mwh: Annotated[tuple[Money, ...], Field(min_length=1)]
    no_load_cost_per_h: Money = 0.0
    start_cost: Money = 0.0
    ramp_kw_per_min: Power
    min_up_h: Hours = 1.0
    min_down_h: Hours = 1.0
    outage_rate: Share = 0.0
    carbon_g_per_kwh: Carbon = 0.0


class WeatherTable(Table):
    """[[weather]]: output that is limited by a column of the hours."""

    name: Name
    technology: Name
    column: str


class StoreTable(Table):
    """[[stores]]: run by the system."""

    name: Name
    charge_kw: Power
    discharge_kw: Power
    energy_kwh: Annotated[float, Field(gt=0, le=1e10, allow_inf_nan=False)]
    round_trip: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class ReserveTable(Table):
    """[[reserves]]: a product, and which technologies may give it (all where none is named)."""

    name: Name
    direction: Literal["up", "down"]
    within_s: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
    required_kw: Power
    technologies: tuple[Name, ...] = ()


class SystemFile(Table):
    """The file: hours is a CSV or Parquet table beside it, whole days, `load_kw` and the columns of the weather.
    stretch_days: as many of them follow upon each other, then comes another time of the year; none: all do."""

    name: Name
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    hours: str
    stretch_days: Annotated[int, Field(ge=1, le=366)] | None = None
    units: Annotated[tuple[UnitTable, ...], Field(min_length=1)]
    weather: tuple[WeatherTable, ...] = ()
    stores: tuple[StoreTable, ...] = ()
    reserves: tuple[ReserveTable, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class ReadSystem:
    """What a market is made of."""

    name: str
    units: Units
    year: SystemYear
    stores: Stores
    reserves: ReserveProducts
    stretch_days: int | None = None
    notes: tuple[str, ...] = ()


def read_system(path: Path) -> ReadSystem:
    """A folder with RTS-GMLC's tables, or a TOML file. Raises BadInput with every fault."""
    if path.is_dir():
        rts = RtsGmlcFolder(path=path).read()
        left_out = tuple(
            f"{name}: its store is left aside, what flows in is used or lost at once"
            for name, kw in zip(rts.stores.names, rts.stores.charge_kw, strict=True)
            if kw == 0.0
        )
        return ReadSystem(
            name="RTS-GMLC",
            units=rts.units,
            year=rts.year,
            stores=rts.stores,
            reserves=rts.reserves,
            notes=left_out,
        )
    table = toml_of(path, "a power system in TOML, or the folder of RTS-GMLC")
    try:
        file = SystemFile.model_validate(table)
    except ValidationError as error:
        raise BadInput(misfits(error, str(path), "Correct the value.")) from None
    refuse_if_any(_faults(file, path))
    return _built(file, path)


def _faults(file: SystemFile, path: Path) -> Iterator[Finding]:
    names = [
        *(u.name for u in file.units),
        *(w.name for w in file.weather),
        *(s.name for s in file.stores),
    ]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield _fault(f"{path} {name}", "is there more than once", "each name once", "Rename one.")
    for place, unit in enumerate(file.units, 1):
        where = f"{path} units[{place}]"
        most = sum(unit.step_kw)
        if len(unit.step_kw) != len(unit.step_price_per_mwh):
            said = f"{len(unit.step_kw)} steps and {len(unit.step_price_per_mwh)} prices"
            yield _fault(where, said, "a price for each step", "Add or remove one.")
        if unit.min_kw > most:
            yield _fault(
                f"{where}.min_kw", f"{unit.min_kw:g}", f"at most the steps, {most:g}", "Lower it."
            )
        if list(unit.step_price_per_mwh) != sorted(unit.step_price_per_mwh):
            yield _fault(
                f"{where}.step_price_per_mwh", "a later step is cheaper", "prices that never fall",
                "Put the cheaper step first, or make one of both.",
            )  # fmt: skip
    known = {unit.technology for unit in file.units} | {one.technology for one in file.weather}
    for product in file.reserves:
        for name in sorted(set(product.technologies) - known):
            mend = f"Known are {', '.join(sorted(known))}."
            yield _fault(f"{path} reserves {product.name}", name, "a technology of a unit", mend)


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)


def _built(file: SystemFile, path: Path) -> ReadSystem:
    units = [
        (unit, unit.name if unit.count == 1 else f"{unit.name} {one + 1}")
        for unit in file.units
        for one in range(unit.count)
    ]
    columns = {LOAD: LOAD} | {one.column: one.column for one in file.weather}
    table = open_table(resolved(file.hours, path.parent), columns)
    faults: list[Finding] = []
    series = {name: numbers(table, name, faults, least=0.0, most=1e9) for name in columns}
    if len(table) % DAY:
        faults.append(
            _fault(
                table.source, f"{len(table)} hours", f"whole days of {DAY}", "Add or remove hours."
            )
        )
    refuse_if_any(faults)
    available = np.full((len(table), len(units) + len(file.weather) + len(file.stores)), np.nan)
    for place, one in enumerate(file.weather):
        available[:, len(units) + place] = series[one.column]
    return ReadSystem(
        name=file.name,
        stretch_days=file.stretch_days,
        units=_units(file, [unit for unit, _ in units], [name for _, name in units], series),
        year=SystemYear(
            areas=("all",),
            load_kw=series[LOAD][:, None],
            bus_area=np.array([0]),
            bus_share=np.array([1.0]),
            available_kw=available,
        ),
        stores=Stores(
            names=tuple(store.name for store in file.stores),
            unit=len(units) + len(file.weather) + np.arange(len(file.stores)),
            energy_kwh=np.array([store.energy_kwh for store in file.stores]),
            initial_kwh=np.zeros(len(file.stores)),
            charge_kw=np.array([store.charge_kw for store in file.stores]),
            round_trip=np.array([store.round_trip for store in file.stores]),
        ),
        reserves=ReserveProducts(
            names=tuple(one.name for one in file.reserves),
            within_s=np.array([one.within_s for one in file.reserves]),
            required_kw=np.array([one.required_kw for one in file.reserves]),
            areas=tuple(() for _ in file.reserves),
            categories=tuple(one.technologies for one in file.reserves),
            upward=np.array([one.direction == "up" for one in file.reserves], dtype=bool),
        ),
    )


def _units(
    file: SystemFile, units: list[UnitTable], names: list[str], series: dict[str, np.ndarray]
) -> Units:
    """Units with fuel first, then what weather limits, then stores."""
    plain = len(file.weather) + len(file.stores)
    deep = max(len(unit.step_kw) for unit in units)
    most = [max(float(series[one.column].max()), 0.0) for one in file.weather]
    most += [store.discharge_kw for store in file.stores]
    width = np.zeros((len(units) + plain, deep))
    price = np.zeros_like(width)
    for row, unit in enumerate(units):
        width[row, : len(unit.step_kw)] = unit.step_kw
        price[row] = unit.step_price_per_mwh[-1]
        price[row, : len(unit.step_kw)] = unit.step_price_per_mwh
    width[len(units) :, 0] = most

    def column(of: str) -> np.ndarray:
        return np.array([float(getattr(unit, of)) for unit in units] + [0.0] * plain)

    zero = np.zeros(len(width))
    return Units(
        names=(*names, *(one.name for one in file.weather), *(one.name for one in file.stores)),
        bus=np.zeros(len(width), dtype=np.int64),
        area=("all",) * len(width),
        fuel=("",) * len(width),
        technology=(
            *(unit.technology for unit in units),
            *(one.technology for one in file.weather),
            *("Store" for _ in file.stores),
        ),
        min_kw=column("min_kw"),
        max_kw=width.sum(axis=1),
        block_kw=width,
        block_price_per_mwh=price,
        no_load_cost_per_h=column("no_load_cost_per_h"),
        start_cost=column("start_cost"),
        ramp_kw_per_min=column("ramp_kw_per_min"),
        outage_rate=column("outage_rate"),
        repair_h=zero,
        min_up_h=column("min_up_h"),
        min_down_h=column("min_down_h"),
        inertia_s=zero,
        rated_kva=zero,
        machine_pu=zero,
        transformer_pu=zero,
        carbon_g_per_kwh=column("carbon_g_per_kwh"),
        currency=file.currency,
    )
