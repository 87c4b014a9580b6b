"""Simulated devices behind a regulator, aimed one cycle at a time: what the fast loop meets in place of a hall."""

from dataclasses import fields
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.regulate import Means, Outside, Regulated, Regulator, RegulatorState
from gridtide.finding import BadInput, Finding
from gridtide.loop.fast import PlantReading

Real = NDArray[np.float64]


class RegulatedPlant:
    """Store, nodes at rest and gangs of one site, told by the regulator that also runs whole blocks in the twin.

    base_kw: the base point of each cycle, (N,), which bounds the run. reach_kw: how much less and more set-points may
    ask for. outside: what meets the site each second, (N every_s,). Each `aim` is one cycle of every_s seconds;
    `seen` is everything since the first. Satisfies AimsPlant. The reading is that of the meter as the cycle begins.
    """

    def __init__(
        self,
        *,
        regulator: Regulator,
        means: Means,
        base_kw: Real,
        reach_kw: tuple[float, float],
        state: RegulatorState,
        outside: Outside,
        every_s: int,
    ) -> None:
        self._regulator = regulator
        self._means = means
        self._base_kw = base_kw
        self._reach_kw = reach_kw
        self._outside = outside
        self._every_s = every_s
        self._parts: list[Regulated] = []
        self._state = state

    def aim(self, target_kw: float, now: datetime) -> PlantReading:
        """Draw this for a cycle. Raises BadInput after the last cycle."""
        done = len(self._parts)
        if done >= len(self._base_kw):
            raise BadInput([_run_out(len(self._base_kw))])
        seconds = slice(done * self._every_s, (done + 1) * self._every_s)
        base_kw = self._base_kw[done : done + 1]
        noise = self._outside.noise[seconds]
        reading = self._reading(float(base_kw[0]), float(noise[0]))
        lags = self._means.lags
        ahead_s = max(lags.store_s, lags.points_s)
        outside = Outside(
            other_kw=self._outside.other_kw[seconds],
            planned_kw=self._outside.planned_kw[seconds.start : seconds.stop + ahead_s],
            noise=noise,
        )
        ahead = done + 1 - (-ahead_s // self._every_s)
        seen = self._regulator.respond(
            base_kw - target_kw,
            self._base_kw[done:ahead],
            self._every_s,
            self._means,
            self._state,
            outside,
        )
        self._parts.append(seen)
        self._state = seen.state
        return reading

    def seen(self) -> Regulated:
        """All cycles so far as one block. Raises BadInput before the first."""
        if not self._parts:
            raise BadInput([_run_out(len(self._base_kw))])
        arrays = {
            field.name: np.concatenate([getattr(part, field.name) for part in self._parts])
            for field in fields(Regulated)
            if field.name != "state"
        }
        return Regulated(**arrays, state=self._state)

    def _reading(self, base_kw: float, noise: float) -> PlantReading:
        shown_kw = float(self._parts[-1].meter_kw[-1]) if self._parts else base_kw
        p_kw = shown_kw * (1.0 + noise)
        less_kw, more_kw = self._reach_kw
        return PlantReading(
            p_kw=p_kw,
            up_kw=max(0.0, p_kw - (base_kw - less_kw)),
            down_kw=max(0.0, base_kw + more_kw - p_kw),
        )


def _run_out(cycles: int) -> Finding:
    return Finding(
        subject="run of a simulated plant",
        value=f"outside of its {cycles} cycles",
        limit=f"{cycles} cycles that its surroundings are known for",
        mend="Ask for cycles within them, or give longer surroundings.",
    )
