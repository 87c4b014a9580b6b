"""What a battery earns for its site by itself, and when it holds capacity for the grid besides, price by price.

    python benchmarks/offers.py [--days 7] [--zone DE-LU] [--month 5] [--prices 1,2,5,10,20] [--product regulation]
    python benchmarks/offers.py --work [--offered-max-kw 6000]

Hourly records of 2023 ($GRIDTIDE_DATA/grid_hourly, default ../shared/data) in steps of 15 minutes: one site with a
demand charge, made-up jobs, and a battery of two hours whose full power may be offered in blocks of an hour, with
half an hour of energy and room behind it. Each row runs the whole coordinated loop once at one fixed price of capacity;
the first has no product at all. Exit code 1 where a policy costs less than the bound or an offer was not held.

With --work the machines run at the power caps of examples/regulating.toml as well, and each price has three rows: what
the store offers alone; what running work would have carried beside it, hour by hour, on that very course (`+ hour`: an
upper limit, for it knows what will run and asks for no slack); and what is offered where one plan decides work, store
and offers together, or, where arrivals are not known, work is offered beside the store as gates close; some of that is
not held then.
"""

import argparse
import sys
from dataclasses import replace

import numpy as np
from real_hours import ask_for_hours, study_on_real_hours

from gridtide.decide.carried import per_accelerator_kw
from gridtide.simulate.bound import bound_of
from gridtide.simulate.capacity import REVENUE, meters_of
from gridtide.simulate.course import Course
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
offered_max_kw = {most}
hold_h = 0.5
{work}
"""
POINTS = """
[[site.pool.point]]
name = "300 W"
speed = 0.874
busy_kw_per_accelerator = 0.944

[[site.pool.point]]
name = "250 W"
speed = 0.787
busy_kw_per_accelerator = 0.806

[[site.pool.point]]
name = "200 W"
speed = 0.626
busy_kw_per_accelerator = 0.671
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask_for_hours(parser, month=5)
    parser.add_argument("--prices", default="1,2,5,10,20")
    parser.add_argument("--product", choices=("regulation", "reserve"), default="regulation")
    parser.add_argument("--work", action="store_true")
    parser.add_argument("--offered-max-kw", type=float, default=2000.0)
    parser.add_argument(
        "--policy", choices=("coordinated", "perfect-foresight"), default="coordinated"
    )
    asked = parser.parse_args()
    print("price,offered_mean_kw,not_held_kw_h,revenue,energy_and_peak,cycles,total,bound")
    sound = [row(asked, None)]
    for price in asked.prices.split(","):
        sound += [
            row(asked, float(price), work) for work in ((False, True) if asked.work else (False,))
        ]
    sys.exit(0 if all(sound) else 1)


def row(asked: argparse.Namespace, price: float | None, work: bool = False) -> bool:
    """One course, printed; whether it lies above the bound and all that a store offers was held."""
    study = study_of(asked, price, work)
    truth = truth_of(study)
    course = course_of(study, asked.policy)
    found = settle(study, truth, course, 0.0)
    bound = bound_of(study, truth)
    parts = dict(found.parts)
    hours = study.timeline.hours
    given_kwh = float((course.telemetry.discharge_kw * hours).sum())
    offered_kw = float(np.mean(course.offered_kw)) if course.offered_kw.size else 0.0
    revenue = -parts.get(REVENUE, 0.0) + 0.0
    lacking = sum(one.not_held_kw_h for _, one in found.capacity)
    name = "none" if price is None else f"{price:g}{' with work' if work else ''}"
    print(
        f"{name},{offered_kw:.0f},{lacking:.1f},"
        f"{revenue:.2f},{parts['energy'] + parts['demand charge']:.2f},"
        f"{given_kwh / 4000.0:.1f},{found.total_cost:.2f},{'n/a' if bound is None else f'{bound:.2f}'}",
        flush=True,
    )
    if asked.work and price is not None and not work:
        more_kw, more = at_the_hour(study, course, price, asked.offered_max_kw)
        print(
            f"{price:g} + hour,{offered_kw + more_kw:.0f},,{revenue + more:.2f},,,{found.total_cost - more:.2f},"
        )
    assert found.promises.missed_deadlines == 0
    return (work or lacking == 0.0) and (bound is None or bound <= found.total_cost)


def at_the_hour(study: Study, course: Course, price: float, most_kw: float) -> tuple[float, float]:
    """What running work would have carried beside the offers of a course, on the mean, kW, and what that earns."""
    (site,) = study.fleet.sites
    carrying = replace(
        site, products=tuple(replace(one, carried_by_work=True) for one in site.products)
    )
    per_kw = per_accelerator_kw(replace(study.fleet, sites=(carrying,)))
    less_kw, more_kw = np.einsum("wm,cmt->wt", per_kw, course.telemetry.busy)
    meters, battery, hold_h = meters_of(study, course, 0), site.battery, site.products[0].hold_h
    assert battery is not None
    given_kw = meters.discharge_kw - meters.charge_kw
    empty_kwh = (
        np.minimum(meters.store_before_kwh, meters.store_kwh) - battery.soc_min * battery.energy_kwh
    )
    full_kwh = battery.energy_kwh - np.maximum(meters.store_before_kwh, meters.store_kwh)
    less_kw += np.minimum(
        battery.discharge_max_kw - given_kw, empty_kwh * battery.discharge_efficiency / hold_h
    )
    more_kw += np.minimum(
        battery.charge_max_kw + given_kw, full_kwh / battery.charge_efficiency / hold_h
    )
    both_kw = np.minimum(less_kw, meters.import_kw - meters.export_kw + meters.export_max_kw)
    if site.products[0].goes_down:
        both_kw = np.minimum(both_kw, np.minimum(more_kw, meters.import_max_kw - meters.import_kw))
    held_kw = np.minimum(both_kw.reshape(-1, 4).min(axis=1), most_kw)
    beside_kw = np.maximum(held_kw - meters.offered_kw[0].reshape(-1, 4).min(axis=1), 0.0)
    return float(beside_kw.mean()), float(price * beside_kw.sum() / 1000.0)


def study_of(asked: argparse.Namespace, price: float | None, work: bool = False) -> Study:
    """The site, with a product at a price or without one."""
    direction = "symmetric" if asked.product == "regulation" else "up"
    offer = "" if price is None else OFFER.format(
        product=asked.product, direction=direction, price=price, most=asked.offered_max_kw,
        work="carried_by_work = true\n" if work else "",
    )  # fmt: skip
    points = POINTS if asked.work else ""
    return study_on_real_hours(asked, "A battery that may be called", points + BATTERY + offer)


if __name__ == "__main__":
    main()
