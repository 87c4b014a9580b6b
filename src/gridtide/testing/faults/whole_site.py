"""Everything a site has, each in a process of its own: `gridtide serve` over a real Slurm and a meter, the site's agent
at the end of a line that can be cut, and the power agent over a board."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gridtide.fleet.ticket import Fate
from gridtide.loop.clock import WallClock
from gridtide.stores.sql.opening import open_database
from gridtide.testing.cut_line import CutLine, cut_line
from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.lived_on import said
from gridtide.testing.faults.trial import Place, kept, until
from gridtide.testing.power_machine import PowerMachine
from gridtide.testing.real_site import a_case, a_meter
from gridtide.testing.served import Running, running
from gridtide.testing.slurm_cluster import Cluster, slurm_cluster
from gridtide.testing.slurm_commands import commands_that_write_down

REST_KW, DEFAULT_KW = 0.7, 0.65
"""What holds at the board when nothing does, and by the site's default schedule."""
SILENT_AFTER_S = 3
ROLES = ("operator", "approver", "admin")
DEVICES = """
[[device]]
name = "slurm"
kind = "slurm"
place = "north/hall"
partitions = "low"
folder = "commands"
conf = "{conf}"

[[device]]
name = "hohhot"
kind = "agent"
token_file = "token"
devices = "feed gpus"
meters = {{ hall = "north grid" }}
stale_s = 5
"""
AGENT = """
name = "hohhot"
zone = "UTC"
silent_after_s = {silent_after_s}

[brain]
url = "http://127.0.0.1:{line}"
token_file = "token"
plain_http = true

[[device]]
name = "feed"
kind = "modbus-meter"
called = "hall"
host = "127.0.0.1"
port = {meter}

[[device]]
name = "gpus"
kind = "power-agent"
path = "power.sock"

[[default]]
device = "gpus"
begins = "00:00:00"
ends = "23:59:59"
act = {{ act = "cap-power", unit = "gpu-0", cap_kw = {default_kw} }}
"""


@dataclass(frozen=True, kw_only=True)
class WholeSite:
    """folder: of the case, of what the agent remembers, of the commands of Slurm. store: a path or URL. tokens: of
    people, by role."""

    folder: Path
    store: str
    tokens: dict[str, str]
    cluster: Cluster
    machine: PowerMachine
    line: CutLine

    @contextmanager
    def service(self, log: str) -> Iterator[Running]:
        """The service, open; the line leads to it. Killed at the end."""
        with self.begun(log) as room:
            self.line.leads_to(port_of(room))
            until(lambda: room.ask("/healthz", "admin")[1]["room"] == "open", "the room opens")
            yield room

    @contextmanager
    def begun(self, log: str) -> Iterator[Running]:
        """A service that was begun and said something; killed at the end."""
        words = [sys.executable, "-u", "-m", "gridtide", "serve", str(self.folder / "case.toml")]
        options = ["--port", "0", "--tokens", str(self.folder / "tokens.toml")]
        command = [*words, *options, "--store", self.store]
        with running(command, self.tokens, self.folder / log) as room:
            yield room

    @contextmanager
    def agent(self) -> Iterator["subprocess.Popen[str]"]:
        """The site's agent; killed at the end."""
        command = [sys.executable, "-m", "gridtide", "agent", str(self.folder / "agent.toml")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                kept(said(process).startswith("hohhot asks"), "the agent says whom it asks")
                yield process
            finally:
                process.kill()

    def let_it_act(self, room: Running) -> None:
        """Two people have the room act by itself."""
        body = {"mode": "act", "reason": "a drill"}
        first = room.ask("/api/mode", "approver", body)[0]
        second = room.ask("/api/mode", "admin", body)[0]
        kept((first, second) == (202, 200), f"two people are answered {first} and {second}")

    def cheap_in(self, after: timedelta) -> None:
        """Prices are dear from now on for so long: the case is written anew, for the next service."""
        cheap_at = (WallClock().now() + after).replace(microsecond=0)
        a_case(self.folder, DEVICES.format(conf=self.cluster.conf), cheap_at)

    def waiting_job(self) -> str:
        """A job that waits behind another, and is promised for the next twelve hours."""
        due = (WallClock().now() + timedelta(hours=12)).isoformat(timespec="seconds")
        return self.cluster.submit(
            "sleep 600", f"class=train;deadline={due}", "--ntasks=8", "--gres=gpu:2"
        )

    def fill(self) -> str:
        """A job that nothing leads, beside which no other one fits."""
        job = self.cluster.submit("sleep 600", "", "--partition=urgent", "--ntasks=30")
        self.cluster.becomes(job, "RUNNING")
        return job

    def begins_at(self, job: str) -> datetime:
        """When Slurm may begin a job."""
        return datetime.fromtimestamp(
            self.cluster.job(job)["eligible_time"], WallClock().now().tzinfo
        )

    def outcomes(self) -> list[dict[str, object]]:
        """What came of everything the agent was ordered, as its record has it."""
        fates = {fate.value for fate in Fate}
        own = "site-"
        return [
            one
            for one in self.agent_notes()
            if one["what"] in fates and not one["subject"].startswith(own)
        ]

    def agent_notes(self) -> list[dict[str, Any]]:
        """All that the agent wrote down."""
        record = self.folder / "agent-record.jsonl"
        lines = record.read_text().splitlines() if record.exists() else []
        return [json.loads(json.loads(line)["text"]) for line in lines]

    def stands(self, stood: list[dict[str, object]]) -> None:
        """Raise BrokenPromise where what stood in the chain is gone, or it is not whole."""
        kept(chain(self.store)[: len(stood)] == stood, "an entry that stood is gone")

    def is_heard(self, room: Running) -> bool:
        """Whether the newest frame knows what the meter behind the agent reads."""
        sites = room.ask("/api/frame", "admin")[1]["values"].get("sites") or [{}]
        return sites[0].get("import_kw") is not None


def port_of(room: Running) -> int:
    """The port of a service."""
    kept(room.url.startswith("http"), f"it says its address: {room.errors.read_text()[-600:]}")
    return int(room.url.rpartition(":")[2])


@contextmanager
def whole_site(place: Place, *, on_postgres: bool) -> Iterator[WholeSite]:
    """A site whose meter, Slurm and line are there; its service and agents are begun by who asks."""
    folder = place.folder / "site"
    for one in (folder, place.folder / "slurm"):
        one.mkdir()
    store = place.server().fresh() if on_postgres else str(folder / "db")
    open_database(store).close()
    with ExitStack() as ends:
        cluster = ends.enter_context(slurm_cluster(place.folder / "slurm"))
        line, meter = ends.enter_context(cut_line()), ends.enter_context(a_meter())
        machine = PowerMachine(folder)
        machine.config.write_text("longest_lease_h = 24\n" + machine.config.read_text())
        commands_that_write_down(folder)
        (folder / "token").write_text("a secret of hohhot\n")
        a_case(folder, DEVICES.format(conf=cluster.conf))
        agent = AGENT.format(
            line=line.port, meter=meter, silent_after_s=SILENT_AFTER_S, default_kw=DEFAULT_KW
        )
        (folder / "agent.toml").write_text(agent)
        yield WholeSite(
            folder=folder,
            store=store,
            tokens={role: _token(folder, role) for role in ROLES},
            cluster=cluster,
            machine=machine,
            line=line,
        )


def _token(folder: Path, role: str) -> str:
    """A new token of a person who is called like the role."""
    words = ["serve", "--tokens", str(folder / "tokens.toml"), "--new-token", role, "--role", role]
    done = subprocess.run(
        [sys.executable, "-m", "gridtide", *words], capture_output=True, text=True, check=False
    )
    kept(done.returncode == 0, f"a token is made: {done.stderr}")
    return done.stdout.strip().splitlines()[-1]


def given_back(site: WholeSite) -> bool:
    """Whether the board is as it was, once the command of systemd's timer has looked."""
    return site.machine.restore("--restore-lapsed") == 0 and site.machine.limit_kw() == REST_KW
