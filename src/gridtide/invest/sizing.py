"""What was chosen to be built, and how it runs, hour by hour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Solution
from gridtide.digest import freeze
from gridtide.invest.campus import Campus
from gridtide.invest.draft import NONE, Columns, Draft
from gridtide.invest.size import Written
from gridtide.invest.technology import VARIABLE, Kind, yearly_per

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Built:
    """What is built of one technology. kw: of power, of a store what charges it; kw_out: what discharges it; kwh: of
    energy. made_kwh: a year, of a store what it gives. could_kwh: that weather would have let it make. capex; cost: of
    a year without what it costs to run. made_kw, taken_kw, level_kwh: hour by hour, (T,), empty where there is none."""

    name: str
    kind: Kind
    kw: float
    kw_out: float
    kwh: float
    made_kwh: float
    could_kwh: float
    capex: float
    cost: float
    made_kw: Real
    taken_kw: Real
    level_kwh: Real

    def __post_init__(self) -> None:
        freeze(self, made_kw=np.float64, taken_kw=np.float64, level_kwh=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sizing:
    """The supply of a campus. cost: of a year; carbon_kg: of a year, embodied too; capex. import_kw, export_kw,
    load_kw: hour by hour, (T,), load with work where it runs and with cooling. waiting_kw: work as it runs, one row a
    queue, (K, T). agreed_kw: of agreements; certified_kwh. clean_hourly, clean_yearly: shares of what is used.
    load_kwh, import_kwh, export_kwh, water_m3, heat_kwh: of a year."""

    campus: Campus
    built: tuple[Built, ...]
    cost: float
    carbon_kg: float
    capex: float
    import_kw: Real
    export_kw: Real
    load_kw: Real
    waiting_kw: Real
    slower_kw: Real
    held_kw: Real
    agreed_kw: Real
    certified_kwh: float
    matched_kw: Real
    heat_kw: Real
    load_kwh: float
    clean_hourly: float
    clean_yearly: float
    water_m3: float
    solver: str

    def __post_init__(self) -> None:
        freeze(
            self,
            import_kw=np.float64,
            export_kw=np.float64,
            load_kw=np.float64,
            waiting_kw=np.float64,
            slower_kw=np.float64,
            held_kw=np.float64,
            agreed_kw=np.float64,
            matched_kw=np.float64,
            heat_kw=np.float64,
        )


def sizing_of(program: Written, solution: Solution) -> Sizing:
    """The supply that values of the program's columns stand for."""
    draft, values = program.draft, solution.values
    campus = draft.campus
    load_kwh = draft.load_kwh.at(values)
    waiting_kw = _waiting(draft, values)
    slower_kw = np.array([values[columns] for columns in draft.slower]).reshape(
        -1, len(campus.hours)
    )
    import_kw = _hourly(values, draft.drawn, campus)
    matched_kw = _hourly(values, draft.matched, campus)
    clean_yearly = draft.clean_kwh.at(values) / load_kwh
    return Sizing(
        campus=campus,
        built=tuple(_built(draft, one, values) for one in draft.built),
        cost=program.cost.at(values),
        carbon_kg=program.carbon.at(values),
        capex=draft.capex.at(values),
        import_kw=import_kw,
        export_kw=_hourly(values, draft.sold, campus),
        load_kw=_load(draft, values, waiting_kw, slower_kw),
        waiting_kw=waiting_kw,
        slower_kw=slower_kw,
        held_kw=values[draft.held],
        agreed_kw=values[draft.agreed],
        certified_kwh=float(values[draft.certified].sum()),
        matched_kw=matched_kw,
        heat_kw=_hourly(values, draft.delivered, campus),
        load_kwh=load_kwh,
        clean_hourly=1.0 - _unclean_kwh(draft, values, import_kw) / load_kwh,
        clean_yearly=clean_yearly,
        water_m3=draft.water_m3.at(values),
        solver=solution.solver,
    )


def _unclean_kwh(draft: Draft, values: Real, import_kw: Real) -> float:
    """Energy that is not carbon-free hour by hour, with what agreements cover of each hour's draw taken off."""
    campus, grid = draft.campus, draft.campus.grid
    if grid is None or len(draft.matched) or not len(draft.agreed):
        return draft.unclean_kwh.at(values)
    made = sum(
        values[column] * one.share
        for column, one in zip(draft.agreed, campus.agreements, strict=True)
    )
    covered = np.minimum(import_kw, made)
    return draft.unclean_kwh.at(values) - float(covered * (1.0 - grid.clean_share) @ draft.weight)


def _hourly(values: Real, columns: NDArray[np.int64], campus: Campus) -> Real:
    return values[columns] if len(columns) else np.zeros(len(campus.hours))


def _waiting(draft: Draft, values: Real) -> Real:
    campus, hours = draft.campus, draft.campus.hours
    found = []
    for one, backlog in zip(campus.waiting, draft.backlog, strict=False):
        left = values[backlog]
        before = np.where(hours.is_first, 0.0, left[hours.before])
        found.append(one.arrives_kw + before - left)
    for at, done in draft.served:
        found.append(np.bincount(at, weights=values[done], minlength=len(hours)).astype(np.float64))
    return np.array(found).reshape(-1, len(hours))


def _load(draft: Draft, values: Real, waiting_kw: Real, slower_kw: Real) -> Real:
    campus = draft.campus
    load_kw = campus.fixed_kw + waiting_kw.sum(axis=0) - slower_kw.sum(axis=0)
    if campus.cooling is not None:
        load_kw = load_kw + values[draft.chilled] / campus.cooling.cop
    if campus.heat is not None and len(draft.lifted):
        load_kw = load_kw + values[draft.lifted] / campus.heat.cop
    return np.asarray(load_kw)


def _built(draft: Draft, one: Columns, values: Real) -> Built:
    option, technology = one.option, one.option.technology
    kw, kw_out, kwh = (
        0.0 if column == NONE else max(0.0, float(values[column]))
        for column in (one.power, one.power_out, one.energy)
    )
    made = values[one.made] if len(one.made) else np.zeros(0)
    could_kwh = 0.0
    if technology.kind in VARIABLE:
        together = sum(
            values[other.power] * other.option.share
            for other in draft.built
            if other.made is one.made
        )
        could = kw * option.share
        with np.errstate(invalid="ignore", divide="ignore"):
            made = np.where(together > 0.0, made * could / together, 0.0)
        could_kwh = float(could @ draft.weight)
    capex = (
        kw * technology.capex_per_kw
        + kw_out * technology.capex_per_kw_out
        + kwh * technology.capex_per_kwh
    )
    return Built(
        name=technology.name,
        kind=technology.kind,
        kw=kw,
        kw_out=kw_out,
        kwh=kwh,
        made_kwh=float(made @ draft.weight) if len(made) else 0.0,
        could_kwh=could_kwh,
        capex=capex,
        cost=yearly_per(capex, technology, draft.campus.interest),
        made_kw=made,
        taken_kw=values[one.taken] if len(one.taken) else np.zeros(0),
        level_kwh=values[one.level] if len(one.level) else np.zeros(0),
    )
