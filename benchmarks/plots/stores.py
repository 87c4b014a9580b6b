"""Batteries, chilled water, hot water and heat that is led to somebody, by their models.

    python benchmarks/plots/stores.py [--out docs/images/stores.svg]

No measured series of a store is at hand: dots are reference vectors, the example of ASTM E1049, and plain steps of
a minute.
"""

import argparse
from pathlib import Path

import numpy as np
from lines import dots, line
from svg import Chart, Series, picture

from gridtide.kernels.rainflow import course_damage, rainflow
from gridtide.physics.battery_life import cycles_to_end
from gridtide.physics.cold_store import chilled_water_kwh, cold_after_kwh
from gridtide.physics.hot_tank import tank_after_c
from gridtide.physics.tapered_battery import (
    tapered_charge_max_kw,
    tapered_hour_in_kwh,
    tapered_stored_kwh,
)
from gridtide.physics.waste_heat import heat_pump_cop

ASTM = (-2.0, 1.0, -3.0, 5.0, -1.0, 3.0, -4.0, 4.0, -2.0)
ASTM_COUNTS = {3.0: 0.5, 4.0: 1.5, 6.0: 0.5, 8.0: 1.0, 9.0: 0.5}
CHARGE = (0.20, 0.90, 0.50, 0.70, 0.10, 0.80, 0.20)
MINUTE_H = 1.0 / 60.0
OFFERED = 1.05


def life_chart() -> Chart:
    """Cycles until the end of a battery's life by depth."""
    damage = course_damage(np.asarray(CHARGE), 6000.0, 1.5)
    print(
        f"battery: a course of 20 to 90 % takes {damage:.4e} of a life, 2.1088e-04 in the reference"
    )
    drawn = []
    for colour, power in enumerate((1.1, 1.5, 2.0)):

        def thousands(depth: float, power: float = power) -> float:
            return cycles_to_end(depth, exponent=power) / 1000.0

        drawn.append(line(0.2, 1.0, thousands, f"exponent {power:g}", colour))
    return Chart(
        title="Battery: cycles until its end", across="depth of a cycle", up="thousand cycles",
        series=drawn, lowest_up=0.0, legend="high",
    )  # fmt: skip


def rain_chart() -> Chart:
    """Cycles that a course is made of, beside the standard's."""
    found: dict[float, float] = {}
    for size, count in zip(*rainflow(np.asarray(ASTM)), strict=True):
        found[float(size)] = found.get(float(size), 0.0) + float(count)
    sizes = sorted(ASTM_COUNTS)
    same = sum(found.get(one) == ASTM_COUNTS[one] for one in sizes)
    print(f"rainflow: {same} of {len(sizes)} ranges as in ASTM E1049")
    return Chart(
        title="Rainflow of ASTM E1049's example", across="range", up="cycles",
        series=[
            Series(x=sizes, y=[found.get(one, 0.0) for one in sizes], name="counted here", kind="dashes"),
            Series(x=sizes, y=[ASTM_COUNTS[one] for one in sizes], name="standard", kind="dots", colour=1),
        ],
        lowest_up=0.0, legend="high",
    )  # fmt: skip


def taper_chart() -> Chart:
    """A battery that is offered a little more than its size in an hour, by minutes and in closed form."""
    stored, course = 0.0, []
    for _ in range(60):
        power = min(OFFERED, tapered_charge_max_kw(stored, 1.0, MINUTE_H))
        stored = tapered_stored_kwh(stored, power, 0.0, MINUTE_H)
        course.append(stored)
    whole = tapered_hour_in_kwh(0.0, 1.0, OFFERED, 60)
    print(f"tapering: {stored:.6f} after 60 steps, {whole:.6f} in closed form")
    across = list(range(61))
    return Chart(
        title="Battery offered 1.05 of its size in an hour", across="minutes", up="share stored",
        series=[
            Series(x=across, y=[0.0, *course], name="by the minute"),
            Series(x=[60], y=[whole], name="closed form", kind="dots", colour=1),
        ],
        lowest_up=0.0,
    )  # fmt: skip


def cold_chart() -> Chart:
    """What is left of cold in a store of 500 m³ over 10 K, and the reference's content."""
    full = chilled_water_kwh(500.0, 10.0)
    print(f"chilled water: {full / 500.0:.2f} kWh of heat a cubic metre over 10 K, 11.63 in the reference")  # fmt: skip
    drawn = []
    for colour, (loss, name) in enumerate(((0.005, "0.5 % a day"), (0.01, "1 % a day"))):

        def left(days: float, loss: float = loss) -> float:
            return cold_after_kwh(full, 0.0, 24.0 * days, loss) / 1000.0

        known = [(float(day), full / 1000.0 * (1.0 - loss) ** day) for day in (1, 3, 7, 14)]
        drawn += [line(0.0, 14.0, left, name, colour), dots(known, left, f"cold, {name}", colour)]
    return Chart(
        title="Chilled water of 500 m³, untouched", across="days", up="thousand kWh of heat",
        series=drawn, lowest_up=4.8,
    )  # fmt: skip


def tank_chart() -> Chart:
    """A hot tank that is charged, then left, exactly and by Euler's steps of a minute."""

    def exact(hours: float) -> float:
        warm = tank_after_c(60.0, 500.0, 100.0, min(hours, 4.0), 20.0, 2.0)
        return tank_after_c(warm, 0.0, 100.0, max(hours - 4.0, 0.0), 20.0, 2.0)

    stepped, known = 60.0, []
    for minute in range(24 * 60):
        into = (500.0 if minute < 240 else 0.0) - 2.0 * (stepped - 20.0)
        stepped += into * MINUTE_H / (1.163 * 100.0)
        if minute % 240 == 239:
            known.append(((minute + 1) / 60.0, stepped))
    return Chart(
        title="Hot tank of 100 m³, 500 kW for 4 h", across="hours", up="°C",
        series=[
            line(0.0, 24.0, exact, "exact", 0),
            dots(known, exact, "hot tank by minutes", 1, "steps of a minute"),
        ],
        lowest_up=55.0,
    )  # fmt: skip


def pump_chart() -> Chart:
    """What lifting heat takes."""
    drawn = []
    for colour, source in enumerate((25.0, 30.0, 45.0)):

        def cop(warm: float, source: float = source) -> float:
            return heat_pump_cop(warm, source)

        drawn.append(line(60.0, 90.0, cop, f"from {source:g} °C", colour))
        if source == 30.0:
            drawn.append(dots([(70.0, 4.29)], cop, "heat pump", colour))
    return Chart(
        title="Heat pump at half of Carnot", across="delivered, °C", up="heat over power",
        series=drawn, lowest_up=0.0, legend="high",
    )  # fmt: skip


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    charts = [life_chart(), rain_chart(), taper_chart(), cold_chart(), tank_chart(), pump_chart()]
    if out is not None:
        out.write_text(picture(charts))


if __name__ == "__main__":
    main()
