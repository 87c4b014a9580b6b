"""Power caps of language-model work on accelerators of the 400 W class: the sweep of the Phoenix field demonstration.

Reference: ai-emerald/emerald-ai-demo-may-2025, data/dvfs_sweep.csv, Apache-2.0.
"""

from dataclasses import dataclass
from pathlib import Path

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.copied import copies
from gridtide.fleet.knob_curve import Knob, KnobCurve, Mark, curve_of
from gridtide.sources import numbers, open_table, words

NAME_MAP = {
    "Workload": "workload",
    "GPU power cap": "cap_w",
    "normalized throughput": "speed",
    "power per GPU": "power_w",
}
ACCELERATOR = "400 W class"
SOURCE = "Phoenix field demonstration, May 2025, dvfs_sweep.csv"
CAP_MOST_W = 10_000.0


@dataclass(frozen=True, kw_only=True)
class EmeraldSweep:
    """The file of the demonstration as its authors published it."""

    path: Path

    def read(self) -> tuple[KnobCurve, ...]:
        """A curve for each workload in the order of the file; a scaled copy of an earlier one is no second measurement.

        Raises BadInput with every fault found.
        """
        table = open_table(self.path, NAME_MAP)
        faults: list[Finding] = []
        cap_w = numbers(table, "cap_w", faults, least=1.0, most=CAP_MOST_W)
        speed = numbers(table, "speed", faults, least=1e-6, most=2.0)
        power_w = numbers(table, "power_w", faults, least=1.0, most=CAP_MOST_W)
        refuse_if_any(faults)
        workload = words(table, "workload")
        curves = [
            curve_of(
                accelerator=ACCELERATOR,
                workload=name,
                knob=Knob.CAP,
                setting=cap_w[workload == name],
                rate=speed[workload == name],
                power_w=power_w[workload == name],
                mark=Mark.MEASURED,
                source=SOURCE,
            )
            for name in dict.fromkeys(workload.tolist())
        ]
        copied = {name for name, _, _ in copies([(one.workload, one.speed) for one in curves])}
        return tuple(curve for curve in curves if curve.workload not in copied)
