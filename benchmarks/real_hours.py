"""One site of 8 MW on real hours, for benchmarks that give it a store: made-up jobs, real prices and weather."""

import argparse
import os
import tempfile
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.simulate.study import Study

DATA = Path(os.environ.get("GRIDTIDE_DATA", Path(__file__).parents[2] / "shared" / "data"))
SITE = """
[case]
name = "{name}"
start = 2023-{month:02d}-01T00:00:00Z
end = 2023-{month:02d}-{last:02d}T00:00:00Z
currency = "{currency}"
seed = 5
policies = ["run-at-once", "coordinated"]

[objective]
demand_charge_share = {share}

[planning]
plan_h = 36

[[site]]
name = "here"
zone = "{zone}"
clock = "UTC"
region = "here"
latitude = 50.1
longitude = 8.7
facility = {{ it_capacity_kw = 8000, cooling = "{cooling}" }}
contract = {{ import_max_kw = 14000, demand_charge_per_kw_month = 6 }}

[[site.pool]]
name = "training"
accelerator = "a"
accelerators = 6000
parked_kw_per_accelerator = 0.4
busy_kw_per_accelerator = 1.2

{extras}
[[class]]
name = "training"
value_per_accelerator_h = 2.0

[[jobs]]
name = "training"
class = "training"
home = "here"
pool = "training"
count = {jobs}
accelerators = [64, 128, 256]
hours = 4.0
slack_h = {slack_h}

[[signal]]
zone = "{zone}"
source = "grid_hourly"
path = "{data}/grid_hourly/grid_hourly.parquet"
currency = "{currency}"
kinds = ["price_per_mwh", "carbon_average_g_per_kwh", "temperature_c", "relative_humidity"]
"""


def ask_for_hours(parser: argparse.ArgumentParser, month: int) -> None:
    """The options that say which hours: days, zone, its currency and the month of 2023."""
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--zone", default="DE-LU")
    parser.add_argument("--currency", default="EUR")
    parser.add_argument("--month", type=int, default=month)


def study_on_real_hours(
    asked: argparse.Namespace,
    name: str,
    extras: str,
    cooling: str = "water-chiller",
    slack_h: float = 12.0,
) -> Study:
    """The site on the hours that were asked for. extras: tables of its stores, of what it offers, in TOML."""
    text = SITE.format(
        name=name,
        month=asked.month,
        last=1 + asked.days,
        currency=asked.currency,
        share=round(asked.days / 31.0, 4),
        zone=asked.zone,
        cooling=cooling,
        extras=extras,
        jobs=60 * asked.days,
        slack_h=slack_h,
        data=DATA.resolve(),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        return load_case(path)
