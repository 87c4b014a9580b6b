"""Digital filters as sections of second order, by the bilinear transform of analog ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Analog:
    """A filter by its zeros and poles [rad/s] and its gain."""

    zeros: Complex
    poles: Complex
    gain: float


def butterworth_low(order: int, corner_hz: float) -> Analog:
    """Low pass of some order that falls by 3 dB at its corner."""
    corner = 2.0 * np.pi * corner_hz
    return Analog(zeros=np.zeros(0, complex), poles=corner * _unit_poles(order), gain=corner**order)


def butterworth_band(order: int, low_hz: float, high_hz: float) -> Analog:
    """Band pass of `order` at each edge (twice as many poles), 3 dB down at both edges."""
    low, high = 2.0 * np.pi * low_hz, 2.0 * np.pi * high_hz
    half = _unit_poles(order) * (high - low) / 2.0
    root = np.sqrt(half * half - low * high)
    poles = np.concatenate([half + root, half - root])
    return Analog(zeros=np.zeros(order, complex), poles=poles, gain=(high - low) ** order)


def high_pass(corner_hz: float) -> Analog:
    """High pass of first order."""
    return Analog(
        zeros=np.zeros(1, complex), poles=np.asarray([-2.0 * np.pi * corner_hz + 0j]), gain=1.0
    )


def low_pass(constant_s: float) -> Analog:
    """Low pass of first order by its time constant [s]."""
    return Analog(
        zeros=np.zeros(0, complex),
        poles=np.asarray([-1.0 / constant_s + 0j]),
        gain=1.0 / constant_s,
    )


def warped_hz(frequency_hz: float, rate_hz: float) -> float:
    """The analog frequency that the bilinear transform turns into this one at a sampling rate [Hz]."""
    return float(rate_hz / np.pi * np.tan(np.pi * frequency_hz / rate_hz))


def sections_of(analog: Analog, rate_hz: float) -> Real:
    """The filter at a sampling rate [Hz] as sections (b0, b1, b2, a1, a2), (K, 5).

    Reference: bilinear transform s = 2 fs (z - 1) / (z + 1); zeros at infinity go to z = -1.
    """
    twice = 2.0 * rate_hz
    poles = (twice + analog.poles) / (twice - analog.poles)
    zeros = np.concatenate(
        [
            (twice + analog.zeros) / (twice - analog.zeros),
            np.full(len(analog.poles) - len(analog.zeros), -1.0 + 0j),
        ]
    )
    gain = analog.gain * np.prod(twice - analog.zeros) / np.prod(twice - analog.poles)
    below, above = _paired(poles), _paired(zeros, mixed=True)
    sections = np.asarray([[*up, *down[1:]] for up, down in zip(above, below, strict=True)])
    sections[0, :3] *= gain.real
    return sections


def steady_states(sections: Real) -> Real:
    """What each section holds when an input of 1 has stood for ever, (K, 2)."""
    states = np.empty((len(sections), 2))
    comes = 1.0
    for k, (b0, b1, b2, a1, a2) in enumerate(sections):
        leaves = comes * (b0 + b1 + b2) / (1.0 + a1 + a2)
        states[k] = (leaves - b0 * comes, b2 * comes - a2 * leaves)
        comes = leaves
    return states


def _unit_poles(order: int) -> Complex:
    angle = np.pi * (2.0 * np.arange(order) + order + 1.0) / (2.0 * order)
    return np.asarray(np.exp(1j * angle))


def _paired(roots: Complex, *, mixed: bool = False) -> list[Real]:
    """Polynomials of two roots each: conjugates together, real ones by size; mixed pairs the least with the greatest.

    One left over stands alone, its second root at 0.
    """
    rounding = 1e-10 * max(1.0, float(np.abs(roots).max(initial=0.0)))
    upper = sorted(roots[roots.imag > rounding], key=abs)
    real = sorted(roots[np.abs(roots.imag) <= rounding].real.tolist())
    pairs = [np.asarray([1.0, -2.0 * root.real, abs(root) ** 2]) for root in upper]
    while real:
        one = real.pop(0)
        other = (real.pop() if mixed else real.pop(0)) if real else None
        pairs.append(
            np.asarray([1.0, -one, 0.0])
            if other is None
            else np.asarray([1.0, -(one + other), one * other])
        )
    return pairs
