"""Training under power caps on V100, P100 and RTX 6000: the traces of Zeus (NSDI 2023), each cell measured once.

Reference: ml-energy/zeus, examples/research_reproducibility/zeus_nsdi23/trace, Apache-2.0.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.knob_curve import Knob, KnobCurve, Mark, curve_of
from gridtide.sources import Table, numbers, open_table, words

if TYPE_CHECKING:
    import polars as pl

NAME_MAP = {
    "gpu": "gpu",
    "dataset": "dataset",
    "network": "network",
    "batch_size": "batch",
    "optimizer": "optimizer",
    "power_limit_w": "cap_w",
    "epoch_s": "epoch_s",
    "avg_power_w": "power_w",
}
ACCELERATORS = {"v100": "V100", "p100": "P100", "rtx6000": "RTX6000"}
SOURCE = "Zeus traces (NSDI 2023), one run a cell"
MEDIAN = "median"
CAP_MOST_W = 10_000.0
EPOCH_MOST_S = 1e8


@dataclass(frozen=True, kw_only=True)
class ZeusCaps:
    """The traces as one table: a curve for each configuration, and for each accelerator the median of all."""

    path: Path

    def read(self) -> tuple[KnobCurve, ...]:
        """Medians first, then `network dataset batch optimizer` in order. Raises BadInput with every fault found."""
        frame = _checked(open_table(self.path, NAME_MAP))
        configurations = [
            _curve(str(accelerator), rows)
            for (accelerator, *_), rows in sorted(
                frame.group_by("accelerator", "network", "dataset", "batch", "optimizer"),
                key=lambda found: found[0],
            )
        ]
        kinds = list(dict.fromkeys(curve.accelerator for curve in configurations))
        medians = [
            _median([curve for curve in configurations if curve.accelerator == kind])
            for kind in kinds
        ]
        return (*medians, *configurations)


def _checked(table: Table) -> "pl.DataFrame":
    import polars as pl

    faults: list[Finding] = []
    columns = {
        "batch": numbers(table, "batch", faults, least=1.0, most=1e9).astype(np.int64),
        "cap_w": numbers(table, "cap_w", faults, least=1.0, most=CAP_MOST_W),
        "epoch_s": numbers(table, "epoch_s", faults, least=1e-6, most=EPOCH_MOST_S),
        "power_w": numbers(table, "power_w", faults, least=1.0, most=CAP_MOST_W),
    }
    refuse_if_any(faults)
    kinds = [ACCELERATORS.get(name, name) for name in words(table, "gpu").tolist()]
    named = {name: words(table, name).tolist() for name in ("network", "dataset", "optimizer")}
    return pl.DataFrame({"accelerator": kinds, **named, **columns})


def _curve(accelerator: str, rows: "pl.DataFrame") -> KnobCurve:
    return curve_of(
        accelerator=accelerator,
        workload=" ".join(str(rows[name][0]) for name in ("network", "dataset", "batch", "optimizer")),
        knob=Knob.CAP,
        setting=rows["cap_w"].to_numpy(),
        rate=1.0 / rows["epoch_s"].to_numpy(),
        power_w=rows["power_w"].to_numpy(),
        mark=Mark.MEASURED,
        source=SOURCE,
    )  # fmt: skip


def _median(curves: list[KnobCurve]) -> KnobCurve:
    """The middle speed, and the middle energy of the same work, at each cap, over the configurations run at every cap.

    Power is what gives that energy at that speed.
    """
    caps = max((curve.setting for curve in curves), key=len)
    whole = [curve for curve in curves if len(curve.setting) == len(caps)]
    speed = np.median([curve.speed for curve in whole], axis=0)
    energy = np.median([curve.power_w / curve.uncapped_w / curve.speed for curve in whole], axis=0)
    return curve_of(
        accelerator=curves[0].accelerator,
        workload=MEDIAN,
        knob=Knob.CAP,
        setting=caps,
        rate=speed,
        power_w=np.median([curve.uncapped_w for curve in whole]) * energy * speed,
        mark=Mark.MEASURED,
        source=f"{SOURCE}; median of {len(whole)} configurations",
    )
