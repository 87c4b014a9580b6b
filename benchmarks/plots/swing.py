"""What a load does to the grid, by its models: spectrum, forced modes, flicker, filter, droop about a measured day.

    python benchmarks/plots/swing.py [--out docs/images/swing.svg]

Dots: reference vectors, calibration points of the flickermeter's standard, an analytic spectrum. The measured
frequency of a day is read where GRIDTIDE_DATA has it.
"""

import argparse
import math
import os
from pathlib import Path

import numpy as np
from lines import dots, line
from svg import Chart, Series, picture

from gridtide.case.grid_rules import bundled_rules
from gridtide.fleet.training_run import TrainingRun, training_power_kw
from gridtide.grid.band import spectrum
from gridtide.grid.flicker import LAMPS, carrier_rate_hz, sensation, severity
from gridtide.grid.frequency import Droop, answered, droop_course_kw
from gridtide.grid.judge import Load, judged
from gridtide.grid.mend import Store, sized, smoothed
from gridtide.grid.smallest_store import smallest_store
from gridtide.grid.waveform import Waveform
from gridtide.physics.grid_frequency import droop_kw, forced_oscillation_hz
from gridtide.physics.training_wave import harmonic_kw

MODE_VECTORS = [(0.1, 0.178), (0.7, 12.197), (1.0, 1.659), (2.0, 0.486)]
RECTANGULAR = {
    50.0: [
        (1, 2.715),
        (2, 2.191),
        (7, 1.450),
        (39, 0.894),
        (110, 0.722),
        (1620, 0.407),
        (4000, 2.343),
    ],
    60.0: [
        (1, 3.181),
        (2, 2.564),
        (7, 1.694),
        (39, 1.040),
        (110, 0.844),
        (1620, 0.548),
        (4800, 4.837),
    ],
}
RUN = TrainingRun(low_kw=150_000.0, high_kw=200_000.0, iteration_s=2.0, duty=0.7, ramp_s=0.0)


def spectrum_chart() -> Chart:
    """Lines of a made run by Welch, beside the Fourier series."""
    power = training_power_kw(RUN, 600.0, 0.005, seed=1)
    course = Waveform(name="run", start_s=0.0, step_s=0.005, power_kw=power)
    hertz, density = spectrum(course)
    numbers = range(1, 9)
    seen = []
    for number in numbers:
        at = round(number * 0.5 / float(hertz[1]))
        seen.append(math.sqrt(2.0 * float(density[at - 1 : at + 2].sum() * hertz[1])) / 1000.0)
    formula = [harmonic_kw(number, 50_000.0, 0.7) / 1000.0 for number in numbers]
    off = max(abs(s - f) for s, f in zip(seen, formula, strict=True)) / formula[0]
    print(f"spectrum: {len(seen)} lines by Welch, at most {100 * off:.2f} % of the first off")
    across = [number * 0.5 for number in numbers]
    return Chart(
        title="Lines of a 50,000 kW swing every 2 s", across="Hz", up="amplitude, thousand kW",
        series=[
            Series(x=across, y=formula, name="Fourier series"),
            Series(x=across, y=seen, name="Welch, made run", kind="dots", colour=1),
        ],
        lowest_up=0.0, legend="high",
    )  # fmt: skip


def mode_chart() -> Chart:
    """A mode at 0.7 Hz driven by 25,750 kW."""

    def model(hertz: float) -> float:
        return 1000.0 * forced_oscillation_hz(25_750.0, hertz, 0.7, 0.05, 4.0, 30e6, 50.0)

    return Chart(
        title="One mode at 0.7 Hz, damping 0.05, 30 GVA", across="Hz at which 25,750 kW swing", up="mHz",
        series=[
            line(0.05, 2.5, model, "linear mode", 0),
            dots(MODE_VECTORS, model, "forced mode", 1, "reference"),
        ],
        lowest_up=0.0, legend="high",
    )  # fmt: skip


def flicker_chart() -> Chart:
    """Pst at the calibration points of the standard."""
    drawn = [Series(x=[0.0, 3.7], y=[1.0, 1.0], name="standard")]
    for colour, (nominal_hz, points) in enumerate(RECTANGULAR.items(), 1):
        lamp, rate = LAMPS[nominal_hz], carrier_rate_hz(LAMPS[nominal_hz])
        at = np.arange(int(720 * rate)) / rate
        found = []
        for per_minute, per_cent in points:
            up = np.where((at * per_minute / 120.0) % 1.0 < 0.5, 1.0, -1.0)
            found.append(severity(sensation(1.0 + per_cent / 200.0 * up, lamp)[int(120 * rate) :]))
        off = max(abs(one - 1.0) for one in found)
        print(
            f"flickermeter at {nominal_hz:g} Hz: {len(found)} points, Pst at most {100 * off:.2f} % off"
        )
        across = [math.log10(per_minute) for per_minute, _ in points]
        drawn.append(
            Series(x=across, y=found, name=f"{nominal_hz:g} Hz", kind="dots", colour=colour)
        )
    return Chart(
        title="Flickermeter, rectangular changes", across="changes a minute, power of ten", up="Pst",
        series=[*drawn, Series(x=[0.0, 0.0], y=[0.95, 1.05], kind="dashes", colour=3)],
        lowest_up=0.95,
    )  # fmt: skip


def store_chart() -> Chart:
    """Half a minute of the run, and what the grid sees behind a store."""
    rules = bundled_rules().rules
    power = training_power_kw(RUN, 120.0, 0.01, seed=1)
    course = Waveform(name="run", start_s=0.0, step_s=0.01, power_kw=power)
    behind = smoothed(course, 9.3, math.inf)
    size = sized(course, behind, Store())
    before = judged(rules["ercot-band"], course, Load(nominal_kw=2e5)).value or 0.0
    after = judged(
        rules["ercot-band"],
        Waveform(name="behind", start_s=0.0, step_s=0.01, power_kw=behind),
        Load(nominal_kw=2e5),
    )
    least = smallest_store(course, [rules["ieso-15s"]], 2e5)
    assert least is not None
    print(
        f"store: {size['energy_kwh']:.1f} kWh, {size['power_kw']:,.0f} kW; swing in 0.1 to 55 Hz, 5 s:"
        f" {before:,.0f} kW before, {after.value or 0.0:,.0f} kW after; bound with foresight {least.energy_kwh:.2f} kWh"
    )
    shown = slice(6000, 7500)
    across = (np.arange(len(power)) * 0.01)[shown].tolist()
    return Chart(
        title="A run behind a store of 9.3 s", across="seconds", up="thousand kW",
        series=[
            Series(x=across, y=(power[shown] / 1000.0).tolist(), name="load"),
            Series(x=across, y=(behind[shown] / 1000.0).tolist(), name="grid", colour=1),
        ],
        lowest_up=140.0,
    )  # fmt: skip


def droop_chart(folder: Path) -> Chart:
    """What 100 MW of flexible load do about frequency: the model, and each second of a measured hour."""
    series = [
        line(
            59.9,
            60.1,
            lambda hertz: droop_kw(hertz, 60.0, 100_000.0, 0.05, 0.036) / 1000.0,
            "model",
            0,
        )
    ]
    path = folder / "regulation_signal" / "freq60_1s.parquet"
    if path.exists():
        import polars as pl

        course = pl.read_parquet(path)["freq_site0_hz"].to_numpy().astype(float)
        droop = Droop(flexible_kw=100_000.0)
        found = answered(course, 1.0, droop)
        print(
            f"droop about {len(course) / 3600:.0f} h of measured frequency: outside ±36 mHz {found.outside_share:.1%},"
            f" at most {found.most_kw:,.0f} kW, {found.less_kwh:,.1f} kWh less and {found.more_kwh:,.1f} kWh more"
        )
        picked = course[::60]
        series.append(
            Series(x=picked.tolist(), y=(droop_course_kw(picked, droop) / 1000.0).tolist(),
                   name="each minute of a measured day", kind="dots", colour=1)
        )  # fmt: skip
    return Chart(
        title="Droop 5 %, dead band 36 mHz, 100,000 kW",
        across="Hz",
        up="thousand kW",
        series=series,
    )


def voltage_chart() -> Chart:
    """Voltage behind a short-circuit level, by X/R."""
    from gridtide.physics.connection_point import voltage_change_share, voltage_pu

    drawn = []
    for colour, ratio in enumerate((3.0, 10.0, 30.0)):

        def model(share: float, ratio: float = ratio) -> float:
            return 100.0 * (1.0 - voltage_pu(share, 0.2 * share, 1.0, ratio))

        drawn.append(line(0.0, 0.2, model, f"X/R {ratio:g}", colour))
        first = [
            (share, 100.0 * voltage_change_share(share, 0.2 * share, 1.0, ratio))
            for share in (0.005, 0.02)
        ]
        drawn.append(dots(first, model, f"first order, X/R {ratio:g}", colour))
    return Chart(
        title="Drop of voltage by load, cos phi 0.98", across="share of the short-circuit level", up="per cent",
        series=drawn, lowest_up=0.0,
    )  # fmt: skip


def main() -> None:
    """Prints how far models and references are apart and writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images/swing.svg"))
    out = parser.parse_args().out
    folder = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data"))
    charts = [
        spectrum_chart(),
        store_chart(),
        mode_chart(),
        flicker_chart(),
        voltage_chart(),
        droop_chart(folder),
    ]
    out.write_text(picture(charts))


if __name__ == "__main__":
    main()
