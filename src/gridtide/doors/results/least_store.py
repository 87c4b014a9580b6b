"""The least store of any control for a load that repeats itself, as a document."""

from collections.abc import Sequence
from typing import Any

from gridtide.grid.band import visible_hz
from gridtide.grid.judge import Load
from gridtide.grid.rule import Quantity, Rule
from gridtide.grid.smallest_store import REPEATED, mean_period, smallest_repeated
from gridtide.grid.waveform import Waveform


def least_store_document(
    waveform: Waveform, rules: Sequence[Rule], load: Load, efficiency: float
) -> dict[str, Any]:
    """rules: that it keeps, left_out: that this form cannot keep or this sampling cannot show; period_s, alike: of the
    mean period; energy_kwh, power_kw, lost_kwh (in a period): of a store that knows what comes, bound_kwh: below which
    none holds. None, with why, where the record has no period or no store keeps the rules."""
    repeated = mean_period(waveform)
    found: dict[str, Any] = dict.fromkeys(
        ("period_s", "alike", "energy_kwh", "bound_kwh", "power_kw", "lost_kwh")
    )
    if repeated is None:
        kept: list[Rule] = []
        why = "the record does not repeat itself within 600 samples"
    else:
        period, alike = repeated
        found |= {"period_s": len(period.power_kw) * period.step_s, "alike": alike}
        kept = [rule for rule in rules if _can_be_kept(rule, period)]
        peaks_kw = (load.nominal_kw, load.peak_kw or waveform.peak_kw)
        least = smallest_repeated(period, kept, peaks_kw, efficiency) if kept else None
        why = "" if least else "no store keeps the rules" if kept else "no rule of this form fails"
        if least is not None:
            found |= {name: getattr(least, name) for name in found if name.endswith(("kwh", "kw"))}
    names = [rule.name for rule in kept]
    left_out = [rule.name for rule in rules if rule.name not in names]
    return {**found, "rules": names, "left_out": left_out, "why": why}


def _can_be_kept(rule: Rule, period: Waveform) -> bool:
    """Ramps and steps always; what swings in a band that is visible, in windows that hold a period."""
    if rule.quantity != Quantity.BAND_SWING:
        return rule.quantity in REPEATED
    lasts_s = len(period.power_kw) * period.step_s
    seen = rule.band_hz is not None and rule.band_hz[1] <= visible_hz(period)
    return seen and (rule.window_s is None or rule.window_s >= lasts_s)
