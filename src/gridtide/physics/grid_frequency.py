"""Frequency of a grid after a load comes or goes, what a load with a droop does about it, and forced oscillation."""

import math


def rocof_hz_per_s(lost_kw: float, system_kva: float, inertia_s: float, nominal_hz: float) -> float:
    """Rate of change of frequency [Hz/s] right after a load [kW] is lost; a load that comes is negative.

    system_kva, inertia_s, nominal_hz: rating [kVA], inertia constant [s] and frequency [Hz] of the system, above 0.
    Reference: swing equation, dP f0 / (2 H S).
    """
    return lost_kw * nominal_hz / (2.0 * inertia_s * system_kva)


def quasi_steady_hz(lost_kw: float, stiffness_kw_per_hz: float) -> float:
    """Deviation of frequency [Hz] after primary response to a lost load [kW], of either sign.

    stiffness_kw_per_hz: frequency response of the system [kW/Hz], above 0. Reference: definition of the
    frequency characteristic.
    """
    return lost_kw / stiffness_kw_per_hz


def droop_kw(
    frequency_hz: float, nominal_hz: float, flexible_kw: float, droop: float, dead_band_hz: float
) -> float:
    """Change of a load [kW] by its droop: less when frequency is low, more when it is high, at most flexible_kw.

    droop: share of nominal frequency that moves the whole flexible_kw [0-1], above 0; the dead band [Hz, 0 or more]
    is subtracted, so nothing steps at its edge. Reference: droop definition; 0.05 and 0.036 Hz at 60 Hz are assumed
    values of a contract, not quoted ones.
    """
    low = max(0.0, nominal_hz - frequency_hz - dead_band_hz)
    high = max(0.0, frequency_hz - nominal_hz - dead_band_hz)
    moved = flexible_kw * (high - low) / (nominal_hz * droop)
    return min(flexible_kw, max(-flexible_kw, moved))


def swung_hz(
    deviation_hz: float,
    surplus_kw: float,
    damping_kw_per_hz: float,
    mass_kw_s_per_hz: float,
    step_s: float,
) -> float:
    """Deviation of frequency [Hz] a step [s] later, exact for a surplus [kW] that stays: M df/dt = P - D f.

    damping_kw_per_hz: of load, 0 or more [kW/Hz]; mass_kw_s_per_hz: 2 H S / f0, above 0 [kW s/Hz]. Reference: swing
    equation of all machines as one.
    """
    if damping_kw_per_hz <= 0.0:
        return deviation_hz + surplus_kw * step_s / mass_kw_s_per_hz
    kept = math.exp(-damping_kw_per_hz * step_s / mass_kw_s_per_hz)
    return deviation_hz * kept + surplus_kw / damping_kw_per_hz * (1.0 - kept)


def lagged_kw(now_kw: float, wanted_kw: float, lag_s: float, step_s: float) -> float:
    """Power [kW] a step [s] later of what follows a wanted power [kW] with a lag of first order [s, 0 or more].

    Reference: exact solution of lag dP/dt = wanted - P for a wanted power that stays through the step.
    """
    if lag_s <= 0.0:
        return wanted_kw
    return wanted_kw + (now_kw - wanted_kw) * math.exp(-step_s / lag_s)


def forced_oscillation_hz(
    swing_kw: float,
    driven_hz: float,
    mode_hz: float,
    damping: float,
    inertia_s: float,
    system_kva: float,
    nominal_hz: float,
) -> float:
    """Amplitude [Hz] of the frequency of one mode that a load of amplitude swing_kw [kW] drives.

    driven_hz, mode_hz: above 0 [Hz]; damping: ratio of the mode, above 0 [0-1]; inertia_s [s], system_kva [kVA] and
    nominal_hz [Hz] of the system. Reference: linear second-order mode,
    w dP / (M |wm^2 - w^2 + 2j zeta wm w|) with M = 2 H S / f0; at resonance dP / (2 zeta wm M).
    """
    driven, own = 2.0 * math.pi * driven_hz, 2.0 * math.pi * mode_hz
    mass = 2.0 * inertia_s * system_kva / nominal_hz
    apart = math.hypot(own * own - driven * driven, 2.0 * damping * own * driven)
    return driven * swing_kw / (mass * apart)
