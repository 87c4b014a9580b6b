"""A campus file read: what may be built, over which hours, and what must be reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from gridtide.case.campus_schema import (
    CampusFile,
    CircuitTable,
    HeatTable,
    TargetsTable,
    TechnologyTable,
)
from gridtide.case.campus_series import Series, series_of
from gridtide.case.misfits import misfits
from gridtide.case.technologies import COST_YEAR, CURRENCY, technologies
from gridtide.case.toml_file import toml_of
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.invest.campus import (
    Agreement,
    Campus,
    Certificates,
    Circuit,
    Cooling,
    Grid,
    HeatCustomer,
    Option,
    Slower,
    Waiting,
)
from gridtide.invest.hours import real_hours
from gridtide.invest.targets import Targets
from gridtide.invest.technology import COSTS, VARIABLE, Technology, in_money_of
from gridtide.kernels.facility import wet_bulbs
from gridtide.physics.heat_plant import WATER_CHILLER, heat_plant_slope, tower_kw
from gridtide.physics.tower import evaporated_l_per_h, make_up_l_per_h
from gridtide.physics.waste_heat import heat_pump_cop
from gridtide.settle.green_direct import GreenTerms
from gridtide.timeline import instant

Real = NDArray[np.float64]
WHOLE_HOURS_MOST = 1_000
ASKED_OF = ("name", "like", "least_kw", "most_kw", "least_kwh", "most_kwh", "units")


@dataclass(frozen=True, kw_only=True)
class CampusCase:
    """A campus and its targets as a file has them. typical_days, seed: how its hours may be thinned, 0 for not at all.
    whole: whether what has a least load runs at it or more, or not at all. notes: what its figures rest on.
    """

    campus: Campus
    targets: Targets
    typical_days: int
    seed: int
    whole: bool
    notes: tuple[str, ...]


def campus_case(path: Path) -> CampusCase:
    """The campus of a file. Raises BadInput with every fault of it, its costs and its series."""
    return campus_of(toml_of(path, "a campus file in TOML"), path)


def campus_of(table: Mapping[str, Any], path: Path) -> CampusCase:
    """The campus of a file's content; the files that it names lie beside the path. Raises BadInput as `campus_case`."""
    case = _checked(table, path)
    gathered = Gathered()
    series = gathered.of(lambda: series_of(case, Path(path).parent))
    offered = gathered.of(lambda: _technologies(case))
    if series is not None:
        gathered.of(lambda: refuse_if_any(_series_faults(case, series)))
    gathered.refuse_if_any()
    assert series is not None and offered is not None
    return CampusCase(
        campus=_campus(case, series, offered),
        targets=_targets(case.targets),
        typical_days=case.campus.typical_days,
        seed=case.campus.seed,
        whole=case.campus.whole_choices,
        notes=(*series.notes, *_cost_notes(offered)),
    )


def _checked(table: Mapping[str, Any], path: Path) -> CampusFile:
    try:
        case = CampusFile.model_validate(table)
    except ValidationError as error:
        raise BadInput(misfits(error, str(path), "Write it as docs/size.md shows.")) from None
    refuse_if_any(_faults(case))
    return case


def _faults(case: CampusFile) -> list[Finding]:
    """What does not go together."""
    waiting = sum(one.share for one in case.load.waiting)
    slower = sum(one.share for one in case.load.slower)
    names = [one.name for one in case.technology]
    circuits = () if case.grid is None else case.grid.circuit
    wrong = [
        (
            waiting + slower > 1.0,
            "load",
            f"shares of {waiting + slower:g}",
            "1 or less of the load",
            "Lower one.",
        ),
        (
            len({(one.from_currency, one.from_year) for one in case.rate}) < len(case.rate),
            "rate",
            "a currency of a year stands twice",
            "each once",
            "Leave one out.",
        ),
        (
            len(set(names)) < len(names),
            "technology",
            "a name stands twice",
            "each name once",
            "Rename one and say `like`.",
        ),
        (
            bool(case.agreement or case.certificates) and case.grid is None,
            "agreement",
            "no [grid]",
            "a grid that delivers",
            "Add [grid], or leave them out.",
        ),
        (
            bool(case.campus.years) and case.campus.start is not None,
            "campus",
            "years and start",
            "one of them",
            "Leave one out.",
        ),
    ]
    return [
        *_said(wrong),
        *_target_faults(case.targets, circuits, case.campus.typical_days),
        *_heat_faults(case.heat),
    ]


def _heat_faults(table: HeatTable | None) -> list[Finding]:
    """A pump that need not lift, or that would give less heat than it draws."""
    if table is None or table.supply_c > table.source_c:
        return []
    return [
        Finding(
            subject="heat",
            value=f"supply_c {table.supply_c:g}, source_c {table.source_c:g}",
            limit="a supply above the source, which a heat pump lifts",
            mend="Say the customer's supply temperature, and that of the load's heat before it is lifted.",
        )
    ]


def _target_faults(
    targets: TargetsTable, circuits: Sequence[Circuit | CircuitTable], typical_days: int
) -> list[Finding]:
    """Targets that the rest of a campus says nothing about."""
    unserved = targets.unserved_kwh is not None
    never = [one.name for one in circuits if not one.outages_per_year * one.repair_h]
    wrong = [
        (
            typical_days > 0 and (targets.islanded_h is not None or unserved),
            "campus.typical_days",
            "with islanded_h or unserved_kwh",
            "outages at any hour of real years",
            "Leave one of them out.",
        ),
        (
            unserved and not circuits,
            "targets.unserved_kwh",
            "no [grid]",
            "circuits that fail",
            "Add [grid] with outages_per_year and repair_h.",
        ),
        (
            unserved and bool(never),
            "targets.unserved_kwh",
            f"{', '.join(never)} never out",
            "circuits that fail, else nothing is expected to be unserved",
            "Give each [[grid.circuit]] outages_per_year and repair_h above 0, or ask for islanded_h.",
        ),
    ]
    return _said(wrong)


def _said(wrong: list[tuple[bool, str, str, str, str]]) -> list[Finding]:
    return [
        Finding(subject=subject, value=value, limit=limit, mend=mend)
        for bad, subject, value, limit, mend in wrong
        if bad
    ]


def _technologies(case: CampusFile) -> list[Technology]:
    found, faults = [], []
    for table in case.technology:
        base = technologies().get(table.like or table.name)
        if base is None:
            faults.append(
                Finding(
                    subject=f"technology {table.name}",
                    value=f"like {table.like or table.name}, which nobody knows",
                    limit=f"one of {', '.join(technologies())}",
                    mend="Say `like`, the technology it is nearest to.",
                )
            )
            continue
        faults += _money_faults(table)
        found.append(_technology(table, base, case, faults))
    refuse_if_any(faults)
    return found


def _technology(
    table: TechnologyTable, base: Technology, case: CampusFile, faults: list[Finding]
) -> Technology:
    """A default with what a table says instead; its own costs and those of the default each by the rate of theirs."""
    campus = case.campus
    own = table.model_dump(exclude={*ASKED_OF, "currency", "cost_year"}, exclude_none=True)
    if not own:
        return _in_money(replace(base, name=table.name), case, faults)
    costs = {name: own.pop(name) for name in COSTS if name in own}
    source = "the campus file, the rest by default"
    rest = replace(base, name=table.name, **own, assumed=(), source=source)
    nothing: dict[str, Any] = dict.fromkeys(COSTS, 0.0)
    said = replace(
        rest,
        **(nothing | costs),
        currency=table.currency or campus.currency,
        cost_year=table.cost_year or campus.cost_year,
    )
    said = _in_money(said, case, faults)
    rest = _in_money(replace(rest, **{name: nothing[name] for name in costs}), case, faults)
    return replace(rest, **{name: getattr(said, name) for name in costs})


def _money_faults(table: TechnologyTable) -> list[Finding]:
    """A money for costs that are not said: the defaults keep theirs."""
    money = [name for name in ("currency", "cost_year") if getattr(table, name) is not None]
    if not money or any(getattr(table, name) is not None for name in COSTS):
        return []
    return [
        Finding(
            subject=f"technology {table.name}",
            value=f"{' and '.join(money)}, and no cost",
            limit=f"the money of costs beside it; those by default are in {CURRENCY} of {COST_YEAR}",
            mend="Leave it out and add a [[rate]], or say costs of your own.",
        )
    ]


def _in_money(said: Technology, case: CampusFile, faults: list[Finding]) -> Technology:
    """The technology in the campus's money, by a rate that is declared; a fault where none is and one is needed."""
    campus = case.campus
    if (said.currency, said.cost_year) == (campus.currency, campus.cost_year):
        return said
    factor = _rate(case, said.currency, said.cost_year)
    if factor is None and any(getattr(said, name) for name in COSTS):
        faults.append(
            Finding(
                subject=f"technology {said.name}",
                value=f"costs in {said.currency} of {said.cost_year}",
                limit=f"{campus.currency} of {campus.cost_year}, or a [[rate]] from the one to the other",
                mend=f'Add [[rate]] with from_currency = "{said.currency}", from_year = {said.cost_year} and factor.',
            )
        )
    return in_money_of(said, campus.currency, campus.cost_year, 1.0 if factor is None else factor)


def _rate(case: CampusFile, currency: str, year: int) -> float | None:
    for rate in case.rate:
        if (rate.from_currency, rate.from_year) == (currency, year):
            return rate.factor
    return None


def _price_factor(case: CampusFile, series: Series) -> float | None:
    """Of the series' prices into the campus's money: the only rate of their currency, or of several that of their year;
    None where there is none."""
    if series.currency == case.campus.currency:
        return 1.0
    rates = [rate for rate in case.rate if rate.from_currency == series.currency]
    if len(rates) > 1:
        years = set(case.campus.years) or {instant(series.start_s).year}
        rates = [rate for rate in rates if rate.from_year in years]
    return rates[0].factor if len(rates) == 1 else None


def _series_faults(case: CampusFile, series: Series) -> list[Finding]:
    faults = []
    rates = [rate.from_year for rate in case.rate if rate.from_currency == series.currency]
    if len(rates) > 1 and _price_factor(case, series) is None:
        faults.append(
            Finding(
                subject=f"series {case.series.zone or case.series.path}",
                value=f"prices in {series.currency}, with rates from {' and '.join(map(str, rates))}",
                limit="one rate alone, or one of the year of the prices",
                mend="Leave one [[rate]] of that currency, or add one of that year.",
            )
        )
    elif _price_factor(case, series) is None:
        faults.append(
            Finding(
                subject=f"series {case.series.zone or case.series.path}",
                value=f"prices in {series.currency}",
                limit=f"{case.campus.currency}, or a [[rate]] from {series.currency}",
                mend=f'Add [[rate]] with from_currency = "{series.currency}" and a factor.',
            )
        )
    kinds = [one.like or one.name for one in case.technology]
    kinds += [one.output for one in case.agreement]
    if "hydro" in kinds and series.hydro_share is None:
        faults.append(
            Finding(
                subject="series hydro_share",
                value=f"{case.series.source} has none",
                limit="what the river gives of rated power, hour by hour",
                mend="Read a table of your own with that column, or leave hydro out.",
            )
        )
    hours = case.campus.typical_days * 24 or len(series)
    if case.campus.whole_choices and hours > WHOLE_HOURS_MOST:
        faults.append(
            Finding(
                subject="campus.whole_choices",
                value=f"{hours:,} hours",
                limit=f"{WHOLE_HOURS_MOST:,} hours: each is a choice of its own",
                mend="Ask for typical_days, or leave whole_choices out.",
            )
        )
    if case.campus.typical_days and len(series) % 24:
        faults.append(
            Finding(
                subject="campus.typical_days",
                value=f"{len(series)} hours",
                limit="whole days",
                mend="Ask for whole days.",
            )
        )
    return faults


def _campus(case: CampusFile, series: Series, offered: list[Technology]) -> Campus:
    load_kw = _load(case, series)
    waiting = tuple(
        Waiting(
            name=one.name,
            arrives_kw=one.share * load_kw,
            slack_h=one.slack_h,
            most_kw=max(one.most_times * case.load.mean_kw * one.share, float((one.share * load_kw).max())),
        )
        for one in case.load.waiting
    )  # fmt: skip
    campus = case.campus
    return Campus(
        name=campus.name,
        currency=campus.currency,
        cost_year=campus.cost_year,
        interest=campus.interest,
        hours=real_hours(len(series), series.start_s, series.years),
        fixed_kw=load_kw * (1.0 - sum(one.share for one in case.load.waiting)),
        waiting=waiting,
        options=tuple(
            _option(table, technology, series)
            for table, technology in zip(case.technology, offered, strict=True)
        ),
        grid=_grid(case, series),
        slower=tuple(
            Slower(
                name=one.name, most_kw=one.share * load_kw, cost_per_mwh=one.cost_per_mwh,
                hours_most=one.hours_most,
            )
            for one in case.load.slower
        ),
        agreements=tuple(
            Agreement(
                name=one.name, share=_share_of(one.output, series), price_per_mwh=one.price_per_mwh,
                most_kw=one.most_kw,
            )
            for one in case.agreement
        ),
        certificates=None if case.certificates is None else Certificates(**case.certificates.model_dump()),
        cooling=_cooling(case, series),
        heat=_heat(case, series),
        critical_share=case.load.critical_share,
        carbon_price_per_t=campus.carbon_price_per_t,
    )  # fmt: skip


def _load(case: CampusFile, series: Series) -> Real:
    hour = (series.start_s / 3600.0 + np.arange(len(series)) + case.campus.longitude / 15.0) % 24.0
    swing = case.load.day_swing * np.cos(2.0 * np.pi * (hour + 0.5 - case.load.peak_h) / 24.0)
    return np.asarray(case.load.mean_kw * (1.0 + swing))


def _share_of(output: str, series: Series) -> Real:
    if output == "hydro":
        assert series.hydro_share is not None
        return series.hydro_share
    return series.solar_share if output == "solar" else series.wind_share


def _option(table: TechnologyTable, technology: Technology, series: Series) -> Option:
    kind = technology.kind
    return Option(
        technology=technology,
        share=_share_of(str(kind), series) if kind in VARIABLE else np.zeros(0),
        least_kw=table.least_kw,
        most_kw=np.inf if table.most_kw is None else table.most_kw,
        least_kwh=table.least_kwh,
        most_kwh=np.inf if table.most_kwh is None else table.most_kwh,
        units=table.units,
    )


def _grid(case: CampusFile, series: Series) -> Grid | None:
    table = case.grid
    if table is None:
        return None
    factor = _price_factor(case, series)
    assert factor is not None
    market = factor * series.price_per_mwh
    return Grid(
        circuits=tuple(Circuit(**one.model_dump()) for one in table.circuit),
        buy_per_mwh=market + table.network_charge_per_mwh,
        sell_per_mwh=market - table.feed_in_fee_per_mwh,
        market_per_mwh=market,
        carbon_average_g_per_kwh=series.carbon_average_g_per_kwh,
        clean_share=np.clip(
            1.0 - series.carbon_average_g_per_kwh / table.fossil_g_per_kwh, 0.0, 1.0
        ),
    )


def _cooling(case: CampusFile, series: Series) -> Cooling | None:
    """A water-cooled plant with free cooling, by the wet bulb of each hour; towers carry the compressors' heat too."""
    table = case.cooling
    if table is None:
        return None
    wet_c = wet_bulbs(series.temperature_c, series.relative_humidity)
    used = np.array([heat_plant_slope(1.0, 1.0, one, WATER_CHILLER) for one in wet_c.tolist()])
    rejected = 1.0 + used - tower_kw(1.0, WATER_CHILLER)
    return Cooling(
        heat_share=table.heat_share,
        cop=1.0 / used,
        plant_most_kw=table.plant_most_kw,
        water_l_per_kwh=rejected * make_up_l_per_h(evaporated_l_per_h(1.0)),
        water_cost_per_m3=table.water_cost_per_m3,
        water_most_m3=np.inf if table.water_most_m3 is None else table.water_most_m3,
    )


def _heat(case: CampusFile, series: Series) -> HeatCustomer | None:
    """Demand that follows the temperature: all of it at 0 °C and below, the summer's share at 20 °C and above."""
    table = case.heat
    if table is None:
        return None
    cold = np.clip((20.0 - series.temperature_c) / 20.0, 0.0, 1.0)
    return HeatCustomer(
        demand_kw=table.demand_kw * (table.summer_share + (1.0 - table.summer_share) * cold),
        price_per_mwh=table.price_per_mwh,
        cop=heat_pump_cop(table.supply_c, table.source_c),
        share=table.share,
    )


def _targets(table: TargetsTable) -> Targets:
    ratios = (table.self_use_least, table.green_share_least, table.export_most)
    green = None
    if any(ratio is not None for ratio in ratios):
        green = GreenTerms(
            self_use_least=table.self_use_least or 0.0,
            green_share_least=table.green_share_least or 0.0,
            export_most=1.0 if table.export_most is None else table.export_most,
            available_includes_curtailed=table.available_includes_curtailed,
        )
    plain = table.model_dump(
        exclude={
            "self_use_least",
            "green_share_least",
            "export_most",
            "available_includes_curtailed",
        }
    )
    return Targets(green=green, **plain)


def _cost_notes(offered: list[Technology]) -> list[str]:
    return [
        f"{one.name}: {one.source}"
        + (f"; assumed: {', '.join(one.assumed)}" if one.assumed else "")
        for one in offered
    ]


def targets_with(case: CampusCase, said: dict[str, float]) -> Targets:
    """The targets of a case, some of them as said. Raises BadInput for names nobody knows, values out of range and
    what the campus says nothing about."""
    asked = {
        name: value
        for name, value in vars(case.targets).items()
        if name != "green" and value is not None
    }
    if case.targets.green is not None:
        asked |= vars(case.targets.green)
    asked |= {name: int(value) if name == "islanded_h" else value for name, value in said.items()}
    try:
        table = TargetsTable.model_validate(asked)
    except ValidationError as error:
        raise BadInput(misfits(error, "--target", "Write it as docs/size.md shows.")) from None
    grid = case.campus.grid
    refuse_if_any(_target_faults(table, () if grid is None else grid.circuits, case.typical_days))
    return _targets(table)
