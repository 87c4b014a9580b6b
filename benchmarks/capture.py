"""How much of the possible saving the coordinated policy takes, by slack and by kind of market.

    python benchmarks/capture.py [--days 28] [--zones DE-LU,KR/CA-ON,AU-NSW] [--forecaster ridge]

Hourly records of 2023 ($GRIDTIDE_DATA/grid_hourly, default ../shared/data): one site a zone, made-up batch jobs
with 8, 24 and 72 h of slack, no demand charge, energy alone. Zones before the slash publish a day ahead, those
behind it as it happens (zones.toml). Without a forecaster the first see `persistence`, the others `nowcast`.
Capture = sum of savings over sum of possible savings, n/a below 1 % spread.
"""

import argparse
import os
import tempfile
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.case.zones import PriceKind, zone_known
from gridtide.settle.capture import capture_ratio
from gridtide.simulate.compare import Entrant, compare
from gridtide.simulate.policies import policy_named
from gridtide.stores.memory import MemoryStore

SLACKS_H = (8, 24, 72)
POLICIES = ("run-at-once", "coordinated", "perfect-foresight")
ZONES = "DE-LU,KR/CA-ON,AU-NSW"

CASE = """
[case]
name = "{zone}, slack {slack} h"
start = 2023-05-01T00:00:00+00:00
end = 2023-05-{last:02d}T00:00:00+00:00
step_min = 60
currency = "{currency}"
seed = 5

[planning]
plan_h = 96
replan_h = 6
forecaster = "{forecaster}"

[[site]]
name = "here"
zone = "{zone}"
clock = "{clock}"
region = "here"
latitude = 45.0
longitude = 0.0
facility = {{ it_capacity_kw = 700 }}
contract = {{ import_max_kw = 1100 }}

[[site.pool]]
name = "batch"
accelerator = "gpu"
accelerators = 512
parked_kw_per_accelerator = 0.1
busy_kw_per_accelerator = 1.2

[[class]]
name = "batch"
value_per_accelerator_h = 50.0

[[jobs]]
name = "batch"
class = "batch"
home = "here"
pool = "batch"
count = {count}
accelerators = [8, 16, 32]
hours = 3.0
longest_h = 12.0
from_hour = 0.0
to_hour = 24.0
slack_h = {slack}

[[signal]]
zone = "{zone}"
source = "grid_hourly"
path = "{data}/grid_hourly/grid_hourly.parquet"
kinds = ["price_per_mwh", "temperature_c", "relative_humidity"]
"""


def costs_of(
    zone: str, slack_h: int, days: int, data: Path, forecaster: str | None
) -> tuple[float, float, float, int]:
    """Total cost at once, coordinated and with foresight, and missed promises, of one zone."""
    known = zone_known(zone)
    if known is None:
        raise SystemExit(f"{zone} is not in zones.toml")
    usual = "nowcast" if known.price is PriceKind.REAL_TIME else "persistence"
    text = CASE.format(
        zone=zone, slack=slack_h, last=days + 1, currency=known.currency,
        forecaster=forecaster or usual,
        clock=known.clock, count=8 * days, data=data,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        study = load_case(path)
    entrants = []
    for name in POLICIES:
        policy, seen, knowing = policy_named(name, study)
        entrants.append(Entrant(policy=policy, forecaster=seen, study=knowing, store=MemoryStore()))
    found = compare(study, tuple(entrants), announce=lambda name: lambda done, whole: None)
    missed = sum(item.promises.missed_deadlines for item in found.settlements)
    at_once, coordinated, perfect = (item.total_cost for item in found.settlements)
    return at_once, coordinated, min(perfect, coordinated), missed


def shares(at_once: float, coordinated: float, perfect: float) -> str:
    """What was saved and what could have been, of the cost at once."""
    whole = abs(at_once)
    return f"saved {(at_once - coordinated) / whole:5.1%} of possible {(at_once - perfect) / whole:5.1%}"


def main() -> None:
    """Print a line a market and slack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=28, choices=range(2, 29), metavar="2…28")
    parser.add_argument("--zones", default=ZONES)
    parser.add_argument("--forecaster", default=None)
    options = parser.parse_args()
    data = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")).resolve()
    ahead, _, real_time = options.zones.partition("/")
    told = options.forecaster or "the usual forecasters"
    print(f"May 2023, {options.days} days, {8 * options.days} jobs a site, hourly, {told}")
    for title, zones in (("day-ahead", ahead), ("real-time", real_time)):
        for slack_h in SLACKS_H:
            rows = [
                costs_of(zone, slack_h, options.days, data, options.forecaster)
                for zone in zones.split(",")
            ]
            capture = capture_ratio(*(list(column) for column in list(zip(*rows, strict=True))[:3]))
            said = "n/a" if capture is None else f"{capture:6.1%}"
            named = zip(zones.split(","), rows, strict=True)
            saved = "  ".join(f"{zone}: {shares(*row[:3])}" for zone, row in named)
            missed = sum(row[3] for row in rows)
            print(f"{title:9s}  slack {slack_h:2d} h  capture {said}  missed {missed}   {saved}")


if __name__ == "__main__":
    main()
