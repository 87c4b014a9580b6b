"""A hall that is led over real devices, by a clock that is driven: its case, its queue of one job, its meter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gridtide.case.real_room import RealCase, real_room
from gridtide.fleet.device import PowerReading, QueuedJob, Restraint, Standing
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.at_place import AtPlace
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.named_meters import NamedMeters
from gridtide.stores.sql.service import open_for_service

START = datetime(2026, 12, 1, tzinfo=UTC)
HEAD = """
[case]
name = "north"
start = 2026-12-01T00:00:00Z
end = 2026-12-03T00:00:00Z
currency = "CNY"

[planning]
forecaster = "published"

[[class]]
name = "train"
value_per_accelerator_h = 15.0

[[signal]]
zone = "N"
price_mean_per_mwh = 500
price_swing_per_mwh = 0
price_noise_per_mwh = 0
price_dip_per_mwh = 450
price_dips = [[6.0, 12.0]]
"""
JOBS = """
[[jobs]]
name = "slurm"
class = "train"
home = "north"
pool = "hall"
source = "table"
path = "jobs.csv"
"""
DEVICES = """
[[device]]
name = "slurm"
kind = "slurm"
place = "north/hall"
partitions = "low"

[[device]]
name = "feed"
kind = "modbus-meter"
meters = { feed = "north grid" }
host = "127.0.0.1"
"""


class Queue:
    """A scheduler with one job that waits."""

    def __init__(self, clock: DrivenClock) -> None:
        self.clock = clock
        self.begins: list[datetime] = []

    def queue(self) -> tuple[QueuedJob, ...]:
        """The job."""
        job = QueuedJob(
            id="a7",
            name="train",
            standing=Standing.QUEUED,
            accelerators=4,
            nodes=1,
            submitted_at=min(START, self.clock.now()),
            begin_at=self.begins[-1] if self.begins else None,
            work_class="train",
        )
        return (job,)

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Remember it."""
        assert job == "a7"
        self.begins.append(at)
        return Outcome(
            ticket=ticket.id, fate=Fate.DONE, said=f"begins at {at}", at=self.clock.now()
        )

    def restraints(self) -> tuple[Restraint, ...]:
        """The begin time."""
        return tuple(
            Restraint(subject="a7", kind="begin", value="begins", until=at)
            for at in self.begins[-1:]
        )

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Not here."""
        return Outcome(ticket=ticket.id, fate=Fate.REFUSED, said="no", at=self.clock.now())


class Feed:
    """A meter that reads both ways, a second late."""

    def __init__(self, clock: DrivenClock) -> None:
        self.clock = clock

    def read_power(self) -> tuple[PowerReading, ...]:
        """It draws, and its neighbour, which has no name here, too."""
        at = self.clock.now() + timedelta(seconds=1)
        return tuple(
            PowerReading(of=name, kw=kw, measured_at=at, method="meter")
            for name, kw in (("feed", 120.0), ("other", 7.0))
        )


def a_case(folder: Path, *parts: str) -> Path:
    """A case of these parts in a folder, with the log of its jobs."""
    (folder / "jobs.csv").write_text("submit,duration_s,units,name\n2026-12-01T00:00Z,7200,4,a7\n")
    (folder / "case.toml").write_text("\n".join((HEAD, *parts)))
    return folder / "case.toml"


def over(read: RealCase, queue: Queue, feed: Feed, **others: object) -> RealCase:
    """The case as it was read, over this queue and meter in place of the devices that it names, and others beside."""
    at_hall = AtPlace(
        scheduler=queue,
        name="slurm",
        place="north/hall",
        point=read.study.fleet.pools[0].points[0].name,
        now=queue.clock.now,
    )
    meter = NamedMeters(meter=feed, names={"feed": "north grid"}, now=queue.clock.now)
    reach: dict[str, object] = {"slurm": at_hall, "feed": meter, **others}
    return replace(read, devices=type(read.devices)(reach=reach))


def opened(real: RealCase, folder: Path, clock: DrivenClock) -> tuple[ControlRoom, Any]:
    """The room over a store in a folder, and what to close."""
    kept = open_for_service(folder / "db", "test", folder / "readings")
    return real_room(real, kept, kept.entries, clock), kept
