"""How near `gridtide learn` comes to plants with equations of their own, on days it did not see, beside two PUE rules.

python benchmarks/learn.py --days 75 --seeds 2 [--plants staged_water,warm_loop]
"""

import argparse

import numpy as np

from gridtide.fleet.learning.held_out import learn_site
from gridtide.fleet.learning.site_model import judged
from gridtide.testing.plant_telemetry import PLANTS, telemetry_of

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
    asked.add_argument("--plants", default=",".join(PLANTS))
    options = asked.parse_args()
    print(f"{'plant, seed':17}" + "".join(f"{head:>12}" for head in HEADS))
    for name in options.plants.split(","):
        plant = PLANTS[name]
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


if __name__ == "__main__":
    main()
