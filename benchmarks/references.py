"""The coordinated policy beside every policy of the literature on one case, ex post, shortfalls listed.

    python benchmarks/references.py CASE.toml

All see the same information, room and knowledge of lengths. A shortfall is a policy that cost less in all than
the coordinated one; 0.5 % of the best is the target.
"""

import argparse
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.simulate.policies import LITERATURE
from gridtide.simulate.settlement import settle
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

TARGET = 0.005


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", type=Path)
    options = parser.parse_args()
    study = load_case(options.case)
    truth = truth_of(study)
    costs: dict[str, float] = {}
    for name in ("run-at-once", *LITERATURE, "coordinated"):
        settled = settle(study, truth, course_of(study, name), 0.0)
        costs[name] = settled.total_cost
        print(
            f"{name:36s} {settled.total_cost:14,.0f} {study.currency}  missed"
            f" {settled.promises.missed_deadlines}  promised {settled.promises.promised:,}",
            flush=True,
        )
    own = costs.pop("coordinated")
    best = min(costs, key=lambda name: costs[name])
    apart = own / costs[best] - 1.0
    print(f"coordinated against the best of them ({best}): {apart:+.2%}, target +{TARGET:.1%}")
    for name, cost in sorted(costs.items(), key=lambda item: item[1]):
        if cost < own:
            print(f"shortfall: {name} cost {own - cost:,.0f} {study.currency} less")


if __name__ == "__main__":
    main()
