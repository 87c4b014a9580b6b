"""Synchronous training by its models: the wave, its spectrum, checkpoints, failures and more servers.

    python benchmarks/plots/training.py [--out docs/images/training.svg]

No openly licensed power series of a large job below a second is at hand: dots are published figures, reference
vectors, and the spectrum of a run that is made step by step.
"""

import argparse
import math
from pathlib import Path

import numpy as np
from lines import dots, line
from svg import Chart, Series, picture

from gridtide.fleet.training_run import TrainingRun, training_power_kw
from gridtide.physics.checkpoint import fleet_mean_between_failures_s, wasted_share, young_daly_s
from gridtide.physics.elastic import speed_up
from gridtide.physics.training_wave import harmonic_kw

HOUR_S = 3600.0
ONE_S = 54 * 24 * 16_384 / 419 * HOUR_S
"""An accelerator of the published run of Llama 3: 419 unexpected failures of 16,384 in 54 days."""
SAVE_S, RESTART_S = 60.0, 600.0
FAILING_H = {"16,384 accelerators": 3.0931, "100,000 accelerators": 0.5068}
BEST = {"16,384 accelerators": (1155.9, 0.1577), "100,000 accelerators": (467.9, 0.5853)}
WAVE = TrainingRun(low_kw=20_000.0, high_kw=70_000.0, iteration_s=2.0, duty=0.7, ramp_s=0.0)
STEP_S, LASTS_S = 0.01, 200.0
LAWS = {"one in 100 alone": (0.01, 0.0), "and 1 in 100,000 a pair": (0.01, 1e-5)}


def wave_chart() -> Chart:
    """Ten seconds of a run with a stall to write a checkpoint."""
    run = TrainingRun(
        low_kw=20_000.0, high_kw=70_000.0, iteration_s=2.0, duty=0.7, ramp_s=4.0, checkpoint_s=18.0,
        stall_s=5.0, dips_per_s=0.1, dip_kw=15_000.0, noise_kw=800.0,
    )  # fmt: skip
    power = training_power_kw(run, 40.0, 0.02, seed=3)
    across = np.arange(len(power)) * 0.02
    series = [Series(x=across.tolist(), y=(power / 1000.0).tolist())]
    return Chart(
        title="A run: ramps, iterations, checkpoints", across="seconds", up="thousand kW",
        series=series, lowest_up=0.0,
    )  # fmt: skip


def spectrum_chart() -> Chart:
    """Amplitudes of harmonics by formula, beside the spectrum of a run made step by step."""
    power = training_power_kw(WAVE, LASTS_S, STEP_S, seed=1)
    amplitude = 2.0 * np.abs(np.fft.rfft(power)) / len(power)
    numbers = range(1, 11)
    places = [round(number * LASTS_S / WAVE.iteration_s) for number in numbers]
    seen = [float(amplitude[at]) / 1000.0 for at in places]
    formula = [harmonic_kw(number, 50_000.0, 0.7) / 1000.0 for number in numbers]
    off = max(abs(s - f) for s, f in zip(seen, formula, strict=True)) / formula[0]
    print(f"spectrum: 10 harmonics, at most {100 * off:.2f} % of the first off")
    hertz = [number / WAVE.iteration_s for number in numbers]
    return Chart(
        title="Swing of 50,000 kW every 2 s, 70 % high", across="Hz", up="amplitude, thousand kW",
        series=[
            Series(x=hertz, y=formula, name="formula"),
            Series(x=hertz, y=seen, name="spectrum of a made run", kind="dots", colour=1),
        ],
        lowest_up=0.0, legend="high",
    )  # fmt: skip


def checkpoint_chart() -> Chart:
    """Share of time lost by the interval between checkpoints."""
    drawn = []
    for colour, (name, hours) in enumerate(FAILING_H.items()):
        between_s = hours * HOUR_S

        def lost(minutes: float, between_s: float = between_s) -> float:
            return wasted_share(60.0 * minutes, SAVE_S, RESTART_S, between_s)

        best_s = young_daly_s(SAVE_S, between_s)
        least = wasted_share(best_s, SAVE_S, RESTART_S, between_s)
        print(f"{name}: best interval {best_s:.1f} s, lost {least:.4f}")
        at_s, share = BEST[name]
        drawn.append(line(3.0, 60.0, lost, name, colour))
        drawn.append(dots([(at_s / 60.0, share)], lost, f"best interval, {name}", colour))
    return Chart(
        title="Checkpoints of 60 s, restarts of 600 s", across="minutes between checkpoints",
        up="share of time lost", series=drawn, lowest_up=0.0, legend="high",
    )  # fmt: skip


def failure_chart() -> Chart:
    """Hours between failures by the size of a job."""

    def hours(tens: float) -> float:
        return math.log10(fleet_mean_between_failures_s(ONE_S, round(10.0**tens)) / HOUR_S)

    known = [(math.log10(16_384), math.log10(3.0931))]
    print(f"failures: one accelerator every {ONE_S / HOUR_S:.0f} h")
    return Chart(
        title="Failures by size", across="accelerators, power of ten", up="hours between, power of ten",
        series=[
            line(2.0, 5.3, hours, "independent", 0),
            dots(known, hours, "failures", 1, "Llama 3, published"),
        ],
        legend="high",
    )  # fmt: skip


def server_chart() -> Chart:
    """Speed by servers."""
    drawn = []
    for colour, (name, law) in enumerate(LAWS.items()):

        def faster(servers: float, law: tuple[float, float] = law) -> float:
            return speed_up(servers, *law)

        drawn.append(line(1.0, 400.0, faster, name, colour))
    return Chart(
        title="More servers", across="servers", up="times one server", series=drawn, lowest_up=0.0
    )


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    charts = [wave_chart(), spectrum_chart(), checkpoint_chart(), failure_chart(), server_chart()]
    if out is not None:
        out.write_text(picture(charts))


if __name__ == "__main__":
    main()
