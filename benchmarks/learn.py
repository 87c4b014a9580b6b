"""How near `gridtide learn` comes to plants with equations of their own, on days it did not see, beside two PUE rules.

python benchmarks/learn.py --days 75 --seeds 2
"""

import argparse

import numpy as np

from gridtide.fleet.learning.held_out import learn_site
from gridtide.fleet.learning.site_model import judged
from gridtide.fleet.learning.telemetry import Telemetry
from gridtide.testing.plant_days import plant_days
from gridtide.testing.plants import dry_economiser, staged_water, warm_loop

PLANTS = {
    "staged_water": staged_water,
    "dry_economiser": dry_economiser,
    "warm_loop": warm_loop,
}


HEADS = (
    "MAPE",
    "noise",
    "const. PUE",
    "PUE by T",
    "better",
    "at most",
    "straight IT",
    "better",
    "cover",
)


def main() -> None:
    """noise: error of one who knew the plant but not what its meter adds; no rule can be beaten by more than `at most`.

    Constant PUE and PUE by temperature are given the learned IT power, which favours them; `straight IT` is the latter
    as it is used, with an IT power that is a straight line of utilisation.
    """
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--days", type=int, default=75)
    asked.add_argument("--seeds", type=int, default=2)
    options = asked.parse_args()
    print(f"{'plant, seed':17}" + "".join(f"{head:>12}" for head in HEADS))
    for name, plant in PLANTS.items():
        noise = plant.METER_NOISE * np.sqrt(2.0 / np.pi)
        for seed in range(1, options.seeds + 1):
            telemetry = telemetry_of(name, options.days, seed)
            found = judged(telemetry, learn_site(telemetry, None, lambda said: None))
            by_t, straight = found.mape_pue_by_temperature, found.mape_pue_and_straight_it
            print(
                f"{name + ' ' + str(seed):17}"
                + "".join(f"{value:12.5f}" for value in (found.mape, noise, found.mape_constant_pue, by_t))
                + f"{1.0 - found.mape / by_t:12.1%}{1.0 - noise / by_t:12.1%}{straight:12.5f}"
                + f"{1.0 - found.mape / straight:12.1%}{found.coverage:12.3f}",
                flush=True,
            )  # fmt: skip


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
