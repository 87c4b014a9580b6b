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
import os
import sys
import tempfile
from pathlib import Path

from gridtide.case.load import load_case
from gridtide.simulate.bound import bound_of
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

DATA = Path(os.environ.get("GRIDTIDE_DATA", Path(__file__).parents[2] / "shared" / "data"))
NEAR = 1e-6
SITE = """
[case]
name = "Cooled ahead"
start = 2023-{month:02d}-01T00:00:00Z
end = 2023-{month:02d}-{last:02d}T00:00:00Z
currency = "{currency}"
seed = 5
policies = ["run-at-once", "coordinated"]

[objective]
demand_charge_share = {share}

[planning]
plan_h = 36

[[site]]
name = "here"
zone = "{zone}"
clock = "UTC"
region = "here"
latitude = 50.1
longitude = 8.7
facility = {{ it_capacity_kw = 8000, cooling = "{cooling}" }}
contract = {{ import_max_kw = 14000, demand_charge_per_kw_month = 6 }}

[[site.pool]]
name = "training"
accelerator = "a"
accelerators = 6000
parked_kw_per_accelerator = 0.4
busy_kw_per_accelerator = 1.2
{cold}
[[class]]
name = "training"
value_per_accelerator_h = 2.0

[[jobs]]
name = "training"
class = "training"
home = "here"
pool = "training"
count = {jobs}
accelerators = [64, 128, 256]
hours = 4.0
slack_h = {slack_h}

[[signal]]
zone = "{zone}"
source = "grid_hourly"
path = "{data}/grid_hourly/grid_hourly.parquet"
currency = "{currency}"
kinds = ["price_per_mwh", "carbon_average_g_per_kwh", "temperature_c", "relative_humidity"]
"""
STORE = """
[site.cold_store]
volume_m3 = {volume}
charge_max_kw = 3000
discharge_max_kw = 6000
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--zone", default="DE-LU")
    parser.add_argument("--currency", default="EUR")
    parser.add_argument("--month", type=int, default=7)
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
    study = study_of(asked, cold)
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


def study_of(asked: argparse.Namespace, cold: str) -> Study:
    """The site with what cools it ahead."""
    text = SITE.format(
        month=asked.month,
        last=1 + asked.days,
        currency=asked.currency,
        share=round(asked.days / 31.0, 4),
        zone=asked.zone,
        cooling=asked.cooling,
        cold=cold,
        jobs=60 * asked.days,
        slack_h=asked.slack_h,
        data=DATA.resolve(),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        return load_case(path)


if __name__ == "__main__":
    main()
