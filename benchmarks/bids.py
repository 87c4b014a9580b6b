"""What it costs to buy a day ahead by one quantity or by bids, at several prices for leaving what was bought.

    python benchmarks/bids.py [--case examples/real/day_ahead_bids.toml] [--prices 0,10,30,60] [--seeds 1,2,3]

The real-time price is the day-ahead price, so that only the price for leaving a position tells the two ways apart.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from points_over_seeds import drawn

from gridtide.fleet.contract import Contract
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of


def under(study: Study, price: float, by_price: bool) -> Study:
    """The study whose sites pay so much for leaving a position, and buy by bids or by one quantity."""

    def changed(contract: Contract, zone: str) -> Contract:
        return replace(
            contract, deviation_price_per_mwh=price, bids_by_price=by_price, real_time_zone=zone
        )

    sites = tuple(
        replace(site, contract=changed(site.contract, site.zone)) for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


def main() -> None:
    """Print the total cost of each way, seed by seed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--case", type=Path, default=Path("examples/real/day_ahead_bids.toml"))
    parser.add_argument("--prices", default="0,10,30,60")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--policy", default="coordinated")
    asked = parser.parse_args()
    print(
        f"{'per MWh left':>13s} {'seed':>5s} {'one quantity':>14s} {'bids':>14s} {'bids save':>10s}"
    )
    for price in (float(one) for one in asked.prices.split(",")):
        sums = [0.0, 0.0]
        for seed in (int(one) for one in asked.seeds.split(",")):
            study = drawn(asked.case, seed)
            costs = []
            for way, by_price in enumerate((False, True)):
                own = under(study, price, by_price)
                settled = settle(own, truth_of(own), course_of(own, asked.policy), 0.0)
                costs.append(settled.total_cost)
                sums[way] += settled.total_cost
            saved = 1.0 - costs[1] / costs[0]
            print(
                f"{price:13g} {seed:5d} {costs[0]:14,.0f} {costs[1]:14,.0f} {saved:10.2%}",
                flush=True,
            )
        print(
            f"{price:13g}   all {sums[0]:14,.0f} {sums[1]:14,.0f} {1.0 - sums[1] / sums[0]:10.2%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
