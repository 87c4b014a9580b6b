"""A running agent renews the leases of its devices from its start on, whoever else is slow or silent."""

import threading

from gridtide.doors.agent.brain_line import BrainLine
from gridtide.doors.agent.running import Running
from gridtide.fleet.device import Restraint
from gridtide.loop.clock import WallClock, steady_s
from gridtide.loop.site_agent import AgentMemory, AgentTerms, SiteAgent


class Leased:
    """A device whose renewal takes until it is let through."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.through = threading.Event()

    def renew(self) -> tuple[Restraint, ...]:
        """Say that it was asked, and wait."""
        self.asked.set()
        self.through.wait(10.0)
        return ()


class NoDisk:
    """Keeps nothing."""

    def write(self, memory: AgentMemory) -> None:
        """Nothing."""


def test_one_device_that_answers_slowly_delays_no_other() -> None:
    """Both are asked at once, though nobody answers at the brain's address."""
    devices = {"slow": Leased(), "quick": Leased()}
    terms = AgentTerms(devices=devices, schedule=(), silent_after_s=60.0)
    now = WallClock().now
    agent = SiteAgent(terms, AgentMemory(), NoDisk(), now, steady_s, lambda *said: None)
    line = BrainLine("http://127.0.0.1:9", "site", "token", None)
    running = Running(agent, devices, line, now, lambda *said: None, 0.1)
    running.start()
    try:
        assert all(device.asked.wait(5.0) for device in devices.values())
    finally:
        for device in devices.values():
            device.through.set()
        running.stop()
