"""No cap outlives its lease when the power agent is killed, stopped or paused: real processes, real signals."""

import os
import re
import shutil
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from gridtide.fleet.ticket import Fate
from gridtide.testing import power_machine
from gridtide.testing.power_machine import PowerMachine, until

pytestmark = pytest.mark.parts
REST_KW = 0.7


@pytest.fixture
def machine(tmp_path: Path) -> PowerMachine:
    """One of its own for each test."""
    return PowerMachine(tmp_path)


def test_a_cap_ends_by_itself_and_a_stopped_agent_gives_everything_back(
    machine: PowerMachine,
) -> None:
    """At the end of the lease, and at SIGTERM before it."""
    with machine.agent() as agent:
        assert machine.cap(for_s=0.5).fate is Fate.DONE
        assert machine.limit_kw() == 0.4
        until(lambda: machine.limit_kw() == REST_KW, "the lease ends")
        assert machine.cap(for_s=600.0).fate is Fate.DONE
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(20) == 0
        assert machine.limit_kw() == REST_KW


def test_an_agent_killed_with_a_cap_on_restores_it_when_it_is_started_again(
    machine: PowerMachine,
) -> None:
    """What ran out while it was dead is over before it answers; what still holds ends in time."""
    with machine.agent() as agent:
        assert machine.cap(for_s=0.5).fate is Fate.DONE
        agent.send_signal(signal.SIGKILL)
        agent.wait(20)
    assert machine.limit_kw() == 0.4
    with machine.agent() as agent:
        until(lambda: machine.limit_kw() == REST_KW, "the late lease ends")
        assert machine.cap(for_s=3.0).fate is Fate.DONE
        agent.send_signal(signal.SIGKILL)
        agent.wait(20)
    with machine.agent():
        until(lambda: machine.limit_kw() == REST_KW, "the taken-up lease ends")


def test_with_agent_and_client_dead_the_restore_command_gives_everything_back(
    machine: PowerMachine,
) -> None:
    """What the unit's ExecStopPost runs; nothing else is left alive to do it."""
    with machine.agent() as agent:
        client = [sys.executable, power_machine.__file__, str(machine.folder)]
        killed = subprocess.run(client, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert machine.limit_kw() == 0.4
        agent.send_signal(signal.SIGKILL)
        agent.wait(20)
    assert machine.limit_kw() == 0.4
    assert machine.restore("--restore") == 0
    assert machine.limit_kw() == REST_KW
    assert (machine.folder / "leases.json").read_text().startswith('{"leases": []')


def test_a_paused_agent_is_relieved_of_late_leases_and_ends_them_first_when_it_wakes(
    machine: PowerMachine,
) -> None:
    """While it sleeps the timer's command gives back what is over, and only that; awake, it does so itself."""
    with machine.agent() as agent:
        assert machine.cap(for_s=600.0).fate is Fate.DONE
        agent.send_signal(signal.SIGSTOP)
        assert machine.restore("--restore-lapsed") == 0
        assert machine.limit_kw() == 0.4
        agent.send_signal(signal.SIGCONT)
        assert machine.cap(for_s=0.5).fate is Fate.DONE
        agent.send_signal(signal.SIGSTOP)
        until(
            lambda: machine.restore("--restore-lapsed") == 0 and machine.limit_kw() == REST_KW,
            "relief",
        )
        machine.boards.limit("gpu-0", 0.4)
        agent.send_signal(signal.SIGCONT)
        assert machine.cap(for_s=5.0, cap_kw=0.1).fate is Fate.REFUSED
        assert machine.limit_kw() == REST_KW


def test_a_second_agent_does_not_start(machine: PowerMachine) -> None:
    """One journal, one agent; the first goes on."""
    with machine.agent():
        assert machine.restore() == 2
        assert machine.cap(for_s=5.0).fate is Fate.DONE


def test_the_units_that_are_shipped_are_sound() -> None:
    """As systemd reads them; and their commands are ones that are there."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        reason = "no systemd-analyze on this machine; .ci/parts installs it"
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    units = sorted(Path(str(files("gridtide.doors.power_agent") / "units")).iterdir())
    told = subprocess.run(
        [verify, "verify", "--man=no", *map(str, units)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")
    said = "".join(unit.read_text() for unit in units)
    commands = re.findall(r"^Exec\w+=\S+ gridtide-power (--[\w-]+)?", said, re.MULTILINE)
    assert set(commands) == {"", "--restore", "--restore-lapsed"}
