"""Jobs at operating points on boards that are told them: never slower than promised, for a lease at a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from led_hall import REST_KW, LedHall

from gridtide.fleet.device import Standing, UnreachableError
from gridtide.fleet.ticket import Fate
from gridtide.loop.names import point_of
from gridtide.loop.points_at_place import HOLDS_ON

NOW = datetime(2026, 12, 1, 6, microsecond=250_000, tzinfo=UTC)
ECO, FREE = [0.5, 0.5], [REST_KW, REST_KW]


@pytest.fixture
def hall(tmp_path: Path) -> LedHall:
    """One of its own for each test."""
    return LedHall(tmp_path, NOW)


def test_a_point_caps_the_boards_of_the_nodes_that_its_job_runs_on(hall: LedHall) -> None:
    """And no others; it is read back by its name, of the job."""
    hall.runs(1, "n1")
    hall.runs(2, "n2")
    assert hall.told(1, 1, "eco").fate is Fate.DONE
    assert (hall.limits_kw("n1"), hall.limits_kw("n2")) == (ECO, FREE)
    assert {job.id: job.point for job in hall.place.queue()} == {
        "slurm-1": "eco",
        "slurm-2": "full",
    }
    (held,) = hall.place.restraints()
    assert (held.subject, held.kind, held.value) == ("point of slurm-1", "point", "eco")
    assert held.until <= hall.clock.now() + timedelta(minutes=1)


def test_a_job_that_waits_gets_its_point_once_it_runs(hall: LedHall) -> None:
    """Nobody knows its boards before; what it leaves is given back."""
    job = hall.waits(1, 1)
    said = hall.told(1, 1, "eco")
    assert (said.fate, said.said) == (Fate.DONE, "job 1 gets eco once it runs")
    assert hall.limits_kw("n1") == FREE
    job.on = "n[1-2]"
    hall.passes(80)
    assert (hall.limits_kw("n1"), hall.limits_kw("n2")) == (ECO, ECO)
    job.state = "COMPLETED"
    hall.passes(10)
    assert (hall.limits_kw("n1"), hall.limits_kw("n2")) == (FREE, FREE)


def test_a_point_is_renewed_and_ends_by_itself_where_nobody_does(hall: LedHall) -> None:
    """The service is gone: within a minute no board is bounded."""
    hall.runs(1, "n1")
    hall.told(1, 1, "eco")
    hall.passes(600)
    assert hall.limits_kw("n1") == ECO
    hall.passes(61, renews=False)
    assert hall.limits_kw("n1") == FREE


def test_a_room_that_may_tell_nothing_begins_no_point_and_holds_on_for_a_while(
    hall: LedHall,
) -> None:
    """Frozen: what stands is renewed for a quarter of an hour, what would be new is not told."""
    hall.runs(1, "n1")
    hall.told(1, 1, "eco")
    later = hall.waits(2, 2)
    hall.told(2, 2, "eco")
    hall.place.may_tell = lambda: False
    later.on = "n2"
    hall.passes(HOLDS_ON.total_seconds() - 60)
    assert (hall.limits_kw("n1"), hall.limits_kw("n2")) == (ECO, FREE)
    hall.passes(180)
    assert hall.limits_kw("n1") == FREE
    hall.place.may_tell = lambda: True
    hall.passes(10)
    assert (hall.limits_kw("n1"), hall.limits_kw("n2")) == (ECO, ECO)


def test_work_beside_on_the_same_boards_keeps_them_as_fast_as_it_was_told(hall: LedHall) -> None:
    """A point below that of a neighbour is refused by its name; one that begins beside a slow job speeds both up, and
    the room hears why."""
    hall.runs(1, "n1")
    hall.runs(2, "n1")
    said = hall.told(1, 1, "eco")
    assert (said.fate, "job 2 runs on the same boards" in said.said) == (Fate.REFUSED, True)
    assert hall.limits_kw("n1") == FREE
    assert hall.told(2, 2, "slow").fate is Fate.REFUSED
    hall.slurm.jobs[2].state = "COMPLETED"
    assert hall.told(3, 1, "eco").fate is Fate.DONE
    hall.runs(3, "n1")
    hall.passes(10)
    assert hall.limits_kw("n1") == FREE


def test_release_frees_the_boards_of_a_job_and_nothing_bounds_them_again(hall: LedHall) -> None:
    """By the name that the room lets go."""
    hall.runs(1, "n1")
    hall.told(1, 1, "eco")
    name = point_of("slurm-1")
    assert hall.place.release(hall.ticket(2), name).fate is Fate.DONE
    hall.passes(120)
    assert (hall.limits_kw("n1"), hall.place.restraints()) == (FREE, ())


def test_work_at_a_slower_point_counts_by_its_speed_and_gets_the_time_it_needs(
    hall: LedHall,
) -> None:
    """An hour at full speed, an hour at 0.8, back again; its limit stays what its owner declared."""
    job = hall.runs(1, "n1", hours=4)
    hall.passes(3600)
    assert hall.told(1, 1, "eco").fate is Fate.DONE
    assert job.limit_min is not None and job.limit_min >= 60 + 180 / 0.8
    hall.passes(3600)
    (known,) = hall.place.queue()
    assert known.run_limit_s == 4 * 3600
    assert known.done_s == 3600 + int(0.8 * 3600)
    assert hall.told(2, 1, "full").fate is Fate.DONE
    hall.passes(3600)
    assert abs((hall.place.queue()[0].done_s or 0) - (2 * 3600 + 2880)) <= 2


def test_a_job_that_gets_no_more_time_is_not_slowed(hall: LedHall) -> None:
    """Its scheduler would end it before its work is done: what it said is said."""
    hall.runs(1, "n1")
    hall.slurm.breaks = {"scontrol update"}
    said = hall.told(1, 1, "eco")
    assert (said.fate, hall.limits_kw("n1")) == (Fate.FAILED, FREE)


def test_a_cap_below_the_floor_of_the_agent_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    """In the agent's own words; the boards it had taken are given back."""
    hall = LedHall(tmp_path, NOW, floor_kw=0.55)
    hall.runs(1, "n1")
    said = hall.told(1, 1, "eco")
    assert (said.fate, "0.5 kW is outside 0.55 to 0.7 kW of gpu-0" in said.said) == (
        Fate.REFUSED,
        True,
    )
    assert hall.limits_kw("n1") == FREE
    hall.passes(60)
    assert hall.place.queue()[0].done_s in (59, 60)


def test_points_of_different_knobs_take_each_other_s_place(hall: LedHall) -> None:
    """A clock after a cap: the cap is gone, and the other way round."""
    hall.runs(1, "n1")
    hall.told(1, 1, "eco")
    assert hall.told(2, 1, "slow").fate is Fate.DONE
    assert (hall.limits_kw("n1"), hall.clocks_mhz("n1")) == (FREE, [1000, 1000])
    assert hall.place.queue()[0].point == "slow"
    assert hall.told(3, 1, "eco").fate is Fate.DONE
    assert (hall.limits_kw("n1"), hall.clocks_mhz("n1")) == (ECO, [None, None])


def test_what_cannot_be_told_apart_is_refused_by_name(hall: LedHall) -> None:
    """A node without boards here, a point that is none, another place, a job nobody lists."""
    hall.runs(1, "n7")
    said = hall.told(1, 1, "eco")
    assert (said.fate, "runs on n7, whose boards no device of this room has" in said.said) == (
        Fate.REFUSED,
        True,
    )
    assert hall.told(2, 1, "turbo").fate is Fate.REFUSED
    assert hall.place.place_job(hall.ticket(3), "slurm-1", "south/hall", "eco").fate is Fate.REFUSED
    assert hall.told(4, 9, "eco").fate is Fate.REFUSED
    assert hall.told(5, 1, "full").fate is Fate.UNCHANGED


def test_boards_of_no_node_run_at_one_point_together(tmp_path: Path) -> None:
    """All of the hall, where everything that runs there was told so; another number of boards is no hall."""
    hall = LedHall(tmp_path, NOW, whole=True)
    hall.runs(1, "n1")
    assert hall.told(1, 1, "eco").fate is Fate.DONE
    assert (hall.limits_kw("n1"), hall.limits_kw("n2")) == (ECO, ECO)
    object.__setattr__(hall.place.boards.groups[""], "count", 16)
    hall.told(2, 1, "full")
    hall.passes(61, renews=False)
    said = hall.told(3, 1, "eco")
    assert (said.fate, "4 boards answer, the place has 16 accelerators" in said.said) == (
        Fate.FAILED,
        True,
    )


def test_an_agent_that_is_silent_is_named_and_told_again(hall: LedHall) -> None:
    """Its boards let go by themselves; heard again, they are told what still holds."""
    hall.runs(1, "n1")
    hall.told(1, 1, "eco")
    hall.device.silent = True
    hall.passes(30, renews=False)
    assert hall.place.queue()[0].point is None
    with pytest.raises(UnreachableError, match="does not answer"):
        hall.place.renew()
    hall.passes(60, renews=False)
    assert hall.limits_kw("n1") == FREE
    hall.device.silent = False
    hall.place.renew()
    assert hall.limits_kw("n1") == ECO


def test_a_process_that_begins_again_leaves_what_holds_to_whoever_tells_it_anew(
    hall: LedHall,
) -> None:
    """What was told before stays for its lease, unless it is told again; done work is counted as it was."""
    hall.runs(1, "n1")
    hall.runs(2, "n2")
    hall.told(1, 1, "eco")
    hall.told(2, 2, "eco")
    hall.passes(3600)
    again = hall.again()
    again.boards.speeds.take_up(hall.place.boards.speeds.plain())
    hall.place = again
    assert [job.point for job in again.queue()] == ["eco", "eco"]
    assert abs((again.queue()[0].done_s or 0) - 2880) <= 2
    assert hall.told(3, 1, "eco").fate is Fate.DONE
    assert hall.limits_kw("n2") == ECO
    hall.passes(70)
    assert (hall.limits_kw("n1"), hall.limits_kw("n2")) == (ECO, FREE)


def test_a_device_is_asked_once_for_all_that_runs_on_its_boards(hall: LedHall) -> None:
    """However many jobs and nodes."""
    for job, node in ((1, "n1"), (2, "n2"), (3, "n1"), (4, "n2")):
        hall.runs(job, node)
    hall.told(1, 1, "full")
    asked = hall.device.asked
    assert len(hall.place.queue()) == 4
    assert hall.device.asked == asked + 1
    hall.place.restraints()
    assert hall.device.asked == asked + 2


def test_acts_on_a_job_beside_its_point_reach_its_scheduler(hall: LedHall) -> None:
    """Pauses and start times as ever; a job that stands still bounds nothing."""
    hall.runs(1, "n1")
    hall.told(1, 1, "eco")
    hall.slurm.jobs[1].state = "SUSPENDED"
    hall.passes(10)
    assert hall.limits_kw("n1") == FREE
    assert hall.place.queue()[0].standing is Standing.STOPPED
    assert hall.place.release(hall.ticket(2), "slurm-1").fate is not Fate.FAILED
