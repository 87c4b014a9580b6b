"""How much of the possible saving the coordinated policy takes, by slack and by kind of market.

    python benchmarks/capture.py [--days 28] [--zones DE-LU,KR/CA-ON,AU-NSW] [--forecaster ridge] [--lengths known]

Hourly records of 2023 ($GRIDTIDE_DATA/grid_hourly, default ../shared/data): one site a zone, made-up batch jobs
with 8, 24 and 72 h of slack, no demand charge, energy alone. Zones before the slash publish a day ahead, those
behind it as it happens (zones.toml). Without a forecaster the first see `persistence`, the others `nowcast`.
Capture = sum of savings over sum of possible savings in EUR, n/a below 1 % spread. What is possible is told twice: with
perfect foresight of signals, arrivals and run times; and with every signal known, run times as unknown as they
are to the policy ("forecast capture"). `--lengths known` declares every run time as it will be. Plan-once takes
the cheapest slots of a job by a persistence forecast when it arrives and never looks again.
"""

import argparse
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gridtide.case.load import load_case
from gridtide.case.zones import PriceKind, zone_known
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.loop.mandate import Policy
from gridtide.settle.capture import capture_ratio
from gridtide.simulate.compare import Entrant, compare
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import LengthKnowledge, Study
from gridtide.stores.memory import MemoryStore

SLACKS_H = (8, 24, 72)
ZONES = "DE-LU,KR/CA-ON,AU-NSW"
EUR = {
    "EUR": 1.0,
    "USD": 0.925,
    "CAD": 0.685,
    "AUD": 0.614,
    "KRW": 0.00071,
    "SEK": 0.0871,
    "NOK": 0.0876,
    "GBP": 1.15,
}
"""EUR for one unit of a currency: means of 2023, rounded; savings of several zones are added up in EUR."""

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


@dataclass(frozen=True)
class PlanOnce:
    """A policy of which every job asks when it arrives, and never again."""

    asked: Policy
    name: str = "plan-once"

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan | None, Dispatch]:
        """As the policy decides between plans."""
        return self.asked.decide(plan, situation, held, False)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What one zone paid under each way of deciding, in EUR; missed promises of all of them."""

    at_once: float
    plan_once: float
    coordinated: float
    signals_known: float
    perfect: float
    missed: int


def study_of(
    zone: str, slack_h: int, days: int, data: Path, forecaster: str | None, lengths: str
) -> Study:
    """The case of one zone; run times declared as they will be where they are known."""
    known = zone_known(zone)
    if known is None:
        raise SystemExit(f"{zone} is not in zones.toml")
    if known.currency not in EUR:
        raise SystemExit(
            f"{zone} pays in {known.currency}, whose rate this benchmark does not know"
        )
    text = CASE.format(
        zone=zone, slack=slack_h, last=days + 1, currency=known.currency,
        forecaster=forecaster or usual_forecaster(zone),
        clock=known.clock, count=8 * days, data=data,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        study = load_case(path)
    if lengths != "known":
        return study
    takes_s = np.minimum(study.true_s, study.jobs.declared_s)
    jobs = replace(study.jobs, declared_s=takes_s, expected_s=takes_s)
    return replace(study, jobs=jobs, length_knowledge=LengthKnowledge.TRUE)


def usual_forecaster(zone: str) -> str:
    """What a zone is seen by when nothing is learned."""
    known = zone_known(zone)
    return "nowcast" if known and known.price is PriceKind.REAL_TIME else "persistence"


def costs_of(study: Study) -> Costs:
    """Total cost of every way of deciding, in EUR."""

    def seeing(forecaster: str) -> Study:
        return replace(study, cadence=replace(study.cadence, forecaster=forecaster))

    turns = [
        policy_named("run-at-once", study),
        policy_named("wait-awhile-interruptible", seeing("persistence")),
        policy_named("coordinated", study),
        policy_named("coordinated", seeing("perfect-foresight")),
        policy_named("perfect-foresight", study),
    ]
    turns[1] = (PlanOnce(turns[1][0]), *turns[1][1:])
    entrants = tuple(
        Entrant(policy=policy, forecaster=seen, study=knowing, store=MemoryStore())
        for policy, seen, knowing in turns
    )
    found = compare(study, entrants, announce=lambda name: lambda done, whole: None)
    missed = sum(item.promises.missed_deadlines for item in found.settlements)
    at_once, plan_once, coordinated, signals_known, perfect = (
        EUR[study.currency] * item.total_cost for item in found.settlements
    )
    return Costs(
        at_once=at_once,
        plan_once=plan_once,
        coordinated=coordinated,
        signals_known=signals_known,
        perfect=perfect,
        missed=missed,
    )


def captured(rows: list[Costs], policy: str, yardstick: str) -> str:
    """Pooled over zones; the yardstick is never worse than the policy."""
    reached = [getattr(row, policy) for row in rows]
    best = [min(getattr(row, yardstick), cost) for row, cost in zip(rows, reached, strict=True)]
    found = capture_ratio([row.at_once for row in rows], reached, best)
    return "   n/a" if found is None else f"{found:6.1%}"


def shares(row: Costs) -> str:
    """What was saved and what could have been, of the cost at once."""
    whole = abs(row.at_once)
    saved, possible = row.at_once - row.coordinated, row.at_once - row.perfect
    return f"saved {saved / whole:5.1%} of possible {possible / whole:5.1%}"


def main() -> None:
    """Print a line a market and slack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=28, choices=range(2, 29), metavar="2…28")
    parser.add_argument("--zones", default=ZONES)
    parser.add_argument("--forecaster", default=None)
    parser.add_argument("--lengths", choices=("declared", "known"), default="declared")
    options = parser.parse_args()
    data = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")).resolve()
    ahead, _, real_time = options.zones.partition("/")
    told = options.forecaster or "the usual forecasters"
    print(
        f"May 2023, {options.days} days, {8 * options.days} jobs a site, hourly, {told}, lengths {options.lengths}"
    )
    for title, zones in (("day-ahead", ahead), ("real-time", real_time)):
        for slack_h in SLACKS_H if zones else ():
            names = zones.split(",")
            rows = [
                costs_of(
                    study_of(zone, slack_h, options.days, data, options.forecaster, options.lengths)
                )
                for zone in names
            ]
            saved = "  ".join(
                f"{zone}: {shares(row)}" for zone, row in zip(names, rows, strict=True)
            )
            print(
                f"{title:9s}  slack {slack_h:2d} h  capture {captured(rows, 'coordinated', 'perfect')}"
                f"  forecast capture {captured(rows, 'coordinated', 'signals_known')}"
                f"  plan-once {captured(rows, 'plan_once', 'perfect')}"
                f"  missed {sum(row.missed for row in rows)}   {saved}",
                flush=True,
            )


if __name__ == "__main__":
    main()
