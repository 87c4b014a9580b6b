"""Does the meter at a connection still measure? One that repeats itself while the site is moved is not believed."""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from gridtide.loop.set_points.site_meter import Metered
from gridtide.trust.meter_watch import MeterRules, MeterWatched, meter_watched
from gridtide.trust.setpoint_notes import SetpointNote

MOVED_SHARE = 0.1
"""Of the offer: what the site is moved by must have changed by so much to be a witness against its meter."""
LEAST_KW = 1e-3


@dataclass(kw_only=True, eq=False)
class WatchedMeter:
    """Each reading is judged once, by `trust/meter_watch.py`. notes: what is to be written down of it."""

    state: MeterWatched = field(default_factory=MeterWatched)
    newest: datetime | None = None
    notes: deque[SetpointNote] = field(default_factory=deque)

    def look(self, metered: Metered, moved_kw: float | None, offer_kw: float) -> bool:
        """Whether a reading may be believed. moved_kw: what those that set-points move say they draw, None where
        nobody says; offer_kw: the larger of both ways."""
        if metered.measured_at != self.newest:
            self.newest = metered.measured_at
            rules = MeterRules(
                low=-math.inf, high=math.inf, moved=max(MOVED_SHARE * offer_kw, LEAST_KW)
            )
            self.state, notes = meter_watched(
                rules,
                self.state,
                metered.measured_at,
                metered.kw,
                math.nan if moved_kw is None else moved_kw,
            )
            self.notes.extend(notes)
        return not (self.state.stuck or self.state.absurd)

    @property
    def said(self) -> str:
        """What is wrong with the meter, empty while nothing is."""
        if self.state.absurd:
            return "the meter shows what cannot be; what is moved says itself how far"
        if self.state.stuck:
            return (
                f"the meter stands still: {self.state.value:,.3f} kW {self.state.run} times in a row while the site was"
                " moved; what is moved says itself how far"
            )
        return ""
