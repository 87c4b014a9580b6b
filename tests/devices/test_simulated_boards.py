"""Simulated boards behave as real ones do, where it matters to who caps them."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.devices.simulated_boards import (
    SimulatedBoard,
    SimulatedBoards,
    power_kw,
    settled_kw,
)
from gridtide.fleet.boards import BoardError, BoardFault

LOAD = st.floats(0.0, 1.0)
LIMIT = st.floats(0.2, 0.7)


def made(folder: Path, now_s: list[float], seed: int = 0) -> SimulatedBoards:
    """One board in a folder, its clock in a list."""
    path = folder / "boards.json"
    if not path.exists():
        SimulatedBoards.written(path, [SimulatedBoard(unit="gpu-0")])
    return SimulatedBoards(path, lambda: now_s[0], seed)


@given(load=LOAD, limit_kw=LIMIT)
def test_a_settled_board_keeps_its_cap_and_its_idle_power(load: float, limit_kw: float) -> None:
    """Between idle and cap, whatever its load; a cap above its draw changes nothing."""
    board = SimulatedBoard(unit="gpu-0", load=load, limit_kw=limit_kw)
    drawn_kw = settled_kw(board)
    assert board.idle_kw - 1e-12 <= drawn_kw <= limit_kw + 1e-12
    free_kw = settled_kw(replace(board, limit_kw=board.highest_kw))
    assert drawn_kw == pytest.approx(min(free_kw, limit_kw))


@given(load=LOAD, clock=st.integers(345, 1_980))
def test_a_locked_clock_never_draws_more(load: float, clock: int) -> None:
    """And saves where no cap would bind."""
    board = SimulatedBoard(unit="gpu-0", load=load)
    assert settled_kw(replace(board, clock_max_mhz=clock)) <= settled_kw(board) + 1e-12


def test_power_settles_from_where_it_was() -> None:
    """63 % of the way after one time constant, never past the end."""
    board = SimulatedBoard(unit="gpu-0", load=1.0, from_kw=0.07, settle_s=2.0, since_s=10.0)
    end_kw = settled_kw(board)
    assert power_kw(board, 10.0) == 0.07
    assert power_kw(board, 12.0) == pytest.approx(0.07 + 0.6321 * (end_kw - 0.07), rel=1e-3)
    assert power_kw(board, 1e4) == pytest.approx(end_kw)


def test_state_outlives_who_opened_it(tmp_path: Path) -> None:
    """A limit set by one process holds for the next."""
    now_s = [0.0]
    made(tmp_path, now_s).limit("gpu-0", 0.4)
    again = made(tmp_path, now_s)
    again.work("gpu-0", 1.0)
    now_s[0] = 60.0
    assert again.board("gpu-0").limit_kw == 0.4
    assert again.power_kw("gpu-0") == pytest.approx(0.4, rel=0.05)


def test_noise_is_of_the_seed_and_the_instant(tmp_path: Path) -> None:
    """The same reading for the same seed and sample, another for another."""
    now_s = [5.0]
    first = made(tmp_path, now_s).power_kw("gpu-0")
    assert made(tmp_path, now_s).power_kw("gpu-0") == first
    assert made(tmp_path, now_s, seed=1).power_kw("gpu-0") != first
    now_s[0] = 6.0
    assert made(tmp_path, now_s).power_kw("gpu-0") != first


@pytest.mark.parametrize(
    ("unit", "limit_kw", "fault"),
    [
        ("gpu-0", 0.1, BoardFault.OUT_OF_RANGE),
        ("gpu-0", 0.8, BoardFault.OUT_OF_RANGE),
        ("gpu-1", 0.4, BoardFault.NO_SUCH_BOARD),
    ],
)
def test_what_a_driver_refuses_moves_nothing(
    tmp_path: Path, unit: str, limit_kw: float, fault: BoardFault
) -> None:
    """Outside the enforced range, or of no board."""
    boards = made(tmp_path, [0.0])
    with pytest.raises(BoardError) as refused:
        boards.limit(unit, limit_kw)
    assert refused.value.fault is fault
    assert boards.board("gpu-0").limit_kw == 0.7


def test_a_file_that_is_none_is_a_missing_driver(tmp_path: Path) -> None:
    """Said as one, with the path."""
    with pytest.raises(BoardError, match=r"nothing\.json"):
        SimulatedBoards(tmp_path / "nothing.json", lambda: 0.0).units()
