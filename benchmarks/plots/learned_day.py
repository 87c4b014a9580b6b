"""A held-out day of each hidden plant: its meter, the learned map with its interval, and the PUE rule it has to beat.

    python benchmarks/plots/learned_day.py [--out docs/images/learned-day.svg]

Prints the day and the mean absolute errors on it; draws the days, and what a plan makes of the learned building.
"""

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from svg import Chart, Series, picture

from gridtide.decide.power_curve import on_curve, power_curve
from gridtide.fleet.building import facility_power_kw
from gridtide.fleet.learning.held_out import Learned, learn_site
from gridtide.fleet.learning.steady import building_of
from gridtide.fleet.learning.telemetry import DAY_S, Telemetry, days_of
from gridtide.testing.plant_telemetry import PLANTS, telemetry_of
from gridtide.testing.studies import small_study

Real = NDArray[np.float64]
DAYS, SEED = 60, 1
IN_A_PLAN = "warm_loop"
SHOWN = 3
"""Every third meter value is drawn, one each quarter of an hour."""


def main() -> None:
    """Learn each plant from sixty days and draw the held-out day on which most happened."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, default=Path("docs/images/learned-day.svg"))
    options = asked.parse_args()
    told = {name: telemetry_of(name, DAYS, SEED) for name in PLANTS}
    learned = {name: learn_site(one, None, lambda said: None) for name, one in told.items()}
    charts = [held_out_day(told[name], learned[name]) for name in PLANTS]
    charts.append(in_a_plan(IN_A_PLAN, learned[IN_A_PLAN]))
    options.out.write_text(picture(charts), encoding="utf-8")


def held_out_day(telemetry: Telemetry, learned: Learned) -> Chart:
    """The day with the widest span of power."""
    held, day = learned.held_out, days_of(telemetry)
    there = np.unique(day)
    spans = [np.ptp(held.facility_kw[day == one]) for one in there]
    chosen = int(there[int(np.argmax(spans))])
    at = np.flatnonzero(day == chosen)
    measured = telemetry.facility_kw[at]
    date = datetime.fromtimestamp(chosen * DAY_S, UTC).date().isoformat()
    said = {"learned": held.facility_kw[at], "PUE rule": held.pue_and_straight_it_kw[at]}
    errors = ", ".join(
        f"{name} {np.abs(kw / measured - 1.0).mean():.2%}" for name, kw in said.items()
    )
    print(f"{telemetry.site} on {date}: mean absolute error {errors}")
    hours = ((telemetry.time_s[at] - telemetry.time_s[at[0]]) / 3600.0).tolist()

    def line(kw: Real, name: str, kind: Literal["line", "dashes"], colour: int) -> Series:
        return Series(x=hours, y=(kw / 1000.0).tolist(), name=name, kind=kind, colour=colour)

    return Chart(
        title=f"{telemetry.site.replace('_', ' ')}, {date}, held out",
        across="hour of the day (UTC)",
        up="power at the meter, MW",
        series=[
            Series(
                x=hours[::SHOWN], y=(measured[::SHOWN] / 1000.0).tolist(), name="meter", kind="dots"
            ),
            line(held.lower_kw[at], "90 % interval", "dashes", 2),
            line(held.upper_kw[at], "", "dashes", 2),
            line(held.facility_kw[at], "learned", "line", 2),
            line(said["PUE rule"], "PUE by temperature × straight IT", "line", 1),
        ],
        lowest_up=0.0,
    )


def in_a_plan(name: str, learned: Learned) -> Chart:
    """A plant as a building of a fleet, cold and hot, with the straight lines of a plan over it."""
    capacity_kw = float(learned.site_map.coefficients[0])
    fleet = small_study(jobs=3, accelerators=round(capacity_kw / 2.2)).fleet
    here = fleet.sites[0]
    building = building_of(learned.site_map, here.facility.it_capacity_kw, "0" * 64)
    site = replace(here, facility=replace(here.facility, learned=building))
    fleet = replace(fleet, sites=(site, *fleet.sites[1:]))
    it_kw = np.linspace(0.1, 0.9, 60) * here.facility.it_capacity_kw
    series = []
    for number, felt_c in enumerate((10.0, 32.0)):
        weather = np.full((2, len(it_kw)), felt_c)
        both = np.tile(it_kw, (2, 1))
        learned_kw = facility_power_kw(fleet, both, weather)[0] - it_kw
        line_kw = on_curve(power_curve(fleet, (), weather), both)[0] - it_kw
        x = (it_kw / 1000.0).tolist()
        series += [
            Series(x=x, y=learned_kw.tolist(), name=f"learned, {felt_c:g} °C", colour=number),
            Series(x=x, y=line_kw.tolist(), name="as a plan has it", kind="dashes", colour=number),
        ]
    return Chart(
        title=f"What a plan makes of it: {name.replace('_', ' ')}",
        across="IT power, MW",
        up="beside IT, kW",
        series=series,
        lowest_up=0.0,
    )


if __name__ == "__main__":
    main()
