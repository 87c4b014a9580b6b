"""Set-points of a record: a table with a row for each telegram, in the order in which they arrived."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.setpoint import Quality, Setpoint
from gridtide.signals.setpoint_record import SetpointRecord
from gridtide.sources import LATEST_S, Table, aware_s, faults_of_rows, numbers, open_table, words

NAMES = {
    "time_utc": "time",
    "time": "time",
    "arrived_utc": "arrived",
    "p_set_kw": "p_set_kw",
    "sequence": "sequence",
    "quality": "quality",
}
OPTIONAL = frozenset({"arrived", "sequence", "quality"})
MOST_COUNTED = 1 << 53
COUNT = "Count telegrams in whole numbers."
SAY = "Say one of them, or leave the column out."
IN_ORDER = "Write rows in the order in which they arrived."
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class SetpointTable:
    """A CSV or Parquet file with `time_utc` (the telegram's stamp) and `p_set_kw`.

    Optional: `sequence` (the row's number where it is missing), `quality` (good, not topical, invalid) and
    `arrived_utc` (the latest stamp so far where it is missing). Telegrams are not judged here: an empty power is one
    that was no number.
    """

    path: Path

    def read(self) -> SetpointRecord:
        """Every row as one telegram. Raises BadInput with every fault found."""
        table = open_table(self.path, NAMES, optional=OPTIONAL)
        faults: list[Finding] = []
        stamp_s = aware_s(table, "time", faults)
        power_kw = numbers(table, "p_set_kw", faults, unknown=True)
        sequence = _sequence(table, faults)
        quality = _quality(table, faults)
        arrived_s = _arrived_s(table, stamp_s, faults)
        refuse_if_any(faults)
        telegrams = tuple(
            Setpoint(p_set_kw=kw, measured_at=_moment(s), sequence=count, quality=one)
            for kw, s, count, one in zip(
                power_kw.tolist(), stamp_s.tolist(), sequence, quality, strict=True
            )
        )
        arrived_at = tuple(_moment(s) for s in arrived_s.tolist())
        return SetpointRecord(
            telegrams=telegrams, arrived_at=arrived_at, source=Path(self.path).name
        )


def _sequence(table: Table, faults: list[Finding]) -> list[int]:
    if "sequence" not in table.frame.columns:
        return list(range(len(table)))
    found = numbers(table, "sequence", faults, least=0, most=MOST_COUNTED)
    broken = np.isfinite(found) & (found != np.floor(found))
    faults.extend(faults_of_rows(table, "sequence", broken, "a whole number", COUNT))
    return [int(one) if np.isfinite(one) else 0 for one in found.tolist()]


def _quality(table: Table, faults: list[Finding]) -> list[Quality]:
    if "quality" not in table.frame.columns:
        return [Quality.GOOD] * len(table)
    found = words(table, "quality")
    known = {one.value: one for one in Quality}
    wrong = np.array([word not in known for word in found.tolist()], dtype=np.bool_)
    limit = ", ".join(known)
    faults.extend(faults_of_rows(table, "quality", wrong, limit, SAY))
    return [known.get(word, Quality.INVALID) for word in found.tolist()]


def _arrived_s(
    table: Table, stamp_s: NDArray[np.float64], faults: list[Finding]
) -> NDArray[np.float64]:
    """When each row arrived: told, or the latest stamp so far; never earlier than the row before."""
    if "arrived" not in table.frame.columns:
        return np.maximum.accumulate(stamp_s)
    found = aware_s(table, "arrived", faults)
    back = np.zeros(len(found), dtype=np.bool_)
    back[1:] = np.diff(found) < 0
    limit = "not before the row above"
    faults.extend(faults_of_rows(table, "arrived", back, limit, IN_ORDER))
    return found


def _moment(at_s: float) -> datetime:
    return EPOCH + timedelta(microseconds=round(min(at_s, LATEST_S) * 1e6))
