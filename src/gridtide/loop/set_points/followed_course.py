"""What a site was asked for and what it gave: the last ten minutes to look at, the last hour scored."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from gridtide.settle.regulation_score import MANUAL_12, score_blocks
from gridtide.timeline import instant

SHOWN_S, SHOWN_STEP_S = 600, 2
SAMPLES = 360 + MANUAL_12.shifts
"""Of ten seconds: an hour, and how far the last block's response must go on."""
ERROR_BAND = 0.1
"""Within this share of the offer a response counts as in the band; agreed nowhere, ours."""
GAP_S = 60
"""After so long without a tick the score begins anew: nobody knows what was in between."""


@dataclass(kw_only=True, eq=False)
class FollowedCourse:
    """Ticks are noted by one thread and read by any. signal, response: shares of the offer, drawing less is above 0.

    shown: (second, signal, response), one every two seconds; samples: (ten seconds, signal, response) without a hole.
    travelled: how far the signal went, in offers. ticks, saturated, near, unmeasured: of all ticks, those that
    offer, store or connection kept from going as far as asked, those within ERROR_BAND, and those of which
    nobody knows the response: in the score that counts as none. led_s: for how long set-points led it, of whole_s
    that passed.
    """

    shown: deque[tuple[int, float, float | None]] = field(
        default_factory=lambda: deque(maxlen=SHOWN_S // SHOWN_STEP_S)
    )
    samples: deque[tuple[int, float, float]] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    last: tuple[float, float] | None = None
    travelled: float = 0.0
    ticks: int = 0
    saturated: int = 0
    near: int = 0
    unmeasured: int = 0
    led_s: float = 0.0
    whole_s: float = 0.0
    looked_s: float | None = None

    def note(self, now: datetime, signal: float, response: float | None, saturated: bool) -> None:
        """One tick."""
        at_s = now.timestamp()
        if self.last is not None and not 0.0 <= at_s - self.last[0] <= GAP_S:
            self.samples.clear()
        elif self.last is not None:
            self.travelled += abs(signal - self.last[1])
        self.last = (at_s, signal)
        self.ticks += 1
        self.saturated += saturated
        self.unmeasured += response is None
        self.near += response is not None and abs(signal - response) <= ERROR_BAND
        self._show(int(at_s) // SHOWN_STEP_S * SHOWN_STEP_S, signal, response)
        self._sample(int(at_s // MANUAL_12.sample_s), signal, response or 0.0)

    def lived(self, now: datetime, led: bool) -> None:
        """Time went on until a tick; whether set-points lead it then."""
        at_s = now.timestamp()
        passed_s = 0.0 if self.looked_s is None else at_s - self.looked_s
        if 0.0 <= passed_s <= GAP_S:
            self.whole_s += passed_s
            self.led_s += led * passed_s
        self.looked_s = at_s

    def _show(self, second: int, signal: float, response: float | None) -> None:
        if self.shown and self.shown[-1][0] == second:
            self.shown[-1] = (second, signal, response)
        else:
            self.shown.append((second, signal, response))

    def _sample(self, ten: int, signal: float, response: float) -> None:
        """The first tick of every ten seconds; those without one are as the one before them."""
        if self.samples:
            before, *values = self.samples[-1]
            for missed in range(before + 1, ten):
                self.samples.append((missed, values[0], values[1]))
        if not self.samples or self.samples[-1][0] < ten:
            self.samples.append((ten, signal, response))

    def _share(self, some: float, of: float) -> float | None:
        return round(some / of, 4) if of else None

    def score(self) -> dict[str, float | None]:
        """The three parts and their mean over the whole blocks of the last hour; None before ten minutes are there."""
        samples = list(self.samples)
        names = ("score", "accuracy", "delay", "precision")
        if len(samples) < MANUAL_12.block + MANUAL_12.shifts:
            return dict.fromkeys(names)
        table = np.asarray(samples)
        found = score_blocks(table[:, 1], table[:, 2])
        parts = (found.score, found.correlation, found.delay, found.precision)
        return {name: round(float(part.mean()), 4) for name, part in zip(names, parts, strict=True)}

    def values(self) -> dict[str, object]:
        """Score, mileage, error band, and the last ten minutes, oldest first."""
        shown = list(self.shown)
        return {
            **self.score(),
            "mileage": round(self.travelled, 3),
            "ticks": self.ticks,
            "saturated_ticks": self.saturated,
            "unmeasured_ticks": self.unmeasured,
            "availability": self._share(self.led_s, self.whole_s),
            "error_band": ERROR_BAND,
            "in_band_share": self._share(self.near, self.ticks),
            "last": {
                "at": [instant(one[0]).isoformat() for one in shown],
                "signal": [round(one[1], 4) for one in shown],
                "response": [None if one[2] is None else round(one[2], 4) for one in shown],
            },
        }
