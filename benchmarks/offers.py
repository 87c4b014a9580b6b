"""What a battery earns for its site by itself, and when it holds capacity for the grid besides, price by price.

    python benchmarks/offers.py [--days 7] [--zone DE-LU] [--month 5] [--prices 1,2,5,10,20] [--product regulation]

Hourly records of 2023 ($GRIDTIDE_DATA/grid_hourly, default ../shared/data) in steps of 15 minutes: one site with a
demand charge, made-up jobs, and a battery of two hours whose full power may be offered in blocks of an hour, with
half an hour of energy and room behind it. Each row runs the whole coordinated loop once at one fixed price of capacity;
the first has no product at all. Exit code 1 where a policy costs less than the bound or an offer was not held.
"""

import argparse
import sys

import numpy as np
from real_hours import ask_for_hours, study_on_real_hours

from gridtide.simulate.bound import bound_of
from gridtide.simulate.capacity import REVENUE
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

BATTERY = """
[site.battery]
energy_kwh = 4000
charge_max_kw = 2000
discharge_max_kw = 2000
"""
OFFER = """
[[site.offer]]
product = "{product}"
direction = "{direction}"
price_per_mw_h = {price}
offered_max_kw = 2000
hold_h = 0.5

"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask_for_hours(parser, month=5)
    parser.add_argument("--prices", default="1,2,5,10,20")
    parser.add_argument("--product", choices=("regulation", "reserve"), default="regulation")
    asked = parser.parse_args()
    print("price,offered_mean_kw,not_held_kw_h,revenue,energy_and_peak,cycles,total,bound")
    sound = [row(asked, None)]
    sound += [row(asked, float(price)) for price in asked.prices.split(",")]
    sys.exit(0 if all(sound) else 1)


def row(asked: argparse.Namespace, price: float | None) -> bool:
    """One course, printed; whether it lies above the bound and all offers were held."""
    study = study_of(asked, price)
    truth = truth_of(study)
    course = course_of(study, "coordinated")
    found = settle(study, truth, course, 0.0)
    bound = bound_of(study, truth)
    parts = dict(found.parts)
    hours = study.timeline.hours
    given_kwh = float((course.telemetry.discharge_kw * hours).sum())
    offered_kw = float(np.mean(course.offered_kw)) if course.offered_kw.size else 0.0
    revenue = -parts.get(REVENUE, 0.0) + 0.0
    lacking = sum(one.not_held_kw_h for _, one in found.capacity)
    print(
        f"{'none' if price is None else f'{price:g}'},{offered_kw:.0f},{lacking:.1f},"
        f"{revenue:.2f},{parts['energy'] + parts['demand charge']:.2f},"
        f"{given_kwh / 4000.0:.1f},{found.total_cost:.2f},{'n/a' if bound is None else f'{bound:.2f}'}",
        flush=True,
    )
    assert found.promises.missed_deadlines == 0
    return lacking == 0.0 and (bound is None or bound <= found.total_cost)


def study_of(asked: argparse.Namespace, price: float | None) -> Study:
    """The site, with a product at a price or without one."""
    direction = "symmetric" if asked.product == "regulation" else "up"
    offer = "" if price is None else OFFER.format(
        product=asked.product, direction=direction, price=price
    )  # fmt: skip
    return study_on_real_hours(asked, "A battery that may be called", BATTERY + offer)


if __name__ == "__main__":
    main()
