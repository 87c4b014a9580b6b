"""The document of `gridtide swing`: verdicts, modes, mends, and the picture of a waveform."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.iterations import ASSUMED_FROM
from gridtide.grid.band import spectrum
from gridtide.grid.judge import Load, Verdict
from gridtide.grid.mend import Mends
from gridtide.grid.oscillation import Driven
from gridtide.grid.period_guard import Sitting
from gridtide.grid.ride_through import (
    Outcome,
    RideThrough,
    Sag,
    alike,
    fastest_loss_kw_per_min,
    must_stay,
    stay_s,
)
from gridtide.grid.rule import Rule
from gridtide.grid.waveform import Waveform
from gridtide.simulate.second_power import ClassSwing

Real = NDArray[np.float64]
DRAWN_POINTS = 1500
DRAWN_LINES = 400
HIGHEST_PU = 2.0


def waveform_document(
    waveform: Waveform,
    load: Load,
    verdicts: Sequence[Verdict],
    driven: Sequence[Driven],
    mends: Mends,
    notes: Sequence[str],
) -> dict[str, Any]:
    """One waveform judged. passes: every rule that applies is kept and every declared mode's limit too."""
    passes = all(one.passes for one in verdicts) and all(one.passes for one in driven)
    return {
        "of": waveform.name,
        "passes": passes,
        "samples": len(waveform.power_kw),
        "start_s": waveform.start_s,
        "step_s": waveform.step_s,
        "lasts_s": waveform.lasts_s,
        "peak_kw": waveform.peak_kw,
        "mean_kw": float(waveform.power_kw.mean()),
        "nominal_kw": load.nominal_kw,
        "rules": [verdict_document(one) for one in verdicts],
        "modes": [_driven_document(one) for one in driven],
        "mends": [
            {"kind": one.kind, "says": one.says, "figures": one.figures} for one in mends.found
        ],
        "mends_that_fail": list(mends.failed),
        "notes": list(notes),
    }


def class_document(swing: ClassSwing) -> dict[str, Any]:
    """How the jobs of a class iterate, None for what a steady one does not, and where that is from."""
    shape = swing.iterations
    names = ("period_s", "depth", "duty", "ramp_s")
    return {
        "class": swing.work_class,
        "kind": None if swing.kind is None else swing.kind.value,
        "origin": "declared" if swing.declared else "assumed",
        **{name: None if shape is None else getattr(shape, name) for name in names},
        "source": "[[wave]]" if swing.declared else ASSUMED_FROM if shape else "of its kind",
    }


def class_note(swing: ClassSwing) -> str:
    """The same in a sentence."""
    found = class_document(swing)
    kind = found["kind"] or "no kind told"
    if swing.iterations is None:
        return f"{found['class']} ({kind}) is assumed to be steady"
    shortest, longest = found["period_s"]
    return (
        f"{found['class']} ({kind}) iterates each {shortest:g} to {longest:g} s, {found['depth']:.0%} deep,"
        f" {found['duty']:.0%} of the time at high: {found['origin']}, {found['source']}"
    )


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A rule with its source, and what was found."""
    return {
        **rule_document(verdict.rule),
        "outcome": verdict.outcome.value,
        "applies": verdict.applies,
        "value": verdict.value,
        "limit": verdict.limit,
        "margin": None if verdict.value is None else verdict.limit - verdict.value,
        "at_least": verdict.at_least,
        "from_s": verdict.from_s,
        "to_s": verdict.to_s,
        "how": verdict.how,
        "why": verdict.why,
    }


def rule_document(rule: Rule) -> dict[str, Any]:
    """A rule as it stands, with where it is from."""
    origin = rule.provenance
    return {
        "rule": rule.name,
        "authority": rule.authority,
        "text": rule.text,
        "quantity": rule.quantity.value,
        "unit": rule.unit,
        "window_s": rule.window_s,
        "band_hz": None if rule.band_hz is None else list(rule.band_hz),
        "direction": rule.direction.value,
        "applies_above_kw": rule.applies_above_kw,
        "exempt": rule.exempt,
        "status": origin.status,
        "status_date": origin.status_date,
        "source": origin.source,
        "primary": origin.primary,
        "citation": origin.citation,
        "mark": origin.mark,
        "assumed": origin.assumed,
    }


def picture_of(waveform: Waveform, mends: Mends) -> dict[str, Any]:
    """What a page draws: lowest and highest power of short spans, before and after each mend, and the spectrum."""
    spans = {"as it is": waveform, **{one.kind: one.waveform for one in mends.found}}
    frequency, density = spectrum(waveform)
    amplitude = np.sqrt(2.0 * density[1:] * frequency[1])
    thin = _apart(frequency[1:])
    return {
        "envelopes": {name: _envelope(one) for name, one in spans.items()},
        "spectrum_hz": [float(value) for value in frequency[1:][thin]],
        "spectrum_kw": [float(value) for value in _tops(amplitude, thin)],
    }


def sags_document(
    name: str, rule: RideThrough, sags: Sequence[Sag], outcomes: Sequence[Outcome]
) -> dict[str, Any]:
    """Loads in sags under one table. passes: no load left where it had to stay, no setting is prohibited, and none
    takes more load at once than the grid plans for."""
    groups = alike(rule, [one.load for one in outcomes])
    stayed = all(one.allowed and not one.faults for one in outcomes)
    return {
        "of": name,
        "passes": stayed and all(one.kept for one in groups),
        "rule": rule.name,
        "authority": rule.authority,
        "status": rule.provenance.status,
        "status_date": rule.provenance.status_date,
        "source": rule.provenance.source,
        "primary": rule.provenance.primary,
        "mark": rule.provenance.mark,
        "assumed": rule.provenance.assumed,
        "bands": [[low, min(high, HIGHEST_PU), _finite(stay)] for low, high, stay in rule.voltage],
        "sags": [
            {
                "t_s": sag.t_s,
                "v_pu": sag.v_pu,
                "duration_s": sag.duration_s,
                "must_stay": must_stay(rule.voltage, sag.v_pu, sag.duration_s),
                "stay_s": _finite(stay_s(rule.voltage, sag.v_pu)),
            }
            for sag in sags
        ],
        "loads": [_outcome_document(one) for one in outcomes],
        "alike": [
            {
                "loads": list(one.names),
                "load_kw": one.load_kw,
                "outcome": "pass" if one.kept else "fail",
            }
            for one in groups
        ],
        "largest_loss_kw": rule.largest_loss_kw,
        "lost_kw": sum(one.lost_kw for one in outcomes),
        "fastest_loss_kw_per_min": fastest_loss_kw_per_min(outcomes),
    }


def sitting_document(sitting: Sitting) -> dict[str, Any]:
    """A job on a mode of the grid, and what moves it off."""
    wave, driven = sitting.wave, sitting.driven
    return {
        "job": wave.job,
        "period_s": wave.period_s,
        "swing_kw": wave.high_kw - wave.low_kw,
        "mode": driven.mode.name,
        "mode_hz": driven.mode.mode_hz,
        "harmonic": sitting.harmonic,
        "oscillation_hz": driven.oscillation_hz,
        "limit_hz": driven.mode.limit_hz,
        "remedies": [
            {"kind": one.kind, "says": one.says, "figures": one.figures} for one in sitting.remedies
        ],
    }


def _outcome_document(outcome: Outcome) -> dict[str, Any]:
    return {
        "load": outcome.load.name,
        "load_kw": outcome.load.load_kw,
        "lost_kw": outcome.lost_kw,
        "at_s": _finite(outcome.at_s),
        "sag": outcome.sag,
        "because": outcome.because,
        "allowed": outcome.allowed,
        "faults": list(outcome.faults),
        "mends": list(outcome.mends),
    }


def _driven_document(driven: Driven) -> dict[str, Any]:
    return {
        "mode": driven.mode.name,
        "mode_hz": driven.mode.mode_hz,
        "damping": driven.mode.damping,
        "outcome": "pass" if driven.passes else "fail",
        "oscillation_hz": driven.oscillation_hz,
        "limit_hz": driven.mode.limit_hz,
        "main_hz": driven.main_hz,
        "main_kw": driven.main_kw,
        "near_kw": driven.near_kw,
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _envelope(waveform: Waveform) -> list[list[float]]:
    """Seconds, lowest and highest power of each span."""
    size = max(1, len(waveform.power_kw) // DRAWN_POINTS)
    whole = len(waveform.power_kw) // size * size
    spans = waveform.power_kw[:whole].reshape(-1, size)
    at = np.arange(len(spans)) * size * waveform.step_s
    return [
        [float(moment), float(low), float(high)]
        for moment, low, high in zip(at, spans.min(axis=1), spans.max(axis=1), strict=True)
    ]


def _apart(frequency: Real) -> NDArray[np.int64]:
    """Lines evenly apart on a logarithmic scale, at most so many."""
    wanted = np.geomspace(frequency[0], frequency[-1], DRAWN_LINES)
    return np.unique(np.minimum(np.searchsorted(frequency, wanted), len(frequency) - 1))


def _tops(amplitude: Real, starts: NDArray[np.int64]) -> Real:
    """The largest amplitude from each drawn line to the next."""
    return np.asarray(np.maximum.reduceat(amplitude, starts))
