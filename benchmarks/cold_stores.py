"""What a hall and stores of chilled water save on real hours, plant by plant.

    python benchmarks/cold_stores.py [--days 7] [--zone DE-LU] [--month 7] [--volumes 500,2000] [--slack-h 12]
                                     [--cooling water-chiller]

Hourly records of 2023 ($GRIDTIDE_DATA/grid_hourly, default ../shared/data) in steps of 15 minutes: one site of 8 MW
with a demand charge, made-up jobs, prices, carbon and weather as they were. Each row runs a whole course: without
anything, with a hall alone, and with a hall and a store of so many cubic metres over 10 K. Coolest and warmest air,
full cycles of the store, and the bound below which no policy gets. Exit code 1 where a policy costs less than its
bound, a deadline is missed or air leaves its limits.
"""

import argparse
import sys

from real_hours import ask_for_hours, study_on_real_hours

from gridtide.simulate.bound import bound_of
from gridtide.simulate.settlement import settle
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

NEAR = 1e-6
STORE = """
[site.cold_store]
volume_m3 = {volume}
charge_max_kw = 3000
discharge_max_kw = 6000
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask_for_hours(parser, month=7)
    parser.add_argument("--volumes", default="500,2000")
    parser.add_argument("--slack-h", type=float, default=12.0)
    parser.add_argument("--cooling", default="water-chiller")
    asked = parser.parse_args()
    print("cold,policy,total,energy_and_peak,kwh,coolest_c,warmest_c,cycles,bound")
    colds = [("none", ""), ("hall", "\n[site.hall]\n")]
    colds += [
        (f"hall and {volume} m3", "\n[site.hall]\n" + STORE.format(volume=volume))
        for volume in asked.volumes.split(",")
    ]
    sound = [row(asked, name, cold) for name, cold in colds]
    sys.exit(0 if all(sound) else 1)


def row(asked: argparse.Namespace, name: str, cold: str) -> bool:
    """Both policies, printed; whether they lie above the bound, kept their promises and their air."""
    study = study_on_real_hours(asked, "Cooled ahead", cold, asked.cooling, asked.slack_h)
    truth, sound = truth_of(study), True
    bound = bound_of(study, truth)
    store = study.fleet.sites[0].cold_store
    for policy in study.policies:
        course = course_of(study, policy)
        found, seen = settle(study, truth, course, 0.0), course.telemetry
        parts = dict(found.parts)
        air = (seen.air_c.min(), seen.air_c.max()) if seen.air_c.size else (float("nan"),) * 2
        used_kwh = 0.0
        if store:
            used_kwh = float((-seen.extra_cooling_kw[1].clip(max=0.0) * study.timeline.hours).sum())
        cycles = used_kwh / store.energy_kwh if store else 0.0
        print(
            f"{name},{policy},{found.total_cost:.2f},{parts['energy'] + parts['demand charge']:.2f},"
            f"{found.energy_kwh:.0f},{air[0]:.1f},{air[1]:.1f},{cycles:.1f},"
            f"{'n/a' if bound is None else f'{bound:.2f}'}",
            flush=True,
        )
        sound &= found.promises.missed_deadlines == 0
        sound &= bound is None or bound <= found.total_cost + NEAR
        sound &= not seen.air_c.size or (air[0] >= 18.0 - NEAR and air[1] <= 27.0 + NEAR)
    return sound


if __name__ == "__main__":
    main()
