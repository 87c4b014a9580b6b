"""A course over devices in a process of their own, with the store that rooms keep: what is looked at after a fault."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gridtide.fleet.device import QueuedJob
from gridtide.loop.clock import WallClock, seconds
from gridtide.stores.sql.documents import SqlDocuments
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.opening import open_database, open_to_read
from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.far_fleet import FarFleet, Line, clock_of, study_of
from gridtide.testing.faults.trial import PATIENCE_S, Place, kept, until

LEADS_WITHIN_S = PATIENCE_S


@dataclass(frozen=True, kw_only=True)
class Course:
    """store: path or URL. words: of both kinds of process, after the socket."""

    folder: Path
    store: str
    words: tuple[str, ...]
    seed: int
    hours: int
    devices: "subprocess.Popen[str]"

    @property
    def socket(self) -> Path:
        """Where the devices are."""
        return self.folder / "fleet.sock"

    @property
    def journal(self) -> Path:
        """What the devices did."""
        return self.folder / "done.jsonl"

    @contextmanager
    def room(self) -> Iterator["subprocess.Popen[str]"]:
        """A room that leads and has read back, as soon as it may; killed at the end."""
        end_s = seconds() + LEADS_WITHIN_S
        process = self._started()
        try:
            while said(process).startswith("not leading") and seconds() < end_s:
                process.wait()
                process = self._started()
            kept(said(process) == "begun", f"a room leads and begins: {self.log()}")
            yield process
        finally:
            process.kill()
            process.wait()

    def _started(self) -> "subprocess.Popen[str]":
        module = "gridtide.testing.faults.room_process"
        command = [sys.executable, "-m", module, self.store, str(self.socket), *self.words]
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)

    def goes_on(self, stood: list[dict[str, object]]) -> bool:
        """Whether orders were let through by the guard and told since. Raises BrokenPromise where what stood is
        gone."""
        entries = chain(self.store)
        kept(entries[: len(stood)] == stood, "an entry that stood is gone")
        return any(one.get("stage") == "told" for one in entries[len(stood) :])

    def decides(self, room: "subprocess.Popen[str]", stood: list[dict[str, object]]) -> None:
        """Wait until a room that lives has told a decision since."""

        def decided() -> bool:
            kept(room.poll() is None, f"the room lives: {self.log()}")
            return self.goes_on(stood)

        until(decided, "decisions go on")

    def set_clock(self, off_s: float) -> None:
        """Set the clock of rooms, not that of the devices, so many seconds off."""
        place = self.folder / "fleet.sock.clock"
        draft = place.with_suffix(".draft")
        draft.write_text(str(off_s))
        draft.replace(place)

    def log(self) -> str:
        """The end of what rooms said of themselves."""
        return (self.folder / "log").read_text()[-600:]

    def done(self) -> list[dict[str, object]]:
        """What the devices did or refused an older leader, in order."""
        if not self.journal.exists():
            return []
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    def queue(self) -> dict[str, QueuedJob]:
        """What the scheduler lists."""
        fleet = FarFleet(line=Line(socket=self.socket))
        return {job.id: job for job in fleet.queue()}

    def look(self) -> None:
        """Raise BrokenPromise unless everything told was written down before and done once, and the chain is whole."""
        done = [str(one["ticket"]) for one in self.done() if one["fate"] == "done"]
        chain(self.store)
        database = open_to_read(self.store)
        try:
            intents = SqlIntents(database)
            unknown = [ticket for ticket in done if not intents.told(ticket)]
        finally:
            database.close()
        kept(not unknown, f"{len(unknown)} acts were done that nobody intended")
        twice = [ticket for ticket, count in Counter(done).items() if count > 1]
        kept(not twice, f"{len(twice)} acts were done twice")

    def look_settled(self, since: set[str]) -> None:
        """Raise BrokenPromise where an intent of before is still without an outcome."""
        left = since & self.unsettled()
        kept(not left, f"{len(left)} intents have no outcome after reading back")

    def unsettled(self) -> set[str]:
        """Acts that nobody knows the fate of."""
        database = open_to_read(self.store)
        try:
            return {one.ticket.id for one in SqlIntents(database).unsettled()}
        finally:
            database.close()

    def look_at_promises(self) -> int:
        """Raise BrokenPromise where a promised job was late; how many were promised and due by now."""
        database = open_to_read(self.store)
        try:
            names = {
                str(name)
                for one in SqlDocuments(database).of_kind("world")
                for version in SqlDocuments(database).versions(one.kind, one.id)
                for name in version.value["promised"]  # type: ignore[attr-defined]
            }
        finally:
            database.close()
        study = study_of(self.seed, self.hours)
        now = clock_of(study, self.words[0], self.words[1]).now()
        queue, end = self.queue(), min(study.timeline.end, now)
        due = [queue[name] for name in sorted(names) if name in queue and _is_due(queue[name], end)]
        late = [job.id for job in due if _is_late(job)]
        kept(not late, f"promised and late: {', '.join(late)}")
        return len(due)


@contextmanager
def course(
    place: Place, seed: int, hours: int, speed: float, on_postgres: bool
) -> Iterator[Course]:
    """A course whose devices go on from now."""
    store = place.server().fresh() if on_postgres else str(place.folder / "gridtide.db")
    open_database(store).close()
    began = WallClock().now()
    words = (began.isoformat(), str(speed), str(seed), str(hours))
    folder = place.folder
    module = "gridtide.testing.faults.far_fleet"
    files = [str(folder / "fleet.sock"), str(folder / "done.jsonl")]
    command = [sys.executable, "-m", module, *files, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as devices:
        try:
            kept(said(devices) == "ready", "the devices are there")
            yield Course(
                folder=folder, store=store, words=words, seed=seed, hours=hours, devices=devices
            )
        finally:
            devices.kill()


def said(process: "subprocess.Popen[str]") -> str:
    """The next line of a process."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _is_due(job: QueuedJob, end: datetime) -> bool:
    return job.deadline is not None and job.deadline <= end


def _is_late(job: QueuedJob) -> bool:
    assert job.deadline is not None
    return job.ended_at is None or job.ended_at > job.deadline
