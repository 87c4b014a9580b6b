"""A regulator that hears its requests over a line of set-points, telegram by telegram, instead of reading them.

Live it aims its means one cycle at a time; in the twin it takes what the same telegrams make of the targets in one
block. Both give the same bytes.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.regulate import Law, Means, Outside, Real, Regulated, Regulator, RegulatorState
from gridtide.loop.fast import AimsPlant, FastCycle, FastLine, FastState, PlantReading, fast_cycle
from gridtide.loop.world import Clock
from gridtide.signals.setpoint import Setpoint
from gridtide.signals.setpoint_channel import SetpointChannel
from gridtide.signals.setpoint_record import SetpointRecord
from gridtide.simulate.heard_signal import RETURN_MIN
from gridtide.simulate.regulated_plant import RegulatedPlant
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.trust.setpoint_watch import started

FRESH = 3


def nobody_tells(told: Setpoint) -> None:
    """For a line that tells by itself, as a record does."""


class OverALine:
    """Satisfies Regulator. Wraps another one, whose means it moves.

    came: of each cycle, whether the centre tells a set-point; where it does not, the watch holds, leads back to the
    base point and resumes. offer_kw: what may be asked for, less and more. tell: the centre's end of the line, called
    at each cycle's instant before the plant looks. block: the twin's way. start: of the first cycle; three telegrams at
    the base point come before it, so that the plant follows from the first on; the clock must stand before them.
    """

    def __init__(
        self,
        *,
        regulator: Regulator,
        came: NDArray[np.bool_],
        offer_kw: tuple[float, float],
        channel: SetpointChannel,
        clock: Clock,
        start: datetime,
        tell: Callable[[Setpoint], None] = nobody_tells,
        block: bool = False,
    ) -> None:
        self.law: Law = regulator.law
        self._regulator = regulator
        self._came = came
        self._offer_kw = offer_kw
        self._channel = channel
        self._clock = clock
        self._start = start
        self._tell = tell
        self._block = block
        self._state: FastState | None = None
        self._number = 0
        self._cycles: list[tuple[datetime, FastCycle]] = []

    def respond(
        self,
        request_kw: Real,
        base_kw: Real,
        every_s: int,
        means: Means,
        state: RegulatorState,
        outside: Outside,
    ) -> Regulated:
        """Tell each request as a set-point, hear it, and follow what the watch makes of it."""
        plant = RegulatedPlant(
            regulator=self._regulator,
            means=means,
            base_kw=base_kw,
            reach_kw=self._offer_kw,
            state=state,
            outside=outside,
            every_s=every_s,
        )
        aimed: AimsPlant = _Listening() if self._block else plant
        rules = self._rules(base_kw, every_s)
        self._lead_in(rules, float(base_kw[0]))
        targets_kw = np.empty(len(request_kw))
        for k, (request, base) in enumerate(
            zip(request_kw.tolist(), base_kw.tolist(), strict=True)
        ):
            one = self._cycle(rules, aimed, base - request, base)
            targets_kw[k] = one.state.watch.target_kw
        if not self._block:
            return plant.seen()
        return self._regulator.respond(
            base_kw - targets_kw, base_kw, every_s, means, state, outside
        )

    def target_kw(self) -> Real:
        """What the plant aimed at in each cycle, kW, (N,)."""
        return np.array([one.state.watch.target_kw for _, one in self._cycles[FRESH:]])

    def noted(self) -> list[str]:
        """What the watch recorded, oldest first."""
        return [note.what for _, one in self._cycles for note in one.notes]

    def telegrams(self) -> SetpointRecord:
        """What was read, and when."""
        read = [(told, now) for now, one in self._cycles for told in one.telegrams]
        return SetpointRecord(
            telegrams=tuple(told for told, _ in read),
            arrived_at=tuple(now for _, now in read),
            source="line",
        )

    def _rules(self, base_kw: Real, every_s: int) -> SetpointRules:
        """The offer around the base points of a block, its whole width within a cycle."""
        less_kw, more_kw = self._offer_kw
        lowest, highest = float(base_kw.min()) - less_kw, float(base_kw.max()) + more_kw
        margin_kw = 1e-6 * max(abs(lowest), abs(highest), 1.0)
        begun_kw = 0.0 if self._state is None else self._state.watch.target_kw - float(base_kw[0])
        swing_kw = 2.0 * (highest - lowest + margin_kw) + abs(begun_kw)
        return SetpointRules(
            p_min_kw=lowest - margin_kw,
            p_max_kw=highest + margin_kw,
            ramp_kw_per_s=swing_kw / every_s,
            return_kw_per_s=max(less_kw, more_kw, margin_kw) / (60.0 * RETURN_MIN),
            cycle_s=float(every_s),
            fresh_cycles=FRESH,
        )

    def _lead_in(self, rules: SetpointRules, base_kw: float) -> None:
        """Three fresh cycles at the base point, before the first that counts."""
        if self._state is not None:
            return
        cycle = timedelta(seconds=rules.cycle_s)
        self._state = FastState(watch=started(rules, base_kw, self._start - (FRESH + 1) * cycle))
        for number in range(-FRESH, 0):
            self._at(rules, number, base_kw, True, _Listening(), base_kw)

    def _cycle(
        self, rules: SetpointRules, plant: AimsPlant, wanted_kw: float, base_kw: float
    ) -> FastCycle:
        came = bool(self._came[self._number])
        one = self._at(rules, self._number, wanted_kw, came, plant, base_kw)
        self._number += 1
        return one

    def _at(
        self,
        rules: SetpointRules,
        number: int,
        wanted_kw: float,
        came: bool,
        plant: AimsPlant,
        base_kw: float,
    ) -> FastCycle:
        """One cycle: the centre tells, the plant looks."""
        assert self._state is not None
        self._clock.wait_until(self._start + number * timedelta(seconds=rules.cycle_s))
        now = self._clock.now()
        if came:
            self._tell(Setpoint(p_set_kw=wanted_kw, measured_at=now, sequence=number + FRESH))
        line = FastLine(name="line", rules=rules, channel=self._channel, plant=plant)
        one = fast_cycle(line, self._state, now, base_kw)
        self._state = one.state
        self._cycles.append((now, one))
        return one


class _Listening:
    """A plant that is only aimed."""

    def aim(self, target_kw: float, now: datetime) -> PlantReading:
        """Shows what it is told."""
        return PlantReading(p_kw=target_kw, up_kw=0.0, down_kw=0.0)
