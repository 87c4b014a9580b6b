"""What `gridtide study` reads of `kind = "adequacy"`: units that fail, a year of load, stores and load to call."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gridtide.case.name import Name
from gridtide.case.study_file import (
    NotBelowZero,
    Positive,
    Probability,
    SeriesRecord,
    StudyRecord,
    fault_of,
    hours_of,
    read_record,
)
from gridtide.case.work import resolved
from gridtide.case.year_of_load import LoadTable, load_faults, year_of_load
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.grid.adequacy_study import AdequacySystem, FailingUnits
from gridtide.grid.short_years import CallableLoad, ShortStore
from gridtide.sources.hour_table import Hours, misfits_of_years

Real = NDArray[np.float64]
Share = Annotated[float, Field(gt=0.0, le=1.0)]
Part = Annotated[float, Field(ge=0.0, le=1.0)]


class UnitRecord(StudyRecord):
    """One [[unit]]; count of the same."""

    name: Name
    max_kw: Positive
    outage_rate: Probability
    repair_h: Positive = 50.0
    count: Annotated[int, Field(ge=1, le=10_000)] = 1


class VariableRecord(StudyRecord):
    """One [[variable]]: what a unit that follows weather feeds in, a series."""

    name: Name
    series: SeriesRecord


class StoreRecord(StudyRecord):
    """One [[store]]."""

    name: Name
    power_kw: Positive
    energy_kwh: Positive
    efficiency: Share = 0.85


class FlexibleRecord(StudyRecord):
    """[flexible]: load that can be called; kw of it are drawn in every hour, as part of the load, times the share of
    the hour of the day, from midnight on, and of the month."""

    name: Name
    kw: Positive
    by_hour: Annotated[tuple[Part, ...], Field(min_length=24, max_length=24)] = (1.0,) * 24
    by_month: Annotated[tuple[Part, ...], Field(min_length=12, max_length=12)] = (1.0,) * 12
    call_h: Annotated[int, Field(ge=1)]
    calls: Annotated[int, Field(ge=0)]
    recover_h: Annotated[int, Field(ge=1)]
    recover_kw: NotBelowZero
    rebound: NotBelowZero = 0.0


class AdequacyFile(StudyRecord):
    """All that such a file may hold."""

    kind: Literal["adequacy"]
    name: Name
    target_lole_h: Positive = 2.4
    years: Annotated[int, Field(ge=2, le=2_000)] = 200
    seed: Annotated[int, Field(ge=0)] = 1
    load_scale: Positive = 1.0
    add_flexible: bool = True
    rts_gmlc: str | None = None
    load: LoadTable | None = None
    unit: tuple[UnitRecord, ...] = ()
    variable: tuple[VariableRecord, ...] = ()
    store: tuple[StoreRecord, ...] = ()
    flexible: FlexibleRecord | None = None
    elcc: tuple[Name, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class AdequacyQuestion:
    """A system, and how it is looked at. flexible: name of the load that can be called, None without one."""

    system: AdequacySystem
    target_lole_h: float
    years: int
    seed: int
    flexible: str | None
    notes: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class _Held:
    """What files hold so far: load, units, and what variable ones feed in, (H,), by name."""

    load: Hours
    units: list[UnitRecord]
    feeds: dict[str, Real]
    stores: list[ShortStore]
    notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """Of units, feeds and stores."""
        units = {one.name for one in self.units}
        return {*units, *self.feeds, *(one.name for one in self.stores)}


def adequacy_question(path: Path, table: dict[str, Any]) -> AdequacyQuestion:
    """The question of a file. Raises BadInput with every fault of it and of the files it names."""
    record = read_record(AdequacyFile, path, table)
    refuse_if_any(_wholes(record, path))
    held = _held(record, path)
    load_kw, called = _with_flexible(record, held.load, record.load_scale * held.load.kw)
    system = AdequacySystem(
        name=record.name,
        units=_units(held.units),
        load_kw=load_kw,
        feeds=tuple(held.feeds),
        feed_kw=np.asarray([*held.feeds.values()]).reshape(len(held.feeds), len(load_kw)),
        stores=tuple(held.stores),
        called=called,
        asked=tuple(dict.fromkeys(record.elcc)),
    )
    return AdequacyQuestion(
        system=system,
        target_lole_h=record.target_lole_h,
        years=record.years,
        seed=record.seed,
        flexible=None if record.flexible is None else record.flexible.name,
        notes=tuple(held.notes),
    )


def _wholes(record: AdequacyFile, path: Path) -> Iterator[Finding]:
    """Tables that exclude or need each other."""
    if (record.load is None) == (record.rts_gmlc is None):
        yield fault_of(f"{path} load", "both or neither of [load] and rts_gmlc", "one of them")
    if record.rts_gmlc is None and not record.unit:
        yield fault_of(f"{path} unit", "no [[unit]]", "units, or a folder rts_gmlc")
    names = _named(record)
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield fault_of(
            f"{path} unit, variable, store",
            f"{name} twice",
            "each name once, with a count of units",
        )
    flexible = record.flexible
    if flexible is not None and not (any(flexible.by_hour) and any(flexible.by_month)):
        yield fault_of(f"{path} flexible", "by_hour or by_month is 0 throughout", "a share above 0")
    if record.load is not None:
        yield from load_faults(record.load, path)


def _named(record: AdequacyFile) -> list[str]:
    """Names of its units, feeds and stores."""
    units = [one.name for one in record.unit]
    return [*units, *(one.name for one in record.variable), *(one.name for one in record.store)]


def _there_already(record: AdequacyFile, path: Path, base: _Held) -> Iterator[Finding]:
    """Names of the file that the folder it stands on has too: one of both would be lost or counted with the other."""
    for name in _named(record):
        if name in base.names:
            yield fault_of(f"{path} {name}", "is a name of rts_gmlc", "a name of its own")


def _unknown(record: AdequacyFile, path: Path, base: _Held) -> Iterator[Finding]:
    known = {*base.names, *_named(record)}
    for name in record.elcc:
        if name not in known:
            shown = ", ".join(sorted(known)[:8])
            limit = f"one of {len(known):,}: {shown}"
            yield fault_of(f"{path} elcc", f"{name} is no unit", limit)


def _held(record: AdequacyFile, path: Path) -> _Held:
    """All that the file and those it names hold."""
    gathered = Gathered()
    series: dict[str, Hours] = {}
    base = None
    if record.rts_gmlc is not None:
        base = gathered.of(lambda: _of_rts(resolved(str(record.rts_gmlc), path.parent)))
    elif record.load is not None:
        load = record.load
        drawn = gathered.of(lambda: year_of_load(load, path))
        base = None if drawn is None else _Held(load=drawn, units=[], feeds={}, stores=[])
    if base is not None:
        series[f"{path} load"] = base.load
    for one in record.variable:
        read = gathered.of(partial(hours_of, one.series, path))
        if read is not None:
            series[f"{path} {one.name}"] = read
    gathered.findings += misfits_of_years(series)
    if base is not None:
        gathered.findings += _there_already(record, path, base)
        base.units += record.unit
        gathered.findings += _unknown(record, path, base)
    gathered.refuse_if_any()
    assert base is not None
    for variable in record.variable:
        base.feeds[variable.name] = series[f"{path} {variable.name}"].kw
    base.stores += [
        ShortStore(
            name=one.name,
            power_kw=one.power_kw,
            energy_kwh=one.energy_kwh,
            efficiency=one.efficiency,
        )
        for one in record.store
    ]
    return base


def _with_flexible(
    record: AdequacyFile, hours: Hours, load_kw: Real
) -> tuple[Real, CallableLoad | None]:
    """The load with the one that can be called, on top where it is added, else inside."""
    flexible = record.flexible
    if flexible is None:
        return load_kw, None
    of_day, months = np.arange(len(load_kw)) % 24, hours.months
    drawn = (
        flexible.kw
        * np.asarray(flexible.by_hour)[of_day]
        * np.asarray(flexible.by_month)[months - 1]
    )
    if record.add_flexible:
        load_kw = load_kw + drawn
    elif (drawn > load_kw).any():
        raise BadInput(
            [
                Finding(
                    subject="flexible.kw",
                    value=f"{flexible.kw:,.0f} kW",
                    limit=f"at most the load in every hour, {load_kw.min():,.0f} kW at its lowest",
                    mend="Lower it, or write add_flexible = true for load on top.",
                )
            ]
        )
    return load_kw, CallableLoad(
        kw=drawn,
        call_h=flexible.call_h,
        calls=flexible.calls,
        recover_h=flexible.recover_h,
        recover_kw=flexible.recover_kw,
        rebound=flexible.rebound,
    )


def _units(records: list[UnitRecord]) -> FailingUnits:
    each = [one for one in records for _ in range(one.count)]
    return FailingUnits(
        names=tuple(one.name for one in each),
        max_kw=np.asarray([one.max_kw for one in each]),
        outage_rate=np.asarray([one.outage_rate for one in each]),
        repair_h=np.asarray([one.repair_h for one in each]),
    )


def _of_rts(folder: Path) -> _Held:
    """RTS-GMLC: units that no weather limits fail; the others feed what their hours say, less what they fail on
    average; stores that charge from the grid are kept for shortfalls."""
    from gridtide.sources.rts_gmlc import RtsGmlcFolder

    found = RtsGmlcFolder(path=folder).read()
    units, year, stores = found.units, found.year, found.stores
    variable = ~np.isnan(year.available_kw).all(axis=0)
    charged = stores.charge_kw > 0.0
    behind = np.zeros(len(units), dtype=bool)
    behind[stores.unit[charged]] = True
    firm = ~variable & ~behind & (units.max_kw > 0.0)
    records = [
        UnitRecord(
            name=units.names[k],
            max_kw=float(units.max_kw[k]),
            outage_rate=float(units.outage_rate[k]),
            repair_h=max(float(units.repair_h[k]), 1e-3),
        )
        for k in np.flatnonzero(firm)
    ]
    fed_kw = np.nan_to_num(year.available_kw) * (1.0 - units.outage_rate) * variable
    technology = np.asarray(units.technology)
    groups = sorted(set(technology[variable].tolist()))
    feeds = {group: np.asarray(fed_kw[:, technology == group].sum(axis=1)) for group in groups}
    return _Held(
        load=Hours(kw=year.load_kw.sum(axis=1), year=None),
        units=records,
        feeds=feeds,
        stores=[
            ShortStore(
                name=units.names[stores.unit[k]],
                power_kw=float(units.max_kw[stores.unit[k]]),
                energy_kwh=float(stores.energy_kwh[k]),
                efficiency=float(stores.round_trip[k]),
            )
            for k in np.flatnonzero(charged)
        ],
        notes=[
            "variable units feed what their hours say, less what they fail on average; they are named by technology",
            *found.notes,
        ],
    )
