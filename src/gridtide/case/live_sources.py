"""The sources of a case while its room runs: files are read again when they change, addresses are asked again.

All reading is done by a thread of its own; the loop takes what is newest at the beginning of a step. A source that
cannot be used is named with its age, and what it said last goes on to count.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from gridtide.case.calls import calls_of
from gridtide.case.live_vtn import AskedVtn, asked_vtn
from gridtide.case.live_work import ReadWork, logs_of, with_peaks
from gridtide.case.openadr import recorded_calls
from gridtide.case.orders import orders_of
from gridtide.case.schema import CaseFile, DemandTable, SignalTable
from gridtide.case.signed_signal import refuse_unsigned, signature_of
from gridtide.case.web_source import web_source
from gridtide.case.wiring import WARM_UP_H, asked_of, reach_of, settled
from gridtide.case.work import resolved
from gridtide.decide.situation import Event
from gridtide.digest import digest
from gridtide.finding import BadInput, Gathered
from gridtide.fleet.fleet import Fleet
from gridtide.loop.control import ControlRoom
from gridtide.loop.endless import longer
from gridtide.loop.news import Declared, News
from gridtide.signals.history import History
from gridtide.signals.issues import heard_again, since
from gridtide.signals.signal import Signal
from gridtide.simulate.study import as_it_binds
from gridtide.sources.synthetic import quarter_hours_over
from gridtide.sources.watched_file import WatchedFile
from gridtide.sources.web_file import WebFile
from gridtide.timeline import Timeline

LOOK_S = 1.0
AHEAD = timedelta(days=10)
"""How far beyond now a source is listened to."""
OLDEST = timedelta(days=400)
"""What is about times before is let go: no forecaster looks back further."""


@dataclass(kw_only=True)
class Followed:
    """A source that is looked at again. read: what it says now, handed on; web: where it is fetched from, every so many
    seconds. heard_at: when it said something usable last; fault: what is wrong with it now, since when."""

    name: str
    file: WatchedFile
    read: Callable[[], Callable[[], None]]
    web: WebFile | AskedVtn | None = None
    check: Callable[[Path], object] | None = None
    every_s: int = 0
    heard_at: datetime
    asked_at: datetime | None = None
    fault: str = ""
    since: datetime | None = None


@dataclass(kw_only=True, eq=False)
class LiveSources:
    """Satisfies ReadsNews. steps: the step edges of the room's course, on whose grid calls bind.

    history, calls: everything heard so far; plain: calls that the case itself states; fleet: with likely peaks as they
    were announced; declared: work that was declared anew, until the loop has
    taken it. work: reads logs, None where work is
    read by nobody. fresh: whether something is new; heard_at: when the newest was heard.
    """

    case: CaseFile
    folder: Path
    now: Callable[[], datetime]
    steps: Timeline
    history: History
    calls: tuple[Event, ...]
    plain: tuple[Event, ...]
    fleet: Fleet
    work: ReadWork | None = None
    declared: Declared | None = None
    followed: list[Followed] = field(default_factory=list)
    fresh: bool = False
    heard_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    # the loop's side

    def newest(self, as_of: datetime) -> News | None:
        """What is known now; None where nothing is new since it was asked last. What was heard after `as_of` is
        handed on again, since no decision of then may use it."""
        with self.lock:
            if not self.fresh:
                return None
            self.fresh = self.heard_at is not None and self.heard_at > as_of
            events = (*self.plain, *self.calls)
            news = News(
                history=self.history, events=events, fleet=self.fleet, declared=self.declared
            )
            self.declared = None
            return news

    def silent(self) -> Mapping[str, str]:
        """Sources that cannot be read or used now."""
        with self.lock:
            return {
                one.name: f"{one.fault} (since {one.since:%Y-%m-%d %H:%M:%S} UTC)"
                for one in self.followed
                if one.fault
            }

    def ages_s(self, now: datetime) -> Mapping[str, float]:
        """How long ago each said something usable last."""
        with self.lock:
            return {
                one.name: max((now - one.heard_at).total_seconds(), 0.0) for one in self.followed
            }

    # its own side: one thread

    def start(self) -> None:
        """Begin to look, again and again, until `close`."""
        self.thread = threading.Thread(target=self._run, name="sources", daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Look no more. What is being fetched is not waited for."""
        self.ended.set()

    def _run(self) -> None:
        while not self.ended.wait(LOOK_S):
            self.look()

    def look(self) -> None:
        """Ask what is due, read what has changed; whatever goes wrong with one source is named and stops no other."""
        for one in self.followed:
            now = self.now()
            try:
                heard = _asked(one, now)
                take = one.file.changed(one.read)
                if take is not None:
                    take()
            except BadInput as fault:
                self._named(one, str(fault.findings[0]), now)
            except Exception as fault:
                self._named(one, f"broke: {type(fault).__name__}: {fault}", now)
            else:
                if heard or (take is not None and one.web is None):
                    with self.lock:
                        one.heard_at, one.fault, one.since = now, "", None

    def _named(self, one: Followed, said: str, now: datetime) -> None:
        with self.lock:
            one.since = now if one.since is None else one.since
            one.fault = said

    # what is read

    def signals_of(self, table: SignalTable, number: int) -> Callable[[], None]:
        """Read the signals of a table about the days around now; gives what takes them up. Raises BadInput."""
        around = self._around()
        wide = quarter_hours_over(around, WARM_UP_H)
        reach = reach_of(self.case, wide)
        found = settled(table, self.case, wide, reach, self.folder, number)
        return partial(self._hear, [own for own, _ in found])

    def calls_again(self) -> Callable[[], None]:
        """Read every recording; gives what takes its calls up. Raises BadInput."""
        around = self._around()
        span = {"end": max(self.case.case.end, around.end)}
        wider = self.case.model_copy(update={"case": self.case.case.model_copy(update=span)})
        heard = recorded_calls(wider, self.folder)
        bound = [as_it_binds(call, around) for call in heard.calls]
        calls = tuple(call for call in bound if call is not None)
        return partial(self._called, calls, with_peaks(self.case, self.fleet, heard.peaks))

    def requests_of(self, table: DemandTable) -> Callable[[], None]:
        """Read the requests of a service about the days around now; gives what takes them up. Raises BadInput."""
        wide = quarter_hours_over(self._around(), WARM_UP_H)
        return partial(self._hear, [asked_of(table, self.case, wide, self.folder)])

    def work_again(self) -> Callable[[], None]:
        """Read every log of work; gives what takes it up. Raises BadInput."""
        assert self.work is not None
        return partial(self._declare, self.work.again(self.case, self.folder, self.now()))

    def _hear(self, signals: list[Signal]) -> None:
        now = self.now().replace(microsecond=0)
        heard = heard_again(self.history, signals, now)
        with self.lock:
            if heard is not self.history:
                self.history, self.fresh = since(heard, now - OLDEST), True
                self.heard_at = now

    def _called(self, calls: tuple[Event, ...], fleet: Fleet) -> None:
        with self.lock:
            if calls != self.calls or digest(fleet) != digest(self.fleet):
                self.calls, self.fleet = calls, fleet
                self.fresh, self.heard_at = True, self.now()

    def _declare(self, declared: Declared) -> None:
        with self.lock:
            self.declared, self.fresh, self.heard_at = declared, True, self.now()

    def _around(self) -> Timeline:
        """The steps of the course up to some days from now."""
        self.steps = longer(self.steps, self.now() + AHEAD)
        return self.steps


def follow_sources(
    room: ControlRoom, case: CaseFile, folder: Path, work: ReadWork | None = None
) -> LiveSources:
    """Have a room take what the sources of a case say from now on; its thread runs until the room is closed. work:
    reads the logs of its work.

    What is in the files now counts as read."""
    plain = tuple(
        call
        for call in (
            as_it_binds(one, room.mandate.steps) for one in (*calls_of(case), *orders_of(case))
        )
        if call is not None
    )
    live = LiveSources(
        case=case,
        folder=folder,
        now=room.clock.now,
        steps=room.mandate.steps,
        history=room.mandate.history,
        calls=(),
        plain=plain,
        fleet=room.mandate.fleet,
        work=work,
    )
    live.followed = [*_followed(live), *_followed_beside(live)]
    for one in live.followed:
        one.file.take()
    live.calls_again()()
    live.fresh = False
    room.news, room.endings = live, (live.close, *room.endings)
    return live


def fetched_first(case: CaseFile, folder: Path) -> None:
    """Fetch what a case reads from addresses and has no file of yet, or none that is signed as it must be. Raises
    BadInput with every fault."""
    faults = Gathered()
    for number, table in enumerate(case.signal, start=1):
        path = resolved(table.path or "", folder)
        signed = partial(refuse_unsigned, table, number=number)
        if table.url and not (path.exists() and _can(partial(signed, path))):
            faults.of(partial(web_source(table, folder, number).fetch, signed))
    for number, recording in enumerate(case.openadr, start=1):
        if recording.url and not resolved(recording.path, folder).exists():
            faults.of(partial(_first_poll, case, folder, number))
    faults.refuse_if_any()


def _first_poll(case: CaseFile, folder: Path, number: int) -> None:
    asked_vtn(case, folder, number).fetch(_unchecked)


def _can(check: Callable[[], object]) -> bool:
    """Whether something is not refused."""
    try:
        check()
    except BadInput:
        return False
    return True


def _followed(live: LiveSources) -> list[Followed]:
    """Every source of the case that is read from a file, as it is now."""
    case, folder, now = live.case, live.folder, live.now()
    found = []
    for number, table in enumerate(case.signal, start=1):
        if table.source == "synthetic" or table.path is None:
            continue
        path = resolved(table.path, folder)
        read = partial(live.signals_of, table, number)
        web = None if table.url is None else web_source(table, folder, number)
        check = partial(_read_at, live, table, number)
        name = f"signal[{number}] {path.name}"
        beside = () if table.public_key is None else (signature_of(path),)
        file = WatchedFile(path=path, beside=beside)
        found.append(
            Followed(
                name=name,
                file=file,
                read=read,
                web=web,
                check=check,
                every_s=table.every_s,
                heard_at=now,
            )
        )
    for number, recording in enumerate(case.openadr, start=1):
        path = resolved(recording.path, folder)
        found.append(
            Followed(
                name=f"openadr[{number}] {path.name}",
                file=WatchedFile(path=path),
                read=live.calls_again,
                web=None if recording.url is None else asked_vtn(case, folder, number),
                check=_unchecked,
                every_s=recording.every_s,
                heard_at=now,
            )
        )
    return found


def _unchecked(path: Path) -> None:
    """A recording is appended to, line by line."""


def _followed_beside(live: LiveSources) -> Iterator[Followed]:
    """Requests of services, and logs of work."""
    case, folder = live.case, live.folder
    found: list[tuple[str, Path, Callable[[], Callable[[], None]]]] = []
    for number, table in enumerate(case.demand, start=1):
        if table.source != "synthetic" and table.path is not None:
            path = resolved(table.path, folder)
            name = f"demand[{number}] {path.name}"
            found.append((name, path, partial(live.requests_of, table)))
    if live.work is not None:
        found += [(name, path, live.work_again) for name, path in logs_of(case, folder)]
    for name, path, read in found:
        yield Followed(name=name, file=WatchedFile(path=path), read=read, heard_at=live.now())


def _asked(one: Followed, now: datetime) -> bool:
    """Fetch a source that is due; whether it answered."""
    if one.web is None or one.check is None:
        return False
    if one.asked_at is not None and now < one.asked_at + timedelta(seconds=one.every_s):
        return False
    one.asked_at = now
    one.web.fetch(one.check)
    return True


def _read_at(live: LiveSources, table: SignalTable, number: int, path: Path) -> object:
    """Read a table at another path, to see whether it can be. Raises BadInput."""
    return live.signals_of(table.model_copy(update={"path": str(path)}), number)
