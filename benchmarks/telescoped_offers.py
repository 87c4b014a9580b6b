"""What capacity offered through a telescope earns and costs beside the same course planned in the loop's steps.

    python benchmarks/telescoped_offers.py [CASE.toml] [--telescopes 32x15+28x60,32x15+16x60+3x240]
    python benchmarks/telescoped_offers.py --days 10 --prices 1,5,20

Without a case it runs the site of benchmarks/offers.py on real hours of DE-LU ($GRIDTIDE_DATA/grid_hourly), once at
each price of capacity. Each row is the whole coordinated loop once; every plan looks equally far ahead. Revenue is a
part of the cost, below 0. Exit code 1 where an offer was not held, a deadline was missed or a course costs less than
the bound.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from offers import study_of
from real_hours import ask_for_hours

from gridtide.case.load import load_case
from gridtide.simulate.bound import bound_of
from gridtide.simulate.capacity import REVENUE
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of
from gridtide.timeline import Spans

TELESCOPES = "32x15+28x60,32x15+16x60+3x240"


def spans_of(text: str) -> Spans:
    """`32x15+28x60`: 32 steps of 15 minutes, then 28 of 60."""
    pairs = (part.split("x") for part in text.split("+"))
    return tuple((int(count), 60 * int(minutes)) for count, minutes in pairs)


def hours_of(telescopes: list[str]) -> float:
    """How far ahead plans look; every telescope as far as the others."""
    ahead = {sum(count * step_s for count, step_s in spans_of(name)) / 3600 for name in telescopes}
    if len(ahead) > 1:
        raise SystemExit(
            f"telescopes look {sorted(ahead)} h ahead; name such that look equally far"
        )
    return ahead.pop()


def settled(study: Study, policy: str) -> tuple[Settlement, float, float]:
    """A policy's course: its settlement, the mean proved gap of its plans by their cost at once, CPU seconds."""
    before = time.process_time()
    course = course_of(study, policy)
    took = time.process_time() - before
    gaps = [
        (one.cost - one.lower_bound) / max(abs(one.run_at_once_cost), 1e-9)
        for one in course.certificates
    ]
    found = settle(study, truth_of(study), course, 0.0)
    return found, sum(gaps) / max(len(gaps), 1), took


def rows(study: Study, telescopes: list[str]) -> Iterator[tuple[str, bool]]:
    """A line a telescope, the regular plan first, and whether it is sound."""
    plan_h = hours_of(telescopes)
    study = replace(study, cadence=replace(study.cadence, plan_h=plan_h))
    at_once, _, _ = settled(study, "run-at-once")
    bound = bound_of(study, truth_of(study))
    yield (
        f"at once: {at_once.total_cost:,.2f} {study.currency}, no policy below {bound or 0.0:,.2f}",
        True,
    )
    regular: Settlement | None = None
    for name in ("regular", *telescopes):
        spans = () if name == "regular" else spans_of(name)
        found, gap, took = settled(
            replace(study, cadence=replace(study.cadence, telescope=spans)), "coordinated"
        )
        regular = regular or found
        more, revenue = found.total_cost - regular.total_cost, -dict(found.parts).get(REVENUE, 0.0)
        lacking = sum(one.not_held_kw_h for _, one in found.capacity)
        offered = sum(one.offered_kw_h for _, one in found.capacity)
        saving = max(at_once.total_cost - regular.total_cost, 1e-9)
        line = (
            f"{name}: cost {found.total_cost:,.2f}, revenue {revenue:,.2f}, "
            f"offered {offered:,.0f} kW h, not held {lacking:.1f}, {more / regular.total_cost:+.3%} "
            f"({more / saving:+.2%} of the saving), proved {gap:.2%}, {took:.1f} s of CPU"
        )
        missed = found.promises.missed_deadlines
        yield line, not lacking and not missed and (bound is None or bound <= found.total_cost)


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", type=Path, nargs="?")
    ask_for_hours(parser, month=5)
    parser.add_argument("--prices", default="1,5,20")
    parser.add_argument("--product", choices=("regulation", "reserve"), default="regulation")
    parser.add_argument("--telescopes", default=TELESCOPES)
    asked = parser.parse_args()
    sound = True
    prices = [None] if asked.case else [float(price) for price in asked.prices.split(",")]
    for price in prices:
        study = load_case(asked.case) if asked.case else study_of(asked, price)
        print(asked.case or f"{asked.zone}, {price:g} {study.currency} per MW h")
        for line, holds in rows(study, asked.telescopes.split(",")):
            print(line, flush=True)
            sound &= holds
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
