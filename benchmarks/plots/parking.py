"""Nodes that rest over three made-up days of 15-minute steps, and need that nobody expected.

    python benchmarks/plots/parking.py [--out docs/images/parking.svg]

Prints, for each day, accelerator-hours in each state, energy of wakes and what was missing; draws need and states.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from svg import Chart, Series, picture

from gridtide.fleet.parking import Parking
from gridtide.simulate.resting import Rested, Resting
from gridtide.testing.studies import small_study

STEPS = 96
DAYS = 3
KEPT = 64
DIP = 2 * STEPS + 48
SURPRISE = 2 * STEPS + 12
PARKING = Parking(
    node_accelerators=8,
    idle_kw=0.30,
    parked_kw=0.20,
    off_kw=0.0,
    wake_kw=0.60,
    wake_parked_s=30.0,
    wake_off_s=600.0,
    least_idle_s=0.0,
    least_parked_s=900.0,
    least_off_s=1800.0,
)


def wanted() -> NDArray[np.float64]:
    """By day 40 to 64 accelerators, at night 8; on the third day a dip at noon and a surprise at three at night."""
    hour = np.arange(STEPS * DAYS) * 24.0 / STEPS % 24.0
    day = 40.0 + 24.0 * np.sin(np.pi * np.clip((hour - 6.0) / 16.0, 0.0, 1.0))
    need = np.where((hour >= 6.0) & (hour < 22.0), day, 8.0)
    need[DIP], need[SURPRISE : SURPRISE + 4] = 8.0, 48.0
    return need


def rested(need: NDArray[np.float64]) -> Rested:
    """The states of the first site's nodes that answer."""
    study = small_study(0, hours=24 * DAYS, accelerators=KEPT)
    site, other = study.fleet.sites
    batch, serving = site.pools
    pools = (batch, replace(serving, parking=PARKING))
    fleet = replace(study.fleet, sites=(replace(site, pools=pools), other))
    places = np.zeros((len(fleet.places), len(need)))
    places[1] = need
    return Resting.of(fleet, study.timeline).advance(
        places, np.zeros(places.shape, dtype=np.int64), 0
    )


def main() -> None:
    """Carry through, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images/parking.svg"))
    out = parser.parse_args().out
    need = wanted()
    seen = rested(need)
    idle, parked, off = seen.resting[:, 1]
    lacking = np.maximum(need - (KEPT - seen.unready[1]), 0.0)
    for day in range(DAYS):
        at = slice(day * STEPS, (day + 1) * STEPS)
        hours = [one[at].sum() / 4 for one in (idle, parked, off, seen.extra_kw[1], lacking)]
        print(
            f"day {day + 1}: idle {hours[0]:5.0f}, parked {hours[1]:5.0f}, off {hours[2]:5.0f} accelerator-h;"
            f" {hours[3]:+6.1f} kWh beside parked; missing {hours[4]:4.1f} accelerator-h"
        )
    at_h = (np.arange(STEPS * DAYS) * 24.0 / STEPS).tolist()
    series = [
        Series(x=at_h, y=need.tolist(), name="wanted", colour=1),
        Series(x=at_h, y=off.tolist(), name="off", colour=0),
        Series(x=at_h, y=parked.tolist(), name="parked", kind="dashes", colour=2),
        Series(x=at_h, y=idle.tolist(), name="idle", kind="dashes", colour=3),
    ]
    chart = Chart(
        title="Nodes kept for services, 64 accelerators",
        across="hour",
        up="accelerators",
        series=series,
        lowest_up=0.0,
        legend="high",
    )
    out.write_text(picture([chart], columns=1), encoding="utf-8")
    print(f"{out} written")


if __name__ == "__main__":
    main()
