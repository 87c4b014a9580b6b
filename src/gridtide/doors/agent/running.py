"""A site agent at work: threads ask the brain, report, look, read; for each device one acts and one renews."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from math import isfinite

from gridtide.doors.agent.brain_line import BrainLine, LineError
from gridtide.fleet.device import (
    QueuedJob,
    QueuesJobs,
    ReadsPower,
    RenewsLeases,
    Restrains,
    RouteReading,
    RoutesRequests,
    StoreReading,
    StoresEnergy,
    UnreachableError,
)
from gridtide.fleet.site_act import AnyAct
from gridtide.fleet.ticket import Ticket
from gridtide.loop.site_agent import RENEW_EVERY_S, SiteAgent
from gridtide.wire.agent_line import (
    JOBS_MOST,
    Poll,
    Reply,
    SiteReading,
    SiteReport,
    SiteRestraint,
    site_reading,
    site_restraint,
)
from gridtide.wire.nouns import plain

LOOK_S = 0.5
READ_S = 2.0
"""Devices are read so often, and after each act."""
QUEUE_S = 10.0
"""A scheduler is asked for its queue no more often."""
WAITS_S = (1.0, 2.0, 4.0, 8.0, 15.0)
"""After a poll that failed, and after the next; a site is heard again within a quarter of a minute."""


class Running:
    """An agent, its devices, its line. note: told what happens on the line. wait_s: of a poll that brings nothing."""

    def __init__(
        self,
        agent: SiteAgent,
        devices: Mapping[str, object],
        line: BrainLine,
        now: Callable[[], datetime],
        note: Callable[[str, str, str], None],
        wait_s: float,
    ) -> None:
        self._agent, self._devices, self._line = agent, devices, line
        self._wait_s = wait_s
        self._now, self._note = now, note
        self._over = threading.Event()
        self._came = threading.Event()
        self._changed = threading.Event()
        self._taken: set[str] = set()
        self._lock = threading.Lock()
        self._report = SiteReport(at=now(), frozen=False)
        self._queues = _Queues(now)
        self._workers = {name: ThreadPoolExecutor(1, f"device-{name}") for name in devices}
        work: dict[str, Callable[[], None]] = {
            "asks": self._ask,
            "reports": self._tell,
            "looks": self._look,
            "reads": self._read,
        }
        for name, device in devices.items():
            if isinstance(device, RenewsLeases):
                work[f"renews-{name}"] = partial(self._renew, name)
        self._threads = [
            threading.Thread(target=task, name=name, daemon=True) for name, task in work.items()
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; an act that is being done is finished first, one that is not begun yet is not begun."""
        self._over.set()
        self._came.set()
        self._changed.set()
        for worker in self._workers.values():
            worker.shutdown(wait=True, cancel_futures=True)
        self._line.close()

    def answer(self, question: Mapping[str, object], who: str) -> Mapping[str, object]:
        """What the console is told."""
        answer = answered(self._agent, question, who)
        if answer is None:
            return self._status()
        self._came.set()
        return answer

    def _status(self) -> Mapping[str, object]:
        report = self._report
        return {
            "leads": "the site itself" if self._agent.silent else "the brain",
            "frozen": self._agent.frozen or None,
            "unreported": len(self._agent.pending()),
            "readings": [plain(one) for one in report.readings],
            "restraints": [plain(one) for one in report.restraints],
            "unreachable": list(report.unreachable),
        }

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                self._agent.look()
            except Exception as fault:
                self._note("looking failed", "", f"{type(fault).__name__}: {fault}; looking again")

    def _renew(self, name: str) -> None:
        """Renew the leases of a device, at once after a start: what still stands is taken over."""
        while True:
            self._agent.renew(name)
            if self._over.wait(RENEW_EVERY_S):
                return

    def _read(self) -> None:
        """Read every device, apart from what looks after the site: one that answers slowly delays no letting go."""
        while not self._over.is_set():
            self._changed.clear()
            try:
                self._report = report_of(self._devices, self._now(), self._queues.of)
            except Exception as fault:
                self._note("reading failed", "", f"{type(fault).__name__}: {fault}; reading again")
            self._changed.wait(READ_S)

    def _ask(self) -> None:
        """One long poll after the other."""
        failed = 0
        while not self._over.is_set():
            if self._once(self._wait_s):
                failed = 0
                continue
            self._over.wait(WAITS_S[min(failed, len(WAITS_S) - 1)])
            failed += 1

    def _tell(self) -> None:
        """Outcomes go up as they come, and what people do at the console, beside the poll that waits."""
        while not self._over.is_set():
            self._came.wait()
            self._came.clear()
            if not self._over.is_set() and not self._once(0.0):
                self._over.wait(WAITS_S[0])

    def _once(self, wait_s: float) -> bool:
        """Whether the brain answered one poll; what it orders is begun."""
        with self._lock:
            taken = tuple(sorted(self._taken))
        report = replace(self._report, frozen=bool(self._agent.frozen))
        poll = Poll(wait_s=wait_s, taken=taken, outcomes=self._agent.pending(), report=report)
        try:
            reply = self._line.ask(poll)
        except LineError as fault:
            if not self._over.is_set():
                self._note("not heard", "", str(fault))
            return False
        self._agent.heard(reply.acknowledged)
        self._begin(reply)
        return True

    def _begin(self, reply: Reply) -> None:
        for ticket, said in reply.unfit:
            self._note("unfit order", "" if ticket is None else ticket.id, said)
            if ticket is not None:
                self._agent.refuse(ticket, said)
                self._came.set()
        for order in reply.orders:
            with self._lock:
                if order.ticket.id in self._taken:
                    continue
                self._taken.add(order.ticket.id)
            worker = self._workers.get(order.device) or next(iter(self._workers.values()))
            worker.submit(self._do, order.device, order.ticket, order.act)

    def _do(self, device: str, ticket: Ticket, act: AnyAct) -> None:
        try:
            self._agent.take(device, ticket, act)
        finally:
            self._queues.forget(device)
            with self._lock:
                self._taken.discard(ticket.id)
            self._changed.set()
            self._came.set()


def answered(
    agent: SiteAgent, question: Mapping[str, object], who: str
) -> Mapping[str, object] | None:
    """What comes of something that a person does at the console; None for a question that only asks."""
    verb, why = question.get("do"), str(question.get("reason") or "no reason given")[:300]
    if verb == "freeze":
        agent.freeze(who, why)
        return {"done": "frozen: nothing new is begun; what lets go still is"}
    if verb == "release":
        agent.release(who, why)
        return {
            "done": "everything is let go, as fast as agreed; --status shows what is still held"
        }
    if verb == "thaw":
        lacking = agent.thaw(who, why)
        return {"refused": lacking} if lacking else {"done": "acts are begun again"}
    if verb == "narrow":
        device, name, value = question.get("device"), question.get("bound"), question.get("value")
        if not isinstance(value, int | float) or isinstance(value, bool):
            return {"refused": "a bound is a number"}
        said = agent.narrow(who, str(device), str(name), float(value))
        return {"refused": said} if said else {"done": f"{device}: {name} = {value:g} from now on"}
    return (
        None if verb == "status" else {"refused": "ask for status, freeze, release, narrow or thaw"}
    )


def report_of(
    devices: Mapping[str, object],
    now: datetime,
    jobs: Callable[[str, QueuesJobs], tuple[QueuedJob, ...]] = lambda name, device: device.queue(),
) -> SiteReport:
    """What devices say now; those that do not answer are named, and nothing is made up for them. jobs: what a scheduler
    lists; one that lists more than a report holds counts as one that does not answer."""
    readings: list[SiteReading] = []
    restraints: list[SiteRestraint] = []
    stores: list[tuple[str, StoreReading]] = []
    queued: list[tuple[str, QueuedJob]] = []
    routes: list[tuple[str, RouteReading]] = []
    unreachable = []
    for name, device in devices.items():
        try:
            if isinstance(device, ReadsPower):
                readings += [site_reading(name, one) for one in device.read_power()]
            if isinstance(device, Restrains):
                restraints += [site_restraint(name, one) for one in device.restraints()]
            if isinstance(device, StoresEnergy):
                stores.append((name, known_store(device.read_store())))
            if isinstance(device, QueuesJobs):
                queued += [(name, one) for one in told_whole(jobs(name, device))]
            if isinstance(device, RoutesRequests):
                routes += [(name, one) for one in device.read_routes() if isfinite(one.asked_per_s)]
        except UnreachableError:
            unreachable.append(name)
    return SiteReport(
        at=now,
        frozen=False,
        readings=tuple(readings),
        restraints=tuple(restraints),
        unreachable=tuple(unreachable),
        stores=tuple(stores),
        jobs=tuple(queued),
        routes=tuple(routes),
    )


def told_whole(jobs: tuple[QueuedJob, ...]) -> tuple[QueuedJob, ...]:
    """A queue that fits into a report. Raises UnreachableError for a longer one: jobs that are left out would look as
    if they were gone."""
    if len(jobs) > JOBS_MOST:
        raise UnreachableError(f"a queue of {len(jobs)} jobs, and a report holds {JOBS_MOST}")
    return jobs


def known_store(said: StoreReading) -> StoreReading:
    """What a store says. Raises UnreachableError where some of it is no number."""
    if not all(map(isfinite, (said.soc_kwh, said.charge_kw, said.discharge_kw))):
        raise UnreachableError(f"{said.of} does not say what it holds")
    return said


class _Queues:
    """What schedulers list, each asked again once what it said last is old: it is not asked more than it must be."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._heard: dict[str, tuple[datetime, tuple[QueuedJob, ...]]] = {}

    def of(self, name: str, device: QueuesJobs) -> tuple[QueuedJob, ...]:
        """The jobs of a scheduler by its name. Raises UnreachableError."""
        now, heard = self._now(), self._heard.get(name)
        if heard is None or not 0.0 <= (now - heard[0]).total_seconds() < QUEUE_S:
            heard = self._heard[name] = (now, device.queue())
        return heard[1]

    def forget(self, name: str) -> None:
        """A scheduler was told something: it is asked again."""
        self._heard.pop(name, None)
