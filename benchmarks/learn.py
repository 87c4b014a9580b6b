"""How near `gridtide learn` comes to plants with equations of their own, on days it did not see, beside two PUE rules.

python benchmarks/learn.py --days 75 --seeds 2 [--plants staged_water,warm_loop]
"""

import argparse

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.learning.held_out import Learned, learn_site
from gridtide.fleet.learning.site_model import judged
from gridtide.fleet.learning.telemetry import Telemetry, days_of
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
    "middle day",
    "P90 day",
)


def main() -> None:
    """noise: error of one who knew the plant but not what its meter adds; no rule can be beaten by more than `at most`.

    Constant PUE and PUE by temperature are given the learned IT power, which favours them; `straight IT` is the latter
    as it is used, with an IT power that is a straight line of utilisation. The last two are MAPE of days.
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
            learned = learn_site(telemetry, None, lambda said: None)
            found, days = judged(telemetry, learned), daily_mape(telemetry, learned)
            by_t, straight = found.mape_pue_by_temperature, found.mape_pue_and_straight_it
            print(
                f"{name + ' ' + str(seed):17}"
                + "".join(f"{value:12.5f}" for value in (found.mape, noise, found.mape_constant_pue, by_t))
                + f"{1.0 - found.mape / by_t:12.1%}{1.0 - noise / by_t:12.1%}{straight:12.5f}"
                + f"{1.0 - found.mape / straight:12.1%}{found.coverage:12.3f}"
                + f"{np.median(days):12.5f}{np.quantile(days, 0.9):12.5f}",
                flush=True,
            )  # fmt: skip


def daily_mape(telemetry: Telemetry, learned: Learned) -> NDArray[np.float64]:
    """Mean absolute error of each held-out day, a share of the meter, (D,)."""
    error = np.abs(learned.held_out.facility_kw / telemetry.facility_kw - 1.0)
    _, day = np.unique(days_of(telemetry), return_inverse=True)
    return np.bincount(day, weights=error) / np.bincount(day)


if __name__ == "__main__":
    main()
