"""What a plan through a telescope costs and saves, on real weeks: regret, seconds a turn, columns.

    python benchmarks/telescope.py [--days 10] [--zones DE-LU,CA-ON] [--month 5] [--telescopes NAME,NAME]
    python benchmarks/telescope.py --single --zones DE-LU+FR+NL+BE

Hourly records of 2023 ($GRIDTIDE_DATA/grid_hourly, default ../shared/data) in steps of 15 minutes: one site a zone with
a battery, a demand charge, a service, and made-up jobs with 12 and 72 h of slack. The zone's market says what is
known of prices: a day-ahead zone and a real-time zone differ; a fleet has the weather of its first zone. Each row
runs the whole loop once; plans look a week ahead, in steps of 15 minutes or through a telescope. With --single one
plan is made of a week in which all work is known. Seconds are CPU of this process.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.case.zones import PriceKind, zone_known
from gridtide.decide.facts import held_of
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated, written
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.decide.telescoped import Telescoped, views_of
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.compare import Entrant, compare
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import PlanAndPlace, policy_named
from gridtide.simulate.settlement import Settlement
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.stores.memory import MemoryStore
from gridtide.timeline import Spans

QUARTER, HOUR = 900, 3600
TELESCOPES: dict[str, Spans] = {
    "regular": (),
    "near-day": ((96, QUARTER), (144, HOUR)),
    "hours": ((24, QUARTER), (162, HOUR)),
    "week-in-96": ((24, QUARTER), (42, HOUR), (30, 4 * HOUR)),
    "steep": ((24, QUARTER), (6, HOUR), (39, 4 * HOUR)),
}

CASE = """
[case]
name = "{name} through a telescope"
start = 2023-{month:02d}-01T00:00:00+00:00
end = 2023-{month:02d}-{last:02d}T00:00:00+00:00
step_min = 15
currency = "{currency}"
seed = 5

[objective]
demand_charge_share = {share}

[planning]
plan_h = 168
replan_h = 6
forecaster = "{forecaster}"

[network]
origins = ["users"]

[[class]]
name = "batch"
value_per_accelerator_h = 50.0

[[service]]
name = "chat"
latency_max_s = 2.0
value_per_request = 0.01
{served}
"""

SITE = """
[[network.latency]]
origin = "users"
site = "{zone}"
ms = 20

[[site]]
name = "{zone}"
zone = "{zone}"
weather_zone = "weather"
clock = "{clock}"
region = "here"
latitude = 45.0
longitude = 0.0
facility = {{ it_capacity_kw = 900 }}
contract = {{ import_max_kw = 1200, demand_charge_per_kw_month = 4 }}
battery = {{ energy_kwh = 800, charge_max_kw = 200, discharge_max_kw = 200 }}

[[site.pool]]
name = "batch"
accelerator = "gpu"
accelerators = 512
parked_kw_per_accelerator = 0.1
busy_kw_per_accelerator = 1.2

[[site.pool]]
name = "serving"
accelerator = "gpu"
accelerators = 128
for_services = 128
parked_kw_per_accelerator = 0.1
busy_kw_per_accelerator = 1.2

[[signal]]
zone = "{zone}"
source = "grid_hourly"
path = "{data}/grid_hourly/grid_hourly.parquet"
kinds = ["price_per_mwh"]
"""

WEATHER = """
[[signal]]
zone = "weather"
from_zone = "{zone}"
source = "grid_hourly"
path = "{data}/grid_hourly/grid_hourly.parquet"
kinds = ["temperature_c", "relative_humidity"]
"""

SERVED = """
[[service.place]]
site = "{zone}"
pool = "serving"
requests_per_accelerator_s = 2.0
time_to_first_token_s = 0.3
home = {home}
"""

DEMAND = """
[[demand]]
service = "chat"
origin = "users"
mean_per_s = {requests}
swing = 0.5
"""

JOBS = """
[[jobs]]
name = "{zone} {slack} h"
class = "batch"
home = "{zone}"
pool = "batch"
sites = {sites}
count = {count}
accelerators = [8, 16, 32]
hours = 3.0
longest_h = 12.0
from_hour = 0.0
to_hour = 24.0
slack_h = {slack}
data_gb = 100
"""

LINK = """
[[network.link]]
between = ["{one}", "{other}"]
gb_per_s = 1.0
cost_per_gb = 0.005
"""


@dataclass(eq=False)
class Timed:
    """A planner that is asked through; keeps how long it took, and the first situation it saw."""

    inner: Coordinated | Telescoped
    seconds: list[float] = field(default_factory=list)
    first: Situation | None = None

    def plan(self, situation: Situation) -> Plan:
        """What the planner plans."""
        self.first = self.first or situation
        before = time.process_time()
        plan = self.inner.plan(situation)
        self.seconds.append(time.process_time() - before)
        return plan

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """What the planner plans around what was told."""
        before = time.process_time()
        plan = self.inner.around(situation, held)
        self.seconds.append(time.process_time() - before)
        return plan


def text_of(zones: list[str], days: int, month: int, data: Path) -> str:
    """The case of a fleet with a site in each zone."""
    known = [zone_known(zone) for zone in zones]
    found = [one for one in known if one is not None]
    if len(found) < len(zones) or len({one.currency for one in found}) > 1:
        raise SystemExit(f"{', '.join(zones)}: name zones of zones.toml that share a currency")
    real_time = any(one.price is PriceKind.REAL_TIME for one in found)
    home = 1.0 / len(zones)
    text = CASE.format(
        name=", ".join(zones), last=days + 1, month=month, currency=found[0].currency,
        share=round(days / 30, 4), forecaster="nowcast" if real_time else "persistence",
        served="".join(SERVED.format(zone=zone, home=home) for zone in zones),
    )  # fmt: skip
    text += DEMAND.format(requests=120 * len(zones)) + WEATHER.format(zone=zones[0], data=data)
    for zone, one in zip(zones, found, strict=True):
        text += SITE.format(zone=zone, clock=one.clock, data=data)
        for slack_h in (12, 72):
            text += JOBS.format(zone=zone, slack=slack_h, count=20 * days, sites=zones)
    return text + "".join(LINK.format(one=a, other=b) for a, b in combinations(zones, 2))


def study_of(zones: list[str], days: int, month: int, data: Path) -> Study:
    """The study of that case."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text_of(zones, days, month, data))
        return load_case(path)


def settled(study: Study, policy: str, seen: Spans) -> tuple[Settlement, Timed | None, float]:
    """A policy's course through the study, the planner with its times, and CPU seconds in all."""
    study = replace(study, cadence=replace(study.cadence, telescope=seen))
    chosen, forecaster, known = policy_named(policy, study)
    timed = None
    if isinstance(chosen, PlanAndPlace):
        assert isinstance(chosen.planner, Coordinated | Telescoped)
        timed = Timed(chosen.planner)
        chosen = replace(chosen, planner=timed, fitter=timed)
    entrant = Entrant(policy=chosen, forecaster=forecaster, study=known, store=MemoryStore())
    before = time.process_time()
    found = compare(study, (entrant,), announce=lambda name: lambda done, whole: None)
    return found.settlements[0], timed, time.process_time() - before


def size_of(planner: Coordinated | Telescoped, situation: Situation) -> tuple[int, int]:
    """Steps and columns of the first plan."""
    held = held_of(situation, planner.objective)
    telescope = planner.telescope if isinstance(planner, Telescoped) else ()
    views = views_of(situation, held, planner.objective, telescope)
    program, _, _ = written(views.seen, views.coarse)
    return len(views.seen.horizon), program.columns


def reading_s(planner: Telescoped, situation: Situation) -> float:
    """CPU seconds to read a situation into facts, before anything is written or solved."""
    before = time.process_time()
    held = held_of(situation, planner.objective)
    views_of(situation, held, planner.objective, planner.telescope)
    return time.process_time() - before


def rows(study: Study, names: list[str]) -> Iterator[str]:
    """A line a telescope, the regular plan first."""
    at_once, _, _ = settled(study, "run-at-once", ())
    yield f"{'at once':12s} {at_once.total_cost:12,.2f} {study.currency}"
    regular = None
    for name in names:
        found, timed, whole_s = settled(study, "coordinated", TELESCOPES[name])
        assert timed is not None and timed.first is not None
        regular = regular or found
        regret = found.total_cost - regular.total_cost
        saving = at_once.total_cost - regular.total_cost
        steps, columns = size_of(timed.inner, timed.first)
        share = f"{regret / saving:+7.2%}" if saving > 0.01 * abs(at_once.total_cost) else "    n/a"
        yield (
            f"{name:12s} {found.total_cost:12,.2f} {study.currency}  regret {regret:+9.2f}, "
            f"{regret / abs(regular.total_cost):+7.3%} of the cost, {share} of the saving; "
            f"missed {found.promises.missed_deadlines}; {steps} steps, {columns:,} columns; "
            f"{len(timed.seconds)} plans of {sum(timed.seconds) / len(timed.seconds):.3f} s; in all {whole_s:.0f} s"
        )


def week_ahead(study: Study) -> Situation:
    """What a first turn sees when all the study's work is known and told its earliest slots."""
    knowing = replace(study, arrivals_known=True)
    policy, forecaster, _ = policy_named("run-at-once", knowing)
    twin = Twin.of(knowing, truth_of(knowing))
    return take_turn(mandate_of(knowing, forecaster), policy, twin, Memory(), twin.now).situation


def single_plans(study: Study, names: list[str]) -> Iterator[str]:
    """A line a telescope: one plan of a week in which all work is known, beside the regular one."""
    situation = week_ahead(study)
    Telescoped(objective=study.objective, telescope=()).plan(situation)  # compiled loops are loaded
    regular = None
    for name in names:
        seen = TELESCOPES[name]
        planner = Telescoped(objective=study.objective, telescope=seen)
        before = time.process_time()
        told = planner.plan(situation).certificate
        taken_s = time.process_time() - before
        regular = regular or (told, taken_s)
        steps, columns = size_of(planner, situation)
        read_s = reading_s(planner, situation)
        saving = told.run_at_once_cost - regular[0].cost
        yield (
            f"{name:12s} {told.cost:14,.2f} {study.currency}, "
            f"{told.cost / regular[0].cost - 1:+8.3%} of the cost, "
            f"{(told.cost - regular[0].cost) / saving:+7.2%} of the saving; proved within {told.gap / told.cost:.2%}; "
            f"{steps} steps, {columns:,} columns, {taken_s:.2f} s "
            f"({read_s:.3f} s to read the situation), {regular[1] / taken_s:.1f} times as fast"
        )


def main() -> None:
    """Print a table a fleet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=10, choices=range(2, 29), metavar="2…28")
    parser.add_argument("--month", type=int, default=5, choices=range(1, 13), metavar="1…12")
    parser.add_argument("--zones", default="DE-LU,CA-ON", help="fleets; A+B is one with two sites")
    parser.add_argument("--telescopes", default=",".join(TELESCOPES))
    parser.add_argument("--single", action="store_true", help="one plan of a whole week, no course")
    options = parser.parse_args()
    data = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")).resolve()
    names = ["regular", *(one for one in options.telescopes.split(",") if one != "regular")]
    for fleet in options.zones.split(","):
        days = 7 if options.single else options.days
        study = study_of(fleet.split("+"), days, options.month, data)
        print(f"{fleet}, 2023-{options.month:02d}, {days} days, {len(study.jobs)} jobs", flush=True)
        for row in single_plans(study, names) if options.single else rows(study, names):
            print("  " + row, flush=True)


if __name__ == "__main__":
    main()
