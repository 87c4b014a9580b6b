"""How much people would notice of a voltage in their lamps: the flickermeter, and its short-term severity."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.filter_design import (
    Analog,
    butterworth_low,
    high_pass,
    low_pass,
    sections_of,
    steady_states,
)

Real = NDArray[np.float64]
OBSERVED_S = 600.0
SETTLING_S = 60.0
CARRIER_SAMPLES = 40
"""Samples of each cycle of the carrier."""
SMOOTHING_S = 0.3
CALIBRATION_HZ = 8.8
EXCEEDED = (0.1, 0.7, 1.0, 1.5, 2.2, 3.0, 4.0, 6.0, 8.0, 10.0, 13.0, 17.0, 30.0, 50.0, 80.0)
WEIGHTS = (0.0314, *(0.0525 / 3,) * 3, *(0.0657 / 3,) * 3, *(0.28 / 5,) * 5, *(0.08 / 3,) * 3)
"""Percentages of time, and what the level exceeded during each weighs, smoothed as IEC 61000-4-15 says."""


@dataclass(frozen=True, kw_only=True)
class Lamp:
    """A lamp and the eye behind it: the weighting filter of IEC 61000-4-15 and the low pass before it.

    gain, damping_hz, corners_hz: k, lambda and omega 1 to 4 (over 2 pi); low_pass_hz: of sixth order;
    unit_share: sinusoidal fluctuation dV/V at 8.8 Hz that is just perceived, peak to peak.
    """

    nominal_hz: float
    gain: float
    damping_hz: float
    corners_hz: tuple[float, float, float, float]
    low_pass_hz: float
    unit_share: float


LAMPS = {
    50.0: Lamp(
        nominal_hz=50.0,
        gain=1.74802,
        damping_hz=4.05981,
        corners_hz=(9.15494, 2.27979, 1.22535, 21.9),
        low_pass_hz=35.0,
        unit_share=0.00250,
    ),
    60.0: Lamp(
        nominal_hz=60.0,
        gain=1.6357,
        damping_hz=4.167375,
        corners_hz=(9.077169, 2.939902, 1.394468, 17.31512),
        low_pass_hz=42.0,
        unit_share=0.00321,
    ),
}
"""230 V lamp at 50 Hz and 120 V lamp at 60 Hz, quoted from IEC 61000-4-15 by way of public implementations."""


def carrier_rate_hz(lamp: Lamp) -> float:
    """Samples a second at which the meter works, Hz."""
    return CARRIER_SAMPLES * lamp.nominal_hz


def sensation(voltage_pu: Real, lamp: Lamp) -> Real:
    """Instantaneous flicker sensation of an envelope of voltage sampled at `carrier_rate_hz`, same shape; 1 is just
    perceived. The envelope is relative to its mean.

    Blocks 2 to 4 of IEC 61000-4-15: squaring the carrier, 0.05 Hz high pass, low pass, weighting, squaring, 0.3 s.
    """
    from gridtide.kernels.waveform import filtered

    rate = carrier_rate_hz(lamp)
    moments = np.arange(len(voltage_pu)) / rate
    carrier = np.sin(2.0 * np.pi * lamp.nominal_hz * moments)
    demodulated = (voltage_pu / voltage_pu.mean() * carrier) ** 2
    chain = (high_pass(0.05), butterworth_low(6, lamp.low_pass_hz), *_weighting(lamp))
    sections = np.concatenate([sections_of(one, rate) for one in chain])
    weighted = filtered(sections, np.zeros((len(sections), 2)), demodulated - 0.5)
    smoothing = sections_of(low_pass(SMOOTHING_S), rate)
    return np.asarray(
        filtered(smoothing, np.zeros_like(steady_states(smoothing)), weighted**2) / _unit(lamp)
    )


def severity(sensations: Real) -> float:
    """Short-term severity Pst of sensations over the time observed, from levels exceeded for shares of it."""
    levels = np.percentile(sensations, 100.0 - np.asarray(EXCEEDED))
    return math.sqrt(float(np.asarray(WEIGHTS) @ levels))


def severities(voltage_pu: Real, step_s: float, nominal_hz: float) -> list[float]:
    """Pst of each whole ten minutes of a course of voltage, sampled each step_s. Raises ValueError for a shorter one.

    Each block is preceded by up to a minute that lets the filters settle, by its own first minute at the beginning.
    """
    lamp = LAMPS[nominal_hz]
    block, before = round(OBSERVED_S / step_s), round(SETTLING_S / step_s)
    if len(voltage_pu) < block:
        raise ValueError("Pst needs ten minutes")
    found = []
    for at in range(0, len(voltage_pu) - block + 1, block):
        first = voltage_pu[at - before : at] if at >= before else voltage_pu[at : at + before]
        course = np.concatenate([first, voltage_pu[at : at + block]])
        moments = np.arange(int((OBSERVED_S + SETTLING_S) * carrier_rate_hz(lamp)))
        finer = np.interp(moments / carrier_rate_hz(lamp), np.arange(len(course)) * step_s, course)
        settled = int(SETTLING_S * carrier_rate_hz(lamp))
        found.append(severity(sensation(finer, lamp)[settled:]))
    return found


def _weighting(lamp: Lamp) -> tuple[Analog, Analog]:
    """k w1 s / (s² + 2 l s + w1²) and (1 + s / w2) / ((1 + s / w3) (1 + s / w4))."""
    first, second, third, fourth = (2.0 * np.pi * corner for corner in lamp.corners_hz)
    damping = 2.0 * np.pi * lamp.damping_hz
    root = np.sqrt(complex(damping * damping - first * first))
    lift = Analog(
        zeros=np.zeros(1, complex),
        poles=np.asarray([-damping + root, -damping - root]),
        gain=lamp.gain * first,
    )
    shelf = Analog(
        zeros=np.asarray([-second + 0j]),
        poles=np.asarray([-third + 0j, -fourth + 0j]),
        gain=third * fourth / second,
    )
    return lift, shelf


def _unit(lamp: Lamp) -> float:
    """What the meter shows, before scaling, at the peak of the fluctuation that is just perceived.

    Block 2 leaves half the relative amplitude of a carrier of 1; block 4 lets part of the double frequency through.
    """
    turn = 2.0j * np.pi * CALIBRATION_HZ
    response = abs(np.prod([_at(one, turn) for one in (high_pass(0.05), butterworth_low(6, lamp.low_pass_hz),
                                                       *_weighting(lamp))]))  # fmt: skip
    ripple = abs(_at(low_pass(SMOOTHING_S), 2.0 * turn))
    return float((0.5 * lamp.unit_share * response) ** 2 / 2.0 * (1.0 + ripple))


def _at(analog: Analog, turn: complex) -> complex:
    """Response of a filter at s = j omega."""
    return complex(analog.gain * np.prod(turn - analog.zeros) / np.prod(turn - analog.poles))
