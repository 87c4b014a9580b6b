"""Power caps, measured and modelled, on two accelerators: speed and energy of work against the cap.

    python benchmarks/plots/knobs.py [--out docs/images/knobs.svg]

Reads `gpu_power` and `emerald_phoenix` in the folder GRIDTIDE_DATA. Prints each curve; dots are measured, lines the
tables as gridtide reads them, dashes the closed form above a cap of 0.42.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from svg import Chart, Series, picture

from gridtide.fleet.knob_curve import KnobCurve, at
from gridtide.physics.clock_and_cap import throughput_under_cap
from gridtide.sources.emerald import EmeraldSweep
from gridtide.sources.zeus_caps import ZeusCaps

FINE = 120
CLOSED_FROM = 0.42
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
    drawn = charts(
        [one for one in zeus if one.accelerator == "V100" and one.workload in ZEUS],
        [one for one in phoenix if one.workload in PHOENIX],
    )
    out.write_text(picture(drawn), encoding="utf-8")
    print(f"{out} written")


if __name__ == "__main__":
    main()
