"""How near `gridtide learn` comes to plants with equations of their own, on days it did not see, beside two PUE rules.

python benchmarks/learn.py --days 75 --seeds 2
"""

import argparse

import numpy as np

from gridtide.fleet.learning.held_out import learn_site
from gridtide.fleet.learning.telemetry import Telemetry
from gridtide.testing.plant_days import plant_days
from gridtide.testing.plants import dry_economiser, staged_water, warm_loop

PLANTS = {
    "staged_water": staged_water,
    "dry_economiser": dry_economiser,
    "warm_loop": warm_loop,
}


def main() -> None:
    """Both rules are given the learned IT power, which favours them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--days", type=int, default=75)
    asked.add_argument("--seeds", type=int, default=2)
    options = asked.parse_args()
    print(
        f"{'plant, seed':18} {'MAPE':>8} {'constant PUE':>13} {'by temperature':>15} {'cover':>7}"
    )
    for name in PLANTS:
        for seed in range(1, options.seeds + 1):
            told = telemetry_of(name, options.days, seed)
            held = learn_site(told, None, lambda said: None).held_out
            measured = told.facility_kw
            inside = (measured >= held.lower_kw) & (measured <= held.upper_kw)
            errors = [
                float(np.abs(said_kw / measured - 1.0).mean())
                for said_kw in (held.facility_kw, held.constant_pue_kw, held.pue_by_temperature_kw)
            ]
            print(
                f"{name + ' ' + str(seed):18} {errors[0]:8.5f} {errors[1]:13.5f} {errors[2]:15.5f} "
                f"{float(inside.mean()):7.4f}"
            )


def telemetry_of(name: str, days: int, seed: int) -> Telemetry:
    """What the meter of a plant tells, every five minutes."""
    plant = PLANTS[name]
    lived = plant_days(days, plant.MEAN_C, seed)
    return Telemetry(
        site=name,
        time_s=lived.time_s,
        utilisation=lived.utilisation,
        clock_mhz=lived.clock_mhz,
        outdoor_c=lived.outdoor_c,
        humidity=lived.humidity,
        facility_kw=plant.plant_kw(lived, seed),
    )


if __name__ == "__main__":
    main()
