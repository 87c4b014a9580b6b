"""Measured knobs of one's own, one row a setting: a CSV or Parquet table of speed and power under caps or clocks.

Columns: accelerator, workload, cap_w or clock_mhz, speed (work over time, any unit), power_w (of one accelerator),
mark (measured, quoted or assumed), source.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.copied import copies
from gridtide.fleet.knob_curve import Knob, KnobCurve, Mark, curve_of
from gridtide.sources import Table, faults_of_rows, numbers, open_table, words

NAME_MAP = {
    "accelerator": "accelerator",
    "workload": "workload",
    "cap_w": "cap_w",
    "clock_mhz": "clock_mhz",
    "speed": "speed",
    "power_w": "power_w",
    "mark": "mark",
    "source": "source",
}
KNOBS = {"cap_w": Knob.CAP, "clock_mhz": Knob.CLOCK}
SETTING_LEAST, SETTING_MOST = 10.0, 10_000.0
POWER_LEAST_W, POWER_MOST_W = 10.0, 10_000.0
"""No accelerator is set or draws beyond these in W or MHz; kW and GHz fall outside."""

ABOVE_CAP = 1.5
"""What was drawn may pass a cap by a little, never by half: then the two columns are of different units or works."""

SPEED_MOST = 1e12
LEAST_ROWS = 2
Real = NDArray[np.float64]
Words = NDArray[np.str_]


@dataclass(frozen=True, kw_only=True)
class KnobTable:
    """A table of measured knobs; the highest setting of each workload is full speed."""

    path: Path

    def read(self) -> tuple[KnobCurve, ...]:
        """Every curve in the order of the file. Raises BadInput with every fault found."""
        table = open_table(self.path, NAME_MAP, optional=frozenset(KNOBS))
        refuse_if_any(_knob_faults(table))
        setting_name = next(name for name in KNOBS if name in table.frame.columns)
        faults: list[Finding] = []
        setting = numbers(table, setting_name, faults, least=SETTING_LEAST, most=SETTING_MOST)
        speed = numbers(table, "speed", faults, least=1e-12, most=SPEED_MOST)
        power_w = numbers(table, "power_w", faults, least=POWER_LEAST_W, most=POWER_MOST_W)
        text = {name: words(table, name) for name in ("accelerator", "workload", "mark", "source")}
        faults += _word_faults(table, text)
        if KNOBS[setting_name] is Knob.CAP:
            faults += faults_of_rows(
                table, "power_w", power_w > ABOVE_CAP * setting, f"at most {ABOVE_CAP:g} times the cap",
                "Give cap and power in W, of one accelerator.",
            )  # fmt: skip
        refuse_if_any(faults)
        keys = list(zip(text["accelerator"].tolist(), text["workload"].tolist(), strict=True))
        rows = {key: np.flatnonzero([one == key for one in keys]) for key in dict.fromkeys(keys)}
        refuse_if_any(_curve_faults(table, rows, setting, text))
        curves = tuple(
            curve_of(
                accelerator=accelerator,
                workload=workload,
                knob=KNOBS[setting_name],
                setting=setting[at],
                rate=speed[at],
                power_w=power_w[at],
                mark=Mark(str(text["mark"][at[0]])),
                source=str(text["source"][at[0]]),
            )
            for (accelerator, workload), at in rows.items()
        )
        refuse_if_any(_copied(table, curves))
        return curves


def _knob_faults(table: Table) -> Iterator[Finding]:
    there = [name for name in KNOBS if name in table.frame.columns]
    if len(there) != 1:
        yield Finding(
            subject=table.source,
            value=f"has {' and '.join(there) or 'neither cap_w nor clock_mhz'}",
            limit="one knob: a column cap_w or a column clock_mhz",
            mend="Give each knob a table of its own.",
        )


def _word_faults(table: Table, text: dict[str, Words]) -> Iterator[Finding]:
    marks = [mark.value for mark in Mark]
    yield from faults_of_rows(
        table, "mark", ~np.isin(text["mark"], marks), f"one of {', '.join(marks)}",
        "Say how the figure is known.",
    )  # fmt: skip
    for name in ("accelerator", "workload", "source"):
        yield from faults_of_rows(table, name, text[name] == "", "a text", "Name it.")


def _curve_faults(
    table: Table,
    rows: dict[tuple[str, str], NDArray[np.int64]],
    setting: Real,
    text: dict[str, Words],
) -> Iterator[Finding]:
    for (accelerator, workload), at in rows.items():
        subject = f"{table.source}: {workload} on {accelerator}"
        if len(at) < LEAST_ROWS:
            yield Finding(
                subject=subject, value=f"{len(at)} row", limit=f"{LEAST_ROWS} settings or more",
                mend="Add the row of full speed, or of a lower setting.",
            )  # fmt: skip
        if len(np.unique(setting[at])) < len(at):
            yield Finding(
                subject=subject, value="a setting stands in more than one row",
                limit="one row a setting", mend="Keep one row, or their mean.",
            )  # fmt: skip
        for name in ("mark", "source"):
            if len(set(text[name][at].tolist())) > 1:
                yield Finding(
                    subject=f"{subject}: {name}", value=", ".join(sorted(set(text[name][at].tolist())))[:80],
                    limit=f"one {name} for a curve", mend="Give the other rows a workload of their own.",
                )  # fmt: skip


def _copied(table: Table, curves: tuple[KnobCurve, ...]) -> Iterator[Finding]:
    """Curves said to be measured whose speeds and powers are another one's, times a constant."""
    claimed = [curve for curve in curves if curve.mark is Mark.MEASURED]
    for kind in dict.fromkeys(tuple(curve.setting.tolist()) for curve in claimed):
        alike = [curve for curve in claimed if tuple(curve.setting.tolist()) == kind]
        named = [(f"{curve.workload} on {curve.accelerator}", curve.speed) for curve in alike]
        for name, earlier, factor in copies(named):
            yield Finding(
                subject=f"{table.source}: {name}",
                value=f"speed at every setting is {factor:g} times that of {earlier}, to four digits",
                limit="figures of its own where the mark is measured",
                mend="Leave it out, or mark it assumed.",
            )
