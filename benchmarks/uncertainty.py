"""What a year of plans by the point forecast, by courses and with margins costs, beside running at once.

    python benchmarks/uncertainty.py [--days 7] [--quarters 1,2] [--policies expected,cvar,chance] [--workers 2]

Hourly records ($GRIDTIDE_DATA/grid_hourly, default ../shared/data): a site in Germany (DE-LU, price a day ahead)
and one in Ontario (CA-ON, price as it happens), each with sun and wind of its own and a battery, about four made-up
batch jobs a day and site that may wait twelve hours and move. Forecasts by `ridge`. The year is four
courses of three months, planned anew each day and whenever a new day of prices is published. It is 362 days long
because the record lacks a German price at the changes of the clock on 30 October 2022 and 29 October 2023.
"""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from gridtide.case.load import load_case
from gridtide.simulate.compare import Entrant, compare
from gridtide.simulate.cost_shares import daily_cost
from gridtide.simulate.local_days import days_by
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.stores.memory import MemoryStore
from gridtide.timeline import Spans

ZONES = {
    "DE-LU": ("Europe/Berlin", 52.5, 13.4, 9.0),
    "CA-ON": ("America/Toronto", 43.7, -79.4, 9.0),
}
QUARTERS = [
    datetime(2022, 11, 1, tzinfo=UTC),
    datetime(2023, 2, 1, tzinfo=UTC),
    datetime(2023, 5, 1, tzinfo=UTC),
    datetime(2023, 8, 1, tzinfo=UTC),
    datetime(2023, 10, 29, tzinfo=UTC),
]
"""Where quarters begin, and where the last ends."""
HEAD = """
[case]
name = "a year of forecasts that miss"
start = {start:%Y-%m-%d}T00:00:00+00:00
end = {end:%Y-%m-%d}T00:00:00+00:00
step_min = 60
currency = "EUR"
seed = {seed}
policies = ["run-at-once"]

[rates]
CAD = 0.68

[objective]
carbon_price_per_t = 0.0

[planning]
plan_h = 48
replan_h = 24
forecaster = "ridge"
scenarios = {scenarios}
cvar_weight = {weight}
cvar_level = {level}
confidence = {confidence}

[network]
[[network.link]]
between = ["DE-LU", "CA-ON"]
gb_per_s = 1.0
cost_per_gb = 0.01

[[class]]
name = "batch"
value_per_accelerator_h = 50.0
"""
SITE = """
[[site]]
name = "{zone}"
zone = "{zone}"
clock = "{clock}"
region = "{zone}"
latitude = {latitude}
longitude = {longitude}
facility = {{ it_capacity_kw = 700 }}
contract = {{ import_max_kw = 1000, demand_charge_per_kw_month = {charge} }}
battery = {{ energy_kwh = 400, charge_max_kw = 200, discharge_max_kw = 200 }}

[[site.pool]]
name = "batch"
accelerator = "gpu"
accelerators = 512
parked_kw_per_accelerator = 0.1
busy_kw_per_accelerator = 1.2

[[site.supply]]
kind = "solar"
capacity_kw = 250

[[site.supply]]
kind = "wind"
capacity_kw = 250

[[jobs]]
name = "batch of {zone}"
class = "batch"
home = "{zone}"
pool = "batch"
sites = ["DE-LU", "CA-ON"]
count = {count}
accelerators = [16, 32, 64]
hours = 4.0
longest_h = 12.0
from_hour = 0.0
to_hour = 24.0
slack_h = 12
data_gb = 20.0

[[signal]]
zone = "{zone}"
source = "grid_hourly"
path = "{data}/grid_hourly/grid_hourly.parquet"
kinds = ["price_per_mwh", "temperature_c", "relative_humidity", "cloud_share", "wind_speed_m_per_s"]
"""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What plans weigh."""

    scenarios: int
    weight: float
    level: float
    confidence: float
    telescope: Spans


@dataclass(frozen=True, kw_only=True)
class Found:
    """A policy through one quarter. daily: energy and wear of each day, EUR. spent_s: CPU time."""

    policy: str
    cost: float
    daily: tuple[float, ...]
    missed: int
    turns: int
    spent_s: float


def study_of(begins: int, days: int, terms: Terms, data: Path) -> Study:
    """The case of some days from a month of QUARTERS on."""
    start = QUARTERS[begins]
    text = HEAD.format(
        start=start, end=start + timedelta(days=days), seed=11 + begins, **vars(terms)
    )
    for zone, (clock, latitude, longitude, charge) in ZONES.items():
        text += SITE.format(
            zone=zone, clock=clock, latitude=latitude, longitude=longitude, charge=charge,
            count=4 * days, data=data,
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        return load_case(path)


def quarter(begins: int, days: int, names: list[str], terms: Terms, data: Path) -> list[Found]:
    """Every policy through one quarter, settled, each told on stderr when it is done."""
    study = study_of(begins, days, terms, data)
    study = replace(study, cadence=replace(study.cadence, telescope=terms.telescope))
    found = []
    for name in names:
        began = time.process_time()
        policy, seen, knowing = policy_named(name, study)
        entrant = Entrant(policy=policy, forecaster=seen, study=knowing, store=MemoryStore())
        compared = compare(study, (entrant,), announce=lambda name: lambda done, whole: None)
        settled, course = compared.settlements[0], compared.courses[0]
        daily = daily_cost(
            study, compared.truth, course, days_by(study, ("UTC",) * len(ZONES))
        ).sum(axis=0)
        found.append(
            Found(
                policy=name,
                cost=settled.total_cost,
                daily=tuple(daily.tolist()),
                missed=settled.promises.missed_deadlines,
                turns=course.turns,
                spent_s=time.process_time() - began,
            )
        )
        print(
            f"{QUARTERS[begins]:%Y-%m-%d} {said(found[-1:], found[0].cost)}",
            file=sys.stderr,
            flush=True,
        )
    return found


def said(rows: list[Found], at_once: float) -> str:
    """One policy over some quarters."""
    cost = sum(row.cost for row in rows)
    daily = np.sort(np.concatenate([row.daily for row in rows]))
    dearest = max(1, round(0.05 * len(daily)))
    return (
        f"{rows[0].policy:20s} {cost:11,.0f} EUR  saved {1 - cost / at_once:6.1%}"
        f"  dearest day {daily[-1]:6,.0f}  mean of dearest {dearest} days {daily[-dearest:].mean():6,.0f}"
        f"  missed {sum(row.missed for row in rows)}  turns {sum(row.turns for row in rows):,}"
        f"  CPU {sum(row.spent_s for row in rows):,.0f} s"
    )


def main() -> None:
    """Print a line a policy and quarter, then one a policy for the year."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=0, help="of each quarter; all by default")
    parser.add_argument("--quarters", default="1,2,3,4")
    parser.add_argument("--policies", default="expected,cvar,chance")
    parser.add_argument("--perfect", action="store_true", help="perfect foresight too")
    parser.add_argument("--workers", type=int, default=1, help="processes; changes no figure")
    parser.add_argument("--scenarios", type=int, default=8)
    parser.add_argument("--weight", type=float, default=0.5)
    parser.add_argument("--level", type=float, default=0.75)
    parser.add_argument("--confidence", type=float, default=0.95)
    parser.add_argument("--telescope", default="", help="12x60+9x240: steps of how many minutes")
    asked = parser.parse_args()
    data = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")).resolve()
    terms = Terms(
        scenarios=asked.scenarios,
        weight=asked.weight,
        level=asked.level,
        confidence=asked.confidence,
        telescope=tuple(
            (int(count), 60 * int(minutes))
            for count, minutes in (part.split("x") for part in asked.telescope.split("+") if part)
        ),
    )
    names = ["run-at-once", *(f"coordinated-{way}" for way in asked.policies.split(","))]
    names += ["perfect-foresight"] * asked.perfect
    quarters = [int(number) - 1 for number in asked.quarters.split(",")]
    lengths = [(QUARTERS[begins + 1] - QUARTERS[begins]).days for begins in quarters]
    days = [min(asked.days or length, length) for length in lengths]
    count = len(quarters)
    print(f"{count} quarters, {sum(days)} days, about {8 * sum(days)} jobs, {terms}", flush=True)
    with ProcessPoolExecutor(asked.workers) as pool:
        every = [names] * count, [terms] * count, [data] * count
        found = list(pool.map(quarter, quarters, days, *every))
    for begins, rows in zip(quarters, found, strict=True):
        print(f"from {QUARTERS[begins]:%Y-%m-%d}")
        for row in rows:
            print("  " + said([row], rows[0].cost))
    print("together")
    at_once = sum(rows[0].cost for rows in found)
    for number in range(len(names)):
        print("  " + said([rows[number] for rows in found], at_once))


if __name__ == "__main__":
    main()
