"""Work that set-points slow at a place: what it lost is not counted as done, outlives the service, and gets time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from led_hall import LedHall
from line_of_boards import CYCLE_S, POINTS, Led

from gridtide.fleet.ticket import Fate
from gridtide.loop.set_points.kept_slowed import keep_slowed, take_up_slowed
from gridtide.loop.set_points.led_plant import held_s
from gridtide.loop.set_points.slowed import SPARE_S, Slowed
from gridtide.stores.memory import MemoryDocuments

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
HALL = "north/hall"


@pytest.fixture
def hall(tmp_path: Path) -> LedHall:
    """One whose jobs set-points may slow."""
    found = LedHall(tmp_path, NOW)
    found.place.slowed = Slowed()
    return found


def test_what_set_points_took_from_a_job_is_not_done(hall: LedHall) -> None:
    """However long it ran."""
    assert hall.place.slowed is not None
    hall.runs(1, "n1")
    hall.passes(600)
    (before,) = hall.place.queue()
    hall.place.slowed.lose("slurm-1", hall.clock.now(), 42.3)
    (after,) = hall.place.queue()
    assert before.done_s is not None and after.done_s == before.done_s - 43


def test_a_job_gets_time_before_set_points_may_slow_it_and_its_limit_stays_its_owner_s(
    hall: LedHall,
) -> None:
    """Its scheduler ends it a quarter of an hour later; what was lost of that is given again."""
    slowed = hall.place.slowed
    assert slowed is not None
    job = hall.runs(1, "n1", hours=1.0)
    hall.place.queue()
    assert slowed.spare_s(HALL, "slurm-1") <= 0.0
    assert hall.told(1, 1, "full").fate in (Fate.DONE, Fate.UNCHANGED)
    hall.passes(10)
    assert job.limit_min is not None and job.limit_min >= 60 + SPARE_S // 60
    assert slowed.spare_s(HALL, "slurm-1") >= SPARE_S
    (listed,) = hall.place.queue()
    assert listed.run_limit_s == 3600
    hall.passes(1200)
    slowed.lose("slurm-1", hall.clock.now(), 0.6 * SPARE_S)
    hall.place.queue()
    assert slowed.spare_s(HALL, "slurm-1") < SPARE_S / 2 + 60
    hall.passes(10)
    assert slowed.spare_s(HALL, "slurm-1") >= SPARE_S


def test_a_room_that_may_tell_nothing_gives_no_time(hall: LedHall) -> None:
    """Frozen: nothing is told that was not before."""
    job = hall.runs(1, "n1", hours=1.0)
    hall.told(1, 1, "full")
    hall.place.may_tell = lambda: False
    hall.passes(20)
    assert job.limit_min == 60


def test_jobs_beside_those_that_are_decided_on_are_known(hall: LedHall) -> None:
    """By their scheduler's list, whoever they are."""
    slowed = hall.place.slowed
    assert slowed is not None
    hall.runs(1, "n1")
    hall.runs(2, "n2")
    hall.place.queue()
    assert slowed.strangers(HALL, ("slurm-1",)) == ("slurm-2",)
    assert slowed.spare_s(HALL, "slurm-9") == 0.0 and np.isfinite(slowed.spare_s(HALL, "slurm-2"))


def test_what_work_is_behind_by_is_forgotten_with_it() -> None:
    """And with no other job."""
    slowed = Slowed()
    for name in ("a", "b"):
        slowed.lose(name, NOW + timedelta(seconds=3), 5.0)
    slowed.keep_only(["b"])
    assert slowed.plain() == {"b": 5.0}


def test_what_work_is_behind_by_outlives_the_service_and_what_was_not_kept_counts_as_lost() -> None:
    """As if it had been at its slowest point for a step and until its leases had ended."""
    led, again, documents = Led(), Led(), MemoryDocuments()
    led.tick(5.0, times=10)
    behind_s = led.slowed.lost_s(led.job)
    assert behind_s > 0.0
    keep_slowed(led.regulation, documents, NOW)
    take_up_slowed(again.work, led.regulation.line, documents, NOW, step_s=60.0)
    slowest = min(one.speed for one in POINTS)
    more_s = (1.0 - slowest) * (60.0 + held_s(CYCLE_S))
    assert again.slowed.lost_s(led.job) == pytest.approx(behind_s + more_s)


def test_two_lines_of_a_room_keep_and_take_up_what_work_is_behind_by_once() -> None:
    """Both know all work of the room: what each kept is the same, and no restart makes it more."""
    kept, slowed = {"a": 12.0, "b": 3.0}, Slowed()
    for more_s in (5.0, 4.0):
        slowed.take_up(kept, NOW, more_s)
    assert slowed.plain() == {"a": 17.0, "b": 8.0}
