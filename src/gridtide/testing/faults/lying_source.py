"""From some instant on every source of prices, carbon and wind goes silent, or says something else than is so."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.case.live_policy import USUAL
from gridtide.case.live_room import everything, room_over
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.signals.history import Series
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.faults.trial import Fault, Place, Trial, kept
from gridtide.testing.studies import small_study
from gridtide.trust.audit import broken_link
from gridtide.trust.modes import Autonomy, Mode

FACTORS = (0.0, -3.0, 20.0, 1e4)
TOLERANCE_KW = 1e-6


def trials(place: Place, times: int) -> Iterator[Trial]:
    """A day each, on a clock that is driven; silence and lies in turn."""
    for number in range(times):
        study = small_study(number, hours=24, jobs=24, accelerators=32)
        _survives(study, _poisoned(study, place.rng, silent=number % 2 == 0))
        yield Trial()


def _survives(study: Study, told: Study) -> None:
    """Raise BrokenPromise where a limit or a promise does not hold. told: the study as sources tell it."""
    clock = DrivenClock(study.timeline.start)
    _, _, known = policy_named(USUAL, study)
    fleet = SimulatedFleet.of(known, truth_of(study), clock.now)
    autonomy = Autonomy(since=clock.now(), mode=Mode.ACT, envelope=everything(study), by=("case",))
    store = MemoryStore()
    reach = Reach(devices=devices_of(fleet))
    room = room_over(told, reach, clock, (store, MemoryIntents()), autonomy)
    most_kw = np.asarray([site.contract.import_max_kw for site in study.fleet.sites])
    while not room.over:
        room.go_on()
        kept(not room.undecided, f"no decision: {room.undecided}")
        assert room.world.seen is not None
        over_kw = float((room.world.seen.import_kw - most_kw).max())
        kept(over_kw <= TOLERANCE_KW, f"{over_kw:g} kW more than a site may draw")
    kept(broken_link(store.entries()) is None, "the chain is broken")
    late = _late(room)
    kept(not late, f"promised and late: {', '.join(late)}")


def _late(room: ControlRoom) -> list[str]:
    end = room.mandate.steps.end
    queue = room.world.queue()
    due = [
        queue[name] for name, promised in room.world.promised.items() if promised and name in queue
    ]
    return [
        job.id
        for job in due
        if job.deadline is not None and job.deadline <= end
        if job.ended_at is None or job.ended_at > job.deadline
    ]


def _poisoned(study: Study, rng: np.random.Generator, silent: bool) -> Study:
    """The study whose sources break at a random instant of its day."""
    edges_s = study.timeline.edges_s
    since_s = int(rng.integers(edges_s[0], edges_s[-1]))
    factor = float(rng.choice(FACTORS))
    series = tuple(
        _broken(one, since_s, None if silent else factor) for one in study.history.series
    )
    return replace(study, history=replace(study.history, series=series))


def _broken(rows: Series, since_s: int, factor: float | None) -> Series:
    """Rows that were issued since are gone, or so many times what they were."""
    later: NDArray[np.bool_] = rows.issued_s >= since_s
    if factor is not None:
        return replace(rows, values=np.where(later, factor * rows.values, rows.values))
    return replace(
        rows,
        start_s=rows.start_s[~later],
        end_s=rows.end_s[~later],
        issued_s=rows.issued_s[~later],
        values=rows.values[~later],
        expected=rows.expected[~later],
        source=rows.source[~later],
    )


FAULT = Fault(
    name="sources silent or lying",
    promise="decisions go on, no site draws more than it may, and no promised job is late",
    trials=trials,
)
