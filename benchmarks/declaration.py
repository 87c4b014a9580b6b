"""How often a fleet stays inside the band it declared the day before.

    python benchmarks/declaration.py CASE.toml [--policy coordinated] [--courses 0]

Every day of the course from the fourth on is declared at noon of the day before, from the days before it alone, and
held against its meters.
"""

import argparse
from pathlib import Path

import numpy as np

from gridtide.case.load import load_case
from gridtide.simulate.declaring import DAYS_MIN, banded, declared_days
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.timeline import instant


def main() -> None:
    """Print, site by site, the shares below, inside and above, and how wide the band is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("case", type=Path)
    parser.add_argument("--policy", default="coordinated")
    parser.add_argument("--courses", type=int, default=0)
    asked = parser.parse_args()
    study = load_case(asked.case)
    policy, forecaster, known = policy_named(asked.policy, study)
    days = declared_days(
        known,
        truth_of(study),
        policy,
        forecaster,
        len(study.timeline),
        lambda done, of: None,
        courses=asked.courses,
    )
    over = [one for one in days if not np.isnan(one.drawn_kw).any()]
    names = [*(site.name for site in study.fleet.sites), "fleet"]
    below, above, width, mean = (np.zeros(len(names)) for _ in range(4))
    count = 0
    for number in range(DAYS_MIN, len(over)):
        one = over[number]
        found = banded(study, instant(int(one.starts_s[0])), one, over[: number - 1] or over[:1])
        drawn = np.concatenate([one.drawn_kw, one.drawn_kw.sum(axis=0, keepdims=True)])
        below += (drawn < found.band_kw[0] - 1e-6).sum(axis=1)
        above += (drawn > found.band_kw[2] + 1e-6).sum(axis=1)
        width += (found.band_kw[2] - found.band_kw[0]).sum(axis=1)
        mean += drawn.sum(axis=1)
        count += drawn.shape[1]
    print(f"{study.name}: {len(over) - DAYS_MIN} days, {count} quarters of an hour")
    for index, name in enumerate(names):
        inside = 1.0 - (below[index] + above[index]) / count
        print(
            f"{name:16s} below {below[index] / count:6.1%}  inside {inside:6.1%}  above {above[index] / count:6.1%}"
            f"  width {width[index] / mean[index]:6.1%} of the mean load"
        )


if __name__ == "__main__":
    main()
