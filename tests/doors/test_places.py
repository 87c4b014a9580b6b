"""Agents refuse places that cannot hold their files, and take away nothing of others."""

import socket
from pathlib import Path

import pytest

from gridtide.devices.simulated_boards import SimulatedBoard, SimulatedBoards
from gridtide.doors.cli import exit_code
from gridtide.doors.places import unfit_file, unfit_socket
from gridtide.doors.power_agent.__main__ import main

AGENT = """
name = "hohhot"
zone = "Asia/Shanghai"
console = "agent.toml"
state = "nowhere/state.json"
[brain]
url = "https://brain.example"
token_file = "token"
[[device]]
name = "gpus"
kind = "power-agent"
path = "power.sock"
"""


def test_an_agent_whose_console_names_a_file_leaves_it_and_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With every place that is unfit at once."""
    path = tmp_path / "agent.toml"
    path.write_text(AGENT)
    (tmp_path / "token").write_text("secret")
    assert exit_code(["agent", str(path)]) == 2
    said = capsys.readouterr().err
    assert "is there already and is no socket" in said
    assert "its folder is not there" in said
    assert path.read_text() == AGENT


def test_an_old_socket_and_an_empty_place_are_fit(tmp_path: Path) -> None:
    """An agent that was killed leaves its socket; a path may be too long for the system."""
    place = tmp_path / "a.sock"
    assert not list(unfit_socket(place))
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(place))
    assert not list(unfit_socket(place))
    assert "octets long" in str(next(unfit_socket(tmp_path / ("a" * 120))))
    assert not list(unfit_file(tmp_path / "state.json"))


@pytest.mark.parametrize("how", ["--restore", "--restore-lapsed"])
def test_boards_are_given_back_though_the_folder_of_the_journal_is_gone(
    tmp_path: Path, how: str
) -> None:
    """Nothing is known of leases then; without a folder no new agent starts."""
    path, boards = tmp_path / "power.toml", tmp_path / "boards.json"
    path.write_text(
        'socket = "p.sock"\njournal = "gone/leases.json"\nrecord = "power.jsonl"\nallow_uids = [0]\n'
        '[boards]\nkind = "simulated"\n[[unit]]\nunit = "g0"\nfloor_kw = 0.3\nceiling_kw = 0.7\n'
    )
    SimulatedBoards.written(boards, [SimulatedBoard(unit="g0", limit_kw=0.4)])
    assert main([str(path)]) == 2
    assert main([str(path), how]) == 0
    assert SimulatedBoards(boards, lambda: 0.0).board("g0").limit_kw == 0.7
