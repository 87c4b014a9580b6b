"""From a siting file to the question it asks, with every fault said at once."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.siting_schema import (
    CandidateTable,
    CostsTable,
    HeadroomTable,
    OwnSupplyTable,
    PathTable,
    SitingFile,
    WorkTable,
)
from gridtide.case.siting_series import Worth, record_of, years_of
from gridtide.case.technologies import COST_YEAR, CURRENCY, technologies
from gridtide.case.toml_file import toml_of
from gridtide.case.work import resolved
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.fleet.site import SupplyKind
from gridtide.invest.siting.account import is_wet
from gridtide.invest.siting.edge import EdgeTerms
from gridtide.invest.siting.place import (
    DataPath,
    OwnSupply,
    Place,
    PlaceCosts,
    PlaceLimits,
    PlaceYear,
)
from gridtide.invest.siting.question import CarbonKind, CertificateTerms, CommonLimits, Siting
from gridtide.invest.siting.work import DataNeed, Origin, WorkClass
from gridtide.settle.heat_sold import HeatCustomer
from gridtide.settle.water import WaterTerms

MONEY = (
    "land_per_kw", "building_per_kw", "connection_per_kw", "fixed_per_kw_year", "fixed_per_year", "grid_fee_per_mwh",
    "demand_charge_per_kw_month", "water_per_m3", "certificate_per_mwh", "storage_per_gb_month",
)  # fmt: skip
"""Keys of [candidate.costs] that are money."""
SHARES_WITHIN = 1e-6


def read_siting(path: Path) -> SitingFile:
    """The tables of a siting file, valid each by itself. Raises BadInput with all faults."""
    return siting_file(toml_of(path, "a siting file in TOML"))


def siting_file(content: Mapping[str, Any]) -> SitingFile:
    """The tables of a siting file's content. Raises BadInput as `read_siting`."""
    try:
        return SitingFile.model_validate(content)
    except ValidationError as error:
        raise BadInput(
            misfits(error, "", "Correct the value; docs/site.md has the keys.")
        ) from None


def siting_of(file: SitingFile, folder: Path) -> Siting:
    """The question of a file; series and tables are read beside it. Raises BadInput with all faults."""
    faults = Gathered()
    faults.findings += _faults_together(file)
    worth = worth_in(file)
    places = [
        faults.of(partial(_place, file, number, worth, folder))
        for number in range(1, len(file.candidate) + 1)
    ]
    faults.refuse_if_any()
    there = tuple(place for place in places if place is not None)
    refuse_if_any([*_lacks_marginal(file, there), *_lacks_weather(there)])
    own = file.siting
    return Siting(
        name=own.name,
        currency=own.currency,
        cost_year=own.cost_year,
        interest=own.interest,
        carbon_price_per_t=own.carbon_price_per_t,
        carbon=own.carbon,
        classes=tuple(_work(table) for table in file.work_class),
        places=there,
        origins=tuple(Origin(**table.model_dump()) for table in file.origin),
        limits=CommonLimits(**file.limits.model_dump()),
        certificates=CertificateTerms(**file.certificates.model_dump()),
        route_factor=own.route_factor,
        notes=tuple(_notes(file, there)),
    )


def load_siting(path: Path) -> Siting:
    """The question of a siting file. Raises BadInput with all faults."""
    return siting_of(read_siting(path), Path(path).resolve().parent)


def edge_terms_of(file: SitingFile) -> EdgeTerms | None:
    """What [edge] asks, None where it is left out."""
    if file.edge is None:
        return None
    return EdgeTerms(**file.edge.model_dump())


def worth_in(file: SitingFile) -> Worth:
    """What a unit of other money is worth in the siting's, by the rates that the file declares."""
    own = (file.siting.currency, file.siting.cost_year)
    rates = {(one.currency, one.year): one.worth for one in file.rate}

    def worth(currency: str, year: int, subject: str) -> float:
        if (currency, year) == own:
            return 1.0
        if (currency, year) in rates:
            return rates[currency, year]
        raise BadInput(
            [
                Finding(
                    subject=subject,
                    value=f"is money of {currency} {year}",
                    limit=f"{own[0]} {own[1]}, or money with a declared rate",
                    mend=f'Add [[rate]] currency = "{currency}", year = {year}, worth = … in {own[0]} of {own[1]}.',
                )
            ]
        )

    return worth


def _work(table: WorkTable) -> WorkClass:
    data = None if table.data is None else DataNeed(**table.data.model_dump())
    return WorkClass(**{**table.model_dump(exclude={"data"}), "data": data})


def _place(file: SitingFile, number: int, worth: Worth, folder: Path) -> Place:
    table = file.candidate[number - 1]
    subject = f"candidate[{number}].costs"
    faults = Gathered()
    rate = faults.of(partial(worth, table.currency, table.cost_year, subject)) or 1.0
    years = faults.of(partial(years_of, file, number, worth, folder))
    limits = faults.of(partial(_limits, table, number, folder))
    paths = [
        faults.of(partial(_path, one, f"candidate[{number}].path[{place}]", rate, worth, folder))
        for place, one in enumerate(table.path, start=1)
    ]
    record = None
    if table.curtailment is not None:
        record = faults.of(partial(record_of, table.curtailment, number, table.name, folder))
    supply = [
        faults.of(partial(_supply, one, f"candidate[{number}].supply[{place}]", rate, worth))
        for place, one in enumerate(table.supply, start=1)
    ]
    faults.refuse_if_any()
    return Place(
        name=table.name,
        region=table.region,
        latitude=table.latitude,
        longitude=table.longitude,
        years=years or (),
        cooling=table.cooling,
        costs=_costs(table.costs, rate),
        limits=limits or PlaceLimits(),
        water=WaterTerms(wet=is_wet(table.cooling), **table.water.model_dump()),
        supply=tuple(one for one in supply if one is not None),
        heat=tuple(
            HeatCustomer(
                **{**one.model_dump(), **_scaled(one, ("price_per_mwh", "pipe_per_km"), rate)}
            )
            for one in table.heat
        ),
        heat_share=table.heat_share,
        heat_c=table.heat_c,
        paths=tuple(one for one in paths if one is not None),
        home_of=table.home_of,
        rtt_ms=tuple(sorted(table.rtt_ms.items())),
        embodied_kg_per_kw=table.embodied_kg_per_kw,
        curtailment=record,
    )


def _scaled(table: Any, names: tuple[str, ...], rate: float) -> dict[str, float]:
    return {name: rate * getattr(table, name) for name in names}


def _supply(table: OwnSupplyTable, subject: str, rate: float, worth: Worth) -> OwnSupply:
    """Own supply in the siting's money; keys that are left out are those of its technology, in money of its own."""
    known = technologies()[table.kind.value]
    if table.capex_per_kw is None:
        capex = worth(CURRENCY, COST_YEAR, subject) * known.capex_per_kw
    else:
        capex = rate * table.capex_per_kw
    fixed = table.fixed_per_kw_year
    return OwnSupply(
        kind=table.kind,
        kw_per_it_kw=table.kw_per_it_kw,
        capex_per_kw=capex,
        fixed_per_kw_year=capex * known.fixed_share if fixed is None else rate * fixed,
        life_years=known.lifetime_y if table.life_years is None else table.life_years,
        embodied_kg_per_kw=known.embodied_kg_per_kw
        if table.embodied_kg_per_kw is None
        else table.embodied_kg_per_kw,
    )


def _costs(table: CostsTable, rate: float) -> PlaceCosts:
    return PlaceCosts(**{**table.model_dump(), **_scaled(table, MONEY, rate)})


def _limits(table: CandidateTable, number: int, folder: Path) -> PlaceLimits:
    own = table.limits
    headroom = own.headroom_kw
    if own.headroom is not None:
        found = _headroom_kw(own.headroom, f"candidate[{number}].limits.headroom", folder)
        headroom = found if headroom is None else min(found, headroom)
    return PlaceLimits(
        headroom_kw=headroom,
        it_capacity_max_kw=own.it_capacity_max_kw,
        water_max_m3_per_year=own.water_max_m3_per_year,
        water_stress=own.water_stress,
    )


def _headroom_kw(table: HeadroomTable, subject: str, folder: Path) -> float:
    """What a bus still takes, by a document of `gridtide study --json`, of a year in all of its hours; what no rating
    binds is endless."""
    path = resolved(table.study, folder)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        over_year = "by_bus" in document
        rows = document["by_bus" if over_year else "hosting"]
        told = {str(one["bus"]): one for one in rows}
        room = told[table.bus]["after_any_outage" if table.outages else "now"][
            "firm_kw" if over_year else "hosted_kw"
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            [
                Finding(
                    subject=subject,
                    value=f"{table.study} says nothing of bus {table.bus} ({type(error).__name__})",
                    limit="the document of `gridtide study NETWORK --bus NAME --json`",
                    mend=f"Write it with --bus {table.bus}, or give headroom_kw.",
                )
            ]
        ) from None
    return float("inf") if room is None else max(0.0, float(room))


def _path(table: PathTable, subject: str, rate: float, worth: Worth, folder: Path) -> DataPath:
    price = table.price_per_gb
    if table.price_list is not None:
        if table.currency is None and table.cost_year is None:
            raise BadInput([_list_without_money(subject)])
        from gridtide.sources.transfer_costs import TransferCosts

        source = TransferCosts(path=resolved(table.price_list, folder))
        price = source.read().price_per_gb(table.list_from or "", table.list_to or "")
    if price is None:
        raise BadInput(
            [
                Finding(
                    subject=f"{subject}.price_per_gb",
                    value="is missing",
                    limit="a price, or price_list with list_from and list_to",
                    mend="Give one; 0 where a line of your own costs nothing more.",
                )
            ]
        )
    if table.currency is not None or table.cost_year is not None:
        rate = _own_rate(table, subject, worth)
    return DataPath(
        origin=table.origin,
        rate_gbps=table.rate_gbps,
        price_per_gb=rate * price,
        failures_per_h=table.failures_per_h,
        piece_gb=table.piece_gb,
    )


def _list_without_money(subject: str) -> Finding:
    return Finding(
        subject=f"{subject}.price_list",
        value="says no currency, and the candidate's need not be that of the list",
        limit="currency and cost_year beside it",
        mend='Add those of the list, such as currency = "USD" and cost_year = 2025.',
    )


def _own_rate(table: PathTable, subject: str, worth: Worth) -> float:
    if table.currency is None or table.cost_year is None:
        raise BadInput(
            [
                Finding(
                    subject=subject,
                    value="has only one of currency and cost_year",
                    limit="both, or none for those of the candidate",
                    mend="Add the other.",
                )
            ]
        )
    return worth(table.currency, table.cost_year, subject)


def _faults_together(file: SitingFile) -> Iterator[Finding]:
    """Faults that show only when tables are read together."""
    origins = [one.name for one in file.origin]
    yield from _twice("origin", origins)
    yield from _twice("class", [one.name for one in file.work_class])
    yield from _twice("candidate", [one.name for one in file.candidate])
    yield from _twice("siting.years", [str(year) for year in file.siting.years])
    yield from _twice("rate", [f"{one.currency} {one.year}" for one in file.rate])
    total = sum(one.share for one in file.origin)
    if file.origin and abs(total - 1.0) > SHARES_WITHIN and total > 0.0:
        yield Finding(
            subject="origin.share",
            value=f"all shares sum to {total:g}",
            limit="1, or 0 where no work is waited for",
            mend="Give each origin its share of the requests.",
        )
    waited = [one.name for one in file.work_class if one.rtt_max_ms is not None]
    if waited and total == 0.0:
        yield Finding(
            subject="origin",
            value=f"has no share, but {', '.join(waited)} has a limit of latency",
            limit="an [[origin]] with a share",
            mend="Say where its users are.",
        )
    yield from _faults_of_names(file, origins)
    yield from _faults_of_questions(file)


def _faults_of_questions(file: SitingFile) -> Iterator[Finding]:
    """Names in [split] and [edge] that nothing bears."""
    places = [one.name for one in file.candidate]
    if file.split is not None:
        yield from _known("split.home", file.split.home, places, "[[candidate]]")
    if file.edge is not None:
        classes = [one.name for one in file.work_class]
        yield from _known("edge.class", file.edge.work, classes, "[[class]]")
        for name in (file.edge.central, *file.edge.small):
            yield from _known("edge", name, places, "[[candidate]]")
        if sum(one.share for one in file.origin) == 0.0:
            yield Finding(
                subject="edge",
                value="no origin has a share of the requests",
                limit="an [[origin]] with a share",
                mend="Say where users are.",
            )


def _faults_of_names(file: SitingFile, origins: list[str]) -> Iterator[Finding]:
    for number, work in enumerate(file.work_class, start=1):
        if work.data is not None:
            yield from _known(f"class[{number}].data.home", work.data.home, origins)
    for number, place in enumerate(file.candidate, start=1):
        subject = f"candidate[{number}]"
        for name in (*place.home_of, *place.rtt_ms):
            yield from _known(
                f"{subject}.home_of" if name in place.home_of else f"{subject}.rtt_ms",
                name,
                origins,
            )
        for count, one in enumerate(place.path, start=1):
            yield from _known(f"{subject}.path[{count}].origin", one.origin, origins)
        reached = {*place.home_of, *(one.origin for one in place.path)}
        for work in file.work_class:
            if (
                work.data is not None
                and work.data.home in origins
                and work.data.home not in reached
            ):
                yield Finding(
                    subject=f"{subject}.path",
                    value=f"no way for the data of {work.name} from {work.data.home}",
                    limit="a [[candidate.path]] from there, or home_of",
                    mend=f'Add one with origin = "{work.data.home}".',
                )


def _known(
    subject: str, name: str, there: list[str], kind: str = "[[origin]]"
) -> Iterator[Finding]:
    if name not in there:
        yield Finding(
            subject=subject,
            value=name,
            limit=f"one of {', '.join(there) or 'none that there are'}",
            mend=f"Correct the name, or add such an {kind}.",
        )


def _twice(subject: str, names: list[str]) -> Iterator[Finding]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding(
            subject=subject, value=f"{name} stands twice", limit="each once", mend="Leave one out."
        )


def _notes(file: SitingFile, places: tuple[Place, ...]) -> Iterator[str]:
    own = file.siting
    for rate in file.rate:
        yield (
            f"1 {rate.currency} of {rate.year} counts {rate.worth:g} {own.currency} of {own.cost_year}: {rate.source}"
        )
    for table, place in zip(file.candidate, places, strict=True):
        if any(one.source == "synthetic" for one in table.series):
            yield f"{place.name}: price, carbon and weather are made up by the figures of the file, not measured"
        for year in place.years:
            yield from year.notes


def _lacks_marginal(file: SitingFile, places: tuple[Place, ...]) -> Iterator[Finding]:
    """Candidates without a marginal intensity where it is the one that is priced."""
    for place in places:
        if file.siting.carbon is CarbonKind.MARGINAL and _no_marginal(place.years):
            yield Finding(
                subject=f"siting.carbon at {place.name}",
                value="marginal, but its series hold no marginal intensity",
                limit="carbon_marginal_g_per_kwh for every candidate",
                mend='Add a series that has it, or price the average: carbon = "average".',
            )


def _no_marginal(years: tuple[PlaceYear, ...]) -> bool:
    return any(year.carbon_marginal_g_per_kwh is None for year in years)


def _lacks_weather(places: tuple[Place, ...]) -> Iterator[Finding]:
    """Own supply at candidates whose series cannot say what it makes."""
    for place in places:
        for one in place.supply:
            known = [
                year.solar_share if one.kind is SupplyKind.SOLAR else year.wind_share
                for year in place.years
            ]
            if any(values is None for values in known):
                yield Finding(
                    subject=f"{one.kind} supply at {place.name}",
                    value="its series hold no weather for it",
                    limit="wind speed, and for the sun cloud cover too",
                    mend="Add a series that has them, or leave the supply out.",
                )
