"""One site-year at five minutes with sun and a store, against vessim's native loop, in one process.

    python benchmarks/w1_microgrid.py [--days 365] [--repeats 5]

W1 (sun below the load, so the store empties once) and W1p (sun that charges it every day). The same arrays go to
both, watts there, kilowatts here. First the results: ours against the published vectors, then against what vessim
metered. Then CPU times: ours and theirs in turn, the median of the ratios and of both. What is recorded: ours the six
totals of its compiled loop beside vessim's metrics (W1m), ours the full series beside vessim's recorder in memory
(W1r). Without vessim (a development dependency of this benchmark alone: vessim==0.16.0) only ours runs.
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
LABELS = ("import kWh", "export kWh", "import cost", "export revenue", "emissions kg", "store kWh")
SUN_KW = {"W1": 5e3, "W1p": 20e3}
VECTORS = {
    ("W1", 7): (1_159_093.9619, 0.0, 72_043.4574, 0.0, 334_407.6627, 400.0),
    ("W1", 365): (60_040_492.8837, 0.0, 3_743_351.5192, 0.0, 17_346_618.1553, 400.0),
    ("W1p", 365): (
        38_786_452.3204, 8_853_888.1945, 2_421_055.3745, 535_224.4757, 9_819_738.1188, 400.0,
    ),
}  # fmt: skip
"""The published totals by workload and days, in the order of LABELS."""


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


def theirs(work: dict[str, Real], days: int, recorder: str) -> tuple[float, ...]:
    """Energy in the store at the end of vessim's run, then its metered import and export, kWh.

    recorder: none (nothing is metered), metrics or series.
    """
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
    meter = vs.Recorder(metrics=recorder == "metrics", timeseries=recorder == "series")
    if recorder != "none":
        environment.add_controller(meter)
    environment.run(until=days * 86_400)
    assert site is not None
    stored = float(battery.soc()) * ENERGY_KWH
    if recorder != "metrics":
        return (stored,)
    metered = meter.metrics["microgrids"]["site"]
    return stored, metered["grid_import"] / 1000.0, metered["grid_export"] / 1000.0


def seconds(call: Callable[[], object]) -> float:
    """CPU seconds of a call: what others do on the machine counts less."""
    begin = time.process_time()
    call()
    return time.process_time() - begin


def agree(title: str, ours: tuple[float, ...], others: tuple[float, ...], within: float) -> None:
    """Ends the benchmark where two results differ by more than `within` of the larger and 1e-4."""
    for one, other in zip(ours, others, strict=True):
        if abs(one - other) > within * max(abs(one), abs(other)) + 1e-4:
            raise SystemExit(f"{title}: ours {one:,.4f}, theirs {other:,.4f}")


def check(name: str, days: int, work: dict[str, Real], peer: str | None) -> None:
    """Print our totals; end the benchmark where they are not the published ones or not vessim's."""
    found = ours(work, series=True)
    told = ", ".join(f"{key} {value:,.4f}" for key, value in zip(LABELS, found, strict=True))
    print(f"{name}, {days} d: {told}")
    agree(f"{name}, series and totals", found, ours(work, series=False), 1e-12)
    if (name, days) in VECTORS:
        agree(f"{name}, published", found, VECTORS[name, days], 1e-10)
        print(f"{name}: as published")
    if peer:
        metered = theirs(work, days, "metrics")
        agree(f"{name}, vessim", (found[5], found[0], found[1]), metered, 1e-9)
        print(f"{name}: import, export and store as vessim {peer} meters them")


def main() -> None:
    """Print energies and ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    try:
        peer = version("vessim")
    except PackageNotFoundError:
        peer = None
    for name, sun_kw in SUN_KW.items():
        work = workload(options.days, sun_kw)
        check(name, options.days, work, peer)
        for title, series, recorder in (("W1m", False, "metrics"), ("W1r", True, "series")):
            own, other = [], []
            for _ in range(options.repeats):
                own.append(seconds(partial(ours, work, series)))
                if peer:
                    other.append(seconds(partial(theirs, work, options.days, recorder)))
            kept = "series of grid power, store power and energy" if series else "totals"
            said = f"{name}, {title}: ours ({kept}) {1e3 * statistics.median(own):.2f} ms"
            if peer:
                ratio = statistics.median(b / a for a, b in zip(own, other, strict=True))
                said += f", vessim {peer} ({recorder}) {statistics.median(other):.2f} s: {ratio:,.0f} times"
            print(said, flush=True)
    if peer is None:
        print("vessim is not installed: no comparison was run")


if __name__ == "__main__":
    main()
