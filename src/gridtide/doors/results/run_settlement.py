"""A run settled again from its folder alone, beside what it settled live."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gridtide.doors.results.called_table import called_lines
from gridtide.doors.results.job_lines import job_lines
from gridtide.doors.results.record import checked_record
from gridtide.doors.results.run_tables import RunTables, run_tables
from gridtide.doors.results.settlement_document import PAID, totals_document
from gridtide.finding import BadInput, Finding
from gridtide.settle.call import Meter
from gridtide.settle.carbon import settle_emissions_kg
from gridtide.settle.green_direct import GreenTerms, green_ratios
from gridtide.settle.line import Line
from gridtide.settle.market_rule import MarketRule, rule_from
from gridtide.settle.site_lines import (
    AGREED,
    COINCIDENT,
    DEVIATION,
    FUEL,
    PLANTS,
    TRANSFORMERS,
    agreed_line,
    capacity_line,
    coincident_line,
    demand_line,
    deviation_line,
    energy_line,
    fuel_line,
    genset_use,
    plant_line,
    plant_use,
    transformers_line,
    wear_line,
)
from gridtide.simulate.calls import MONEY

OF_RUN = "as the run reckoned it"


def run_settlement(folder: Path, policy: str) -> dict[str, Any]:
    """The document of a run's folder.

    Money between site and grid, what calls paid, wear, carbon, and what jobs and requests cost are reckoned again from
    the tables. Raises BadInput where the record is broken, with file and bytes.
    """
    record = checked_record(folder)
    tables = run_tables(folder, policy)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    live = next(run for run in summary["runs"] if run["policy"] == policy)
    made: dict[str, tuple[Line, ...]] = {
        part: (line,) for part, line in job_lines(folder, policy, tables).items()
    }
    called = called_lines(folder, policy, tables)
    if called is not None:
        made[MONEY] = called
    lines = _lines(tables, live["cost_parts"], made)
    found = totals_document(lines)
    again = [
        what for what in found["totals"] if any(_again(line) for line in lines if line.what == what)
    ]
    different = [what for what in again if found["totals"][what] != live["cost_parts"][what]]
    found["total"] = sum(found["totals"].values())
    return {
        "run": folder.name,
        "case": summary["case"],
        "policy": policy,
        "currency": summary["currency"],
        "record": {"seal": record["seal"], "files": len(record["files"])},
        **found,
        "live_total": live["total_cost"],
        "reckoned_again": again,
        "different": different,
        "bit_equal": not different and found["total"] == live["total_cost"],
        "notes": [
            PAID,
            "Keep the seal elsewhere: it proves nothing against who can write the folder.",
        ],
    }


def site_meters(folder: Path, policy: str) -> tuple[Meter, ...]:
    """The meter of each site of a run, under the site's name."""
    tables = run_tables(folder, policy)
    return tuple(
        Meter(timeline=tables.timeline, import_kw=one.import_kw, source=one.site.name)
        for one in tables.sites
    )


def site_clocks(folder: Path, policy: str) -> dict[str, str]:
    """The clock of each site of a run, by its name."""
    return {one.site.name: one.site.clock for one in run_tables(folder, policy).sites}


def green_of(
    folder: Path, policy: str, rules: tuple[MarketRule, ...], market: str
) -> list[dict[str, Any]]:
    """The ratios of each site with generation of its own, over the whole run, under the rule of its first day.

    Raises BadInput for a market without such a rule.
    """
    tables = run_tables(folder, policy)
    rule = rule_from(rules, market, tables.timeline.start)
    if not isinstance(rule.terms, GreenTerms):
        raise BadInput([_no_limits(rule)])
    found = []
    for one in tables.sites:
        energy = tables.green_energy(one.site.name)
        if energy.generated_kwh > 0.0:
            ratios = [asdict(ratio) for ratio in green_ratios(energy, rule.terms)]
            found.append({"site": one.site.name, "version": rule.version, "ratios": ratios})
    return found


def _no_limits(rule: MarketRule) -> Finding:
    return Finding(
        subject=f"--green {rule.market}",
        value=f"its rule {rule.name} has no limits for direct connections",
        limit="a market of green terms, as china-green-direct",
        mend="Name another; gridtide settle --formulas lists all.",
    )


def _lines(
    tables: RunTables, live: dict[str, float], of_tables: dict[str, tuple[Line, ...]]
) -> tuple[Line, ...]:
    """Lines in the order of the parts of the run's cost, so that their sum is the same to the last bit.

    of_tables: lines of parts that tables of their own tell.
    """
    makers = {
        "energy": energy_line,
        "demand charge": demand_line,
        "wear": wear_line,
        COINCIDENT: coincident_line,
        DEVIATION: deviation_line,
        AGREED: agreed_line,
        TRANSFORMERS: transformers_line,
        FUEL: fuel_line,
        PLANTS: plant_line,
        "capacity revenue": capacity_line,
    }
    found: list[Line] = []
    for part, amount in live.items():
        if part in makers:
            made = [makers[part](billed) for billed in tables.sites]
            found += [line for line in made if line is not None]
        elif part in of_tables:
            found += of_tables[part]
        elif part == "carbon":
            found.append(_carbon_line(tables))
        else:
            found.append(_as_run(part, amount))
    return tuple(found)


def _carbon_line(tables: RunTables) -> Line:
    price = tables.case.objective.carbon_price_per_t
    burnt = [one.emissions_kg for one in map(genset_use, tables.sites) if one is not None]
    made = [one.emissions_kg for one in map(plant_use, tables.sites) if one is not None]
    own_kg = sum(burnt) + sum(made)
    emissions_kg = settle_emissions_kg(tables.import_kwh, tables.carbon_g_per_kwh) + own_kg
    carbon_t = 0.0 if price == 0.0 else emissions_kg / 1000.0
    return Line(
        what="carbon",
        site="all",
        amount=price * carbon_t,
        formula=f"carbon-{tables.case.objective.carbon}",
        version="contract of the case",
        inputs=(("emissions_kg", emissions_kg if price else None), ("price_per_t", price)),
        source="the run's tables and its case",
        mark="checked",
    )


def _as_run(part: str, amount: float) -> Line:
    return Line(
        what=part,
        site="all",
        amount=amount,
        formula="as-run",
        version="summary.json",
        inputs=(),
        source=OF_RUN,
        mark="checked",
    )


def _again(line: Line) -> bool:
    return line.formula != "as-run"
