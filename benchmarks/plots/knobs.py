"""Power caps, measured and modelled, on two accelerators: speed and energy of work against the cap.

    python benchmarks/plots/knobs.py [--out docs/images/knobs.svg]

Reads `gpu_power` and `emerald_phoenix` in the folder GRIDTIDE_DATA. Prints each curve; dots are measured, lines the
tables as gridtide reads them, dashes the closed form above a cap of 0.42.
The last row is fuller batches by the fits that are known, the square of their time left out.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from svg import Chart, Series, picture

from gridtide.case.machines import serving_models
from gridtide.fleet.knob_curve import KnobCurve, at
from gridtide.fleet.serving_model import ServingModel
from gridtide.physics.clock_and_cap import throughput_under_cap
from gridtide.physics.consolidation import (
    accelerators_left_share,
    consolidated_batch,
    energy_left_share,
)
from gridtide.physics.serving_power import parked_energy_share, serving_power_w
from gridtide.sources.emerald import EmeraldSweep
from gridtide.sources.zeus_caps import ZeusCaps

FINE = 120
CLOSED_FROM = 0.42
BATCH = 32.0
GROSS, NET = (0.39, 0.48), (0.33, 0.41)
"""Medians of what fuller batches save from 32 sequences at 1.5 and 2 times the time between tokens, over the
configurations of H100 in the ML.ENERGY leaderboard v3: nothing charged for the freed, and 75 W each."""

ZEUS = {
    "median": ("median of 68", (0.371, 0.108)),
    "bert_base_uncased sentiment140 128 adamw": ("BERT, batch 128", (0.372, 0.204)),
    "resnet50 imagenet 360 adadelta": ("ResNet-50, batch 360", (0.380, 0.193)),
}
PHOENIX = {
    "ft_llama_8b_dolly": "fine-tune 8B",
    "infer_llama_8b_48g": "inference 8B",
    "pt_mpt_7b_fast": "pretrain 7B",
    "pt_mpt_13b_lg": "pretrain 13B",
}


def speed_series(curve: KnobCurve, name: str, colour: int) -> list[Series]:
    """What was measured and how it is read between, speed against the share of the highest cap."""
    highest = float(curve.setting[-1])
    fine = np.linspace(curve.setting[0], highest, FINE)
    return [
        Series(x=(curve.setting / highest).tolist(), y=curve.speed.tolist(), name=name, kind="dots", colour=colour),
        Series(x=(fine / highest).tolist(), y=[at(curve, cap)[0] for cap in fine.tolist()], colour=colour),
    ]  # fmt: skip


def closed_series(fit: tuple[float, float], colour: int, *, named: bool) -> Series:
    """The closed form where it holds."""
    caps = np.linspace(CLOSED_FROM, 1.0, FINE).tolist()
    return Series(
        x=caps,
        y=[throughput_under_cap(cap, *fit) for cap in caps],
        name="closed form" if named else "",
        kind="dashes",
        colour=colour,
    )


def energy_series(curve: KnobCurve, name: str, colour: int) -> list[Series]:
    """Energy of the same work over that without a cap."""
    highest = float(curve.setting[-1])
    fine = np.linspace(curve.setting[0], highest, FINE).tolist()
    read = [at(curve, cap) for cap in fine]
    full_w = curve.uncapped_w
    measured = curve.power_w / curve.speed / full_w
    return [
        Series(x=(curve.setting / highest).tolist(), y=measured.tolist(), name=name, kind="dots", colour=colour),
        Series(
            x=[cap / highest for cap in fine],
            y=[power / speed / full_w for speed, power, _ in read],
            colour=colour,
        ),
    ]  # fmt: skip


def say(curve: KnobCurve, name: str, fit: tuple[float, float] | None = None) -> None:
    """One curve as numbers: cap, speed, watts, energy of work, and the closed form's largest error."""
    print(f"{curve.accelerator}, {name} ({curve.mark}: {curve.source})")
    share = curve.setting / curve.setting[-1]
    rows = {
        "cap": share,
        "speed": curve.speed,
        "energy": curve.power_w / curve.speed / curve.uncapped_w,
    }
    print(f"  {'cap W':7s}" + "".join(f"{value:8.0f}" for value in curve.setting))
    print(f"  {'draws W':7s}" + "".join(f"{value:8.1f}" for value in curve.power_w))
    for word, values in rows.items():
        print(f"  {word:7s}" + "".join(f"{value:8.3f}" for value in values))
    if fit:
        errors = [
            abs(throughput_under_cap(float(cap), *fit) - float(speed))
            for cap, speed in zip(share, curve.speed, strict=True)
            if cap >= CLOSED_FROM
        ]
        print(f"  closed form misses by at most {max(errors):.3f} above a cap of {CLOSED_FROM}")


def consolidated(model: ServingModel, batch: float, slower: float) -> tuple[float, float, float]:
    """Accelerators needed, energy of a token, and that with the freed ones idle, each as a share of before."""
    fit = (model.least_w, model.range_w, model.steepness, model.middle)
    fuller = consolidated_batch(batch, slower, model.first_s, model.per_sequence_s[0])
    needed = accelerators_left_share(batch, fuller, slower)
    before_w = serving_power_w(batch, *fit)
    energy = energy_left_share(needed, before_w, serving_power_w(fuller, *fit))
    return needed, energy, parked_energy_share(energy, needed, model.idle_w, before_w)


def consolidation_charts() -> list[Chart]:
    """What fuller batches save on H100 from 32 sequences, beside the published medians over configurations."""
    series: dict[str, list[Series]] = {"off": [], "idle": []}
    for colour, ((name, _), model) in enumerate(serving_models().items()):
        time = (model.first_s, model.per_sequence_s[0])
        longer = [1.0 + 0.05 * step for step in range(1, 31)]
        slower = [
            one for one in longer if consolidated_batch(BATCH, one, *time) <= model.sequences_to
        ]
        found = [consolidated(model, BATCH, one) for one in slower]
        for kind, column in (("off", 1), ("idle", 2)):
            saved = [1.0 - one[column] for one in found]
            series[kind].append(Series(x=slower, y=saved, name=name, colour=colour))
        for told in (1.5, 2.0):
            needed, energy, kept = consolidated(model, BATCH, told)
            print(
                f"{name:19s} {told:.1f} times as long between tokens: needs {needed:.2f} of its accelerators, saves"
                f" {1 - energy:.0%} of a token's energy, {1 - kept:.0%} with the others idle"
            )
    for kind, medians in (("off", GROSS), ("idle", NET)):
        series[kind].append(
            Series(x=(1.5, 2.0), y=medians, name="median, published", kind="dots", colour=3)
        )
    return [
        Chart(
            title=f"H100, fuller batches from 32: the freed {words}",
            across="time between tokens, times that before",
            up="energy of a token saved, share",
            series=series[kind],
            lowest_up=0.0,
        )
        for kind, words in (("off", "off"), ("idle", "left idle"))
    ]


def charts(zeus: Sequence[KnobCurve], phoenix: Sequence[KnobCurve]) -> list[Chart]:
    """Speed above, energy below; V100 left, the 400 W class right."""
    v100 = [
        (curve, *ZEUS[curve.workload], colour)
        for colour, curve in enumerate(sorted(zeus, key=lambda one: list(ZEUS).index(one.workload)))
    ]
    class_400 = [(curve, PHOENIX[curve.workload], colour) for colour, curve in enumerate(phoenix)]
    across = "cap, share of the highest"
    for curve, name, fit, _ in v100:
        say(curve, name, fit)
    for curve, name, _ in class_400:
        say(curve, name)
    closed = [closed_series(fit, colour, named=colour == 0) for _, _, fit, colour in v100]
    return [
        Chart(
            title="V100 (250 W): training",
            across=across,
            up="speed, share of uncapped",
            series=[*(one for c, name, _, k in v100 for one in speed_series(c, name, k)), *closed],
            lowest_up=0.0,
        ),
        Chart(
            title="400 W class: language models",
            across=across,
            up="speed, share of uncapped",
            series=[one for c, name, k in class_400 for one in speed_series(c, name, k)],
            lowest_up=0.0,
        ),
        Chart(
            title="V100: energy of the same work",
            across=across,
            up="energy, share of uncapped",
            series=[one for c, name, _, k in v100 for one in energy_series(c, name, k)],
        ),
        Chart(
            title="400 W class: energy of the same work",
            across=across,
            up="energy, share of uncapped",
            series=[one for c, name, k in class_400 for one in energy_series(c, name, k)],
            legend="high",
        ),
    ]


def main() -> None:
    """Read, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images/knobs.svg"))
    out = parser.parse_args().out
    data = Path(os.environ["GRIDTIDE_DATA"])
    zeus = ZeusCaps(path=data / "gpu_power" / "zeus_training_caps.parquet").read()
    phoenix = EmeraldSweep(path=data / "emerald_phoenix" / "dvfs_sweep.csv").read()
    drawn = [*charts(
        [one for one in zeus if one.accelerator == "V100" and one.workload in ZEUS],
        [one for one in phoenix if one.workload in PHOENIX],
    ), *consolidation_charts()]  # fmt: skip
    out.write_text(picture(drawn), encoding="utf-8")
    print(f"{out} written")


if __name__ == "__main__":
    main()
