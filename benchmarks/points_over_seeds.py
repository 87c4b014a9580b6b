"""What operating points and sizes of gangs are worth over several draws of a case, with its demand charge and without.

    python benchmarks/points_over_seeds.py CASE.toml [--seeds 1,2,3,4,5] [--policies coordinated,perfect-foresight]

Each seed draws other jobs and, where they are made up, other signals. The case runs at full speed on whole gangs alone
and as it stands; costs are settled.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from points import full_speed_only

from gridtide.case.build import study_of
from gridtide.case.load import read_case
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

Outcome = tuple[float, int, int]


def drawn(path: Path, seed: int) -> Study:
    """The case with another seed."""
    case = read_case(path)
    return study_of(
        case.model_copy(update={"case": case.case.model_copy(update={"seed": seed})}), path.parent
    )


def uncharged(study: Study) -> Study:
    """The same study whose sites pay no demand charge."""
    sites = tuple(
        replace(site, contract=replace(site.contract, demand_charge_per_kw_month=0.0))
        for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


def outcome(study: Study, policy: str) -> Outcome:
    """Money, promises given and deadlines missed."""
    settled = settle(study, truth_of(study), course_of(study, policy), 0.0)
    return settled.total_cost, settled.promises.promised, settled.promises.missed_deadlines


def row(name: str, before: Outcome, after: Outcome, currency: str) -> None:
    """One line: without and with points, and what they save."""
    print(
        f"{name:44s} {before[0]:12,.2f} {after[0]:12,.2f} {currency}  saves {before[0] - after[0]:9,.2f}"
        f" {1 - after[0] / before[0]:7.2%}  promised {before[1]:,} {after[1]:,}  missed {before[2]} {after[2]}",
        flush=True,
    )


def of_all(outcomes: list[Outcome]) -> Outcome:
    """The mean cost, and all promises and misses together."""
    costs, promised, missed = zip(*outcomes, strict=True)
    return sum(costs) / len(costs), sum(promised), sum(missed)


def main() -> None:
    """Run every seed by every policy and print what points save, seed by seed and in the mean."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("case", type=Path)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--policies", default="coordinated,perfect-foresight")
    asked = parser.parse_args()
    for charged in (False, True):
        saved: dict[str, float] = {}
        words = "with its demand charge" if charged else "no demand charge"
        for policy in asked.policies.split(","):
            pairs = []
            for seed in asked.seeds.split(","):
                study = drawn(asked.case, int(seed))
                study = study if charged else uncharged(study)
                pairs.append((outcome(full_speed_only(study), policy), outcome(study, policy)))
                row(f"{policy}, seed {seed}", *pairs[-1], study.currency)
            without, with_points = (of_all(list(one)) for one in zip(*pairs, strict=True))
            row(f"{policy}, {words}, mean", without, with_points, study.currency)
            saved[policy] = without[0] - with_points[0]
        first, *_, last = (*saved, *saved)
        if first != last and saved[last] > 0.0:
            print(f"{words}: {first} saves {saved[first] / saved[last]:.0%} of what {last} saves")


if __name__ == "__main__":
    main()
