"""Three sites at a price edge, by the minute: with a cap on what moves on purpose, and without one.

    python benchmarks/plots/price_edge.py [--out docs/images/price-edge.svg]

Runs `examples/simultaneous_response.toml` twice with the coordinated policy; prints the fastest change of the draw and
the cost of both.
"""

import argparse
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from svg import Chart, Series, picture

from gridtide import load_case
from gridtide.simulate.by_the_minute import by_the_minute
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

CASE = Path(__file__).parents[2] / "examples" / "simultaneous_response.toml"
EDGE = datetime.fromisoformat("2026-03-02T22:00+08:00").timestamp()
AROUND_MIN = (-60, 120)


def drawn(study: Study, name: str, colour: int) -> tuple[Series, Series]:
    """Grid power of the fleet, and its change each minute, around the edge; prints its fastest change and its cost."""
    course = course_of(study)
    lived = by_the_minute(study, course)
    fleet_kw = lived.drawn_kw.sum(axis=(0, 1))
    minute = (lived.at_s - EDGE) / 60.0
    shown = (minute >= AROUND_MIN[0]) & (minute <= AROUND_MIN[1])
    change = np.diff(fleet_kw, prepend=fleet_kw[0])[shown]
    cost = settle(study, truth_of(study), course, 0.0).total_cost
    print(f"{name}: up {change.max():,.0f} kW in a minute around the edge, cost {cost:,.0f}")
    across = minute[shown].tolist()
    return (
        Series(x=across, y=(fleet_kw[shown] / 1000.0).tolist(), name=name, colour=colour),
        Series(x=across, y=change.tolist(), name=name, colour=colour),
    )


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    capped = load_case(CASE)
    free = replace(capped, fleet=replace(capped.fleet, response_max_kw_per_min=None))
    pairs = [drawn(free, "no cap", 1), drawn(capped, "150 kW a minute", 0)]
    across = "minutes from the fall of the price"
    charts = [
        Chart(title=title, across=across, up=up, series=[pair[part] for pair in pairs])
        for part, (title, up) in enumerate(
            (("What three sites draw", "MW"), ("Change from minute to minute", "kW"))
        )
    ]
    if out:
        out.write_text(picture(charts))


if __name__ == "__main__":
    main()
