"""How far typical days are from every hour of a year in the power system around computing, on the same scenario.

python benchmarks/system_days.py [FILE [AREA]]: hours of FILE, made up without. Times are ratios of one run.
"""

import sys
from pathlib import Path

from gridtide.case.pathway import outlook_of, pathway_file
from gridtide.case.pathway_system import system_hours, system_terms
from gridtide.doors.results.pathway_system import system_load
from gridtide.invest.pathway.calibration import calibrated
from gridtide.invest.pathway.power_system import FlexibleWorth, flexible_worth
from gridtide.invest.pathway.reckoned import reckoned
from gridtide.loop.clock import seconds

REGION, YEAR, SEEDS = "US", 2040, (0, 1, 2)
DAYS = (8, 16, 32, 64)


def main(file: Path | None, area: str | None) -> None:
    """Print each number of days, with other seeds beside it, below the whole year."""
    table = pathway_file()
    outlook = outlook_of(table)
    known = calibrated(outlook.editions[max(outlook.editions)], outlook.base.drivers)
    one = reckoned(outlook.scenarios[0], outlook, known)
    load = system_load(outlook, one, known.edition.regions, REGION, YEAR)
    hours, terms = system_hours(file, area), system_terms(table, YEAR)
    began = seconds()
    whole = flexible_worth(hours, terms, load, 0, 0)
    took = seconds() - began
    print(f"{one.scenario.name}, {REGION}, {YEAR}; {'; '.join(hours.said)}")
    print(f"solved by {whole.without.solver}")
    print("days  seed  cost without  beside the year  per kW that moves  beside the year  time")
    _row("all", "", whole, whole, 1.0)
    for days in DAYS:
        for seed in SEEDS:
            began = seconds()
            found = flexible_worth(hours, terms, load, days, seed)
            _row(f"{days}", f"{seed}", found, whole, (seconds() - began) / took)


def _row(days: str, seed: str, found: FlexibleWorth, whole: FlexibleWorth, part: float) -> None:
    cost = found.without.cost / whole.without.cost - 1.0
    worth = found.per_kw_year / whole.per_kw_year - 1.0
    stores = ", ".join(
        f"{name} {kwh / 1e6:,.0f} GWh ({found.storage_spared_kwh[name] / 1e6:+,.1f} spared)"
        for name, kwh in found.without.kwh.items()
    )
    print(
        f"{days:>4}  {seed:>4}  {found.without.cost_per_mwh:12.2f}  {cost:+15.2%}  {found.per_kw_year:17.2f}"
        f"  {worth:+15.2%}  {part:6.4f}  {stores}; curtailed {found.without.curtailed_share:.1%}",
        flush=True,
    )


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else None, sys.argv[2] if len(sys.argv) > 2 else None
    )
