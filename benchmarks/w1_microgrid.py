"""One site-year at five minutes with sun and a store, against vessim's native loop, in one process.

    python benchmarks/w1_microgrid.py [--days 365] [--repeats 5]

The same arrays go to both (watts there, kilowatts here), results are compared first, then medians of the
times. What is recorded: ours totals (W1m) and the full series (W1r); vessim metrics only, and its recorder in
memory. Without vessim (a development dependency of this benchmark alone: vessim==0.16.0) only ours runs.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from gridtide.kernels.microgrid import greedy

Real = NDArray[np.float64]
STEP_S = 300
ENERGY_KWH = 4_000.0


def workload(days: int, sun_kw: float) -> dict[str, Real]:
    """Load, sun, price and carbon of a seeded year, cut to `days`; kW, per MWh, g/kWh."""
    n = 105_120
    rng = np.random.default_rng(0)
    hour = (np.arange(n) % 288) / 12
    cloud = np.repeat(0.4 + 0.6 * rng.random(365), 288)
    sun = np.maximum(0.0, np.sin((hour - 6) * np.pi / 12)) * cloud * sun_kw
    load = 8e3 + 1.5e3 * np.sin(2 * np.pi * (hour - 9) / 24) + 2e2 * rng.standard_normal(n)
    price = 60 + 30 * np.sin(2 * np.pi * (hour - 12) / 24) + 20 * rng.standard_normal(n)
    carbon = 300 + 120 * np.sin(2 * np.pi * (hour - 3) / 24) + 30 * rng.standard_normal(n)
    cut = days * 288
    return {"load": load[:cut], "sun": sun[:cut], "price": price[:cut], "carbon": carbon[:cut]}


def ours(work: dict[str, Real], series: bool) -> tuple[float, ...]:
    """Import and export kWh, import cost, export revenue, emissions kg, energy at the end."""
    steps = len(work["load"]) if series else 0
    store = (ENERGY_KWH, 0.1 * ENERGY_KWH, 0.5 * ENERGY_KWH)
    kept = np.empty((3, steps))
    return greedy(
        work["load"], work["sun"], work["price"], work["carbon"], store, STEP_S / 3600, kept
    )


def theirs(work: dict[str, Real], days: int, recorder: str) -> float:
    """Energy in the store at the end of vessim's run, kWh. recorder: none, metrics or series."""
    import pandas as pd
    import vessim as vs

    start = "2026-01-01"
    index = pd.date_range(start, periods=len(work["load"]), freq=f"{STEP_S}s")

    def trace(values: Real) -> vs.Trace:
        return vs.Trace(pd.Series(values, index=index), anchor=start)

    battery = vs.SimpleBattery("store", capacity=ENERGY_KWH * 1000, initial_soc=0.5, min_soc=0.1)
    environment = vs.Environment(sim_start=start, step_size=STEP_S)
    site = environment.add_microgrid(
        actors=[
            vs.Consumer("load", trace(work["load"] * 1000)),
            vs.Producer("sun", trace(work["sun"] * 1000)),
        ],
        dispatchables=[battery, vs.GridConnection()],
        grid_signals={"price": trace(work["price"]), "ci": trace(work["carbon"])},
        name="site",
    )
    if recorder != "none":
        environment.add_controller(
            vs.Recorder(metrics=recorder == "metrics", timeseries=recorder == "series")
        )
    environment.run(until=days * 86_400)
    assert site is not None
    return float(battery.soc()) * ENERGY_KWH


def median_s(call: Callable[[], object], repeats: int) -> float:
    """Median wall seconds of several calls."""
    took = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        took.append(time.perf_counter() - begin)
    return statistics.median(took)


def main() -> None:
    """Print energies and the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    for name, sun_kw in (("W1", 5e3), ("W1p", 20e3)):
        found = ours(workload(options.days, sun_kw), series=True)
        labels = (
            "import kWh",
            "export kWh",
            "import cost",
            "export revenue",
            "emissions kg",
            "store kWh",
        )
        told = ", ".join(f"{key} {value:,.4f}" for key, value in zip(labels, found, strict=True))
        print(f"{name}, {options.days} d: {told}")
    work = workload(options.days, 5e3)
    totals = median_s(lambda: ours(work, series=False), options.repeats)
    series = median_s(lambda: ours(work, series=True), options.repeats)
    print(f"ours: totals {1e3 * totals:.2f} ms, full series {1e3 * series:.2f} ms")
    try:
        peer = version("vessim")
    except PackageNotFoundError:
        print("vessim is not installed: no comparison was run")
        return
    for recorder, own in (("none", totals), ("metrics", totals), ("series", series)):
        took = median_s(partial(theirs, work, options.days, recorder), options.repeats)
        print(f"vessim {peer}, recorder {recorder}: {took:.2f} s, {took / own:,.0f} times ours")


if __name__ == "__main__":
    main()
