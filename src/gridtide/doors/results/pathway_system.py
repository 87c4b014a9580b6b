"""The part of the document of `gridtide pathway` on the power system around computing."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gridtide.invest.pathway.assumptions import FIRST_YEAR
from gridtide.invest.pathway.calibration import calibrated
from gridtide.invest.pathway.claims import society_twh
from gridtide.invest.pathway.outlook import Outlook
from gridtide.invest.pathway.power_system import (
    FlexibleWorth,
    Supply,
    SystemHours,
    SystemLoad,
    SystemTerms,
    days_error,
    flexible_worth,
    moves_of,
)
from gridtide.invest.pathway.reckoned import WORLD, Reckoned, reckoned

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class System:
    """The power system that is asked for. days: typical ones that stand for its year, 0 for every hour. checked:
    whether they are held against every hour in the first case."""

    year: int
    hours: SystemHours
    terms: SystemTerms
    days: int
    checked: bool = False


def system_document(
    outlook: Outlook, edition: str, shown: Sequence[str], system: System, told: Progress
) -> dict[str, Any]:
    """What the flexible share is worth in each scenario and region shown. told: hears which case is next."""
    terms, year = system.terms, system.year
    known = calibrated(outlook.editions[edition], outlook.base.drivers)
    regions = known.edition.regions
    rows: list[dict[str, Any]] = []
    error = None
    for one in (reckoned(scenario, outlook, known) for scenario in outlook.scenarios):
        for region in shown:
            told(f"{one.scenario.name}, {region}")
            load = system_load(outlook, one, regions, region, year)
            worth = flexible_worth(system.hours, terms, load, system.days, 0)
            if system.checked and system.days and not rows:
                told(f"{one.scenario.name}, {region}, every hour")
                every_hour = flexible_worth(system.hours, terms, load, 0, 0)
                error = {"case": f"{one.scenario.name}, {region}"}
                error |= asdict(days_error(worth, every_hour))
            rows.append(_row(one.scenario.name, region, load, worth, load.others + load.computing))
    return {
        "year": year,
        "currency": terms.currency,
        "cost_year": terms.cost_year,
        "typical_days": system.days,
        "days_error": error,
        "hours": list(system.hours.said),
        "removal_per_t": terms.removal_per_t,
        "heat_share": terms.heat_share,
        "vehicle_share": terms.vehicle_share,
        "technologies": [
            {"name": one.name, "source": one.source, "assumed": list(one.assumed)}
            for one in terms.technologies
        ],
        "cases": rows,
    }


def system_load(
    outlook: Outlook, one: Reckoned, regions: Sequence[str], region: str, year: int
) -> SystemLoad:
    """Society without computing grows as `society` says, in the middle; work moves that pays by its energy by then."""
    at = year - FIRST_YEAR
    places = range(len(regions)) if region == WORLD else [regions.index(region)]
    drawn = one.course.drawn_twh[0][:, list(places)].sum(axis=1)
    by_region = outlook.society.by_region_twh
    part = sum(by_region[place] for place in places) / sum(by_region)
    others_2024 = outlook.society.twh * part - float(drawn[0].sum())
    grown = sum(society_twh(outlook.society, year)) / 2.0 / outlook.society.twh
    pays = [
        work.work.name
        for work in one.paying
        if work.pays_from is not None and work.pays_from <= year
    ]
    return SystemLoad(
        others=others_2024 * grown,
        others_2024=others_2024,
        computing=float(drawn[at].sum()),
        moves=moves_of(outlook.classes, drawn[at], pays),
        room=1.0 / float(one.scenario.drivers.accelerator_use[0]),
    )


def _row(
    name: str, region: str, load: SystemLoad, worth: FlexibleWorth, total: float
) -> dict[str, Any]:
    return {
        "name": name,
        "region": region,
        "others_twh": load.others,
        "computing_twh": load.computing,
        "computing_share": load.computing / total,
        "classes": [work.name for work, _ in load.moves],
        "flexible_share": worth.flexible_share,
        "flexible_kw": worth.flexible_kw,
        "saved_per_year": worth.saved,
        "saved_per_flexible_kw_year": worth.per_kw_year,
        "storage_spared_kwh": worth.storage_spared_kwh,
        "curtailment_spared_twh": worth.curtailment_spared_twh,
        "without": _supply(worth.without),
        "with": _supply(worth.moved),
    }


def _supply(supply: Supply) -> dict[str, Any]:
    return {
        "cost_per_year": supply.cost,
        "moving_cost_per_year": supply.moving_cost,
        "cost_per_mwh": supply.cost_per_mwh,
        "curtailed_share": supply.curtailed_share,
        "curtailed_twh": supply.curtailed_twh,
        "gw": supply.gw,
        "twh": supply.twh,
        "stored_kwh": supply.kwh,
        "solver": supply.solver,
    }
