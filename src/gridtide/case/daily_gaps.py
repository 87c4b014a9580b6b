"""Hours that a series lacks, filled from the same hour of another day."""

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


def filled_by_day(values: Real) -> tuple[Real, int]:
    """Unknown hours filled from the same hour of the nearest day before that is known, of the first days from the day
    behind; and how many they were. values: of consecutive hours, one of them known."""
    unknown = np.isnan(values)
    filled = values.copy()
    for hour in np.flatnonzero(unknown):
        before = filled[hour % 24 : hour : 24]
        behind = values[hour::24]
        known = before[~np.isnan(before)]
        later = behind[~np.isnan(behind)]
        filled[hour] = known[-1] if len(known) else later[0] if len(later) else np.nanmean(values)
    return filled, int(unknown.sum())
