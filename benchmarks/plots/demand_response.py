"""Calls answered on the measured curves, for docs/demand-response.md.

    python benchmarks/plots/demand_response.py

Reads emerald_phoenix in GRIDTIDE_DATA; writes docs/images/demand-response.svg.
"""

import os
import sys
from pathlib import Path

import numpy as np
from svg import Chart, Series, picture

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from phoenix import calls, measured

from gridtide.decide.response.call import Call, flat_call
from gridtide.fleet.knob_curve import KnobCurve
from gridtide.simulate.by_the_second import Lags, by_the_second
from gridtide.simulate.response import answer
from gridtide.sources.minute_power import MinutePower, MinutePowerTable
from gridtide.testing.instances.called_cluster import event_cluster, loaded_cluster

OUT = Path(__file__).resolve().parents[2] / "docs" / "images" / "demand-response.svg"
SHOWN_S = 90


def event(curves: tuple[KnobCurve, ...], meter: MinutePower) -> Chart:
    """What was measured, and our answer to the same announcement."""
    base, (_, _, target) = calls(meter)
    lived = answer(event_cluster(curves, base), target)
    hour = (meter.first_min + np.arange(len(meter.power_kw))) / 60.0
    return Chart(
        title="The event: a quarter less, told 10 minutes ahead",
        across="hour of 3 May 2025",
        up="power, % of baseline",
        lowest_up=40.0,
        series=[
            Series(x=hour.tolist(), y=(100 * meter.power_kw / base).tolist(), name="measured",
                   kind="dots"),
            Series(x=hour.tolist(), y=(100 * lived.meter_kw / base).tolist(), name="gridtide, simulated", colour=1),
        ],
    )  # fmt: skip


def two_peaks(curves: tuple[KnobCurve, ...], folder: Path) -> Chart:
    """The limit of each minute, and what is drawn under it."""
    meter = MinutePowerTable(path=folder / "CAISOexp_totalpower_cleaned.csv").read()
    base = float(np.median(meter.power_kw[:60]))
    call = Call(
        name="two peaks", limit_kw=np.minimum(meter.power_kw, base), announced_kw=base, start=60,
        end=390, known_from=50,
    )  # fmt: skip
    lived = answer(event_cluster(curves, base), call)
    hour = (meter.first_min + np.arange(len(meter.power_kw))) / 60.0
    return Chart(
        title="Two peaks: what was measured as the limit",
        across="hour",
        up="power, % of baseline",
        lowest_up=40.0,
        series=[
            Series(x=hour.tolist(), y=(100 * meter.power_kw / base).tolist(), name="measured",
                   kind="dots"),
            Series(x=hour.tolist(), y=(100 * lived.meter_kw / base).tolist(), name="gridtide, simulated", colour=1),
        ],
    )  # fmt: skip


def sudden(curves: tuple[KnobCurve, ...]) -> Chart:
    """Seconds after a call that nobody told."""
    cluster = loaded_cluster(curves, 0.9)
    limit = 0.7 * cluster.baseline_kw
    call = flat_call("sudden", 10, (0, 10), limit, 0)
    meter = by_the_second(cluster, answer(cluster, call, margin=0.02), Lags(), 0.01, seed=1)
    second = np.arange(1, SHOWN_S + 1)
    share = 100 * np.concatenate([[cluster.baseline_kw], meter[:SHOWN_S]]) / cluster.baseline_kw
    return Chart(
        title="30 % less, told by nobody",
        across="seconds after the call",
        up="power, % of the draw before",
        lowest_up=60.0,
        legend="high",
        series=[
            Series(x=[0.0, *second.tolist()], y=share.tolist(), name="gridtide, simulated", colour=1),
            Series(x=[0.0, float(SHOWN_S)], y=[70.0, 70.0], name="limit", kind="dashes", colour=3),
        ],
    )  # fmt: skip


def works(curves: tuple[KnobCurve, ...]) -> Chart:
    """Measured speed over power of the works of the event."""
    shown = ("ft_llama_8b_p3", "infer_llama_8b_48g", "pt_mpt_13b_sm", "pt_mpt_7b_fast")
    named = {curve.workload: curve for curve in curves}
    series = []
    for number, name in enumerate(shown):
        watts, speed = named[name].power_w.tolist(), (100 * named[name].speed).tolist()
        series.append(Series(x=watts, y=speed, kind="dots", colour=number))
        series.append(Series(x=watts, y=speed, name=name, colour=number))
    return Chart(
        title="Speed under power caps, measured",
        across="power of an accelerator, W",
        up="speed, % of full",
        lowest_up=0.0,
        series=series,
    )


if __name__ == "__main__":
    sweep, srp = measured()
    place = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")) / "emerald_phoenix"
    drawn = picture([works(sweep), event(sweep, srp), two_peaks(sweep, place), sudden(sweep)])
    OUT.write_text(drawn, encoding="utf-8")
    print(OUT.name)
