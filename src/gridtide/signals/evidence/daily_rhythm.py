"""At which hour of the day a quantity has its middle: the sun's noon, the warmest hour."""

import numpy as np

from gridtide.signals.raw import DAY_S, Raw, Truth, step_s


def middle_h(raw: Raw, where: Truth | None = None) -> float | None:
    """The hour of the first harmonic's crest of the mean day, 0 to 24, on the column's own times [h].

    A time stands for the middle of its interval. None for fewer than ten days, for steps above three hours,
    and where the day leaves no mark: a crest below a tenth of the spread.
    """
    step = step_s(raw)
    known = np.isfinite(raw.values) & (True if where is None else where)
    if not 0 < step <= 3 * 3600 or known.sum() * step < 10 * DAY_S:
        return None
    half = -0.5 if raw.stamp_is_end else 0.5
    angle = 2 * np.pi * ((raw.stamps_s[known] + half * step) % DAY_S) / DAY_S
    values = raw.values[known]
    wave = np.mean((values - values.mean()) * np.exp(1j * angle))
    spread = float(np.std(values))
    if spread == 0 or abs(wave) < 0.1 * spread:
        return None
    return float((np.angle(wave) % (2 * np.pi)) / (2 * np.pi) * 24.0)


def hours_between(one_h: float, other_h: float) -> float:
    """How much later the one hour of the day is than the other, -12 to 12 [h]."""
    return (one_h - other_h + 12.0) % 24.0 - 12.0
