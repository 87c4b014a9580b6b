"""Which declared modes of the grid a load drives, and how far."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridtide.grid.band import band_rms_kw, spectrum
from gridtide.grid.waveform import Waveform
from gridtide.physics.grid_frequency import forced_oscillation_hz

HIGHEST_HARMONIC = 40
NEAR = 0.2
"""Half width of the band around a mode whose energy is told, relative to its frequency."""


@dataclass(frozen=True, kw_only=True)
class Mode:
    """A way in which the grid swings. limit_hz: amplitude of frequency that may be driven; damping: its ratio.

    inertia_s, system_kva, nominal_hz: of the system that swings.
    """

    name: str
    mode_hz: float
    damping: float
    limit_hz: float
    inertia_s: float
    system_kva: float
    nominal_hz: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Driven:
    """What a load does to a mode. oscillation_hz: amplitude of frequency, the sum over all lines; main_hz, main_kw:
    the line that does most of it. near_kw: root mean square of the load's power around the mode."""

    mode: Mode
    oscillation_hz: float
    main_hz: float
    main_kw: float
    near_kw: float

    @property
    def passes(self) -> bool:
        """Whether the mode's limit holds."""
        return self.oscillation_hz <= self.mode.limit_hz


def response_hz(mode: Mode, amplitude_kw: float, driven_hz: float) -> float:
    """Amplitude of frequency that a sine of power drives in a mode, Hz."""
    return forced_oscillation_hz(
        amplitude_kw,
        driven_hz,
        mode.mode_hz,
        mode.damping,
        mode.inertia_s,
        mode.system_kva,
        mode.nominal_hz,
    )


def driven_by_lines(
    mode: Mode, lines: Sequence[tuple[float, float]], near_kw: float = 0.0
) -> Driven:
    """What lines of (frequency [Hz], amplitude [kW]) do to a mode; their responses are added, as if in step."""
    responses = [response_hz(mode, kw, hz) for hz, kw in lines]
    top = int(np.argmax(responses)) if responses else -1
    main_hz, main_kw = lines[top] if responses else (0.0, 0.0)
    return Driven(
        mode=mode, oscillation_hz=sum(responses), main_hz=main_hz, main_kw=main_kw, near_kw=near_kw
    )


def driven_by(mode: Mode, waveform: Waveform) -> Driven:
    """What a measured load does to a mode, by its spectrum: each line of it a sine; independent, so squares add."""
    frequency, density = spectrum(waveform)
    step_hz = float(frequency[1])
    amplitude_kw = np.sqrt(2.0 * density * step_hz)
    gain = np.asarray([0.0, *(response_hz(mode, 1.0, float(hz)) for hz in frequency[1:])])
    responses = gain * amplitude_kw
    top = int(np.argmax(responses))
    low, high = (1.0 - NEAR) * mode.mode_hz, (1.0 + NEAR) * mode.mode_hz
    return Driven(
        mode=mode,
        oscillation_hz=float(np.sqrt((responses**2).sum())),
        main_hz=float(frequency[top]),
        main_kw=float(amplitude_kw[top]),
        near_kw=band_rms_kw(waveform, low, high),
    )
