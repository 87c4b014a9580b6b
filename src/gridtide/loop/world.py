"""The one seam between deciding and what happens: a world is told, advances, and is read back."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch, none_slower
from gridtide.decide.plan import Plan
from gridtide.decide.state import State
from gridtide.digest import freeze
from gridtide.fleet.jobs import Jobs
from gridtide.timeline import Timeline


@dataclass(frozen=True, kw_only=True, eq=False)
class Orders:
    """A dispatch and the jobs its rows speak of, with what the guard promised them. plan: that it was made by, None
    where none was. only: the sites whose stores and meters are told it, and no service then; None for all."""

    jobs: Jobs
    dispatch: Dispatch
    promised: NDArray[np.bool_]
    plan: Plan | None = None
    only: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        freeze(self, promised=np.bool_)


@dataclass(frozen=True, kw_only=True, eq=False)
class Telemetry:
    """What meters saw, one column a step. S sites, C classes, P places, V services, O origins, T steps.

    it_kw, facility_kw, import_kw, export_kw, charge_kw, discharge_kw, supply_kw, unused_supply_kw: (S, T).
    soc_kwh: at the end of each step, (S, T). class_kw: IT power of deferrable work by class, service_kw:
    by service, (C, S, T) and (V, S, T). answered, refused: requests per second by service, origin and
    place, (V, O, P, T), and by service and origin, (V, O, T). latency_p50_s, latency_p95_s: (V, O, P, T),
    NaN where nothing was answered. finished: names of jobs that ended, with the instant. extra_cooling_kw: heat
    carried out beyond that of the moment, for halls and for stores of cold, (2, S, T); air_c: of halls, NaN without
    one, cold_kwh: in stores, at the end of each step, (S, T); all of no sites where no site has either.
    busy: accelerators of each class at each entry of the menu, (C, M, T); active: accelerators that answer,
    answering_kw: IT power of one of them, (V, P, T). slower: of what was answered, at each slower point of the
    services, slower_p95_s: its answer times, (N, O, P, T). rest_kw: IT power of resting and waking nodes beyond that of
    parked ones, (P, T); resting: accelerators idle, parked and off where pools say how they rest, (3, P, T).
    genset: power [kW], fuel [L] and number of the generators for emergencies that ran, (3, S, T); of no sites where
    none has any. made_kw: of each plant that is told what to make, (G, T); led_past_kw: what of that no site could use
    or sell, (S, T); both of none where there is no plant.
    water_kw: of what rivers brought to stores and of what was spilt, before any loss, (2, S, T); of no sites where no
    river fills one. carried_kw: by how much tolerant work that ran through a step could have drawn less and more at the
    meter, its deadlines kept, (2, S, T); of no sites where work carries nothing that is offered.
    """

    timeline: Timeline
    it_kw: NDArray[np.float64]
    facility_kw: NDArray[np.float64]
    import_kw: NDArray[np.float64]
    export_kw: NDArray[np.float64]
    charge_kw: NDArray[np.float64]
    discharge_kw: NDArray[np.float64]
    supply_kw: NDArray[np.float64]
    unused_supply_kw: NDArray[np.float64]
    soc_kwh: NDArray[np.float64]
    class_kw: NDArray[np.float64]
    service_kw: NDArray[np.float64]
    answered: NDArray[np.float64]
    refused: NDArray[np.float64]
    latency_p50_s: NDArray[np.float64]
    latency_p95_s: NDArray[np.float64]
    finished: tuple[tuple[str, datetime], ...]
    extra_cooling_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 0, 0)))
    air_c: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    cold_kwh: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    busy: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 0)))
    active: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 0)))
    answering_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 0)))
    rest_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    resting: NDArray[np.float64] = field(default_factory=lambda: np.zeros((3, 0, 0)))
    genset: NDArray[np.float64] = field(default_factory=lambda: np.zeros((3, 0, 0)))
    made_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    led_past_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    water_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 0, 0)))
    carried_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 0, 0)))
    slower: NDArray[np.float64] = field(default_factory=none_slower)
    slower_p95_s: NDArray[np.float64] = field(default_factory=none_slower)


def joined(timeline: Timeline, blocks: list[Telemetry]) -> Telemetry:
    """Telemetry of consecutive blocks as one."""
    whole = {
        field.name: np.concatenate([getattr(block, field.name) for block in blocks], axis=-1)
        for field in fields(Telemetry)
        if field.name not in ("timeline", "finished")
    }
    finished = tuple(item for block in blocks for item in block.finished)
    return Telemetry(timeline=timeline, finished=finished, **whole)


class World(Protocol):
    """The twin, or devices."""

    def active(self) -> Jobs:
        """The jobs that have arrived and are not finished, in order of arrival."""
        ...

    def state(self) -> State:
        """What is true now, aligned with active()."""
        ...

    def advance(self, orders: Orders, until: datetime) -> Telemetry:
        """Carry the orders out until an instant on the step edges and say what was seen."""
        ...


class Clock(Protocol):
    """Says what time it is, and lets time pass."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...

    def wait_until(self, moment: datetime) -> None:
        """Return when the instant has come."""
        ...


class WakingClock(Clock, Protocol):
    """A clock whose `wait_until` returns earlier when woken."""

    def wake(self) -> None:
        """Have whoever waits look at once."""
        ...
