"""How much of the requests a day's plan moves between two sites at one price, by what a move loses.

    python benchmarks/calm_routes.py [--seed 0] [--lost-s 0,0.03,0.3]

The sites draw and cost alike in every step; what moves is the sum of the rises of all shares of demand over the day.
"""

import argparse
from dataclasses import replace

import numpy as np

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import shares_of, written
from gridtide.decide.program import matrix_of, solve
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import small_study


def moved(seed: int, lost_s: float) -> float:
    """Shares of the demand that move through the day."""
    study = small_study(seed, hours=24, jobs=1)
    (service,) = study.services
    lost = np.full(len(study.fleet.places), lost_s)
    study = replace(study, services=(replace(service, lost_cache_s=lost),))
    _, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    situation, _ = see(mandate_of(known, forecaster), twin, twin.now)
    objective = Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    facts = replace(
        facts,
        price_per_kwh=np.full_like(facts.price_per_kwh, 0.05),
        carbon_cost_per_kwh=np.zeros_like(facts.carbon_cost_per_kwh),
        supply_kw=np.zeros_like(facts.supply_kw),
        months=replace(facts.months, price_per_kw=np.zeros_like(facts.months.price_per_kw)),
        curve=replace(facts.curve, slope=np.full_like(facts.curve.slope, 1.3)),
    )
    program, columns, _ = written(situation, facts)
    shares, _ = shares_of(facts, columns, solve(matrix_of(program)).values)
    return float(np.maximum(np.diff(shares, axis=-1), 0.0).sum())


def main() -> None:
    """One row for each loss."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lost-s", default="0,0.03,0.3")
    asked = parser.parse_args()
    for lost_s in map(float, asked.lost_s.split(",")):
        print(
            f"lost {lost_s:4.2f} s  moved {moved(asked.seed, lost_s):6.2f} times the demand of a step"
        )


if __name__ == "__main__":
    main()
