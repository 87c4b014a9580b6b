"""Nodes that rest in the twin: which are awake for what services want, and what the others draw."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import grid_step_s
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.parking import Parking, Rest
from gridtide.fleet.rest_act import RestReading
from gridtide.fleet.site import Pool
from gridtide.timeline import Timeline

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
DAY_S = 86_400


@dataclass(frozen=True, kw_only=True, eq=False)
class Rested:
    """A span of T steps. unready: accelerators that cannot be used, mean over each step; extra_kw: what resting and
    waking ones draw beyond parked ones, (P, T). resting: accelerators idle, parked and off, (3, P, T)."""

    unready: Real
    extra_kw: Real
    resting: Real


@dataclass(kw_only=True, eq=False)
class Resting:
    """Nodes of the pools that state how they rest; only those kept for services do, so that no promise waits for one.

    Promise: a node that is wanted wakes at once and answers when its wake has passed; the energy of every wake is
    counted; a node goes off only where the day before had no need of it for as long as that takes to pay. Of no
    nodes where no pool states it. before: steps of a course that lie before the first.
    """

    fleet: Fleet
    step_s: int
    bounds: Whole
    state: Whole
    kept_s: Real
    left_s: Real
    record: Real
    before: int = 0

    @classmethod
    def of(cls, fleet: Fleet, timeline: Timeline) -> "Resting":
        """All awake and idle, at the start of a course."""
        nodes = [nodes_of(pool) for pool in fleet.pools]
        step_s = grid_step_s(timeline)
        bounds = np.concatenate([[0], np.cumsum(nodes)]).astype(np.int64)
        count = int(bounds[-1])
        return cls(
            fleet=fleet,
            step_s=step_s,
            bounds=bounds,
            state=np.full(count, int(Rest.IDLE), dtype=np.int64),
            kept_s=np.zeros(count),
            left_s=np.zeros(count),
            record=np.zeros((len(nodes), max(1, DAY_S // step_s))),
        )

    def at_finer(self, step_s: int, present: int) -> "Resting":
        """A copy that goes on from step `present` at steps of step_s, a whole part of the steps so far."""
        parts = self.step_s // step_s
        return replace(
            self,
            step_s=step_s,
            state=self.state.copy(),
            kept_s=self.kept_s.copy(),
            left_s=self.left_s.copy(),
            record=np.repeat(self.record, parts, axis=1) if len(self.state) else self.record,
            before=(self.before + present) * parts,
        )

    def now(self) -> Real:
        """Accelerators idle, parked and off, (3, P); of no places where no pool states how it rests."""
        if not len(self.state):
            return np.zeros((3, 0))
        size = np.repeat([_size(pool) for pool in self.fleet.pools], np.diff(self.bounds))
        place = np.repeat(np.arange(len(self.fleet.pools)), np.diff(self.bounds))
        states = (Rest.IDLE, Rest.PARKED, Rest.OFF)
        found = [
            np.bincount(place, size * (self.state == one), len(self.fleet.pools)) for one in states
        ]
        return np.stack(found)

    def used(self, present: int) -> Real:
        """What was used of them in each step of the day before step `present`, NaN where none was seen, (P, D)."""
        if not len(self.state):
            return np.zeros((0, 0))
        day = self.record.shape[1]
        step = self.before + present - day + np.arange(day)
        return np.where(step >= 0, self.record[:, step % day], np.nan)

    def read(self, present: int, at: datetime) -> tuple[RestReading, ...]:
        """What nodes do now, and what was used of them in the step before step `present`, by place."""
        if not len(self.state):
            return ()
        idle, parked, off = self.now()
        used = self.used(present)[:, -1]
        names = [
            f"{self.fleet.sites[site].name}/{pool.name}"
            for site, pool in zip(self.fleet.site_of_place.tolist(), self.fleet.pools, strict=True)
        ]
        return tuple(
            RestReading(
                of=names[p],
                idle=float(idle[p]),
                parked=float(parked[p]),
                off=float(off[p]),
                used=float(used[p]),
                measured_at=at,
            )
            for p, pool in enumerate(self.fleet.pools)
            if pool.parking is not None
        )

    def advance(
        self, wanted: Real, occupied: Whole, first: int, told: Real | None = None
    ) -> Rested:
        """Carry all nodes through T steps. wanted: accelerators services use, occupied: those jobs hold, (P, T).

        told: what a plan has services use from the first step on, (P, T'); it is expected beside the day before.
        """
        unready, waking_s = np.zeros((2, *wanted.shape))
        resting = np.zeros((3, *wanted.shape))
        if not len(self.state):
            return Rested(unready=unready, extra_kw=np.zeros(wanted.shape), resting=resting)
        from gridtide.kernels import parking as kernel

        size = np.asarray([_size(pool) for pool in self.fleet.pools], dtype=np.int64)
        kept = np.diff(self.bounds) * size
        beyond = np.maximum(occupied - (self.fleet.accelerators - kept)[:, None], 0)
        kernel.rest_nodes(
            np.minimum(wanted + beyond, kept[:, None].astype(np.float64)),
            np.ascontiguousarray(told) if told is not None and told.size else wanted[:, :0].copy(),
            self.record,
            self.bounds,
            (size, *self._rules()),
            (self.state, self.kept_s, self.left_s),
            (self.before + first, float(self.step_s)),
            (unready, waking_s, resting),
        )
        return Rested(unready=unready, extra_kw=self._extra_kw(waking_s, resting), resting=resting)

    def ready(self, wanted: Real, occupied: Whole, first: int, told: Real | None = None) -> Real:
        """Accelerators that could answer, mean over each step, (P, T), were these wanted and no more; nothing advances.

        As in `advance`. A parked one could from its wake on; one that is off or waking counts as not there.
        """
        free = np.maximum(self.fleet.accelerators[:, None] - occupied, 0).astype(np.float64)
        rested = self.at_finer(self.step_s, 0).advance(wanted, occupied, first, told)
        rests = [pool.parking or NEVER for pool in self.fleet.pools]
        wake_s = np.asarray([one.wake_parked_s for one in rests])
        at_once = np.maximum(1.0 - wake_s / self.step_s, 0.0)[:, None]
        return np.asarray(np.maximum(free - rested.unready + at_once * rested.resting[1], 0.0))

    def _rules(self) -> tuple[Whole, Real, Real]:
        rests = [pool.parking or NEVER for pool in self.fleet.pools]
        ahead_s = [(one.wake_parked_s, one.wake_off_s, one.off_from_s) for one in rests]
        least_s = [(0.0, one.least_idle_s, one.least_parked_s, one.least_off_s) for one in rests]
        wake_s = [(0.0, 0.0, one.wake_parked_s, one.wake_off_s) for one in rests]
        day = self.record.shape[1]
        ahead = np.ceil(np.minimum(np.asarray(ahead_s) / self.step_s, day))
        whole = np.minimum(np.asarray([one.wake_parked_s for one in rests]) // self.step_s, day)
        ahead = np.column_stack([ahead, whole]).astype(np.int64)
        return ahead, np.asarray(least_s), np.asarray(wake_s)

    def _extra_kw(self, waking_s: Real, resting: Real) -> Real:
        """Waking nodes draw their wake, idle ones, awake already, their idle power, nodes that are off next to none."""
        rests = [pool.parking or NEVER for pool in self.fleet.pools]
        powers = [[one.parked_kw, one.idle_kw, one.off_kw, one.wake_kw] for one in rests]
        parked, idle, off, wake = np.asarray(powers).T[:, :, None]
        waking = waking_s / self.step_s
        at_rest = resting[0] * (idle - parked) + resting[2] * (off - parked)
        return np.asarray(at_rest + waking * (wake - parked))


NEVER = Parking(
    node_accelerators=1, idle_kw=0.0, parked_kw=0.0, off_kw=0.0, wake_kw=0.0, wake_parked_s=0.0, wake_off_s=0.0,
    least_idle_s=0.0, least_parked_s=0.0, least_off_s=float("inf"),
)  # fmt: skip


def nodes_of(pool: Pool) -> int:
    """Nodes of a pool that may rest: whole ones among the accelerators that are kept for services."""
    return 0 if pool.parking is None else pool.for_services // pool.parking.node_accelerators


def _size(pool: Pool) -> int:
    return 1 if pool.parking is None else pool.parking.node_accelerators
