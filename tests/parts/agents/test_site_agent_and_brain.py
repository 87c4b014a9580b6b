"""A site agent, its power agent and a brain, each in a process of its own: told, silent, killed, at the console."""

import hashlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import brain_process
import pytest

from gridtide.doors.agent.console import ask
from gridtide.loop.clock import WallClock
from gridtide.testing.power_machine import PowerMachine, until

pytestmark = pytest.mark.parts
REST_KW = 0.7
CONFIG = """
name = "hohhot"
zone = "UTC"
silent_after_s = 3

[brain]
url = "http://127.0.0.1:{port}"
token_file = "token"
plain_http = true

[[device]]
name = "gpus"
kind = "power-agent"
path = "power.sock"
[device.bounds]
cap_min_kw = 0.35

[[default]]
device = "gpus"
begins = "00:00:00"
ends = "23:59:59"
[default.act]
act = "cap-power"
unit = "gpu-0"
cap_kw = 0.65
"""


class Brain:
    """A brain in a process of its own, asked line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.number = 0

    def asked(self, question: dict[str, object]) -> Any:
        """One answer."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def hears(self) -> None:
        """Wait until the site's agent is heard."""
        until(lambda: "readings" in self.asked({"report": True}), "the agent is heard")

    def cap(
        self, cap_kw: float, for_s: float = 600.0, epoch: int = 1, lives_s: float = 60.0
    ) -> Any:
        """What comes of an order to cap the board."""
        self.number += 1
        ends = WallClock().now() + timedelta(seconds=for_s)
        act = {"act": "cap-power", "unit": "gpu-0", "cap_kw": cap_kw, "until": ends.isoformat()}
        told = {"device": "gpus", "act": act, "epoch": epoch, "lives_s": lives_s}
        return self.asked({**told, "id": f"act-{self.process.pid}-{self.number}"})


class Place:
    """One site and the port at which its brain is."""

    def __init__(self, folder: Path) -> None:
        self.machine = PowerMachine(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.config = folder / "agent.toml"
        four_hours = CONFIG.format(port=self.port)
        self.config.write_text(four_hours)
        self.machine.config.write_text("longest_lease_h = 24\n" + self.machine.config.read_text())
        (folder / "token").write_text("a secret of hohhot\n")

    @contextmanager
    def brain(self) -> Iterator[Brain]:
        """A brain, killed at the end."""
        digest = hashlib.sha256(b"a secret of hohhot").hexdigest()
        command = [sys.executable, brain_process.__file__, str(self.port), digest]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) as process:
            try:
                yield Brain(process)
            finally:
                process.kill()

    @contextmanager
    def agent(self) -> Iterator[subprocess.Popen[str]]:
        """The site agent, killed at the end where it still runs."""
        command = [sys.executable, "-m", "gridtide", "agent", str(self.config)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline().startswith("hohhot asks http://127.0.0.1")
                yield process
            finally:
                process.kill()

    @contextmanager
    def both(self) -> Iterator[tuple[Brain, subprocess.Popen[str]]]:
        """A brain that has heard its agent."""
        with self.brain() as brain:
            brain.asked({"report": True})
            with self.agent() as agent:
                brain.hears()
                yield brain, agent

    def asked(self, **question: object) -> Any:
        """What the console of the agent that runs answers."""
        return ask(self.config.parent / "agent.sock", question)

    def console(self, *words: str) -> tuple[int, Any]:
        """Exit code and answer of the console."""
        command = [sys.executable, "-m", "gridtide", "agent", str(self.config), "--json", *words]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        return told.returncode, json.loads(told.stdout)

    def limit_kw(self) -> float:
        """What holds at the board."""
        return self.machine.limit_kw()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A site whose power agent runs."""
    place = Place(tmp_path)
    with place.machine.agent():
        yield place


def test_orders_reach_the_board_and_silence_gives_it_back(place: Place) -> None:
    """Told, refused, late; then the brain dies: every cap ends, the default schedule holds; then another one leads."""
    with place.brain() as brain, place.agent():
        brain.hears()
        assert brain.cap(0.4)["fate"] == "done"
        assert place.limit_kw() == 0.4
        refused = brain.cap(0.3)
        assert (refused["fate"], "below cap_min_kw" in refused["said"]) == ("refused", True)
        assert brain.cap(0.5, lives_s=-1.0)["fate"] == "expired"
        assert place.limit_kw() == 0.4
        brain.process.kill()
        until(lambda: place.limit_kw() == 0.65, "the default schedule holds")
        with place.brain() as other:
            other.hears()
            assert other.cap(0.45, epoch=2)["fate"] == "done"
            assert place.limit_kw() == 0.45
            assert other.cap(0.5, epoch=1)["fate"] == "superseded"


def test_people_at_the_console_come_first_and_a_death_forgets_nothing(place: Place) -> None:
    """Freeze, release and narrow while a brain leads; two people for a thaw; kill -9; the console without an agent."""
    with place.both() as (brain, agent):
        assert brain.cap(0.4)["fate"] == "done"
        assert place.asked(do="freeze", reason="smoke")["done"].startswith("frozen")
        assert brain.cap(0.5)["fate"] == "refused"
        assert brain.asked({"report": True})["frozen"]
        assert place.limit_kw() == 0.4
        code, status = place.console("--status")
        assert (code, status["leads"], "smoke" in status["frozen"]) == (0, "the brain", True)
        assert "done" in place.asked(do="release")
        until(lambda: place.limit_kw() == REST_KW, "the board is free")
        assert "another person" in place.asked(do="thaw")["refused"]
        assert "done" in place.asked(do="narrow", device="gpus", bound="cap_min_kw", value=0.6)
        assert "refused" in place.asked(do="narrow", device="gpus", bound="cap_min_kw", value=0.1)
        agent.send_signal(signal.SIGKILL)
        agent.wait(20)
        code, answer = place.console("--narrow", "gpus:cap_min_kw=0.65")
        assert (code, answer["done"]) == (0, "gpus: cap_min_kw = 0.65 from now on")
        with place.agent():
            brain.hears()
            assert "frozen by" in brain.cap(0.66, epoch=2)["said"]
            assert "below cap_min_kw = 0.65" in brain.cap(0.64, epoch=2)["said"]


def test_both_agents_killed_or_paused_leave_no_cap_and_do_nothing_late(place: Place) -> None:
    """SIGSTOP, an order that runs out, SIGCONT; kill -9 with caps on: one ends by its lease, one at the console."""
    with place.both() as (brain, agent):
        agent.send_signal(signal.SIGSTOP)
        late = brain.cap(0.4, lives_s=0.5)
        assert late["fate"] in ("expired", "failed"), (
            "as it was in the agent's hands already, or not"
        )
        agent.send_signal(signal.SIGCONT)
        assert brain.cap(0.5, for_s=2.0)["fate"] == "done"
        assert place.limit_kw() == 0.5
        agent.send_signal(signal.SIGKILL)
        agent.wait(20)
        until(lambda: place.limit_kw() == REST_KW, "the lease ends without the agent")
        with place.agent() as again:
            brain.hears()
            assert brain.cap(0.5)["fate"] == "done"
            again.send_signal(signal.SIGKILL)
            again.wait(20)
        assert place.limit_kw() == 0.5
        assert place.console("--release")[0] == 0
        assert place.limit_kw() == REST_KW
