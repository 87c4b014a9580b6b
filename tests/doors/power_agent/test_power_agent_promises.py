"""The power agent over its socket keeps what every device promises that caps power."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from power_machine import Machine

from gridtide.devices.power_agent import PowerAgent
from gridtide.doors.power_agent.keeper import Keeper
from gridtide.doors.power_agent.serving import serve
from gridtide.fleet.device import UnreachableError
from gridtide.fleet.ticket import Fate
from gridtide.testing.caps_power import Capping, CapsPowerPromises


@contextmanager
def served(keeper: Keeper, path: Path, uids: frozenset[int]) -> Iterator[None]:
    """The agent on a thread of its own."""
    ready = threading.Event()
    ends: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        over = asyncio.Event()
        ends.append((asyncio.get_running_loop(), over))
        await serve(keeper, path, uids, over, ready.set)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert ready.wait(10.0)
        yield
    finally:
        loop, over = ends[0]
        loop.call_soon_threadsafe(over.set)
        thread.join()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """One of its own for each test; nobody pulls a plug here, so no disk is waited for."""
    monkeypatch.setattr("gridtide.doors.whole_file.os.fsync", lambda number: None)
    return Machine(tmp_path)


def capping(machine: Machine) -> Capping:
    """The first board of a machine, through the socket in its folder."""

    def pass_s(seconds: float) -> None:
        machine.passes(seconds)
        device.units()

    device = PowerAgent(path=machine.folder / "agent", now=lambda: machine.wall)
    return Capping(
        device=device,
        unit="gpu-0",
        cap_kw=0.4,
        below_kw=0.25,
        limit_kw=machine.limit_kw,
        pass_s=pass_s,
        now=lambda: machine.wall,
    )


class TestPowerAgent(CapsPowerPromises):
    """Through a real socket, over simulated boards."""

    @pytest.fixture(autouse=True)
    def _agent(self, machine: Machine) -> Iterator[None]:
        self.machine = machine
        with served(machine.keeper(), machine.folder / "agent", frozenset({os.getuid()})):
            yield

    def opened(self) -> Capping:
        """The agent of this test."""
        return capping(self.machine)


def test_who_is_not_on_the_list_is_told_so_and_moves_nothing(machine: Machine) -> None:
    """The kernel says who asks; it is written down."""
    with served(machine.keeper(), machine.folder / "agent", frozenset({os.getuid() + 1})):
        one = capping(machine)
        assert one.cap(one.ticket(1)) is Fate.REFUSED
        with pytest.raises(UnreachableError, match="may not ask here"):
            one.device.read_power()
    assert machine.limit_kw() == 0.7
    assert machine.notes[0][2] == f"uid {os.getuid()} is not on the list of who may ask"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"rm -rf\n", b"a line of JSON"),
        (b'{"do": "set", "kw": 1}\n', b"either"),
        (b'{"do": "act", "ticket": {}, "act": {"act": "reboot"}}\n', b"one of begin-at"),
        (b"[" * 4_000 + b"\n", b"a line of JSON"),
        (b"x" * 5_000, b""),
    ],
)
def test_what_is_no_request_is_refused_in_words_or_hung_up_on(
    machine: Machine, line: bytes, said: bytes
) -> None:
    """And the next one is answered as ever."""
    path = machine.folder / "agent"
    with served(machine.keeper(), path, frozenset({os.getuid()})):
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(str(path))
            wire.sendall(line)
            assert said in wire.recv(65_536)
        one = capping(machine)
        assert one.cap(one.ticket(1)) is Fate.DONE


def test_an_agent_that_is_stopped_gives_everything_back(machine: Machine) -> None:
    """Before it is gone; and one that is gone is said, with the next step."""
    with served(machine.keeper(), machine.folder / "agent", frozenset({os.getuid()})):
        one = capping(machine)
        assert one.cap(one.ticket(1)) is Fate.DONE
    assert machine.limit_kw() == 0.7
    outcome = one.device.release(one.ticket(2), one.unit)
    assert outcome.fate is Fate.FAILED
    assert outcome.said.endswith("is gridtide-power running there?")
