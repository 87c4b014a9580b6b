"""First tokens and the time of a token by load, estimate beside replay; power by sequences in flight.

    python benchmarks/plots/serving.py [--out docs/images/serving.svg] [--power docs/images/serving-power.svg]

GRIDTIDE_DATA names the folder of the data. Loads are shares of the largest rate a replica carries, up to 0.65, where
the axes still show both; dots are the replay, lines the estimate. Prints how far both are apart at each load.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from serving_replay import TRACES, mix_of
from svg import Chart, Series, picture

from gridtide.case.machines import serving_models
from gridtide.fleet.request_mix import RequestMix, at_rate
from gridtide.fleet.serving_estimate import estimated
from gridtide.fleet.serving_model import ServingModel, serving_w
from gridtide.simulate.serving_check import answer_times_s, largest_rate_per_s
from gridtide.simulate.token_replay import replayed

SHARES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65)
MEASURED = {
    "Llama-3.1-8B": ((7.98, 486.4), (690.9, 685.1)),
    "gpt-oss-120b": ((16.0, 496.2), (64.0, 582.0), (384.0, 629.4)),
}
"""Some points of the ML.ENERGY leaderboard v3: sequences in flight, and W of an accelerator."""


def charts_of(trace: str, name: str, model: ServingModel, mix: RequestMix) -> tuple[Chart, Chart]:
    """First tokens, and the time of a token, of one model on one trace."""
    largest = largest_rate_per_s(model, mix)
    told, seen = [], []
    for share in SHARES:
        one = estimated(model, mix, share * largest)
        told.append((*one.first_token_s[::2], *one.per_token_s[::2]))
        seen.append(answer_times_s(replayed(model, at_rate(mix, share * largest))))
        off = np.asarray(told[-1]) / np.asarray(seen[-1]) - 1.0
        print(f"{trace:22s} {name:20s} {share:4.2f}", " ".join(f"{miss:+7.1%}" for miss in off))
    estimate, replay = np.asarray(told).T, np.asarray(seen).T
    found = []
    for row, what, up, unit in ((0, "first token", "s", 1.0), (2, "time of a token", "ms", 1e3)):
        series = []
        for number, part in enumerate(("mean", "p95")):
            at = row + number
            series += [
                Series(x=SHARES, y=(replay[at] * unit).tolist(), kind="dots", colour=number),
                Series(x=SHARES, y=(estimate[at] * unit).tolist(), name=part, colour=number),
            ]
        found.append(
            Chart(
                title=f"{name}, {trace.split('_')[0]}",
                across="share of the largest rate",
                up=f"{what}, {up}",
                series=series,
                lowest_up=0.0,
                legend="high",
            )
        )
    return found[0], found[1]


def power_charts() -> list[Chart]:
    """Power of an accelerator over the sequences each fit was measured at, the base of two beneath."""
    charts = []
    for (name, kind), model in sorted(serving_models().items()):
        held = np.geomspace(model.sequences_from, model.sequences_to, 60)
        watts = [serving_w(model, float(one)) for one in held]
        series = [Series(x=np.log2(held).tolist(), y=watts)]
        if name in MEASURED:
            points = MEASURED[name]
            dots = [float(np.log2(at)) for at, _ in points], [watt for _, watt in points]
            series.append(Series(x=dots[0], y=dots[1], kind="dots", name="measured", colour=1))
        charts.append(
            Chart(
                title=f"{name} on {model.accelerators} {kind}",
                across="log2 of sequences in flight",
                up="W of an accelerator",
                series=series,
                lowest_up=300.0,
            )
        )
    return charts


def main() -> None:
    """Reckon, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/images/serving.svg"))
    parser.add_argument("--power", type=Path, default=Path("docs/images/serving-power.svg"))
    asked = parser.parse_args()
    models = sorted(serving_models().items())
    charts: list[Chart] = []
    for trace in TRACES:
        mix = mix_of(trace)
        pairs = [charts_of(trace, name, model, mix) for (name, _), model in models]
        charts += [first for first, _ in pairs] + [after for _, after in pairs]
    asked.out.write_text(picture(charts, columns=len(models)), encoding="utf-8")
    asked.power.write_text(picture(power_charts(), columns=len(models)), encoding="utf-8")


if __name__ == "__main__":
    main()
