"""Power of synchronous training: up while it computes, down while it exchanges, and what that swing asks of others."""

import math


def wave_kw(seconds: float, low_kw: float, high_kw: float, period_s: float, duty: float) -> float:
    """Power [kW] of iterations: high for a share `duty` [0-1] of each period [s, above 0], then low.

    seconds: since the start of an iteration, any. Reference: square wave of computing and exchanging; periods of
    0.5 to 10 s and depths of 30 to 60 per cent of IT power are assumed ranges.
    """
    phase = seconds / period_s
    return high_kw if phase - math.floor(phase) < duty else low_kw


def envelope_share(seconds: float, lasts_s: float, ramp_s: float) -> float:
    """Share [0-1] of its power that a run shows at a time [s]: rises over ramp_s, falls over it before its end.

    lasts_s: of the whole run [s], ramp_s: 0 or more [s], at most half of it. 18 s is a published default of synthetic
    traces (OpenG2G, quoted).
    """
    if seconds < 0.0 or seconds >= lasts_s:
        return 0.0
    if ramp_s <= 0.0:
        return 1.0
    return min(1.0, seconds / ramp_s, (lasts_s - seconds) / ramp_s)


def harmonic_kw(number: int, swing_kw: float, duty: float) -> float:
    """Amplitude [kW] of a square wave at `number` times its frequency, 1 or more. Reference: Fourier series."""
    angle = number * math.pi
    return 2.0 * swing_kw / angle * abs(math.sin(angle * duty))


def swing_kwh(swing_kw: float, period_s: float, duty: float) -> float:
    """Energy [kWh] a store moves up and down to flatten a square wave to its mean: D (1 - D) dP T.

    swing_kw, period_s 0 or more, duty 0 to 1. Derived: integral of the wave less its mean.
    """
    return duty * (1.0 - duty) * swing_kw * period_s / 3600.0


def ramp_buffer_kwh(step_kw: float, ramp_kw_per_s: float) -> float:
    """Energy [kWh] of a store that makes a ramp [kW/s, above 0] of a step [kW]: dP² / (2 r); its power is the step.

    Derived: the triangle between step and ramp.
    """
    return step_kw * step_kw / (2.0 * ramp_kw_per_s) / 3600.0


def filter_gain(frequency_hz: float, constant_s: float) -> float:
    """What a first-order filter of a time constant [s, 0 or more] lets through at a frequency [Hz], (0, 1].

    Dimensionless. Reference: definition of a first-order low pass.
    """
    angle = 2.0 * math.pi * frequency_hz * constant_s
    return 1.0 / math.sqrt(1.0 + angle * angle)
