"""What of a waveform lies in a band of frequencies: its course, its swing, its share of energy, its spectrum."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.filter_design import butterworth_band, sections_of, steady_states, warped_hz
from gridtide.grid.waveform import Waveform, steps_in

Real = NDArray[np.float64]
NYQUIST_SHARE = 0.95
"""An edge above this share of half the sampling rate cannot be seen."""


@dataclass(frozen=True, kw_only=True)
class BandFilter:
    """Butterworth of `order` at each edge [Hz], run forward and backward so that it does not delay.

    dropped_s: left out at both ends, where the filter has not settled. padding_s: by how much each end is mirrored,
    odd about it, before filtering.
    """

    low_hz: float
    high_hz: float
    order: int = 2
    dropped_s: float = 10.0
    padding_s: float = 10.0

    def __str__(self) -> str:
        return (
            f"Butterworth order {self.order}, zero phase, {self.low_hz:g} to {self.high_hz:g} Hz,"
            f" {self.dropped_s:g} s dropped at both ends"
        )


def visible_hz(waveform: Waveform) -> float:
    """Highest frequency that its sampling can show, Hz."""
    return NYQUIST_SHARE * 0.5 / waveform.step_s


def in_band(waveform: Waveform, band: BandFilter) -> Real:
    """The course of what lies in a band, (n,), kW. Raises ValueError where sampling does not reach its upper edge."""
    from gridtide.kernels.waveform import there_and_back

    rate = 1.0 / waveform.step_s
    if band.high_hz > 0.5 * rate:
        raise ValueError("the band reaches beyond half the sampling rate")
    sections = _sections(band, rate)
    padding = min(steps_in(waveform, band.padding_s), len(waveform.power_kw) - 1)
    values = np.ascontiguousarray(waveform.power_kw)
    return np.asarray(there_and_back(sections, steady_states(sections), values, padding))


def repeated_band(period: Waveform, band: BandFilter) -> Real:
    """What the filter makes of a kW in the first sample of a period that repeats for ever, (n,), kW.

    There and back is the square of its gain at every harmonic. Raises ValueError where sampling does not reach its
    upper edge.
    """
    rate = 1.0 / period.step_s
    if band.high_hz > 0.5 * rate:
        raise ValueError("the band reaches beyond half the sampling rate")
    sections = _sections(band, rate)
    count = len(period.power_kw)
    back = np.exp(-2j * np.pi * np.fft.rfftfreq(count))
    gain = np.ones(len(back), dtype=np.complex128)
    for b0, b1, b2, a1, a2 in sections:
        gain *= (b0 + back * (b1 + back * b2)) / (1.0 + back * (a1 + back * a2))
    return np.asarray(np.fft.irfft(np.abs(gain) ** 2, n=count))


def _sections(band: BandFilter, rate_hz: float) -> Real:
    edges = (warped_hz(band.low_hz, rate_hz), warped_hz(band.high_hz, rate_hz))
    return sections_of(butterworth_band(band.order, *edges), rate_hz)


def settled(waveform: Waveform, band: BandFilter) -> slice:
    """The samples that are not dropped at the ends."""
    dropped = steps_in(waveform, band.dropped_s)
    return slice(dropped, len(waveform.power_kw) - dropped)


def spectrum(waveform: Waveform, window_s: float = 80.0) -> tuple[Real, Real]:
    """Frequencies [Hz] and one-sided power density [kW²/Hz], (F,) each: Welch's mean of half-overlapping Hann windows.

    A record shorter than window_s is one window. The mean is removed from each.
    """
    size = min(max(8, steps_in(waveform, window_s)), len(waveform.power_kw))
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(size) / size)
    starts = range(0, len(waveform.power_kw) - size + 1, max(1, size // 2))
    density = np.zeros(size // 2 + 1)
    for at in starts:
        part = waveform.power_kw[at : at + size]
        density += np.abs(np.fft.rfft((part - part.mean()) * window)) ** 2
    density *= 2.0 * waveform.step_s / float((window**2).sum()) / len(starts)
    return np.asarray(np.fft.rfftfreq(size, waveform.step_s)), density


def band_rms_kw(waveform: Waveform, low_hz: float, high_hz: float) -> float:
    """Root mean square of what lies between two frequencies, kW, by the spectrum."""
    frequency, density = spectrum(waveform)
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    return math.sqrt(float(density[inside].sum() * frequency[1]))


def band_share(waveform: Waveform, low_hz: float, high_hz: float) -> float:
    """Energy of a band relative to that of everything but the mean [0-1], over the whole record; 0 for a flat one."""
    lines = np.abs(np.fft.rfft(waveform.power_kw - waveform.power_kw.mean())) ** 2
    frequency = np.fft.rfftfreq(len(waveform.power_kw), waveform.step_s)
    whole = float(lines[1:].sum())
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    return float(lines[inside].sum()) / whole if whole > 0.0 else 0.0


def main_line(
    waveform: Waveform, low_hz: float = 0.05, high_hz: float = 20.0
) -> tuple[float, float]:
    """Frequency [Hz] and amplitude [kW] of the strongest line of a band, 0 and 0 where there is none.

    The amplitude is that of a sine with the energy of the line and its two neighbours.
    """
    frequency, density = spectrum(waveform)
    inside = np.flatnonzero((frequency >= low_hz) & (frequency <= high_hz))
    if not len(inside):
        return 0.0, 0.0
    top = int(inside[np.argmax(density[inside])])
    energy = float(density[max(top - 1, 1) : top + 2].sum() * frequency[1])
    return (float(frequency[top]), math.sqrt(2.0 * energy)) if energy > 0.0 else (0.0, 0.0)
