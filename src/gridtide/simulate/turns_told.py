"""Turns that jobs of a simulated fleet were told: when they begin and stop inside the step that runs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
At = tuple[datetime, float]
MICRO = timedelta(microseconds=1)


@dataclass(kw_only=True, eq=False)
class TurnsTold:
    """By row of a job: from when on it begins, and when it was stopped, each with how long its power takes."""

    begins: dict[int, At] = field(default_factory=dict)
    stops: dict[int, At] = field(default_factory=dict)

    def begins_in(self, row: int, start: datetime, end: datetime) -> bool:
        """Whether a job begins in turn inside a step."""
        return row in self.begins and start <= self.begins[row][0] < end

    def stopped_in(self, row: int, start: datetime, end: datetime) -> bool:
        """Whether a job was stopped in turn inside a step, and works until then."""
        return row in self.stops and start <= self.stops[row][0] < end

    def of(self, row: int, start: datetime, end: datetime) -> Real:
        """What the twin is told of the slot of a job, (4, 1), seconds: as `Turns` of a dispatch have it."""
        late_s = rise_s = early_s = fall_s = 0.0
        if self.begins_in(row, start, end):
            at, rise_s = self.begins[row]
            late_s = _seconds(at - start + timedelta(microseconds=round(rise_s * 1e6)))
        if self.stopped_in(row, start, end):
            at, fall_s = self.stops[row]
            early_s = _seconds(end - at)
        return np.asarray([[late_s], [rise_s], [early_s], [fall_s]])


def _seconds(span: timedelta) -> float:
    """Whole microseconds as the seconds next to them, as turns of a dispatch are rounded."""
    return (span // MICRO) / 1e6
