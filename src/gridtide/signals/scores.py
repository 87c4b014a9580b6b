"""How far off forecasts were: errors by hours ahead, pinball loss, and how often a stated interval held.

Rows are forecasts, columns the steps ahead. NaN in `came` or in what was said leaves an hour unjudged.
"""

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]

BANDS_H = ((0, 24), (24, 48), (48, 72))
LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
STATED = 0.90
"""Share of hours that are to fall between the lowest and the highest of LEVELS."""


def mean_by_band(values: Real, ahead_h: Real) -> Real:
    """Means of (n, T) over each of BANDS_H, by hours ahead (T,); NaN where nothing of a band is judged."""
    found = []
    for first, last in BANDS_H:
        part = values[:, (ahead_h >= first) & (ahead_h < last)]
        found.append(float(np.nanmean(part)) if not np.isnan(part).all() else np.nan)
    return np.asarray(found)


def judged_by_band(values: Real, ahead_h: Real) -> NDArray[np.int64]:
    """How many of (n, T) are judged in each of BANDS_H."""
    return np.asarray(
        [
            np.count_nonzero(~np.isnan(values[:, (ahead_h >= first) & (ahead_h < last)]))
            for first, last in BANDS_H
        ],
        dtype=np.int64,
    )


def pinball_loss(came: Real, said: Real, levels: tuple[float, ...]) -> Real:
    """Mean over levels of the loss of quantiles `said` (n, L, T) against `came` (n, T), (n, T)."""
    level = np.asarray(levels)[None, :, None]
    off = came[:, None, :] - said
    return np.asarray(np.maximum(level * off, (level - 1.0) * off).mean(axis=1))


def share_inside(came: Real, said: Real) -> float:
    """Share of judged steps between the lowest and the highest quantile (n, L, T); NaN where none is judged."""
    judged = ~np.isnan(came) & ~np.isnan(said[:, 0]) & ~np.isnan(said[:, -1])
    inside = (said[:, 0] <= came) & (came <= said[:, -1])
    return float(inside[judged].mean()) if judged.any() else float("nan")
