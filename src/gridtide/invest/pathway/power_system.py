"""What the flexible share of computing is worth to a carbon-neutral power system: supply with and without it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gridtide.decide.program import solve
from gridtide.digest import freeze
from gridtide.invest.campus import Campus, Option, Waiting
from gridtide.invest.hours import HOURS_PER_YEAR, real_hours
from gridtide.invest.pathway.assumptions import Real
from gridtide.invest.pathway.outlook import WorkClass
from gridtide.invest.size import solved, written
from gridtide.invest.sizing import Sizing, sizing_of
from gridtide.invest.technology import STORES, VARIABLE, Kind, Technology
from gridtide.invest.typical import over_typical, typical_days
from gridtide.units import price_per_mwh_of

MEAN_KW = 1e6
"""Mean draw of the system that is solved; all of it is in proportion, so that any system is a multiple of it."""
NOTHING = np.zeros(0)


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemHours:
    """A year by the hour, (T,) each. load, heat, vehicles: of society, heat pumps and vehicles, 1 on average.
    solar_share, wind_share: of rated power. said: where they come from."""

    load: Real
    heat: Real
    vehicles: Real
    solar_share: Real
    wind_share: Real
    said: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("load", "heat", "vehicles"):
            shape = np.asarray(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, shape / shape.mean())
        names = ("load", "heat", "vehicles", "solar_share", "wind_share")
        freeze(self, **dict.fromkeys(names, np.float64))


@dataclass(frozen=True, kw_only=True)
class SystemTerms:
    """What may be built in a year, and what else it must carry. technologies: at that year's costs.

    interest: real, a year. removal_per_t: of each ton that is emitted all the same, so that the system is neutral.
    hydro_share: of what society drew in 2024, in plants that stand. heat_share, vehicle_share: of what others than
    computing draw, heat pumps and vehicles. moving_per_kwh: of work that is put off, by class;
    nothing of one that is not named.
    """

    technologies: tuple[Technology, ...]
    currency: str
    cost_year: int
    interest: float
    removal_per_t: float
    hydro_share: float
    heat_share: float
    vehicle_share: float
    moving_per_kwh: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SystemLoad:
    """TWh a year. others: all but computing, others_2024 of them then. computing: of data centres. moves: kinds of work
    that can wait, with their share of what computing draws. room: most of it at once, over its mean."""

    others: float
    others_2024: float
    computing: float
    moves: tuple[tuple[WorkClass, float], ...]
    room: float


@dataclass(frozen=True, kw_only=True)
class Supply:
    """A supply of the whole system. gw, twh: by technology, of a store what it gives; kwh: of its stores by name.
    curtailed_share: of what weather let plants make. cost: of a year, moving_cost: of it for work that is put off."""

    gw: dict[str, float]
    twh: dict[str, float]
    kwh: dict[str, float]
    curtailed_share: float
    curtailed_twh: float
    cost: float
    moving_cost: float
    cost_per_mwh: float
    solver: str


@dataclass(frozen=True, kw_only=True)
class FlexibleWorth:
    """The same year without and with work that moves. flexible_kw: mean draw of that work. saved: money a
    year, per_kw_year: for each kW of it. storage_spared_kwh: of energy kept, by store.
    curtailment_spared_twh: below 0 where more is."""

    without: Supply
    moved: Supply
    flexible_share: float
    flexible_kw: float
    saved: float
    per_kw_year: float
    storage_spared_kwh: dict[str, float]
    curtailment_spared_twh: float


@dataclass(frozen=True, kw_only=True)
class DaysError:
    """How far typical days are from every hour of their year, as a share of the latter. cost: of a year without work
    that moves; per_kw_year: of what a kW that moves spares, None where every hour says that it spares nothing."""

    cost: float
    per_kw_year: float | None


def days_error(found: FlexibleWorth, every_hour: FlexibleWorth) -> DaysError:
    """Of the same year and load."""
    spared = every_hour.per_kw_year
    return DaysError(
        cost=found.without.cost / every_hour.without.cost - 1.0,
        per_kw_year=found.per_kw_year / spared - 1.0 if spared > 0.0 else None,
    )


def flexible_worth(
    hours: SystemHours, terms: SystemTerms, load: SystemLoad, days: int, seed: int
) -> FlexibleWorth:
    """Both least-cost supplies. days: typical ones that stand for the year, the same for both; 0: every hour."""
    whole = system_campus(hours, terms, load, with_moves=False)
    moving = system_campus(hours, terms, load, with_moves=True)
    if days:
        chosen = typical_days(whole, days, seed)
        whole, moving = over_typical(whole, chosen), over_typical(moving, chosen)
    times = _times(load)
    without, moved = _supply(whole, times), _supply(moving, times)
    share = sum(part for _, part in load.moves)
    flexible_kw = share * load.computing * 1e9 / HOURS_PER_YEAR
    saved = without.cost - moved.cost
    return FlexibleWorth(
        without=without,
        moved=moved,
        flexible_share=share,
        flexible_kw=flexible_kw,
        saved=saved,
        per_kw_year=saved / flexible_kw if flexible_kw > 0.0 else 0.0,
        storage_spared_kwh={name: kwh - moved.kwh[name] for name, kwh in without.kwh.items()},
        curtailment_spared_twh=without.curtailed_twh - moved.curtailed_twh,
    )


def system_campus(
    hours: SystemHours, terms: SystemTerms, load: SystemLoad, with_moves: bool
) -> Campus:
    """The system as a site without a grid beside it, at MEAN_KW on average; work that moves stands in queues."""
    kw = MEAN_KW / (load.others + load.computing)
    plain = 1.0 - terms.heat_share - terms.vehicle_share
    shape = (
        plain * hours.load + terms.heat_share * hours.heat + terms.vehicle_share * hours.vehicles
    )
    steps = len(hours.load)
    queues = tuple(
        Waiting(
            name=work.name,
            arrives_kw=np.full(steps, kw * load.computing * share),
            slack_h=max(1, round(work.shift_h)),
            most_kw=kw * load.computing * share * load.room,
            moved_per_kwh=terms.moving_per_kwh.get(work.name, 0.0),
        )
        for work, share in (load.moves if with_moves else ())
    )
    waits = sum(float(one.arrives_kw[0]) for one in queues)
    return Campus(
        name="system",
        currency=terms.currency,
        cost_year=terms.cost_year,
        interest=terms.interest,
        hours=real_hours(steps, 0),
        fixed_kw=kw * load.others * shape + kw * load.computing - waits,
        waiting=queues,
        options=_options(hours, terms, kw * load.others_2024),
        grid=None,
        carbon_price_per_t=terms.removal_per_t,
    )


def _options(hours: SystemHours, terms: SystemTerms, first_kw: float) -> tuple[Option, ...]:
    """What may be built; water power stands already and makes the same in every hour, which errs on the safe side."""
    found = []
    for technology in terms.technologies:
        share = {Kind.SOLAR: hours.solar_share, Kind.WIND: hours.wind_share}
        if technology.kind is Kind.HYDRO:
            stands = terms.hydro_share * first_kw
            whole = np.ones(len(hours.load))
            there = replace(technology, capex_per_kw=0.0, embodied_kg_per_kw=0.0)
            found.append(Option(technology=there, share=whole, least_kw=stands, most_kw=stands))
        else:
            found.append(Option(technology=technology, share=share.get(technology.kind, NOTHING)))
    return tuple(found)


def _times(load: SystemLoad) -> float:
    """How many of the systems that are solved the whole one is."""
    return (load.others + load.computing) * 1e9 / (MEAN_KW * HOURS_PER_YEAR)


def _supply(campus: Campus, times: float) -> Supply:
    program = written(campus)
    found = solved(program)
    if not found.feasible:
        other = solve(program.matrix, "ipx", crossover=False)
        found = replace(
            other, solver=f"{other.solver}, as {found.solver} ended with {found.status}"
        )
    if not found.feasible:
        raise RuntimeError(f"a system that gas alone could feed was not solved: {found.solver}")
    return _told(sizing_of(program, found), times)


def _told(sizing: Sizing, times: float) -> Supply:
    """times: how many of such systems there are; typical days whose load is not quite the year's count as many more."""
    times = times * MEAN_KW * HOURS_PER_YEAR / sizing.load_kwh
    stores = [one for one in sizing.built if one.kind in STORES]
    weather = [one for one in sizing.built if one.kind in VARIABLE]
    could = sum(one.could_kwh for one in weather)
    campus = sizing.campus
    moving = sum(
        one.moved_per_kwh * float(np.maximum(one.arrives_kw - done, 0.0) @ campus.hours.weight)
        for one, done in zip(campus.waiting, sizing.waiting_kw, strict=True)
    )
    curtailed = max(could - sum(one.made_kwh for one in weather), 0.0)
    return Supply(
        gw={one.name: times * max(one.kw, one.kw_out) * 1e-6 for one in sizing.built},
        twh={one.name: times * one.made_kwh * 1e-9 for one in sizing.built},
        kwh={one.name: times * one.kwh for one in stores},
        curtailed_share=curtailed / could if could > 0.0 else 0.0,
        curtailed_twh=times * curtailed * 1e-9,
        cost=times * sizing.cost,
        moving_cost=times * moving,
        cost_per_mwh=price_per_mwh_of(sizing.cost / sizing.load_kwh),
        solver=sizing.solver,
    )


def moves_of(
    classes: Sequence[WorkClass], drawn_twh: Real, pays: Sequence[str]
) -> tuple[tuple[WorkClass, float], ...]:
    """Kinds of work that pay to move, with their share of what computing draws. drawn_twh: (K,), in the order of KINDS.

    What stands beside servers moves with them, in proportion.
    """
    servers = float(drawn_twh[:3].sum())
    order = ("training", "inference", "conventional")
    return tuple(
        (
            work,
            work.share * work.flexible_share * float(drawn_twh[order.index(work.kind)]) / servers,
        )
        for work in classes
        if work.name in pays and work.kind in order
    )
