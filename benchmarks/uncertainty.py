"""What a year of plans by the point forecast, by courses and with margins costs, beside running at once.

    python benchmarks/uncertainty.py [--days 362] [--start 2022-11-01] [--policies expected,cvar,chance]

Hourly records ($GRIDTIDE_DATA/grid_hourly, default ../shared/data): a site in Germany (DE-LU, price a day ahead)
and one in Ontario (CA-ON, price as it happens), each with sun and wind of its own and a battery, about four made-up
batch jobs a day and site that may wait twelve hours and move. Forecasts by `ridge`. The year is one course, planned
anew each day and whenever a new day of prices is published. It is 362 days long because the record lacks a German
price at the changes of the clock on 30 October 2022 and 29 October 2023.
"""

import argparse
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from gridtide.case.load import load_case
from gridtide.simulate.compare import Entrant, compare
from gridtide.simulate.cost_shares import daily_cost
from gridtide.simulate.policies import policy_named
from gridtide.stores.memory import MemoryStore

ZONES = {
    "DE-LU": ("Europe/Berlin", 52.5, 13.4, 9.0),
    "CA-ON": ("America/Toronto", 43.7, -79.4, 9.0),
}
HEAD = """
[case]
name = "a year of forecasts that miss"
start = {start:%Y-%m-%d}T00:00:00+00:00
end = {end:%Y-%m-%d}T00:00:00+00:00
step_min = 60
currency = "EUR"
seed = 11
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


def main() -> None:
    """Print a line a policy."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=362, choices=range(2, 363), metavar="2…362")
    parser.add_argument(
        "--start", type=datetime.fromisoformat, default=datetime(2022, 11, 1, tzinfo=UTC)
    )
    parser.add_argument("--policies", default="expected,cvar,chance")
    parser.add_argument("--perfect", action="store_true", help="perfect foresight too")
    parser.add_argument("--scenarios", type=int, default=8)
    parser.add_argument("--weight", type=float, default=0.5)
    parser.add_argument("--level", type=float, default=0.75)
    parser.add_argument("--confidence", type=float, default=0.95)
    options = parser.parse_args()
    data = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")).resolve()
    text = HEAD.format(
        start=options.start,
        end=options.start + timedelta(days=options.days),
        scenarios=options.scenarios,
        weight=options.weight,
        level=options.level,
        confidence=options.confidence,
    )
    for zone, (clock, latitude, longitude, charge) in ZONES.items():
        text += SITE.format(
            zone=zone, clock=clock, latitude=latitude, longitude=longitude, charge=charge,
            count=4 * options.days, data=data,
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        study = load_case(path)
    names = ["run-at-once", *(f"coordinated-{way}" for way in options.policies.split(","))]
    names += ["perfect-foresight"] * options.perfect
    print(
        f"{study.name}: {options.days} days from {options.start:%Y-%m-%d}, {len(study.jobs)} jobs"
    )
    began, at_once = time.process_time(), 0.0
    for name in names:
        policy, seen, knowing = policy_named(name, study)
        entrant = Entrant(policy=policy, forecaster=seen, study=knowing, store=MemoryStore())
        found = compare(study, (entrant,), announce=lambda name: lambda done, whole: None)
        settled, course = found.settlements[0], found.courses[0]
        daily = daily_cost(study, found.truth, course).sum(axis=0)
        at_once = at_once or settled.total_cost
        spent_s, began = time.process_time() - began, time.process_time()
        print(
            f"{name:20s} {settled.total_cost:11,.0f} EUR  saved {1 - settled.total_cost / at_once:6.1%}"
            f"  dearest day {daily.max():7,.0f}  dearest 18 days {np.sort(daily)[-18:].mean():7,.0f}"
            f"  missed {settled.promises.missed_deadlines}  {course.turns} turns  {spent_s:,.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
