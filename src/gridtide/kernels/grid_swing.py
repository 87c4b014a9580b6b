"""Frequency of a grid after an accident, step by step: machines, stores and loads answer it, and some leave by it."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.grid_frequency import droop_kw, lagged_kw, swung_hz

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
KW, DROOP, BAND_HZ, LAG_S, UP_KW, DOWN_KW, ENERGY_KWH = range(7)
"""Columns of what answers by droop."""
BELOW_HZ, BELOW_S, ABOVE_HZ, ABOVE_S, ROCOF, ROCOF_S = range(6)
"""Columns of what takes an element off by frequency; NaN where it does not."""
SIZE_KW, LEAVES_S, BACK_S, RAMP_S, SHARE = range(5)
"""Columns of elements: power (generation below 0), when each leaves whatever the frequency does (inf for never), how
long after leaving, or after frequency is back within its settings, its return begins, how long that takes, and the
share that returns."""
SEC_UP_KW, SEC_DOWN_KW, SEC_KW_PER_S, SEC_GAIN, SEC_AFTER_S = range(5)
"""What secondary control may do: room up and down, rate, gain [kW/Hz/s], and when it begins."""
STAYS, VOLTAGE, BELOW, ABOVE, STEEP = range(5)
"""Why an element left."""


@njit(cache=True, error_model="numpy")
def present_share(
    time_s: float, left_s: float, back_s: float, ramp_s: float, share: float
) -> float:
    """Share of an element that is there, [0-1]."""
    if time_s < left_s:
        return 1.0
    since = time_s - left_s - back_s
    if since < 0.0:
        return 0.0
    if ramp_s <= 0.0:
        return share
    return share * min(1.0, since / ramp_s)


@njit(cache=True, error_model="numpy")
def swing_of(
    given_kw: Real,
    step_s: float,
    nominal_hz: float,
    mass_kw_s_per_hz: float,
    damping_kw_per_hz: float,
    answers: Real,
    secondary: Real,
    elements: Real,
    settings: Real,
) -> tuple[Real, Real, Real, Real, Real, Whole]:
    """Frequency [Hz], (T,), what each answers [kW], (P, T), secondary power [kW], (T,), power of elements that is away
    [kW], (T,), when each left [s], (N,), and why, (N,).

    What answers sees the frequency of the middle of a step, and moves it by its mean over the step: the error falls
    with the square of the step. given_kw: surplus that is given at each step, (T,); answers: (P, 7), elements: (N, 5),
    settings: (N, K, 6).
    """
    steps, many, count = len(given_kw), len(answers), len(elements)
    frequency, away = np.empty(steps), np.empty(steps)
    answered, slow = np.zeros((many, steps)), np.zeros(steps)
    used_kwh, now_kw = np.zeros(many), np.zeros(many)
    left_s, why = elements[:, LEAVES_S].copy(), np.zeros(count, dtype=np.int64)
    away_since_s = left_s.copy()
    timers = np.zeros((count, settings.shape[1], 2))
    deviation, second_kw = 0.0, 0.0
    for t in range(steps):
        time_s = t * step_s
        frequency[t] = nominal_hz + deviation
        for i in range(count):
            if why[i] == STAYS:
                why[i] = _leaves(
                    frequency, t, step_s, nominal_hz, left_s[i], settings[i], timers[i]
                )
                if why[i] > VOLTAGE:
                    left_s[i] = time_s
                    away_since_s[i] = time_s
            elif why[i] > VOLTAGE and _outside(frequency[t], settings[i]):
                away_since_s[i] = time_s
        away[t] = 0.0
        for i in range(count):
            there = present_share(
                time_s,
                away_since_s[i],
                elements[i, BACK_S],
                elements[i, RAMP_S],
                elements[i, SHARE],
            )
            away[t] += (1.0 - there) * elements[i, SIZE_KW]
        surplus = given_kw[t] + away[t] + second_kw
        half = swung_hz(
            deviation, surplus + now_kw.sum(), damping_kw_per_hz, mass_kw_s_per_hz, 0.5 * step_s
        )
        for p in range(many):
            answered[p, t] = now_kw[p]
            used_kwh[p] += now_kw[p] * step_s / 3600.0
            wanted = _wanted(half, nominal_hz, answers[p], used_kwh[p])
            then_kw = lagged_kw(now_kw[p], wanted, answers[p, LAG_S], step_s)
            surplus += 0.5 * (now_kw[p] + then_kw)
            now_kw[p] = then_kw
        slow[t] = second_kw
        if time_s >= secondary[SEC_AFTER_S]:
            most = secondary[SEC_KW_PER_S] * step_s
            moved = min(most, max(-most, -secondary[SEC_GAIN] * deviation * step_s))
            second_kw = min(secondary[SEC_UP_KW], max(-secondary[SEC_DOWN_KW], second_kw + moved))
        deviation = swung_hz(deviation, surplus, damping_kw_per_hz, mass_kw_s_per_hz, step_s)
    return frequency, answered, slow, away, left_s, why


@njit(cache=True, error_model="numpy")
def _wanted(deviation_hz: float, nominal_hz: float, one: Real, used_kwh: float) -> float:
    """What a droop asks for, above 0 where frequency is low, within its room and what its store holds."""
    asked = -droop_kw(nominal_hz + deviation_hz, nominal_hz, one[KW], one[DROOP], one[BAND_HZ])
    if asked > 0.0 and used_kwh >= one[ENERGY_KWH]:
        return 0.0
    if asked < 0.0 and -used_kwh >= one[ENERGY_KWH]:
        return 0.0
    return float(min(one[UP_KW], max(-one[DOWN_KW], asked)))


@njit(cache=True, error_model="numpy")
def _outside(now_hz: float, settings: Real) -> bool:
    """Whether a frequency is one at which an element would leave; what left by it counts its return from then on."""
    beyond = (now_hz < settings[:, BELOW_HZ]) | (now_hz > settings[:, ABOVE_HZ])
    return bool(beyond.any())


@njit(cache=True, error_model="numpy")
def _leaves(
    frequency: Real,
    t: int,
    step_s: float,
    nominal_hz: float,
    left_s: float,
    settings: Real,
    timers: Real,
) -> int:
    """Why an element leaves at step t, STAYS where it does not; timers of its settings run on."""
    if t * step_s >= left_s:
        return VOLTAGE
    now = frequency[t]
    for k in range(len(settings)):
        timers[k, 0] = timers[k, 0] + step_s if now < settings[k, BELOW_HZ] else 0.0
        timers[k, 1] = timers[k, 1] + step_s if now > settings[k, ABOVE_HZ] else 0.0
        if timers[k, 0] > settings[k, BELOW_S] + 1e-9:
            return BELOW
        if timers[k, 1] > settings[k, ABOVE_S] + 1e-9:
            return ABOVE
        back = round(settings[k, ROCOF_S] / step_s) if settings[k, ROCOF] > 0.0 else 0
        if back > 0:
            before = frequency[t - back] if t >= back else nominal_hz
            if abs(now - before) > settings[k, ROCOF] * back * step_s:
                return STEEP
    return STAYS
