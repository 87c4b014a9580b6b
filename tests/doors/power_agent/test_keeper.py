"""No cap outlives its lease, whatever happens to clocks, disks, boards and the process that lends."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from power_machine import ALLOWED, Machine

from gridtide.doors.power_agent.keeper import lapsed
from gridtide.doors.power_agent.lent import Kept
from gridtide.fleet.act import BeginAt, LockClock, Release
from gridtide.fleet.boards import BoardFault
from gridtide.fleet.ticket import Fate


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """One of its own for each test; nobody pulls a plug here, so no disk is waited for."""
    monkeypatch.setattr("gridtide.doors.whole_file.os.fsync", lambda number: None)
    return Machine(tmp_path)


def test_a_wall_clock_set_back_keeps_no_cap_longer(machine: Machine) -> None:
    """The time that passed ends it."""
    keeper = machine.keeper()
    assert machine.cap(keeper) is Fate.DONE
    machine.passes(61.0)
    machine.wall -= timedelta(hours=6)
    keeper.end_late_leases()
    assert machine.limit_kw() == 0.7


def test_a_wall_clock_set_forward_ends_a_cap(machine: Machine) -> None:
    """The earlier of both clocks counts."""
    keeper = machine.keeper()
    assert machine.cap(keeper) is Fate.DONE
    machine.wall += timedelta(hours=1)
    keeper.end_late_leases()
    assert machine.limit_kw() == 0.7


def test_a_keeper_that_comes_back_keeps_what_still_holds_and_ends_it_in_time(
    machine: Machine,
) -> None:
    """Its own death shortens no lease, and lengthens none."""
    machine.cap(machine.keeper())
    machine.passes(30.0)
    keeper = machine.keeper()
    assert (machine.limit_kw(), keeper.until_next_s()) == (0.4, 30.0)
    machine.passes(30.0)
    keeper.end_late_leases()
    assert machine.limit_kw() == 0.7


def test_a_keeper_that_comes_back_late_ends_what_is_over(machine: Machine) -> None:
    """Before it answers anybody."""
    machine.cap(machine.keeper())
    machine.passes(61.0)
    machine.keeper()
    assert machine.limit_kw() == 0.7


def test_what_a_journal_does_not_know_goes_back_to_rest(machine: Machine) -> None:
    """Also what somebody set by hand, and what stood before the machine was started again."""
    machine.boards.limit("gpu-1", 0.5)
    machine.keeper()
    assert machine.limit_kw("gpu-1") == 0.7
    machine.cap(machine.keeper())
    machine.boot = "second"
    machine.keeper()
    assert machine.limit_kw() == 0.7


@pytest.mark.parametrize("text", ["", "{", '{"leases": [{"unit": 7}], "gate": {}}', "[]", "\udcff"])
def test_a_journal_that_cannot_be_read_holds_nothing(machine: Machine, text: str) -> None:
    """Every board goes back, and it is said."""
    machine.cap(machine.keeper())
    machine.journal.path.write_bytes(text.encode(errors="surrogateescape"))
    machine.keeper()
    assert machine.limit_kw() == 0.7
    assert "journal lost" in [what for what, _, _ in machine.notes]


def test_what_cannot_be_written_down_is_not_lent(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: no new cap, and those that hold are given back all the same."""
    keeper = machine.keeper()
    machine.cap(keeper)

    def full(kept: Kept, durable: bool = True) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine.journal, "write", full)
    assert machine.cap(keeper, cap_kw=0.35) is Fate.FAILED
    assert machine.limit_kw() == 0.4
    machine.passes(61.0)
    keeper.end_late_leases()
    assert machine.limit_kw() == 0.7


def test_a_death_between_writing_and_lending_leaves_no_lease(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written down and never set is nothing that holds."""
    keeper = machine.keeper()

    def killed(unit: str, limit_kw: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(machine.boards, "limit", killed)
        with pytest.raises(KeyboardInterrupt):
            machine.cap(keeper)
    assert len(machine.journal.read().leases) == 1
    again = machine.keeper()
    assert (machine.limit_kw(), again.leases) == (0.7, {})


def test_a_board_that_is_lost_is_given_back_when_it_returns(machine: Machine) -> None:
    """Tried again each time, said once."""
    keeper = machine.keeper()
    machine.cap(keeper)
    machine.boards.fail("gpu-0", BoardFault.LOST)
    machine.passes(61.0)
    for _ in range(5):
        keeper.end_late_leases()
    assert [what for what, _, _ in machine.notes].count("not given back") == 1
    (reading, _) = keeper.readings()
    assert (reading.power_kw, reading.fault) == (None, "gpu-0: lost")
    machine.boards.fail("gpu-0", "")
    keeper.end_late_leases()
    assert (machine.limit_kw(), keeper.leases) == (0.7, {})


@pytest.mark.parametrize(
    ("fault", "fate"),
    [
        (BoardFault.NOT_SUPPORTED, Fate.REFUSED),
        (BoardFault.NO_PERMISSION, Fate.REFUSED),
        (BoardFault.LOST, Fate.FAILED),
    ],
)
def test_what_a_driver_refuses_is_said_in_its_words(
    machine: Machine, fault: BoardFault, fate: Fate
) -> None:
    """And nothing is held of it."""
    keeper = machine.keeper()
    machine.boards.fail("gpu-0", fault)
    assert machine.cap(keeper) is fate
    machine.boards.fail("gpu-0", "")
    keeper.end_late_leases()
    assert (machine.limit_kw(), keeper.leases) == (0.7, {})


def test_a_clock_is_lent_and_freed_like_a_cap(machine: Machine) -> None:
    """Each on its own lease; a release frees both."""
    keeper = machine.keeper()
    until = machine.wall + timedelta(seconds=60)
    assert (
        machine.tell(keeper, LockClock(unit="gpu-0", highest_mhz=500.0, until=until))
        is Fate.REFUSED
    )
    assert (
        machine.tell(keeper, LockClock(unit="gpu-0", highest_mhz=900.0, until=until)) is Fate.DONE
    )
    machine.cap(keeper)
    machine.passes(5.0)
    assert machine.boards.power_kw("gpu-0") < 0.35
    assert machine.tell(keeper, Release(subject="gpu-0")) is Fate.DONE
    board = machine.boards.board("gpu-0")
    assert (board.limit_kw, board.clock_max_mhz) == (0.7, None)


def test_an_act_of_another_kind_or_unit_is_refused_and_written_down(machine: Machine) -> None:
    """The process lends limits of its boards, and does nothing else."""
    keeper = machine.keeper()
    assert machine.tell(keeper, BeginAt(job="gpu-0", at=machine.wall)) is Fate.REFUSED
    assert machine.tell(keeper, Release(subject="gpu-9")) is Fate.REFUSED
    assert machine.notes[-1] == ("refused", "act-2", "a test: gpu-9 is not on the allow-list")


def test_who_gives_back_from_outside_leaves_fresh_leases_alone(machine: Machine) -> None:
    """A keeper that sleeps is relieved of what is over; what holds stays."""
    machine.cap(machine.keeper())
    machine.boards.limit("gpu-1", 0.5)

    def units() -> tuple[str, ...]:
        return lapsed(machine.boards, ALLOWED, machine.journal.read, machine.now)

    assert units() == ("gpu-1",)
    machine.passes(61.0)
    assert units() == ("gpu-0", "gpu-1")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("cap"), st.floats(1.0, 300.0)),
        st.tuples(st.just("pass"), st.floats(0.0, 200.0)),
        st.tuples(st.just("jump"), st.floats(-1e5, 1e5)),
        st.tuples(st.just("die"), st.just(0.0)),
        st.tuples(st.just("lose"), st.just(0.0)),
        st.tuples(st.just("mend"), st.just(0.0)),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=STEPS)
def test_law_9_no_cap_outlives_its_lease_by_real_time(
    steps: list[tuple[str, float]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the order of caps, waits, jumps of the wall clock, deaths and lost boards: once the keeper has looked,
    a board that answers is bounded only within the seconds that were lent."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gridtide.doors.whole_file.os.fsync", lambda number: None)
        for steady_s, ends_s, limit_kw in _lives_through(machine, steps):
            assert steady_s < ends_s or limit_kw == 0.7


def _lives_through(
    machine: Machine, steps: list[tuple[str, float]]
) -> Iterator[tuple[float, float, float]]:
    """After each step at which the board answers: the second it is, when the lease ends, and the limit that holds."""
    keeper = machine.keeper()
    ends_s = 0.0
    sound = True
    for kind, value in steps:
        if kind == "cap" and machine.cap(keeper, for_s=value) is Fate.DONE:
            ends_s = machine.steady_s + value
        elif kind == "pass":
            machine.passes(value)
        elif kind == "jump":
            machine.wall += timedelta(seconds=value)
        elif kind == "die":
            keeper = machine.keeper()
        elif kind in ("lose", "mend"):
            sound = kind == "mend"
            machine.boards.fail("gpu-0", "" if sound else "lost")
        keeper.end_late_leases()
        if sound:
            yield machine.steady_s, ends_s, machine.limit_kw()


def test_what_is_lent_for_seconds_waits_for_no_disk_and_its_renewals_are_not_noted(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set-points lend all day: what changes is noted, and what a machine forgets anyhow is on no disk first."""
    synced: list[int] = []
    monkeypatch.setattr("gridtide.doors.whole_file.os.fsync", synced.append)
    keeper = machine.keeper()
    begun, noted = len(synced), len(machine.notes)
    for cap_kw in (0.4, 0.4, 0.4, 0.5):
        assert machine.cap(keeper, for_s=12.0, cap_kw=cap_kw) is Fate.DONE
        machine.passes(3.0)
    assert len(synced) == begun and len(machine.notes) == noted + 2
    machine.cap(keeper, for_s=60.0)
    assert len(synced) > begun
    machine.passes(61.0)
    machine.keeper()
    assert machine.limit_kw() == 0.7
