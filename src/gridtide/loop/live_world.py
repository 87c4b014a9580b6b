"""World B: devices. Orders become acts with tickets, meters and queues become state; nothing here touches a wire.

A device that does not answer leaves what it would have said unknown, never 0, and is named.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.peak import same_month
from gridtide.decide.state import State, Status
from gridtide.digest import digest
from gridtide.fleet.act import BeginAt, PauseJob, ResumeJob
from gridtide.fleet.device import PowerReading, QueuedJob, Standing
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.service import Service
from gridtide.fleet.site_act import AnyAct, PlaceJob, do, holds_until, subject_of
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.fleet.turn_act import turn_of
from gridtide.loop.acts import (
    OPEN,
    Holding,
    JobTold,
    acts_now,
    spelled,
    starts_of,
    stops_within,
)
from gridtide.loop.doubting import Doubted
from gridtide.loop.few_at_once import few_at_once
from gridtide.loop.in_turn_acts import TurnsAhead, begins_within
from gridtide.loop.intents import Intent, KeepsIntents
from gridtide.loop.names import place_names, store_names
from gridtide.loop.newcomers import gone_of, may_be_told, with_listed
from gridtide.loop.plants_seen import cold_state, made_state, plants_seen
from gridtide.loop.reach import Reach
from gridtide.loop.rest_of_state import beside_jobs
from gridtide.loop.resting_nodes import RestSeen, owners_of_nodes
from gridtide.loop.roll import Roll
from gridtide.loop.seen import Seen, telemetry_of
from gridtide.loop.underway import HELD, TOLD, Done, Memory, Underway, known
from gridtide.loop.verifying import Verdict
from gridtide.loop.watching import Watch
from gridtide.loop.which_meter import sites_of_jobs_alone
from gridtide.loop.world import Orders, Telemetry, WakingClock, joined
from gridtide.timeline import Timeline, epoch_s, instant

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


class BrokenOffError(Exception):
    """Nobody waits for the end of the step any more: the room was closed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """What the orders in force give a job: place and point by their numbers, -1 for no place, and starts of slots."""

    place: int
    point: int
    starts_s: Whole


@dataclass(kw_only=True, eq=False)
class LiveWorld:
    """A fleet of devices as one world.

    reach: its devices. roll: what is declared of jobs. intents: where what is told is written down first. steps: the
    step edges of the course. present: number of the step that begins next. done: what was told since that began;
    unheard: what of the last step no device took. verdicts: what meters said since somebody asked. attend: what is
    looked after whenever waiting is over, or was broken off; look_at: when it wants to be at the latest; beat: how
    often it wants to be while a step lasts, None for devices that say nothing between step edges. underway: acts that
    nobody knows the outcome of. moved_beside: jobs that set-points moved since it was asked last. doubted: what meters
    said that cannot be. turns: starts and stops inside the step that runs. unread: devices that
    have not said yet what came of acts of before.
    """

    fleet: Fleet
    services: tuple[Service, ...]
    steps: Timeline
    clock: WakingClock
    reach: Reach
    roll: Roll
    intents: KeepsIntents
    present: int = 0
    told: dict[str, JobTold] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    promised: dict[str, bool] = field(default_factory=dict)
    moves: dict[str, int] = field(default_factory=dict)
    there_s: dict[str, int] = field(default_factory=dict)
    over: dict[str, int] = field(default_factory=dict)
    others: dict[str, AnyAct] = field(default_factory=dict)
    peak_kw: Real | None = None
    seen: Seen | None = None
    done: list[Done] = field(default_factory=list)
    unheard: list[Done] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    watch: Watch = field(default_factory=Watch)
    doubted: Doubted = field(default_factory=Doubted)
    attend: Callable[[], None] = lambda: None
    look_at: datetime | None = None
    beat: timedelta | None = None
    underway: Underway = field(default_factory=Underway)
    unread: frozenset[str] = frozenset()
    moved_beside: Callable[[], frozenset[str]] = frozenset
    turns: TurnsAhead = field(default_factory=TurnsAhead)
    rest: RestSeen = field(default_factory=RestSeen)

    @property
    def now(self) -> datetime:
        """The step edge from which on the next acts count."""
        return instant(self.steps.edges_s[self.present])

    @property
    def step_ends(self) -> datetime:
        """When the step that begins next, or runs, is over."""
        return instant(self.steps.edges_s[self.present + 1])

    @property
    def step_takes(self) -> timedelta:
        """How long the step that begins next, or runs, lasts."""
        return self.step_ends - self.now

    @property
    def memory(self) -> Memory:
        """What is remembered of what was told."""
        return Memory(jobs=self.told, others=self.others)

    def queue(self) -> dict[str, QueuedJob]:
        """Every job some scheduler lists, by id; those that ended are remembered with what they did."""
        listed = [job for jobs in self.reach.queues().values() for job in jobs]
        found = {job.id: job for job in listed}
        self._enrol(found)
        for job in listed:
            if job.there_at is not None:
                self.there_s[job.id] = epoch_s(job.there_at)
            if job.standing not in OPEN and job.id in self.roll.row_of:
                self.over.setdefault(job.id, job.done_s or 0)
        return found

    def _enrol(self, queue: Mapping[str, QueuedJob]) -> None:
        """Take up what no case declares and somebody lists, and forget it where nobody does any more."""
        before = self.roll
        self.roll = with_listed(self.roll, queue, self.fleet, self.over)
        gone = gone_of(before, self.roll.row_of)
        for kept in (self.told, self.given, self.promised, self.moves, self.there_s, self.over):
            for name in gone:
                kept.pop(name, None)

    def active(self) -> Jobs:
        """The jobs that schedulers list and that are not over, in order of arrival."""
        chosen = self._open_rows(self.queue())
        return self.roll.jobs(chosen, self.roll.expected_s(chosen, self.over))

    def state(self) -> State:
        """What was read back, aligned with active(); what nobody answers is NaN."""
        queue = self.queue()
        chosen = self._open_rows(queue)
        names = [str(name) for name in self.roll.declared.name[chosen]]
        jobs = [queue[name] for name in names]
        done_s = np.asarray([job.done_s or 0 for job in jobs], dtype=np.int64)
        declared_s = self.roll.declared.declared_s[chosen]
        left_s = np.maximum(declared_s - done_s, 0)
        expected_s = np.maximum(self.roll.expected_s(chosen, self.over) - done_s, 1)
        told = [self._given(job, int(left)) for job, left in zip(jobs, left_s, strict=True)]
        sites = np.full(len(self.fleet.sites), np.nan)
        seen = self.doubted.with_expected(self.seen, self.fleet)
        return State(
            measured_at=self.now,
            soc_kwh=self._soc_kwh(),
            grid_power_kw=sites if seen is None else seen.import_kw - seen.export_kw,
            it_kw=sites if seen is None else seen.it_kw,
            peak_import_kw=np.zeros(len(sites)) if self.peak_kw is None else self.peak_kw,
            remaining_s=left_s,
            expected_left_s=np.minimum(expected_s, left_s),
            place=np.asarray([self._place(job) for job in jobs], dtype=np.int64),
            moves=np.asarray([self.moves.get(name, 0) for name in names], dtype=np.int64),
            status=np.asarray([self._status(job) for job in jobs], dtype=np.int64),
            available_s=np.asarray([self.there_s.get(name, 0) for name in names], dtype=np.int64),
            told_place=np.asarray([place for place, _, _ in told], dtype=np.int64),
            told_point=np.asarray([point for _, point, _ in told], dtype=np.int64),
            told_offsets=np.concatenate([[0], np.cumsum([len(starts) for _, _, starts in told])]),
            told_starts_s=np.concatenate([*(one for _, _, one in told), np.zeros(0, np.int64)]),
            promised=np.asarray([self.promised.get(name, False) for name in names], dtype=np.bool_),
            **cold_state(self.reach, self.fleet),
            **made_state(self.reach, self.fleet),
            **beside_jobs(self.fleet, self.services, seen),
            **self.rest.columns(self.fleet, self.reach.rests(), self.steps),
        )

    def advance(self, orders: Orders, until: datetime) -> Telemetry:
        """Tell what the orders say at every step edge until an instant, wait for each, and read what came of it."""
        end = int(np.searchsorted(self.steps.edges_s, epoch_s(until)))
        block = Timeline(edges_s=self.steps.edges_s[self.present : end + 1])
        self.take(orders)
        columns = []
        while self.present < end:
            self.tell(orders, "")
            columns.append(self.step())
        return joined(block, columns)

    def tell(self, orders: Orders, decision: str) -> list[Done]:
        """Tell what must be told now for the orders to hold; each is written down before, and its outcome after.
        Orders that reach no further than now are over: nothing is told by them any more."""
        if self.now >= orders.dispatch.placement.horizon.end:
            return []
        holding = Holding(jobs=self.told, others=self.others)
        queue = may_be_told(self.roll, self.queue())
        told = acts_now(orders, self.fleet, self.services, queue, holding, self.now)
        acts = [one for one in told if self.reach.takes(one)]
        self.turns.stops, self.turns.decision = stops_within(orders, queue, self.now), decision
        return self._tell_few(acts)

    def tell_acts(
        self, acts: Sequence[AnyAct], decision: str, owners: Mapping[str, str]
    ) -> list[Done]:
        """Tell single acts, intents first, in their order. owners: the device that is told about a subject, where it
        has another name."""
        expires = instant(self.steps.edges_s[min(self.present + 1, len(self.steps))])
        intents = [
            Intent(
                id=digest((decision, self.now, digest(act))),
                device=owners.get(subject_of(act), subject_of(act)),
                decision=decision,
                act=spelled(act),
                issued_at=self.now,
                expires_at=expires,
            )
            for act in acts
        ]
        tickets = self.intents.intend(intents)
        done = [
            Done(act=act, ticket=ticket, outcome=self._do(act, intent.device, ticket))
            for act, intent, ticket in zip(acts, intents, tickets, strict=True)
        ]
        self.intents.came(known(done))
        for one in done:
            self._remember(one)
        self.done += done
        return done

    def tell_due(self, now: datetime) -> list[Done]:
        """Tell what waited for its turn within the step that runs."""
        return self._tell_few(self.turns.due(now))

    def _tell_few(self, acts: Sequence[AnyAct]) -> list[Done]:
        """Tell acts, pauses no more than their devices have in hand at once; the others wait."""
        owners = self.reach.owners(self.services, self.fleet.network.origins) if acts else {}
        owners |= owners_of_nodes(self.reach.devices, self.fleet)
        on_the_way = [one.act for one in self.underway.acts.values()]
        few = few_at_once(acts, owners, self.reach.devices, on_the_way)
        now, self.turns.waiting = few
        return self.tell_acts(now, self.turns.decision, owners)

    def hear(self) -> list[Done]:
        """What came of acts that were on their way, written down; it counts in the step that runs. Raises as
        `KeepsIntents.came`."""
        settled = self.underway.heard(self.reach.came(), self.intents, self.memory)
        self.done += settled
        return settled

    def _do(self, act: AnyAct, device: str, ticket: Ticket) -> Outcome:
        """What a device makes of an act; one that raises, which none may, has not answered."""
        now = self.clock.now()
        if device not in self.reach.devices:
            said = f"no device of this fleet is told about {device}"
            return Outcome(ticket=ticket.id, fate=Fate.REFUSED, said=said, at=now)
        try:
            return do(act, self.reach.devices[device], ticket, now)
        except Exception as fault:
            said = f"{device} broke: {type(fault).__name__}: {fault}"
            return Outcome(ticket=ticket.id, fate=Fate.FAILED, said=said, at=now)

    def _remember(self, one: Done) -> None:
        """What holds from now on, where the device took it, or is about to."""
        act = one.act
        if one.outcome.fate not in HELD:
            return
        earlier = self.memory.of(act)
        match act:
            case PlaceJob():
                place = place_names(self.fleet).index(act.place)
                points = [point.name for point in self.fleet.pools[place].points]
                before = self.told.get(act.job, JobTold())
                self.told[act.job] = replace(before, place=place, point=points.index(act.point))
            case BeginAt():
                self.hold(act.job, act.at, turn_of(act))
            case PauseJob():
                self.hold(act.job, act.until)
            case ResumeJob():
                self.hold(act.job, None)
            case _:
                self.others[subject_of(act)] = act
        if one.outcome.fate is Fate.UNDERWAY:
            self.underway.add(one, earlier, self.memory.of(act))

    def forget(self) -> None:
        """Nothing that was told holds any more: what runs goes on, what waits begins as it comes."""
        self.told.clear()
        self.given.clear()
        self.others.clear()
        self.turns.drop()

    def held(self) -> tuple[str, ...]:
        """What holds by what was told, as far as is known here, a sentence each."""
        now = self.clock.now()
        jobs = [(name, "waits", told.held_until) for name, told in self.told.items()]
        others = [(name, type(act).__name__, holds_until(act)) for name, act in self.others.items()]
        return tuple(
            f"{name}: {what} until {until.isoformat()}"
            for name, what, until in sorted((*jobs, *others), key=lambda one: one[0])
            if until is not None and until > now
        )

    def hold(self, job: str, until: datetime | None, turn_s: float = 0.0) -> None:
        """A job is held until an instant, None where nothing holds it; over how long its power rises then."""
        told = self.told.get(job, JobTold())
        self.told[job] = replace(told, held_until=until, turn_s=turn_s)

    def take(self, orders: Orders) -> None:
        """Take orders as those that hold from now on: what each job is told and promised, and whose data moves."""
        placement, site = orders.dispatch.placement, self.fleet.site_of_place
        queue = self.queue()
        for row, name in enumerate(orders.jobs.name.tolist()):
            place, job = int(placement.place[row]), queue.get(name)
            starts_s = starts_of(orders.dispatch, row)
            self.given[name] = Given(
                place=place, point=int(placement.point[row]), starts_s=starts_s
            )
            self.promised[name] = bool(orders.promised[row])
            if place < 0:
                self.told[name] = replace(self.told.get(name, JobTold()), place=-1, point=0)
            elif job is not None and site[place] != site[self._place(job)]:
                self.moves[name] = self.moves.get(name, 0) + 1

    def step(self) -> Telemetry:
        """Wait for the end of the step, then read every meter, store and router, and see whether power followed. Raises
        what `attend` raises, before the step is over."""
        begin, end = (instant(edge) for edge in self.steps.edges_s[self.present :][:2])
        self.turns.moving = begins_within(self.told, begin, end)
        while self.clock.now() < end:
            self.clock.wait_until(self._next_look(end))
            self.attend()
        over = set(self.over)
        queue, power = self.queue(), self.reach.power()
        self.seen = self.doubted.believed(self._seen(power, end), power, self.fleet)
        acts = [one.act for one in self.done if one.outcome.fate in TOLD]
        self.watch.underway = self.underway.jobs | self.turns.moving | self.moved_beside()
        self.watch.jobs_alone = sites_of_jobs_alone(self.fleet, self.services)
        acts = self.turns.step_over(acts)
        self.verdicts += self.watch.look(acts, queue, self.told, power, self.fleet, end)
        late = (
            self.underway.subjects
            | self.reach.moved_beside()
            | {subject_of(one.act) for one in self.done if one.ticket.issued_at < begin}
        )
        held = {
            name: act
            for name, act in self.others.items()
            if _holds_at(act, end) and name not in late
        }
        peak_kw, of = self._peak_carried(begin), (self.fleet, self.services)
        self.rest.step_over(self.fleet, self.reach.rests(), self.steps)
        off = self.rest.off
        self.verdicts += self.watch.look_at_sites(held, self.seen, power, peak_kw, of, off)
        self.unheard = [one for one in self.done if one.outcome.fate not in HELD]
        self.done = []
        self.peak_kw = np.maximum(peak_kw, np.nan_to_num(self.seen.import_kw))
        self.present += 1
        step = Timeline(edges_s=self.steps.edges_s[self.present - 1 : self.present + 1])
        return telemetry_of(self.seen, step, sorted(set(self.over) - over))

    def seen_now(self, now: datetime) -> Seen:
        """What meters, stores and routers said last, within the step that runs."""
        power = self.reach.power()
        return self.doubted.without(self._seen(power, now), power, self.fleet)[0]

    def _seen(self, power: Sequence[PowerReading], at: datetime) -> Seen:
        said = (power, self.reach.stores(), self.reach.routes())
        seen = Seen.of(self.fleet, self.services, self.roll.declared.classes, said, at)
        return replace(seen, **plants_seen(self.reach, self.fleet))

    def _next_look(self, end: datetime) -> datetime:
        """When to look after something next, at the end of the step at the latest."""
        now = self.clock.now()
        looks = [max(self.look_at, now)] if self.look_at is not None else []
        beats = [now + self.beat] if self.beat is not None else []
        return min([end, *looks, *beats, *(max(one.at, now) for one in self.turns.stops)])

    def _peak_carried(self, begin: datetime) -> Real:
        """The highest import of the billing month so far; a new month starts at 0."""
        before = instant(epoch_s(begin) - 1)
        peaks = np.zeros(len(self.fleet.sites)) if self.peak_kw is None else self.peak_kw
        same = [same_month(before, begin, site.clock) for site in self.fleet.sites]
        return np.where(same, peaks, 0.0)

    def _soc_kwh(self) -> Real:
        stores = self.reach.stores()
        said = [
            stores[name].soc_kwh if name in stores else 0.0 if site.battery is None else np.nan
            for name, site in zip(store_names(self.fleet), self.fleet.sites, strict=True)
        ]
        return self.doubted.stores_known(np.asarray(said))

    def _open_rows(self, queue: Mapping[str, QueuedJob]) -> Whole:
        return self.roll.rows_of({k: job for k, job in queue.items() if job.standing in OPEN})

    def _place(self, job: QueuedJob) -> int:
        names = place_names(self.fleet)
        if job.place in names:
            return names.index(job.place)
        return int(self.roll.declared.home[self.roll.row_of[job.id]])

    def _status(self, job: QueuedJob) -> int:
        if self.there_s.get(job.id, 0) > epoch_s(self.now):
            return int(Status.MOVING)
        known = {Standing.RUNNING: Status.RUNNING, Standing.STOPPED: Status.PAUSED}
        return int(known.get(job.standing, Status.WAITING))

    def _given(self, job: QueuedJob, left_s: int) -> tuple[int, int, Whole]:
        """Place, point and slots a job was given; one that runs untold goes on until its declared limit."""
        given = self.given.get(job.id)
        if given is not None:
            return given.place, given.point, given.starts_s
        if job.standing is not Standing.RUNNING:
            return -1, 0, np.zeros(0, np.int64)
        step_s = int(self.steps.edges_s[1] - self.steps.edges_s[0])
        starts = epoch_s(self.now) + step_s * np.arange(-(-left_s // step_s), dtype=np.int64)
        return self._place(job), 0, starts


def _holds_at(act: AnyAct, moment: datetime) -> bool:
    """Whether what an act restrains has not ended before an instant."""
    until = holds_until(act)
    return until is not None and until >= moment
