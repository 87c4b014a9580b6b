"""A site agent from its file: what it must not forget is read, one process alone keeps it."""

import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from gridtide.doors.agent.brain_line import BrainLine
from gridtide.doors.agent.config import AgentConfig
from gridtide.doors.agent.console import Console, name_of
from gridtide.doors.agent.memory import MemoryFile
from gridtide.doors.agent.running import Running, answered
from gridtide.doors.agent_notes import Notes
from gridtide.doors.places import unfit_file, unfit_socket
from gridtide.doors.whole_file import alone
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.loop.clock import WallClock, steady_s
from gridtide.loop.site_agent import SiteAgent

SHARE_OF_SILENCE = 3.0
"""A poll waits for a third of the silence after which a site leads itself, so that two may be lost."""
POLL_S = 25.0
LOOKS = 20
"""How often a site without a running agent tries to let go."""


def run(config: AgentConfig, said: Callable[[str], None]) -> None:
    """Be this site's agent until SIGTERM or SIGINT. said: told once it is at work. Raises BadInput where another one
    runs, or what it must not forget cannot be read."""
    refuse_if_any(
        [*unfit_socket(config.console), *unfit_file(config.state), *unfit_file(config.record)]
    )
    clock = WallClock()
    with alone(config.state) as only:
        if not only:
            raise BadInput([_another(config.state)])
        notes = Notes(config.record, clock.now)
        agent = _agent(config, notes)
        line = BrainLine(config.url, config.name, config.token, config.ca)
        wait_s = min(POLL_S, config.terms.silent_after_s / SHARE_OF_SILENCE)
        running = Running(agent, config.terms.devices, line, clock.now, notes.note, wait_s)
        console = Console(config.console, config.console_uids, running.answer)
        over = _signalled()
        running.start()
        said(f"{config.name} asks {config.url}; console at {config.console}")
        over.wait()
        console.close()
        running.stop()


def without_a_running_agent(
    config: AgentConfig, question: Mapping[str, object], uid: int
) -> Mapping[str, object]:
    """What a person does at a site whose agent does not run: it is done here and now, and the agent finds it."""
    if uid not in config.console_uids:
        return {"refused": f"{name_of(uid)} may not use this console"}
    refuse_if_any(unfit_file(config.state))
    with alone(config.state) as only:
        if not only:
            raise BadInput([_another(config.state)])
        agent = _agent(config, Notes(config.record, WallClock().now))
        answer = answered(agent, question, name_of(uid))
        if answer is None:
            return {"refused": "no agent runs here; start it with `gridtide agent CONFIG`"}
        for _ in range(LOOKS):
            agent.look()
            if not agent.letting_go:
                return answer
            threading.Event().wait(max(0.1, config.terms.release_gap_s))
        left = ", ".join(agent.letting_go)
        return {"refused": f"not let go yet: {left}; it ends by itself, or ask again"}


def _agent(config: AgentConfig, notes: Notes) -> SiteAgent:
    disk = MemoryFile(config.state)
    memory = disk.read(config.bounds)
    return SiteAgent(config.terms, memory, disk, WallClock().now, steady_s, notes.note)


def _signalled() -> threading.Event:
    """Set by SIGTERM or SIGINT, from now on."""
    over = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return over


def _another(state: Path) -> Finding:
    return Finding(
        subject=str(state),
        value="is kept by another agent that runs",
        limit="one agent for one site",
        mend="Ask that one: `gridtide agent CONFIG --status`; or stop it first.",
    )
