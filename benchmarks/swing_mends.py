"""A training run that swings too far, and what would pass: `python benchmarks/swing_mends.py [--out wave.parquet]`.

--out keeps the waveform for `gridtide swing`.
"""

import argparse
from pathlib import Path

import numpy as np

from gridtide.case.grid_rules import bundled_rules
from gridtide.grid.judge import Load, judged
from gridtide.grid.mend import Store, power_mends
from gridtide.grid.smallest_store import mean_period, smallest_repeated
from gridtide.grid.waveform import Waveform

NAMES = ("ercot-band", "ieso-15s", "ieso-ramp")


def main() -> None:
    """Prints by how much each rule fails, and every change that passes all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    at = np.arange(200 * 300) / 200.0
    power = np.asarray(150_000.0 + 50_000.0 * (at % 2.0 < 1.4))
    if out is not None:
        import polars as pl

        pl.DataFrame({"t_s": at, "power_kw": power}).write_parquet(out)
    course = Waveform(name="run", start_s=0.0, step_s=1.0 / 200.0, power_kw=power)
    load = Load(nominal_kw=200_000.0)
    rules = [bundled_rules().rules[name] for name in NAMES]
    for rule in rules:
        found = judged(rule, course, load)
        print(
            f"{rule.name}: {found.outcome} by {(found.value or 0.0) - found.limit:,.0f} {rule.unit}"
        )
    for mend in power_mends(course, rules, [], load, Store()).found:
        least = mend.figures.get("foresight_energy_kwh")
        print(mend.says + ("" if least is None else f"; with foresight none below {least:.1f} kWh"))
    repeated = mean_period(course)
    assert repeated is not None
    best = smallest_repeated(repeated[0], rules, (load.nominal_kw, course.peak_kw), 0.95)
    assert best is not None
    print(
        f"the least store of any control: {best.energy_kwh:.3g} kWh and {best.power_kw:,.0f} kW,"
        f" none below {best.bound_kwh:.3g} kWh"
    )


if __name__ == "__main__":
    main()
