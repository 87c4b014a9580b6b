"""Power at a connection point, many samples a second: a table with `t_s` or `time`, and `power_kw`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.grid.waveform import Waveform
from gridtide.sources import LATEST_S, Table, aware_s, numbers, open_said, other_separator

NAME_MAP = {"t_s": "t_s", "time": "time", "time_utc": "time", "power_kw": "power_kw"}
MOST_KW = 1e8
LONGEST_GAP = 10.0
"""A gap longer than this many steps is not bridged."""
JITTER = 0.5
"""Stamps that are off by less than this share of a step are taken as evenly spaced."""

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class WaveformTable:
    """A CSV or Parquet file. t_s: seconds from any origin; time: aware instants; one of the two is enough.
    columns: house name to the file's, where the file calls a column something else."""

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)

    def read(self) -> Waveform:
        """All rows in order of time, evenly spaced. Raises BadInput with every fault found.

        Stamps that are uneven by half a step or more are put on the median step by straight lines.
        """
        waveform, _ = self.read_and_tell()
        return waveform

    def read_and_tell(self) -> tuple[Waveform, tuple[str, ...]]:
        """The waveform, and what was done to it on reading."""
        table = open_said(self.path, NAME_MAP, self.columns, frozenset(NAME_MAP.values()))
        refuse_if_any(self._lacking(table))
        faults: list[Finding] = []
        moments_s = self._moments(table, faults)
        power_kw = numbers(table, "power_kw", faults, least=-MOST_KW, most=MOST_KW, unknown=True)
        refuse_if_any(faults)
        kept = np.flatnonzero(np.isfinite(power_kw))
        order = kept[np.argsort(moments_s[kept], kind="stable")]
        at_s, power = moments_s[order], power_kw[order]
        refuse_if_any(self._faults(at_s))
        left_out = len(power_kw) - len(kept)
        notes = [f"{left_out} empty cells are bridged by straight lines"] if left_out else []
        step_s, even = _even(at_s)
        if not even:
            grid_s = at_s[0] + step_s * np.arange(int((at_s[-1] - at_s[0]) / step_s + 1e-6) + 1)
            power = np.interp(grid_s, at_s, power)
            notes.append(
                f"uneven stamps were put on their median step of {step_s:g} s by straight lines"
            )
        name = Path(self.path).name
        found = Waveform(name=name, start_s=float(at_s[0]), step_s=step_s, power_kw=power)
        return found, tuple(notes)

    def _moments(self, table: Table, faults: list[Finding]) -> Real:
        if "t_s" in table.frame.columns:
            return numbers(table, "t_s", faults, least=-LATEST_S, most=LATEST_S)
        return aware_s(table, "time", faults)

    def _lacking(self, table: Table) -> list[Finding]:
        """What the file has no column of, all at once."""
        needed = {
            "no column power_kw": ({"power_kw"}, "power at the connection point, kW"),
            "no column t_s or time": (
                {"t_s", "time"},
                "seconds in t_s, or instants with their zone in time",
            ),
        }
        hint = other_separator(table.headings)
        return [
            Finding(
                subject=str(self.path),
                value=f"has {value}",
                limit=limit,
                mend=f"Rename its column, or say it with --map {min(names)}=COLUMN; the file has: "
                f"{', '.join(table.headings[:20])}.{hint}",
            )
            for value, (names, limit) in needed.items()
            if names.isdisjoint(table.frame.columns)
        ]

    def _faults(self, at_s: Real) -> list[Finding]:
        """What stands in the way of a waveform."""

        def fault(value: str, limit: str, mend: str) -> list[Finding]:
            return [Finding(subject=f"{self.path}", value=value, limit=limit, mend=mend)]

        if len(at_s) < 2:
            return fault(f"{len(at_s)} rows with a power", "two or more", "Give a longer record.")
        spans = np.diff(at_s)
        if (spans <= 0.0).any():
            many = int((spans <= 0.0).sum())
            return fault(
                f"{many} moments stand in more than one row",
                "one row a moment",
                "Write stamps with more digits, or keep one row of each.",
            )
        longest = float(spans.max())
        usual = float(np.median(spans))
        if longest > LONGEST_GAP * usual:
            at = float(at_s[int(np.argmax(spans))])
            return fault(
                f"a gap of {longest:g} s after {at:g} s where samples are {usual:g} s apart",
                f"no gap longer than {LONGEST_GAP:g} samples",
                "Cut the file there and judge each part.",
            )
        return []


def _even(at_s: Real) -> tuple[float, bool]:
    """The step, and whether the stamps lie on it: the mean step where they do, else the median one."""
    step_s = float((at_s[-1] - at_s[0]) / (len(at_s) - 1))
    off = np.abs(at_s - at_s[0] - step_s * np.arange(len(at_s)))
    if float(off.max()) < JITTER * step_s:
        return step_s, True
    return float(np.median(np.diff(at_s))), False
