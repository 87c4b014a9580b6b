"""What a plant follows of a recorded signal: where values stay away it holds, returns to its base point and resumes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.agc import AgcSignal
from gridtide.signals.setpoint import Setpoint
from gridtide.trust.setpoint_notes import SetpointNote
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.trust.setpoint_watch import Phase, Watched, watched

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RETURN_MIN = 5.0
"""Minutes in which a plant goes from its full offer to its base point when the signal is lost; to be agreed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Heard:
    """less: what is followed, share of the offer, (N,). led: whether the signal led then, (N,). notes: what was
    recorded."""

    less: NDArray[np.float64]
    led: NDArray[np.bool_]
    notes: tuple[SetpointNote, ...]


def heard(signal: AgcSignal) -> Heard:
    """The signal as the watch of set-points lets it through, in shares of the offer around the base point."""
    if np.isfinite(signal.less).all():
        return Heard(less=signal.less, led=np.ones(len(signal), dtype=np.bool_), notes=())
    rules = SetpointRules(
        p_min_kw=-1.0,
        p_max_kw=1.0,
        ramp_kw_per_s=2.0 / signal.every_s,
        return_kw_per_s=1.0 / (60.0 * RETURN_MIN),
        cycle_s=float(signal.every_s),
    )
    state = _following(signal)
    followed, led = np.empty(len(signal)), np.ones(len(signal), dtype=np.bool_)
    notes: list[SetpointNote] = []
    for number, value in enumerate(signal.less.tolist()):
        now = EPOCH + timedelta(seconds=number * signal.every_s)
        came = not np.isnan(value)
        told = (Setpoint(p_set_kw=-value, measured_at=now, sequence=number + 1),) if came else ()
        state, said = watched(rules, state, now, told, 0.0)
        followed[number] = -state.target_kw
        led[number] = state.phase in (Phase.FOLLOWING, Phase.RESUMING)
        notes += said
    return Heard(less=followed, led=led, notes=tuple(notes))


def _following(signal: AgcSignal) -> Watched:
    """The watch of a plant that already follows as the record begins."""
    before = EPOCH - timedelta(seconds=signal.every_s)
    first = signal.less[0]
    last = Setpoint(p_set_kw=0.0 if np.isnan(first) else -first, measured_at=before, sequence=0)
    return Watched(
        now=before,
        target_kw=last.p_set_kw,
        phase=Phase.FOLLOWING,
        followed=last,
        topical_at=before,
        last=last,
        counted_at=before,
    )
