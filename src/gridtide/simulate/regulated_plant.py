"""Simulated devices behind a regulator, aimed one cycle at a time: what the fast loop meets in place of a hall."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.regulate import Band, Means, Outside, Regulated, Regulator, RegulatorState
from gridtide.finding import BadInput, Finding
from gridtide.loop.fast import PlantReading

Real = NDArray[np.float64]


class RegulatedPlant:
    """Store, nodes at rest and gangs of one site, told by the regulator that also runs whole blocks in the twin.

    band: the base point and how far set-points may take it. outside: what meets the site each second from the first
    cycle on; it bounds the run. Each `aim` is one cycle of every_s seconds; `meter_kw` gathers what the meter showed.
    Satisfies AimsPlant. The reading is that of the meter as the cycle begins.
    """

    def __init__(
        self,
        *,
        regulator: Regulator,
        means: Means,
        band: Band,
        state: RegulatorState,
        outside: Outside,
        every_s: int,
    ) -> None:
        self._regulator = regulator
        self._means = means
        self._band = band
        self._outside = outside
        self._every_s = every_s
        self._seconds: list[Real] = []
        self._shown_kw = band.base_kw
        self.state = state

    @property
    def meter_kw(self) -> Real:
        """What the grid's meter truly showed each second so far."""
        return np.concatenate(self._seconds) if self._seconds else np.zeros(0)

    @property
    def cycles(self) -> int:
        """How many cycles the outside is known for."""
        return len(self._outside.other_kw) // self._every_s

    def aim(self, target_kw: float, now: datetime) -> PlantReading:
        """Draw this for a cycle. Raises BadInput after the last cycle that the outside is known for."""
        done = len(self._seconds)
        if done >= self.cycles:
            raise BadInput([_run_out(self.cycles)])
        seconds = slice(done * self._every_s, (done + 1) * self._every_s)
        noise = self._outside.noise[seconds]
        reading = self._reading(float(noise[0]))
        seen = self._regulator.respond(
            np.array([self._band.base_kw - target_kw]),
            np.array([self._band.base_kw]),
            self._every_s,
            self._means,
            self.state,
            Outside(other_kw=self._outside.other_kw[seconds], noise=noise),
        )
        self.state = seen.state
        self._seconds.append(np.array(seen.meter_kw))
        self._shown_kw = float(seen.meter_kw[-1])
        return reading

    def _reading(self, noise: float) -> PlantReading:
        band = self._band
        p_kw = self._shown_kw * (1.0 + noise)
        return PlantReading(
            p_kw=p_kw,
            up_kw=max(0.0, p_kw - band.lowest_kw),
            down_kw=max(0.0, band.highest_kw - p_kw),
        )


def in_one_block(
    regulator: Regulator,
    means: Means,
    band: Band,
    state: RegulatorState,
    outside: Outside,
    target_kw: Real,
    every_s: int,
) -> Regulated:
    """The same targets in one call of the same compiled function: what the twin does where a plant is aimed live."""
    base_kw = np.full(len(target_kw), band.base_kw)
    return regulator.respond(base_kw - target_kw, base_kw, every_s, means, state, outside)


def _run_out(cycles: int) -> Finding:
    return Finding(
        subject="run of a simulated plant",
        value=f"cycle {cycles + 1}",
        limit=f"{cycles} cycles that its surroundings are known for",
        mend="Ask for fewer cycles, or give longer surroundings.",
    )
