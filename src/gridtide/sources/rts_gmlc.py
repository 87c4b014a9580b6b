"""The RTS-GMLC test system (GridMod/RTS-GMLC): its network, its generating units and a year of hours.

Tables as in the folder `RTS_Data/SourceData` of that repository, plain or gzip, and the day-ahead hours of all areas
and units in one Parquet file. MW become kW; heat rates are BTU per kWh and fuel prices dollars per million BTU, so that
their product over 1,000 is dollars per MWh.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.grid.branches import Branches, parts
from gridtide.grid.network import (
    Buses,
    Circuits,
    DirectLines,
    FaultSources,
    Machines,
    Network,
)
from gridtide.grid.system_year import SystemYear
from gridtide.grid.units import ReserveProducts, Stores, Units
from gridtide.sources import Table, numbers, open_table, words
from gridtide.units import POUND_KG, kw_of_megawatts

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
KW = kw_of_megawatts(1.0)
BASE_KVA = 100_000.0
POINTS = 5
BTU_PER_MMBTU = 1e6
BUS = {
    "Bus ID": "bus", "BaseKV": "nominal_kv", "Bus Type": "type", "MW Load": "load", "MVAR Load": "load_var",
    "V Mag": "voltage", "MW Shunt G": "shunt", "MVAR Shunt B": "shunt_var", "Area": "area",
}  # fmt: skip
BRANCH = {
    "UID": "name", "From Bus": "from", "To Bus": "to", "R": "r", "X": "x", "B": "b", "Cont Rating": "normal",
    "LTE Rating": "long", "Perm OutRate": "outages", "Duration": "repair_h", "Tr Ratio": "ratio",
}  # fmt: skip
DIRECT = {
    "UID": "name", "From Bus": "from", "To Bus": "to", "MW Load": "fed", "V Mag kV": "kv", "R Line": "ohm",
}  # fmt: skip
UNIT = {
    "GEN UID": "name", "Bus ID": "bus", "Unit Type": "kind", "Category": "technology", "Fuel": "fuel", "MW Inj": "fed",
    "MVAR Inj": "fed_var", "PMax MW": "max", "PMin MW": "min", "Min Down Time Hr": "min_down_h",
    "Min Up Time Hr": "min_up_h", "Ramp Rate MW/Min": "ramp", "Start Heat Cold MBTU": "start_heat",
    "Non Fuel Start Cost $": "start_cost", "FOR": "outage_rate", "MTTR Hr": "repair_h",
    "Fuel Price $/MMBTU": "fuel_price", "HR_avg_0": "heat_rate_0", "VOM": "vom", "Emissions CO2 Lbs/MMBTU": "co2",
    "Inertia MJ/MW": "inertia_s", "Base MVA": "rated", "Transformer X p.u.": "transformer", "Unit X p.u.": "machine",
    "Pump Load MW": "charge", "Storage Roundtrip Efficiency": "round_trip",
    **{f"Output_pct_{k}": f"output_{k}" for k in range(POINTS)},
    **{f"HR_incr_{k}": f"heat_rate_{k}" for k in range(1, POINTS)},
}  # fmt: skip
STORE = {
    "GEN UID": "unit", "Storage": "name", "Max Volume GWh": "most", "Initial Volume GWh": "initial",
    "position": "position",
}  # fmt: skip
RESERVE = {
    "Reserve Product": "name", "Timeframe (sec)": "within_s", "Requirement (MW)": "required",
    "Eligible Regions": "areas", "Eligible Device SubCategories": "categories", "Direction": "direction",
}  # fmt: skip
TOLD_OF_BUSES = ("load", "load_var", "shunt", "shunt_var", "voltage")
TOLD_OF_UNITS = ("fed", "fed_var", "fuel_price")
TOLD_OF_DIRECT = ("fed", "kv", "ohm")
NOT_NUMBERS = frozenset({"NA", "Unit-specific", ""})
"""What stands in cells of numbers where there is none."""
TURNING = frozenset({"STEAM", "CT", "CC", "HYDRO", "ROR", "NUCLEAR", "SYNC_COND"})
"""Unit types whose machines hold the voltage of their bus."""
LEADING = "time_sim"
INFLOW = "csp_inflow_"


@dataclass(frozen=True, kw_only=True, eq=False)
class RtsGmlc:
    """The system. branch_names: as the table has them; branch_outages_per_year and branch_repair_h: of
    each branch, (L,). notes: what was read otherwise than it stands."""

    network: Network
    units: Units
    year: SystemYear
    stores: Stores
    reserves: ReserveProducts
    branch_names: tuple[str, ...]
    branch_outages_per_year: Real
    branch_repair_h: Real
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RtsGmlcFolder:
    """A folder with bus, branch, dc_branch, gen, storage and reserves (`.csv` or `.csv.gz`) and
    `day_ahead_hourly.parquet`."""

    path: Path

    def read(self) -> RtsGmlc:
        """The system. Raises BadInput with every fault found, of all tables at once."""
        tables = self._tables()
        faults: list[Finding] = []
        notes: list[str] = []
        bus, branch = tables["bus"], tables["branch"]
        place = _places(bus, faults)
        area_names, bus_area = _areas(bus)
        held = _columns(tables["gen"], UNIT, ("name", "kind", "technology", "fuel"), faults)
        at = _at(tables["gen"], held["bus"], place, faults)
        lines = _columns(branch, BRANCH, ("name",), faults)
        ends = [_at(branch, lines[end], place, faults) for end in ("from", "to")]
        faults += _branch_faults(branch, lines)
        drawn = _columns(bus, BUS, ("type", "area"), faults)
        direct = _direct(tables["dc_branch"], place, faults)
        faults += _unit_faults(tables["gen"], held)
        faults += _bus_faults(bus, words(bus, "type"))
        faults += _not_told(bus, BUS, drawn, TOLD_OF_BUSES)
        faults += _not_told(tables["gen"], UNIT, held, TOLD_OF_UNITS)
        refuse_if_any(faults)
        turning = np.isin(words(tables["gen"], "kind"), list(TURNING))
        units = _units(tables["gen"], held, at, [area_names[k] for k in bus_area[at]], notes)
        year = self._year(units, bus_area, area_names, drawn["load"], notes)
        return RtsGmlc(
            network=_network(bus, drawn, lines, ends, direct, held, at, turning),
            units=units,
            year=year,
            stores=_stores(tables["storage"], units, held),
            reserves=_reserves(tables["reserves"]),
            branch_names=tuple(words(branch, "name").tolist()),
            branch_outages_per_year=lines["outages"],
            branch_repair_h=lines["repair_h"],
            notes=tuple(notes),
        )

    def _tables(self) -> dict[str, Table]:
        wanted = {
            "bus": BUS,
            "branch": BRANCH,
            "dc_branch": DIRECT,
            "gen": UNIT,
            "storage": STORE,
            "reserves": RESERVE,
        }
        found, gathered = {}, Gathered()
        for name, columns in wanted.items():
            plain = Path(self.path) / f"{name}.csv"
            path = plain if plain.exists() else plain.with_suffix(".csv.gz")
            table = gathered.of(partial(open_table, path, columns))
            if table is not None:
                found[name] = table
        gathered.refuse_if_any()
        return found

    def _year(
        self, units: Units, bus_area: Whole, areas: tuple[str, ...], load: Real, notes: list[str]
    ) -> SystemYear:
        path = Path(self.path) / "day_ahead_hourly.parquet"
        loads = {f"load_r{area}_mw": f"load {area}" for area in areas}
        series = {f"{prefix}{name}_mw": name for prefix in ("", INFLOW) for name in units.names}
        table = open_table(
            path, {LEADING: LEADING, **loads, **series}, optional=frozenset(units.names)
        )
        faults: list[Finding] = [*_hour_faults(table)]
        given = {
            name: KW * numbers(table, name, faults, least=0.0)
            for name in table.frame.columns
            if name != LEADING
        }
        refuse_if_any(faults)
        available = np.full((len(table), len(units)), np.nan)
        for column, name in enumerate(units.names):
            if name in given:
                available[:, column] = np.minimum(given[name], units.max_kw[column])
                if f"{INFLOW}{name}_mw" in table.headings:
                    notes.append(
                        f"{name}: what its inflow of heat could give at once, its store left aside"
                    )
        drawn = np.bincount(bus_area, load, minlength=len(areas))
        return SystemYear(
            areas=areas,
            load_kw=np.column_stack([given[f"load {area}"] for area in areas]),
            bus_area=bus_area,
            bus_share=load / np.where(drawn > 0.0, drawn, 1.0)[bus_area],
            available_kw=available,
            first_hour=str(table.frame[LEADING][0]),
        )


# ---------------------------------------------------------------------------------------------------
# Columns and places


def _columns(
    table: Table, names: dict[str, str], texts: tuple[str, ...], faults: list[Finding]
) -> dict[str, Real]:
    """Columns of numbers; cells that are told not to be one are NaN."""
    import polars as pl

    cleared = [
        pl.when(pl.col(name).str.strip_chars().is_in(list(NOT_NUMBERS)))
        .then(None)
        .otherwise(pl.col(name))
        .alias(name)
        for name in names.values()
        if name not in texts
    ]
    plain = Table(
        source=table.source,
        frame=table.frame.with_columns(cleared),
        numbers=table.numbers,
        word=table.word,
    )
    return {
        name: numbers(plain, name, faults, unknown=True)
        for name in names.values()
        if name not in texts
    }


def _places(bus: Table, faults: list[Finding]) -> dict[int, int]:
    place: dict[int, int] = {}
    for row, number in enumerate(numbers(bus, "bus", faults, least=0.0).tolist()):
        if np.isfinite(number) and place.setdefault(int(number), row) != row:
            faults.append(_wrong(bus, row, f"bus {number:.15g} once more", "each bus once"))
    return place


def _areas(bus: Table) -> tuple[tuple[str, ...], Whole]:
    names, bus_area = np.unique(words(bus, "area"), return_inverse=True)
    return tuple(names.tolist()), bus_area.astype(np.int64)


def _at(table: Table, numbered: Real, place: dict[int, int], faults: list[Finding]) -> Whole:
    found = np.full(len(table), -1, dtype=np.int64)
    for row, number in enumerate(numbered.tolist()):
        if np.isnan(number) or int(number) not in place:
            faults.append(_wrong(table, row, f"bus {number:.15g}", "a bus of the table bus"))
        else:
            found[row] = place[int(number)]
    return found


def _wrong(table: Table, row: int, value: str, limit: str) -> Finding:
    return Finding(
        subject=table.where(row), value=value, limit=limit, mend="Mend the row, or leave it out."
    )


# ---------------------------------------------------------------------------------------------------
# Faults


def _bus_faults(bus: Table, kinds: NDArray[np.str_]) -> Iterator[Finding]:
    feeding = int((kinds == "Ref").sum())
    if feeding != 1:
        yield Finding(
            subject=f"{bus.source} Bus Type",
            value=f"{feeding} buses of type Ref",
            limit="one, whose machines feed what lacks",
            mend="Give one bus with a machine the type Ref.",
        )


def _not_told(
    table: Table, names: dict[str, str], held: dict[str, Real], wanted: tuple[str, ...]
) -> Iterator[Finding]:
    """Cells without a number in columns of which every row must have one."""
    for theirs, name in names.items():
        if name in wanted:
            for row in np.flatnonzero(~np.isfinite(held[name])).tolist():
                yield _wrong(table, row, f"{theirs} is no number", "a number")


def _branch_faults(branch: Table, lines: dict[str, Real]) -> Iterator[Finding]:
    checks = (
        (np.isfinite(lines["r"] + lines["b"]), "r or b is no number", "numbers"),
        (np.isfinite(lines["x"]) & (lines["x"] != 0.0), "x is 0 or no number", "a reactance"),
        (lines["from"] != lines["to"], "both ends at one bus", "two buses"),
        (lines["normal"] > 0.0, "Cont Rating is not above 0", "a rating above 0"),
        (lines["long"] > 0.0, "LTE Rating is not above 0", "a rating above 0"),
        (lines["ratio"] >= 0.0, "Tr Ratio is below 0 or no number", "0 for a line, or above"),
    )
    for good, value, limit in checks:
        for row in np.flatnonzero(~good).tolist():
            yield _wrong(branch, row, value, limit)


def _unit_faults(gen: Table, held: dict[str, Real]) -> Iterator[Finding]:
    rates = np.column_stack([held[f"heat_rate_{k}"] for k in range(POINTS)])
    checks = (
        (held["max"] >= 0.0, "PMax MW is below 0 or no number", "0 or more"),
        ((held["min"] >= 0.0) & (held["min"] <= held["max"]), "PMin MW", "0 to PMax MW"),
        ((held["outage_rate"] >= 0.0) & (held["outage_rate"] <= 1.0), "FOR", "0 to 1"),
        (~(rates < 0.0).any(axis=1), "a heat rate below 0", "0 or more BTU per kWh"),
    )
    for good, value, limit in checks:
        for row in np.flatnonzero(~good).tolist():
            yield _wrong(gen, row, value, limit)


def _hour_faults(table: Table) -> Iterator[Finding]:
    hours = table.frame[LEADING]
    stamps = hours.to_numpy().astype("datetime64[s]").astype(np.int64)
    for row in (np.flatnonzero(np.diff(stamps) != 3600) + 1).tolist()[:POINTS]:
        yield _wrong(
            table, row, f"{hours[row]} after {hours[row - 1]}", "an hour after the one before"
        )
    if len(table) not in (8760, 8784):
        yield Finding(
            subject=table.source,
            value=f"{len(table):,} hours",
            limit="8,760 or 8,784: a whole year",
            mend="Export the whole year.",
        )


# ---------------------------------------------------------------------------------------------------
# Nouns


def _units(
    gen: Table, held: dict[str, Real], at: Whole, area: list[str], notes: list[str]
) -> Units:
    block_kw, rate, no_load = _steps(held)
    fuel_price, vom = held["fuel_price"], np.nan_to_num(held["vom"])
    names = tuple(words(gen, "name").tolist())
    unsaid = (rate.max(axis=1) == 0.0) & (held["heat_rate_0"] > 0.0) & (fuel_price > 0.0)
    rate[unsaid] = held["heat_rate_0"][unsaid, None]
    no_load = np.where(unsaid, 0.0, no_load)
    notes += [
        f"{names[row]}: its further heat rates are 0, so its average one holds for all of its output"
        for row in np.flatnonzero(unsaid).tolist()
    ]
    rising = np.maximum.accumulate(rate, axis=1)
    notes += [
        f"{names[row]}: a further heat rate falls below the one before, which holds on"
        for row in np.flatnonzero((rising > rate).any(axis=1)).tolist()
    ]
    full = no_load + (rising * block_kw).sum(axis=1) / np.where(
        held["max"] > 0.0, KW * held["max"], 1.0
    )
    return Units(
        names=names,
        bus=at,
        area=tuple(area),
        fuel=tuple(words(gen, "fuel").tolist()),
        technology=tuple(words(gen, "technology").tolist()),
        min_kw=KW * held["min"],
        max_kw=KW * held["max"],
        block_kw=block_kw,
        block_price_per_mwh=rising * fuel_price[:, None] / 1000.0 + vom[:, None],
        no_load_cost_per_h=no_load * KW * held["max"] * fuel_price / BTU_PER_MMBTU,
        start_cost=held["start_heat"] * fuel_price + held["start_cost"],
        ramp_kw_per_min=KW * held["ramp"],
        outage_rate=held["outage_rate"],
        repair_h=held["repair_h"],
        min_up_h=held["min_up_h"],
        min_down_h=held["min_down_h"],
        inertia_s=held["inertia_s"],
        rated_kva=KW * held["rated"],
        machine_pu=held["machine"],
        transformer_pu=held["transformer"],
        carbon_g_per_kwh=1000.0 * POUND_KG * np.nan_to_num(held["co2"]) * full / BTU_PER_MMBTU,
        currency="USD",
    )


def _steps(held: dict[str, Real]) -> tuple[Real, Real, Real]:
    """Widths [kW], heat rates [BTU/kWh] of steps, (G, 4), and heat that running takes on top, (G,), BTU per hour and
    kW of highest output: what the average at lowest output is above the first further rate.

    A unit with one point has one step at its average rate.
    """
    outputs = np.nan_to_num(np.column_stack([held[f"output_{k}"] for k in range(POINTS)]))
    rates = np.nan_to_num(np.column_stack([held[f"heat_rate_{k}"] for k in range(POINTS)]))
    most = KW * held["max"]
    has_steps = outputs[:, 1] > outputs[:, 0]
    edges = np.maximum.accumulate(outputs[:, 1:], axis=1)
    edges[~has_steps] = 1.0
    edges[has_steps] /= edges[has_steps, -1:]
    widths = np.diff(edges, axis=1, prepend=0.0) * most[:, None]
    further = np.where(has_steps[:, None], rates[:, 1:], rates[:, :1])
    used = np.maximum.accumulate(np.where(widths > 0.0, np.arange(POINTS - 1), 0), axis=1)
    further = np.take_along_axis(further, used, axis=1)
    on_top = np.where(has_steps, (rates[:, 0] - further[:, 0]) * outputs[:, 0], 0.0)
    return widths, further, on_top


def _network(
    bus: Table,
    drawn: dict[str, Real],
    lines: dict[str, Real],
    ends: list[Whole],
    direct: DirectLines,
    held: dict[str, Real],
    at: Whole,
    turning: NDArray[np.bool_],
) -> Network:
    """Machines that turn hold their bus at the voltage of the table bus; all others are loads below 0."""
    kinds = words(bus, "type")
    holds = turning & (kinds[at] != "PQ")
    feeding_bus = int(np.flatnonzero(kinds == "Ref")[0])
    branches, circuits = _branches(lines, ends)
    refuse_if_any(_apart(bus, branches, feeding_bus))
    return Network(
        name="RTS-GMLC",
        base_kva=BASE_KVA,
        buses=_buses(drawn, held, at, ~holds),
        branches=branches,
        circuits=circuits,
        machines=Machines(
            bus=at[holds],
            fed_kw=KW * held["fed"][holds],
            held_pu=drawn["voltage"][at[holds]],
        ),
        feeding_bus=feeding_bus,
        direct=direct,
        fault_sources=_fault_sources(held, at, turning),
    )


def _buses(
    drawn: dict[str, Real], held: dict[str, Real], at: Whole, others: NDArray[np.bool_]
) -> Buses:
    """Buses with units that hold no voltage taken off their loads."""
    load, load_var = KW * drawn["load"], KW * drawn["load_var"]
    np.subtract.at(load, at[others], KW * held["fed"][others])
    np.subtract.at(load_var, at[others], KW * held["fed_var"][others])
    return Buses(
        names=tuple(f"{number:.15g}" for number in drawn["bus"]),
        nominal_kv=drawn["nominal_kv"],
        load_kw=load,
        load_kvar=load_var,
        shunt_kw=KW * drawn["shunt"],
        shunt_kvar=KW * drawn["shunt_var"],
        lowest_pu=np.full(len(load), 0.95),
        highest_pu=np.full(len(load), 1.05),
    )


def _branches(lines: dict[str, Real], ends: list[Whole]) -> tuple[Branches, Circuits]:
    branches = Branches(
        from_bus=ends[0],
        to_bus=ends[1],
        reactance_pu=lines["x"],
        rating_kw=KW * lines["normal"],
        emergency_kw=KW * lines["long"],
    )
    circuits = Circuits(
        resistance_pu=lines["r"],
        charging_pu=lines["b"],
        ratio=np.where(lines["ratio"] == 0.0, 1.0, lines["ratio"]),
        shift_deg=np.zeros(len(ends[0])),
    )
    return branches, circuits


def _apart(bus: Table, branches: Branches, feeding_bus: int) -> Iterator[Finding]:
    """Buses without a way to the one of type Ref."""
    part = np.full(len(bus), -1)
    labels = parts(branches)
    part[: len(labels)] = labels
    for row in np.flatnonzero(part != part[feeding_bus]).tolist():
        yield _wrong(bus, row, "no branch leads from it to the bus of type Ref", "one grid")


def _fault_sources(held: dict[str, Real], at: Whole, turning: NDArray[np.bool_]) -> FaultSources:
    """Units that turn, behind their own reactance (Unit X, taken as subtransient) and that of their transformer."""
    known = held["machine"] > 0.0
    behind = np.where(known, held["machine"] + held["transformer"], np.nan)
    return FaultSources(
        bus=at[turning],
        rated_kva=KW * held["rated"][turning],
        resistance_pu=np.zeros(int(turning.sum())),
        reactance_pu=behind[turning],
    )


def _direct(table: Table, place: dict[int, int], faults: list[Finding]) -> DirectLines:
    """Power told at the second end; the first draws what the current loses in the line on top."""
    held = _columns(table, DIRECT, ("name",), faults)
    ends = [_at(table, held[end], place, faults) for end in ("from", "to")]
    faults += _not_told(table, DIRECT, held, TOLD_OF_DIRECT)
    lost = (held["fed"] / held["kv"]) ** 2 * held["ohm"]
    return DirectLines(
        names=tuple(words(table, "name").tolist()),
        from_bus=ends[0],
        to_bus=ends[1],
        drawn_kw=KW * (held["fed"] + lost),
        fed_kw=KW * held["fed"],
    )


def _stores(storage: Table, units: Units, held: dict[str, Real]) -> Stores:
    """Upper basins and tanks; hydro units are told by their own hours of water already and have none here."""
    faults: list[Finding] = []
    columns = _columns(storage, STORE, ("unit", "name", "position"), faults)
    refuse_if_any(faults)
    owners, technology = words(storage, "unit"), np.asarray(units.technology)
    known = {name: row for row, name in enumerate(units.names)}
    strangers = [row for row, name in enumerate(owners.tolist()) if name not in known]
    if strangers:
        raise BadInput(
            _wrong(storage, row, str(owners[row]), "a unit of the table gen") for row in strangers
        )
    unit = np.asarray([known[name] for name in owners.tolist()])
    kept = (words(storage, "position") == "head") & (technology[unit] != "Hydro")
    unit = unit[kept]
    return Stores(
        names=tuple(words(storage, "name")[kept].tolist()),
        unit=unit,
        energy_kwh=1000.0 * KW * columns["most"][kept],
        initial_kwh=1000.0 * KW * columns["initial"][kept],
        charge_kw=KW * held["charge"][unit],
        round_trip=np.where(held["charge"][unit] > 0.0, held["round_trip"][unit] / 100.0, 1.0),
    )


def _reserves(table: Table) -> ReserveProducts:
    faults: list[Finding] = []
    within, required = (
        numbers(table, name, faults, least=0.0) for name in ("within_s", "required")
    )
    refuse_if_any(faults)
    return ReserveProducts(
        names=tuple(words(table, "name").tolist()),
        within_s=within,
        required_kw=KW * required,
        areas=tuple(_listed(cell) for cell in words(table, "areas").tolist()),
        categories=tuple(_listed(cell) for cell in words(table, "categories").tolist()),
        upward=words(table, "direction") == "Up",
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in cell.strip("()").split(","))
