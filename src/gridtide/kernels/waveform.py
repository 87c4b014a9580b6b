"""Power sampled many times a second: filters of second order in a row, and rises inside a window."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def filtered(sections: Real, states: Real, values: Real) -> Real:
    """Values through sections one after another, (n,).

    sections: (b0, b1, b2, a1, a2) of each, (K, 5); states: of each for a steady input of 1, (K, 2), by which the first
    value is taken to have stood for ever; zeros to start at rest.
    """
    out = values.copy()
    for k in range(len(sections)):
        b0, b1, b2, a1, a2 = sections[k]
        first, second = states[k, 0] * values[0], states[k, 1] * values[0]
        for t in range(len(out)):
            came = out[t]
            left = b0 * came + first
            first = b1 * came - a1 * left + second
            second = b2 * came - a2 * left
            out[t] = left
    return out


@njit(cache=True, error_model="numpy")
def there_and_back(sections: Real, states: Real, values: Real, padding: int) -> Real:
    """Values filtered forward, then backward, so that nothing is delayed, (n,); `padding` values odd about each end.

    padding: below n.
    """
    n = len(values)
    longer = np.empty(n + 2 * padding)
    for k in range(padding):
        longer[k] = 2.0 * values[0] - values[padding - k]
        longer[n + padding + k] = 2.0 * values[n - 1] - values[n - 2 - k]
    longer[padding : padding + n] = values
    once = filtered(sections, states, longer)
    return filtered(sections, states, once[::-1].copy())[::-1][padding : padding + n].copy()


@njit(cache=True, error_model="numpy")
def largest_rise(values: Real, steps: int) -> tuple[float, int, int]:
    """Greatest value less an earlier or the same one at most `steps` before it, and where both stand."""
    n = len(values)
    lowest = np.empty(n, dtype=np.int64)
    head, tail = 0, 0
    most, low_at, high_at = -1.0, 0, 0
    for t in range(n):
        while tail > head and values[lowest[tail - 1]] >= values[t]:
            tail -= 1
        lowest[tail] = t
        tail += 1
        while lowest[head] < t - steps:
            head += 1
        rise = values[t] - values[lowest[head]]
        if rise > most:
            most, low_at, high_at = rise, lowest[head], t
    return most, low_at, high_at


@njit(cache=True, error_model="numpy")
def followed(values: Real, rise: float, fall: float) -> Real:
    """A course that follows values by at most `rise` up and `fall` down a step, from the first on, (n,)."""
    out = values.copy()
    for t in range(1, len(out)):
        out[t] = min(max(values[t], out[t - 1] - fall), out[t - 1] + rise)
    return out


@njit(cache=True, error_model="numpy")
def stored(power_kw: Real, step_h: float, into: float, out_of: float) -> Real:
    """Energy in a store after each step beside what it held, (n,), kWh. power_kw: charged +, discharged -, at its
    terminals; into, out_of: efficiencies of both ways (0, 1]."""
    level = np.empty(len(power_kw))
    held = 0.0
    for t in range(len(power_kw)):
        kw = power_kw[t]
        held += step_h * (kw * into if kw > 0.0 else kw / out_of)
        level[t] = held
    return level
