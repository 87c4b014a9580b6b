"""Work that no case declares: decided on as its scheduler says, or named and left alone."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.fleet.device import Pause, QueuedJob, Standing
from gridtide.fleet.jobs import rows
from gridtide.loop.acts import starts_of
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.newcomers import left_alone_said, may_be_told, with_listed
from gridtide.loop.reach import Reach
from gridtide.loop.roll import Roll
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import START, small_study
from gridtide.trust.modes import Mode

STUDY = small_study(7, hours=24, jobs=20, accelerators=32)
PLACE = "east/training"
CLASS = STUDY.jobs.classes[0].name


def listed(name: str = "a:1", **said: object) -> QueuedJob:
    """A job that a scheduler lists."""
    facts: dict[str, object] = {
        "id": name,
        "name": "train",
        "standing": Standing.QUEUED,
        "accelerators": 4,
        "nodes": 1,
        "submitted_at": START,
        "run_limit_s": 3_600,
        "work_class": CLASS,
        "deadline": START + timedelta(hours=12),
        "place": PLACE,
    }
    return QueuedJob(**(facts | said))  # type: ignore[arg-type]


def enrolled(*jobs: QueuedJob, roll: Roll | None = None) -> Roll:
    """The roll of the study after a queue was read."""
    before = Roll(declared=STUDY.jobs) if roll is None else roll
    return with_listed(before, {job.id: job for job in jobs}, STUDY.fleet, {})


def room_that_declares(count: int, hide_deadlines: bool = False) -> ControlRoom:
    """A room over simulated devices whose queue lists all jobs of a study, of which the case declares the first."""
    study = STUDY
    if hide_deadlines:
        never = np.full(len(study.jobs), np.iinfo(np.int64).max)
        study = replace(study, jobs=replace(study.jobs, deadline_s=never))
    room = room_of(study, DrivenClock(START), MemoryStore(), MemoryIntents(), Mode.ACT)
    room.world.roll = Roll(declared=rows(study.jobs, np.arange(count)))
    return room


def test_work_that_a_scheduler_lists_is_decided_on_beside_what_the_case_declares() -> None:
    """It is promised, told when to begin, and done by its deadline; the declared rows stay as they are."""
    room = room_that_declares(5)
    while not room.over:
        room.go_on()
        assert not room.undecided
    beside = [str(name) for name in STUDY.jobs.name[5:]]
    assert {name for name in beside if name in room.world.over} == set(beside)
    assert room.fates["done"] > 0
    assert set(room.fates) <= {"done", "unchanged"}


def test_work_without_a_deadline_is_never_held_back() -> None:
    """Whatever the price: no act on it is told, also where the store and routes are told theirs."""
    room = room_that_declares(0, hide_deadlines=True)
    for _ in range(48):
        room.go_on()
        assert not room.undecided
    assert not any(told.held_until for told in room.world.told.values())
    assert room.fates["done"] > 0


def test_a_job_stays_at_the_place_where_it_stands_and_is_stopped_as_it_declares() -> None:
    """Nobody says that it may move, shrink or grow; a pause is declared or there is none."""
    roll = enrolled(
        listed("a:1", pause=Pause.CHECKPOINT), listed("a:2"), listed("a:3", deadline=None)
    )
    jobs = rows(roll.declared, np.arange(roll.own, len(roll.declared)))
    assert jobs.allowed.sum(axis=1).tolist() == [1, 1, 1]
    assert jobs.interruptible.tolist() == [True, False, False]
    assert jobs.movable.tolist() == [True, True, False]
    assert not jobs.elastic.any()
    queue = {job.id: job for job in (listed("a:1"), listed("a:3", deadline=None))}
    assert list(may_be_told(roll, queue)) == ["a:1"]


def test_what_cannot_be_decided_on_is_named_and_left_alone() -> None:
    """A reason each, with what would help; the rest is decided on."""
    roll = enrolled(
        listed("a:1"),
        listed("a:2", work_class="mining"),
        listed("a:3", place="south/gpu"),
        listed("a:4", run_limit_s=None),
        listed("a:5", accelerators=0),
        listed("a:6", work_class=None),
        listed("a:7", work_class="mining", standing=Standing.DONE),
    )
    assert roll.declared.name[roll.own :].tolist() == ["a:1"]
    said = {subject: reason for _, subject, reason in left_alone_said(roll)}
    assert set(said) == {"a:2", "a:3", "a:4", "a:5", "a:6"}
    assert "mining" in said["a:2"] and CLASS in said["a:2"]
    assert "south/gpu" in said["a:3"] and "run limit" in said["a:4"]


def test_work_that_no_scheduler_lists_any_more_is_forgotten() -> None:
    """Rows, and what was remembered of it; of jobs that ended, run times stay for those that come."""
    jobs = tuple(listed(f"a:{number}") for number in range(50))
    full = enrolled(*jobs)
    queue = {job.id: job for job in jobs[:10]}
    left = with_listed(full, queue, STUDY.fleet, {"a:49": 1_200, "a:48": 900})
    assert len(left.declared) == left.own + 10
    assert left.ended[2].tolist() == [900, 1_200]
    assert with_listed(left, queue, STUDY.fleet, {}) is left


@dataclass(kw_only=True, eq=False)
class SomeSayNothing(SimulatedFleet):
    """A fleet whose longest jobs do not say their class."""

    silent: frozenset[str] = frozenset()

    def queue(self) -> tuple[QueuedJob, ...]:
        """As it is, without the classes of some."""
        return tuple(
            replace(job, work_class=None) if job.id in self.silent else job
            for job in super().queue()
        )


def test_what_is_left_alone_holds_its_accelerators_while_it_runs() -> None:
    """No plan gives them to others, it is told nothing, it stays named, and nobody learns from how long it ran."""
    room = room_that_declares(0)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    silent = frozenset(STUDY.jobs.name[np.argsort(STUDY.jobs.declared_s)[-4:]].tolist())
    fleet = SomeSayNothing(twin=honest.twin, now=honest.now, silent=silent)
    room.world.reach = Reach(devices=devices_of(fleet))
    ran = set()
    for _ in range(60):
        room.go_on()
        assert not room.undecided
        running = {
            job.id: job
            for job in fleet.queue()
            if job.id in silent and job.standing is Standing.RUNNING
        }
        ran |= set(running)
        assert room.orders is not None
        known = room.orders.jobs.name.tolist()
        for name, job in running.items():
            if name in known:
                row = known.index(name)
                assert len(starts_of(room.orders.dispatch, row)) > 0
                assert room.orders.jobs.accelerators[row] == job.accelerators
    assert len(ran) >= 2
    assert not silent & set(room.world.told)
    assert not silent & set(room.world.over)


@settings(max_examples=60)
@given(
    jobs=st.lists(
        st.builds(
            listed,
            st.text(min_size=1, max_size=8),
            accelerators=st.integers(-3, 10_000),
            run_limit_s=st.none() | st.integers(-5, 10**9),
            work_class=st.none() | st.sampled_from([CLASS, "mining", ""]),
            deadline=st.none() | st.datetimes().map(lambda at: at.replace(tzinfo=START.tzinfo)),
            pause=st.sampled_from(Pause),
            place=st.none() | st.sampled_from([PLACE, "nowhere"]),
            standing=st.sampled_from(Standing),
        ),
        max_size=6,
    )
)
def test_whatever_a_scheduler_lists_is_a_row_or_named(jobs: list[QueuedJob]) -> None:
    """Nothing raises, declared rows stay the first, and the same queue twice changes nothing."""
    roll = enrolled(*jobs)
    still = {job.id: job for job in jobs if not roll.is_declared(job.id)}
    assert roll.declared.name[: roll.own].tolist() == STUDY.jobs.name.tolist()
    beside = set(roll.declared.name[roll.own :].tolist())
    for name in beside & set(roll.left_alone):
        held = roll.declared.accelerators[roll.row_of[name]]
        assert still[name].standing is Standing.RUNNING and still[name].place == PLACE
        assert 0 < held <= min(32, still[name].accelerators)
        assert name not in may_be_told(roll, still)
    open_jobs = {
        name
        for name, job in still.items()
        if job.standing.value in ("queued", "running", "stopped")
    }
    assert open_jobs <= beside | set(roll.left_alone)
    assert enrolled(*jobs, roll=roll) is roll
