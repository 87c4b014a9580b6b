"""Generators, hydrogen and a reactor by their models.

    python benchmarks/plots/generators.py [--out docs/images/generators.svg]

Dots: a vendor chart of diesel sets, the binomial law by counting, and a reactor's outages drawn hour by hour.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
from lines import dots, line
from svg import Chart, Series, picture

from gridtide.physics.genset import enough_start_chance, fuel_l_per_h
from gridtide.physics.hydrogen import hydrogen_made_kw, round_trip
from gridtide.physics.reactor import reactor_after_kw, runs_after

CHART_L_PER_H = {
    30.0: (4.9, 6.8, 9.1, 11.0), 100.0: (9.8, 15.5, 22.0, 28.0), 1000.0: (81.8, 137.8, 197.2, 269.1),
}  # fmt: skip
"""Litres an hour at a quarter, half, three quarters and all of the load, by size [kW]: a vendors' chart, quoted."""
LOADS = (0.25, 0.5, 0.75, 1.0)
OUT, REPAIR_H = 0.05, 72.0


def fuel_chart() -> Chart:
    """Litres a kWh by load, beside a chart that vendors give."""

    def litres(load: float) -> float:
        return fuel_l_per_h(load, 1.0) / load

    drawn = [line(0.2, 1.0, litres, "defaults", 0)]
    for colour, (size, told) in enumerate(CHART_L_PER_H.items(), start=1):
        known = [(load, each / (load * size)) for load, each in zip(LOADS, told, strict=True)]
        drawn.append(dots(known, litres, f"diesel of {size:g} kW", colour, f"chart, {size:g} kW"))
    return Chart(
        title="Diesel", across="share of rated power", up="litres a kWh", series=drawn,
        lowest_up=0.0,
    )  # fmt: skip


def start_chart() -> Chart:
    """Chance that enough of some sets start, by those that are needed of ten."""
    needed = list(range(6, 11))
    ours = [enough_start_chance(10, many, 0.05) for many in needed]
    counted = dict.fromkeys(needed, 0.0)
    for starts in product((True, False), repeat=10):
        chance = 0.95 ** sum(starts) * 0.05 ** (10 - sum(starts))
        for many in needed:
            counted[many] += chance if sum(starts) >= many else 0.0
    off = max(abs(one - counted[many]) for many, one in zip(needed, ours, strict=True))
    print(f"starts: all 1,024 outcomes counted, at most {off:.1e} off")
    return Chart(
        title="Ten sets, each fails to start once in 20", across="needed", up="chance that enough start",
        series=[
            Series(x=needed, y=ours, name="formula"),
            Series(x=needed, y=list(counted.values()), name="counted", kind="dots", colour=1),
        ],
        lowest_up=0.5,
    )  # fmt: skip


def reactor_chart() -> Chart:
    """A reactor asked for less, then for all of it again."""
    power, course = 1000.0, [1000.0]
    for minute in range(60):
        power = reactor_after_kw(power, 300.0 if minute < 30 else 1000.0, 1000.0, 1.0)
        course.append(power)
    draws = np.random.default_rng(1).random(100_000)
    runs, out = True, 0
    for draw in draws.tolist():
        runs = runs_after(runs, draw, 1.0, OUT, REPAIR_H)
        out += not runs
    print(f"reactor: out {out / len(draws):.4f} of 100,000 hours drawn, {OUT} asked for")
    wanted = [1000.0] + [300.0] * 29 + [1000.0] * 31
    return Chart(
        title="Reactor of 1,000 kW", across="minutes", up="kW",
        series=[
            Series(x=list(range(61)), y=wanted, name="asked for", kind="dashes", colour=1),
            Series(x=list(range(61)), y=course, name="given"),
        ],
        lowest_up=0.0,
    )  # fmt: skip


def hydrogen_chart() -> Chart:
    """Hydrogen an electrolyser makes, and the electricity that comes back."""

    def made(power: float) -> float:
        return hydrogen_made_kw(power, 1000.0)

    def back(power: float) -> float:
        return made(power) * 0.5

    print(f"hydrogen: round trip {round_trip():.4f}, {1.0 / round_trip():.2f} kWh in for one out")
    return Chart(
        title="Electrolyser of 1,000 kW", across="kW of electricity in", up="kW out",
        series=[line(0.0, 1200.0, made, "hydrogen", 0), line(0.0, 1200.0, back, "electricity back", 1)],
        lowest_up=0.0,
    )  # fmt: skip


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    charts = [fuel_chart(), start_chart(), reactor_chart(), hydrogen_chart()]
    if out is not None:
        out.write_text(picture(charts))


if __name__ == "__main__":
    main()
