"""Sun and warmth of two series at hours that do not go together."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.evidence.daily_rhythm import hours_between, middle_h
from gridtide.signals.raw import Raw
from gridtide.signals.signal import Kind

NAME = "sun against"
SUNNY = frozenset({Kind.SOLAR, Kind.IRRADIANCE})


def sun_against(raw: Raw, other: Raw) -> Check:
    """The day is warmest one to five hours after its sun stands highest, wherever both are measured."""
    kinds = {raw.kind, other.kind}
    warm = Kind.TEMPERATURE
    apart = raw.kind is not other.kind and warm in kinds and kinds - {warm} <= SUNNY
    alike = "here" in (raw.zone, other.zone) or raw.zone == other.zone
    one, two = middle_h(raw), middle_h(other)
    if not (apart and alike) or one is None or two is None or raw.relative or other.relative:
        return passed(NAME, f"no pair of sun and warmth with {other.name}")
    after = hours_between(one, two) if raw.kind is warm else hours_between(two, one)
    if 0.5 <= after <= 5.5:
        return passed(NAME, f"the day is warmest {after:.1f} h after its sun")
    return decide(
        NAME, raw, np.arange(len(raw.rows)),
        f"the day is warmest {after:+.1f} h after its sun stands highest, beside {other.name}",
        "Check the zone of the times of both; one of them has slipped.",
    )  # fmt: skip
