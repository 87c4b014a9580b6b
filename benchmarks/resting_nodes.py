"""What nodes that rest are worth: a case as it stands, and with the nodes kept for services parked and switched off.

    python benchmarks/resting_nodes.py CASE.toml [--policy run-at-once] [--idle-kw 0.3] [--wake-off-s 600]

Powers are kW per accelerator. `as it stands` parks at once and wakes at once, which no machine does; `always awake`
leaves unused nodes idle; `resting` goes through the states. Energy is that at the racks and at the grid meter. A policy
that plans is run a fourth time with plans that are not told of rest; `plan off` is how far the power of its plans was
from the meters of all sites, as CVRMSE and bias.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.case.parking import parking_of
from gridtide.case.schema import ParkingTable
from gridtide.decide.plan import Plan
from gridtide.fleet.site import Pool
from gridtide.simulate.course import Course, run_course
from gridtide.simulate.policies import PERFECT, policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.testing.planned_power import Watched, planned_power

NEVER_MIN = 1440.0


def with_rest(study: Study, table: ParkingTable | None) -> Study:
    """The same study, every pool that keeps nodes for services resting as a table says."""

    def resting(pool: Pool) -> Pool:
        if table is None or pool.for_services < table.node_accelerators:
            return replace(pool, parking=None)
        parked_kw, busy_kw = pool.parked_kw_per_accelerator, pool.full.it_kw_per_accelerator
        return replace(pool, parking=parking_of(table, parked_kw, busy_kw))

    sites = tuple(
        replace(site, pools=tuple(resting(pool) for pool in site.pools))
        for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


def row(study: Study, name: str, policy: str, blind: bool = False) -> None:
    """Run and print."""
    chosen, forecaster, known = policy_named(policy, study)
    watched = Watched(policy=chosen, blind=blind)
    store = MemoryStore()
    course = run_course(
        known, truth_of(study), watched, forecaster, store, lambda done, whole: None
    )
    settled = settle(study, truth_of(study), course, 0.0)
    seen, hours = course.telemetry, study.timeline.hours
    rest_kwh = float((seen.rest_kw * hours).sum())
    deep_h = float((seen.resting[2] * hours).sum()) if seen.resting.size else 0.0
    print(
        f"{name:20s} {settled.total_cost:13,.2f} {study.currency}  racks {float((seen.it_kw * hours).sum()):11,.0f} kWh"
        f"  grid {settled.energy_kwh:11,.0f} kWh  rest {rest_kwh:+9,.0f} kWh  off {deep_h:9,.0f} accelerator-h"
        f"  refused {settled.requests_refused:,.0f} of {settled.requests_answered + settled.requests_refused:,.0f}",
        f"{_off(study, course, watched.plans)}",
        flush=True,
    )


def _off(study: Study, course: Course, plans: list[Plan]) -> str:
    if not plans:
        return ""
    seen = planned_power(study, course, plans)
    return f"  plan off {100 * seen.cvrmse:.1f} % ({100 * seen.bias:+.1f} %)"


def main() -> None:
    """One case three or four ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", type=Path)
    parser.add_argument("--policy", default="run-at-once")
    parser.add_argument("--idle-kw", type=float, default=None)
    parser.add_argument("--wake-off-s", type=float, default=600.0)
    asked = parser.parse_args()
    study = load_case(asked.case)
    powers = {"idle_kw_per_accelerator": asked.idle_kw}
    awake = ParkingTable(**powers, least_idle_min=NEVER_MIN, least_parked_min=NEVER_MIN)
    rest = ParkingTable(**powers, wake_off_s=asked.wake_off_s)
    row(with_rest(study, None), "as it stands", asked.policy)
    row(with_rest(study, awake), "always awake", asked.policy)
    row(with_rest(study, rest), "resting", asked.policy)
    if asked.policy in ("coordinated", PERFECT):
        row(with_rest(study, rest), "resting, plan blind", asked.policy, blind=True)


if __name__ == "__main__":
    main()
