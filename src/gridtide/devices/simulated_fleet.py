"""A fleet of devices over the twin: it is told single acts, goes on by itself as time passes, and can be read.

Nothing here sees a dispatch: a job that was told nothing begins as soon as it fits, a store that was told nothing
rests, requests are answered at home. What is told during a step counts from its beginning: the twin knows whole steps.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch, Placement
from gridtide.finding import refuse_if_any
from gridtide.fleet.device import (
    Pause,
    PowerReading,
    QueuedJob,
    Restraint,
    RouteReading,
    Shares,
    Standing,
    StoreReading,
)
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.menu import at_share
from gridtide.fleet.rest_act import KeepAwake, Needs, RestReading, nodes_of
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.fleet.ways import slower_ways
from gridtide.loop.names import place_names, store_names
from gridtide.loop.world import Orders, Telemetry
from gridtide.simulate.moved_requests import LostCaches
from gridtide.simulate.nodes_told import NodesTold
from gridtide.simulate.study import Study
from gridtide.simulate.told_plants import (
    plants_metered,
    plants_of,
    told_cooling,
    told_made_kw,
)
from gridtide.simulate.truth import Truth
from gridtide.simulate.turns_told import TurnsTold
from gridtide.simulate.twin import Twin
from gridtide.simulate.untold import untold
from gridtide.timeline import Timeline, epoch_s, instant

Real = NDArray[np.float64]
REMEMBERED = timedelta(days=1)
"""For how long a job that ended stays in the queue's answer, as schedulers keep them."""


@dataclass(frozen=True, kw_only=True)
class _Held:
    """Something that holds until an instant: what, and the numbers of it."""

    kind: str
    values: tuple[float, ...]
    until: datetime


@dataclass(kw_only=True, eq=False)
class SimulatedFleet:
    """Scheduler, router, site controllers and meters of a study's fleet.

    Promise: what meters say is what the twin's physics made of the acts that were in force, step by step; no store is
    overdrawn and no machine used twice, whatever is told. now: the present instant, by which the fleet goes on.
    """

    twin: Twin
    now: Callable[[], datetime]
    gate: Gate = field(default_factory=Gate)
    held: dict[str, _Held] = field(default_factory=dict)
    stores: dict[str, _Held] = field(default_factory=dict)
    seen: Telemetry | None = None
    turns: TurnsTold = field(default_factory=TurnsTold)
    nodes: NodesTold = field(default_factory=NodesTold)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def of(cls, study: Study, truth: Truth, now: Callable[[], datetime]) -> "SimulatedFleet":
        """At the start of a study, nothing told yet. Raises BadInput for what no act tells a fleet yet."""
        refuse_if_any(untold(study))
        return cls(twin=Twin.of(study, truth), now=now)

    @property
    def fleet(self) -> Fleet:
        """What is simulated."""
        return self.twin.study.fleet

    # what can be read

    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs that wait, run or ended within a day, by id."""
        self._go_on()
        book, jobs = self.twin.book, self.twin.study.jobs
        ended = book.ended_s > epoch_s(self.twin.now - REMEMBERED)
        rows = {*self.twin.active_rows().tolist(), *np.flatnonzero(ended).tolist()}
        return tuple(self._queued(row) for row in sorted(rows, key=lambda row: str(jobs.name[row])))

    def read_power(self) -> tuple[PowerReading, ...]:
        """Mean power of the last step, of everything a meter is at; of nothing before the first."""
        self._go_on()
        return () if self.seen is None else tuple(_metered(self.twin.study, self.seen))

    def read_routes(self) -> tuple[RouteReading, ...]:
        """What came and was answered in the last step."""
        self._go_on()
        return (
            () if self.seen is None else tuple(_routed(self.twin.study, self.seen, self.twin.lost))
        )

    def read_rest(self) -> tuple[RestReading, ...]:
        """What nodes that may rest do now, and what was used of them in the last step."""
        self._go_on()
        return self.twin.resting.read(self.twin.present, self.twin.now)

    def restraints(self) -> tuple[Restraint, ...]:
        """Everything held now, by subject."""
        self._go_on()
        both = {**self.held, **self.stores}
        return tuple(
            Restraint(subject=subject, kind=held.kind, value=_in_words(held), until=held.until)
            for subject, held in sorted(both.items())
            if held.until > self.now()
        )

    def read_clock(self) -> datetime:
        """The present instant, by which it goes on."""
        return self.now()

    # what can be told

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting or stopped job begin from an instant on."""
        return self._take(ticket, job, lambda: self._hold_job(job, "begin", at))

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Stop a running job until an instant; without checkpoints its work is lost, and said."""
        return self._take(ticket, job, lambda: self._pause(job, until))

    def begin_in_turn(self, ticket: Ticket, job: str, at: datetime, turn_s: float) -> Outcome:
        """Let a waiting or stopped job begin from an instant on, its power rising over turn_s."""
        return self._take(ticket, job, lambda: self._begin_in_turn(job, at, turn_s))

    def pause_in_turn(self, ticket: Ticket, job: str, until: datetime, turn_s: float) -> Outcome:
        """Stop a running job now, its power falling over turn_s."""
        return self._take(ticket, job, lambda: self._pause_in_turn(job, until, turn_s))

    def resume(self, ticket: Ticket, job: str) -> Outcome:
        """Let a stopped job go on at once."""
        return self.release(ticket, job)

    def place_job(self, ticket: Ticket, job: str, place: str, point: str) -> Outcome:
        """Have a job run at a place and operating point; its data goes there."""
        return self._take(ticket, job, lambda: self._place(job, place, point))

    def route(
        self,
        ticket: Ticket,
        service: str,
        origin: str,
        shares: Shares,
        slower: tuple[Shares, ...],
        until: datetime,
    ) -> Outcome:
        """Split what comes from an origin until an instant."""
        subject = f"{service} from {origin}"
        names = place_names(self.fleet)
        values = tuple(dict(part).get(name, 0.0) for part in (shares, *slower) for name in names)
        return self._take(ticket, subject, lambda: self._hold(subject, "route", values, until))

    def keep_awake(
        self,
        ticket: Ticket,
        place: str,
        at: datetime,
        step_s: int,
        accelerators: Needs,
        until: datetime,
    ) -> Outcome:
        """Have so many accelerators awake in the steps from an instant on; others rest by the rules of their pool."""
        act = KeepAwake(place=place, at=at, step_s=step_s, accelerators=accelerators, until=until)
        return self._take(ticket, nodes_of(place), lambda: self._keep_awake(act))

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Undo what holds a subject."""
        return self._take(ticket, subject, lambda: self._let_go(subject))

    def told(
        self, ticket: Ticket, subject: str, kind: str, values: tuple[float, ...], until: datetime
    ) -> Outcome:
        """Hold values of a site or store until an instant; by controllers and stores of this fleet."""
        return self._take(ticket, subject, lambda: self._hold(subject, kind, values, until))

    def at_present(self) -> tuple[Twin, Telemetry | None]:
        """The twin once all that has passed has happened, with what was seen of the last step."""
        self._go_on()
        return self.twin, self.seen

    def _take(self, ticket: Ticket, subject: str, act: Callable[[], str]) -> Outcome:
        with self.lock:
            self._go_on()
            stopped = self.gate.stopped(ticket, subject, self.now())
            if stopped is not None:
                return stopped
            try:
                said = act()
            except KeyError as unknown:
                known = f"{unknown.args[0]} is not known here"
                return self.gate.settled(ticket, Fate.REFUSED, known, self.now())
            return self.gate.settled(ticket, Fate.DONE, said, self.now())

    def _hold(self, subject: str, kind: str, values: tuple[float, ...], until: datetime) -> str:
        kept = self.stores if kind == "exchange" else self.held
        kept[subject] = _Held(kind=kind, values=values, until=until)
        return f"{kind} until {until}"

    def _hold_job(self, job: str, kind: str, until: datetime) -> str:
        self.turns.begins.pop(self._row(job), None)
        self.held[job] = _Held(kind=kind, values=(), until=until)
        return f"{kind} until {until}"

    def _pause(self, job: str, until: datetime) -> str:
        self.twin.stop_job(self._row(job))
        return self._hold_job(job, "pause", until)

    def _begin_in_turn(self, job: str, at: datetime, turn_s: float) -> str:
        said = self._hold_job(job, "begin", at)
        self.turns.begins[self._row(job)] = (at, turn_s)
        return said

    def _pause_in_turn(self, job: str, until: datetime, turn_s: float) -> str:
        """It runs to now in the step that runs, where it ran or began in it; then it is stopped."""
        row = self._row(job)
        begun = self.turns.begins.get(row)
        said = self._hold_job(job, "pause", until)
        self.turns.stops[row] = (self.now(), turn_s)
        if begun is not None:
            self.turns.begins[row] = begun
        return said

    def _place(self, job: str, place: str, point: str) -> str:
        number = place_names(self.fleet).index(place) if place in place_names(self.fleet) else -1
        if number < 0:
            raise KeyError(place)
        points = [one.name for one in self.fleet.pools[number].points]
        if point not in points:
            raise KeyError(f"{point} of {place}")
        self.twin.place_job(self._row(job), number, points.index(point))
        return f"at {place}, {point}"

    def _keep_awake(self, act: KeepAwake) -> str:
        if act.place not in place_names(self.fleet):
            raise KeyError(act.place)
        self.nodes.acts[act.place] = act
        return self._hold(nodes_of(act.place), "awake", act.accelerators[:1], act.until)

    def _let_go(self, subject: str) -> str:
        self.nodes.acts = {
            place: act for place, act in self.nodes.acts.items() if nodes_of(place) != subject
        }
        gone = self.held.pop(subject, None) or self.stores.pop(subject, None)
        return "nothing held it" if gone is None else f"{gone.kind} undone"

    def _row(self, job: str) -> int:
        found = np.flatnonzero(self.twin.study.jobs.name == job)
        if not len(found):
            raise KeyError(job)
        return int(found[0])

    def _queued(self, row: int) -> QueuedJob:
        book, jobs, twin = self.twin.book, self.twin.study.jobs, self.twin
        name = str(jobs.name[row])
        ended, done_s = int(book.ended_s[row]), int(book.done_s[row])
        running = book.last_step[row] == twin.present - 1 and done_s > 0
        standing = Standing.RUNNING if running else Standing.STOPPED if done_s else Standing.QUEUED
        whole = done_s >= twin.study.true_s[row]
        if ended >= 0:
            standing = Standing.DONE if whole else Standing.LOST
        held = self.held.get(name)
        deadline_s, there_s = int(jobs.deadline_s[row]), int(book.available_s[row])
        return QueuedJob(
            id=name,
            name=name,
            standing=standing,
            accelerators=int(jobs.accelerators[row]),
            nodes=1,
            submitted_at=instant(jobs.release_s[row]),
            begin_at=held.until if held is not None and held.until > self.now() else None,
            ended_at=instant(ended) if ended >= 0 else None,
            run_limit_s=int(jobs.declared_s[row]),
            work_class=jobs.classes[jobs.work_class[row]].name,
            deadline=None if deadline_s == NO_DEADLINE_S else instant(deadline_s),
            pause=Pause.CHECKPOINT if jobs.interruptible[row] else Pause.NEVER,
            place=place_names(self.fleet)[book.place[row]],
            there_at=instant(there_s) if there_s else None,
            done_s=done_s,
        )

    # how it goes on

    def _go_on(self) -> None:
        """Everything up to the last step edge that has passed."""
        edges_s = self.twin.study.timeline.edges_s
        last = len(edges_s) - 1
        with self.lock:
            while (
                self.twin.present < last
                and edges_s[self.twin.present + 1] <= self.now().timestamp()
            ):
                self._step()

    def _step(self) -> None:
        twin = self.twin
        start, end = (instant(edge) for edge in twin.study.timeline.edges_s[twin.present :][:2])
        chosen = self._running(start, end)
        for row in twin.active_rows():
            twin.book.told[row], twin.book.turns[row] = np.zeros(0, np.int64), np.zeros((4, 0))
        for row in chosen:
            twin.book.told[row] = np.asarray([epoch_s(start)])
            twin.book.turns[row] = self.turns.of(row, start, end)
        self.seen = twin.run(self._orders(start), end)
        for row in self.turns.stops:
            twin.stop_job(row)
        self.turns.stops.clear()

    def _running(self, start: datetime, end: datetime) -> list[int]:
        """Rows that run through a step: what ran goes first, then what came first, as far as machines are free."""
        twin, menu, book = self.twin, self.fleet.menu, self.twin.book
        free = self.fleet.accelerators.astype(np.int64).copy()
        rows = twin.active_rows()
        ran = book.last_step[rows] == twin.present - 1
        chosen = []
        for row in rows[np.argsort(~ran, kind="stable")].tolist():
            held = self.held.get(str(twin.study.jobs.name[row]))
            waits = held is not None and held.until > start
            moves = self.turns.begins_in(row, start, end) or self.turns.stopped_in(row, start, end)
            if waits and not moves:
                continue
            if book.told_place[row] < 0:
                twin.place_job(row, int(book.place[row]), 0)
            place, point = book.told_place[row], book.told_point[row]
            entry = menu.entry(np.asarray([place]), np.asarray([point]))
            gang = at_share(twin.study.jobs.accelerators[row : row + 1], menu.gang_share[entry])
            if book.available_s[row] <= epoch_s(start) and gang[0] <= free[place]:
                free[place] -= gang[0]
                chosen.append(row)
        return chosen

    def _orders(self, start: datetime) -> Orders:
        """What holds through the step that begins, as the twin is told it."""
        twin = self.twin
        step = twin.study.timeline.between(
            start, instant(twin.study.timeline.edges_s[twin.present + 1])
        )
        jobs = twin.active()
        sites = [site.name for site in self.fleet.sites]
        stored = [
            self._values(self.stores, name, start, (0.0, 0.0)) for name in store_names(self.fleet)
        ]
        imports = [
            self._values(self.held, name, start, (np.inf, 0.0, 0.0, np.nan)) for name in sites
        ]
        shares, slower = self._shares(start)

        def asked(subject: str, otherwise: float) -> float:
            return self._values(self.held, subject, start, (otherwise,))[0]

        dispatch = Dispatch(
            made_at=start,
            policy="told",
            placement=_no_placement(step, len(jobs)),
            shares=shares,
            slower_shares=slower,
            recovering_kw=np.asarray(imports)[:, :1],
            setpoint_kw=np.asarray(imports)[:, 3:],
            nodes_used=self.nodes.used(place_names(self.fleet), start),
            charge_kw=np.asarray(stored)[:, :1],
            discharge_kw=np.asarray(stored)[:, 1:],
            import_held_kw=np.asarray(imports)[:, 0],
            raise_price_per_kw=np.asarray(imports)[:, 1],
            it_price_per_kwh=np.asarray(imports)[:, 2:3],
            cooling=told_cooling(self.fleet, asked),
            made_kw=told_made_kw(self.fleet, asked),
            issue=start,
        )
        return Orders(jobs=jobs, dispatch=dispatch, promised=np.zeros(len(jobs), np.bool_))

    def _shares(self, start: datetime) -> tuple[Real, Real]:
        """Shares of all requests, (V, O, P, 1), and those answered at slower points, (N, O, P, 1)."""
        study, origins = self.twin.study, self.fleet.network.origins
        places = len(self.fleet.places)
        told = np.zeros((len(study.services), len(origins), places))
        slower = np.zeros((len(slower_ways(study.services)), len(origins), places))
        first = 0
        for number, service in enumerate(study.services):
            count = len(service.slower)
            for at, origin in enumerate(origins):
                subject = f"{service.name} from {origin}"
                home = (*service.home[at].tolist(), *np.zeros(count * places))
                values = np.asarray(self._values(self.held, subject, start, home))
                told[number, at] = values[:places]
                slower[first : first + count, at] = values[places:].reshape(count, places)
            first += count
        return told[..., None], slower[..., None]

    def _values(
        self,
        kept: Mapping[str, _Held],
        subject: str,
        start: datetime,
        otherwise: tuple[float, ...],
    ) -> tuple[float, ...]:
        held = kept.get(subject)
        return held.values if held is not None and held.until > start else otherwise


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedStore:
    """The store of one site of a simulated fleet."""

    fleet: SimulatedFleet
    site: int

    def read_store(self) -> StoreReading:
        """What it holds now, and took and gave in the last step."""
        self.fleet._go_on()
        seen, twin = self.fleet.seen, self.fleet.twin
        return StoreReading(
            of=store_names(self.fleet.fleet)[self.site],
            soc_kwh=float(twin.soc_kwh[self.site]),
            charge_kw=0.0 if seen is None else float(seen.charge_kw[self.site, -1]),
            discharge_kw=0.0 if seen is None else float(seen.discharge_kw[self.site, -1]),
            measured_at=twin.now,
        )

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much until an instant, then rest."""
        name = store_names(self.fleet.fleet)[self.site]
        return self.fleet.told(ticket, name, "exchange", (charge_kw, discharge_kw), until)


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedController:
    """What holds the import of one site of a simulated fleet."""

    fleet: SimulatedFleet
    site: str

    def hold_import(
        self,
        ticket: Ticket,
        most_kw: float,
        least_kw: float | None,
        raise_price_per_kw: float,
        it_price_per_kwh: float,
        until: datetime,
    ) -> Outcome:
        """Hold the import below a level until an instant."""
        asked_kw = np.nan if least_kw is None else least_kw
        values = (most_kw, raise_price_per_kw, it_price_per_kwh, asked_kw)
        return self.fleet.told(ticket, self.site, "import", values, until)


def devices_of(fleet: SimulatedFleet) -> dict[str, object]:
    """Every device of a simulated fleet by the subject it is told about; the scheduler and router as `fleet`."""
    sites = fleet.fleet.sites
    stores = {
        name: SimulatedStore(fleet=fleet, site=number)
        for number, name in enumerate(store_names(fleet.fleet))
    }
    controllers = {site.name: SimulatedController(fleet=fleet, site=site.name) for site in sites}
    return {"fleet": fleet, **stores, **controllers, **plants_of(fleet, fleet.fleet)}


def _in_words(held: _Held) -> str:
    return ", ".join(f"{value:g}" for value in held.values) or held.kind


def _no_placement(step: Timeline, jobs: int) -> Placement:
    whole, real = np.zeros(jobs, np.int64), np.full(jobs, np.nan)
    return Placement(
        horizon=step,
        place=whole - 1,
        point=whole,
        offsets=np.zeros(jobs + 1, np.int64),
        slots=np.zeros(0, np.int64),
        reason=whole,
        binding=whole,
        cost=real,
        cost_at_once=real,
        alternative_cost=real,
        alternative_place=whole - 1,
    )


def _metered(study: Study, seen: Telemetry) -> list[PowerReading]:
    """Site by site, class by class, service by service, of the last step."""
    at, found = seen.timeline.end, []
    columns = {
        "IT": seen.it_kw, "facility": seen.facility_kw, "import": seen.import_kw, "export": seen.export_kw,
        "supply": seen.supply_kw, "unused supply": seen.unused_supply_kw,
    }  # fmt: skip
    columns |= {kind.name: seen.class_kw[c] for c, kind in enumerate(study.jobs.classes)}
    columns |= {service.name: seen.service_kw[v] for v, service in enumerate(study.services)}
    for number, site in enumerate(study.fleet.sites):
        for what, values in columns.items():
            kw = float(values[number, -1])
            found.append(
                PowerReading(
                    of=f"{site.name} {what}", kw=kw, measured_at=at, method="meter", share=0.0
                )
            )
    return found + plants_metered(study.fleet, seen)


def _routed(study: Study, seen: Telemetry, lost: LostCaches) -> list[RouteReading]:
    names, at, found = place_names(study.fleet), seen.timeline.end, []
    for v, service in enumerate(study.services):
        for o, origin in enumerate(study.fleet.network.origins):
            columns = (seen.answered, seen.latency_p50_s, seen.latency_p95_s)
            by_place = [
                tuple((name, float(one[v, o, p, -1])) for p, name in enumerate(names))
                for one in columns
            ]
            asked = float(seen.answered[v, o, :, -1].sum() + seen.refused[v, o, -1])
            told = lost.told()
            sent = tuple(zip(names, told[v, o].tolist(), strict=True)) if told.size else ()
            found.append(
                RouteReading(
                    service=service.name, origin=origin, asked_per_s=asked, answered_per_s=by_place[0],
                    p50_s=by_place[1], p95_s=by_place[2], measured_at=at, sent=sent,
                )
            )  # fmt: skip
    return found
