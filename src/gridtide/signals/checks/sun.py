"""Times that slipped against the sun: noon at the wrong hour, or moving when clocks change."""

from zoneinfo import ZoneInfo

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.evidence.daily_rhythm import hours_between, middle_h
from gridtide.signals.evidence.local_clock import offset_s, standard_offset_h
from gridtide.signals.raw import DAY_S, Raw
from gridtide.signals.signal import Kind

NAME = "sun"
EXPECTED_H = {Kind.SOLAR: (12.5, 2.0), Kind.IRRADIANCE: (12.5, 2.0), Kind.TEMPERATURE: (15.0, 3.0)}
"""Hour of the winter clock at which the mean day has its crest, and how far a zone's place may move it [h]."""
MOVED_H = 0.6


def sun(raw: Raw) -> Check:
    """Whether solar power and warmth come at the hours that the zone's clock gives them."""
    if raw.kind not in EXPECTED_H or raw.clock is None or raw.relative:
        return passed(NAME, "nothing in it follows a sun whose clock is known")
    middle = middle_h(raw)
    if middle is None:
        return passed(NAME, "too few days to tell, or no daily course")
    zone = ZoneInfo(raw.clock)
    offset_h = 0.0 if raw.naive else standard_offset_h(float(np.median(raw.stamps_s)), zone)
    expected_h, width_h = EXPECTED_H[raw.kind]
    late_h = hours_between(middle + offset_h, expected_h)
    if abs(late_h) > width_h:
        return decide(
            NAME, raw, np.arange(len(raw.rows)),
            f"the middle of the day lies at {(middle + offset_h) % 24:.1f} h of the zone's winter clock, "
            f"not around {expected_h:g} h",
            f"Check whether times were converted to UTC twice, or never: they seem {late_h:+.0f} h off.",
        )  # fmt: skip
    return _moving(raw, zone) or passed(
        NAME, f"the middle of the day lies at {(middle + offset_h) % 24:.1f} h of the winter clock"
    )


def _moving(raw: Raw, zone: ZoneInfo) -> Check | None:
    """Solar noon keeps its instant when clocks change; times of a clock taken for UTC do not."""
    if raw.kind is Kind.TEMPERATURE or raw.naive:
        return None
    days = np.unique(raw.stamps_s // DAY_S).astype(np.int64)
    by_day = {day: offset_s(day * DAY_S + DAY_S // 2, zone) for day in days.tolist()}
    offsets = np.asarray([by_day[day] for day in (raw.stamps_s // DAY_S).astype(np.int64).tolist()])
    summer = offsets > offsets.min()
    if summer.all() or not summer.any():
        return None
    warm, cold = middle_h(raw, summer), middle_h(raw, ~summer)
    if warm is None or cold is None or abs(hours_between(warm, cold)) < MOVED_H:
        return None
    return decide(
        NAME, raw, np.flatnonzero(summer),
        f"noon moves by {hours_between(warm, cold):+.1f} h where clocks change to summer time",
        "These are times of a clock on the wall; give them that zone instead of UTC.",
    )  # fmt: skip
