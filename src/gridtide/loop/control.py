"""The control room: one fleet, one loop, people in charge. It sees, decides, asks, tells, verifies and writes down.

A turn never waits: what people must approve is told by a later one, and what nobody approves in time expires while
what was told before goes on. Everything a person does is written down before it holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from gridtide.decide.reservations import grid_step_s, slot_grid
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Event
from gridtide.fleet.act import Release as ReleaseAct
from gridtide.loop.asked_room import AskedRoom
from gridtide.loop.clock import seconds, set_said
from gridtide.loop.clocks_apart import apart
from gridtide.loop.editing import as_told
from gridtide.loop.endless import gone_on
from gridtide.loop.expecting import draws
from gridtide.loop.instants import next_turn
from gridtide.loop.later import later
from gridtide.loop.left_alone import without_unknown_stores
from gridtide.loop.live_world import BrokenOffError
from gridtide.loop.news import with_news
from gridtide.loop.on_trial import OnTrial
from gridtide.loop.planning_beside import MadeBeside
from gridtide.loop.recovering import kept, read_back, taken_up
from gridtide.loop.released import Released
from gridtide.loop.releasing import LetGo, let_go
from gridtide.loop.releasing_plants import plants_let_go_kw
from gridtide.loop.remembering import MEMORY, memory_of, remembered
from gridtide.loop.room import Frame
from gridtide.loop.seen import Seen
from gridtide.loop.set_points.regulating import faults_of, written_down
from gridtide.loop.settling import Settling
from gridtide.loop.shown.frame import framed
from gridtide.loop.shown.room_frame import (
    Standing,
    sites_of,
    standing_values,
)
from gridtide.loop.standing_in import Expected
from gridtide.loop.turn import Turn, take_turn
from gridtide.loop.underway import settled
from gridtide.loop.verifying import Moved
from gridtide.loop.within_limits import binding
from gridtide.loop.world import Orders
from gridtide.timeline import Timeline
from gridtide.trust.approve import By, answerable, counted, ruled
from gridtide.trust.guard import check
from gridtide.trust.modes import Mode, at_most
from gridtide.trust.proposal import proposal_of
from gridtide.trust.record import Decision, Stage, StoreFullError, StoreLostError
from gridtide.trust.touch import touched

UNKNOWN = np.zeros(0, dtype=np.int64)
"""When work will come: nobody knows."""


@dataclass(kw_only=True, eq=False)
class ControlRoom(AskedRoom):
    """A `Room`: `go_on` is called again and again by one thread; all else may be called by any."""

    def __post_init__(self) -> None:
        self.world.attend = self._between
        self.settling = Settling(bases=self.bases, minutes=self.minutes)
        self.frame = Frame(
            number=0, at=self.clock.now(), values={"at": self.clock.now().isoformat()}
        )

    @property
    def over(self) -> bool:
        """Whether the course is at its end, or the room was closed."""
        return self.closed or self.world.present >= len(self.mandate.steps)

    def go_on(self) -> None:
        """One step: a turn where one is due, acts where some are approved, then time, then what meters say.

        What cannot be written down is not told: while the store is lost or full, time passes and what was told holds.
        So it is while devices go by another clock.
        """
        if self._is_apart():
            return
        if self.endless:
            self.mandate = gone_on(self.mandate, self.world)
        news = self.news.newest(self.world.now)
        if news is not None:
            known = with_news(self.mandate, self.memory, news, self.world)
            self.mandate, self.memory = known
            self.next_due = self.world.present
        if self.measured is not None:
            self.mandate = self.measured.in_place(self.mandate, self.world)
        try:
            self._decide(self.world.now)
            if self.closed:
                return
            self._attend()
            self._keep()
            self._tell()
        except (StoreLostError, StoreFullError) as fault:
            self.stuck, self.turn = str(fault), None
        try:
            self.world.step()
        except BrokenOffError:
            return
        try:
            self._verify()
            by = (self.mandate, self.memory)
            self.settling.went_on(self.in_force, self._step_over(), self.world.seen, by)
        except (StoreLostError, StoreFullError) as fault:
            self.stuck, self.turn = str(fault), None
        with self.lock:
            self.past.keep(self._step_over(), self.world.seen, self.memory.plan)
            self.buildings.compare(self.past.steps, self.mandate, self.world.now)
        self._publish(self.world.now, self.world.seen)

    def _decide(self, as_of: datetime) -> None:
        """A turn where one is due. Nobody who asks the room something waits for it."""
        if self.stuck:
            read_back(self.world)
            self.stuck = ""
        self.desk.lapse(as_of)
        if not self._is_time():
            return
        begun_s = seconds()
        turn = self._turn(as_of)
        if turn is None or self.closed:
            return
        turn = self.bases.kept(turn, self.mandate, self.policy, self.minutes)
        with self.lock:
            self.decided_s.append(round(seconds() - begun_s, 3))
            self._taken(turn, as_of)

    def _turn(self, as_of: datetime) -> Turn | None:
        """The turn that is due; None where it came to nothing, whatever the reason: what was told goes on, the room
        says so, and the next step tries again."""
        mandate, world = without_unknown_stores(
            self.mandate, self.world, self.world.doubted.in_doubt()
        )
        try:
            turn = take_turn(mandate, self.policy, world, self.memory, as_of)
        except Exception as fault:
            self._undecided(f"{type(fault).__name__}: {fault}", as_of)
            return None
        self.undecided = ""
        return turn

    def _undecided(self, said: str, as_of: datetime) -> None:
        """Why nothing is decided, written down once."""
        if said != self.undecided:
            self.minutes.append(_nothing_decided(self.policy.name, said, as_of))
        self.undecided = said

    def _is_apart(self) -> bool:
        """Whether devices go by another clock: then nothing is done but to look again, a step or a beat later. Once
        both agree the room begins by the clock it has now, as after a crash."""
        before, said = self.apart, apart(self.world.reach, self.clock)
        if said:
            now = self.clock.now()
            self.apart = said
            self._undecided(said, now)
            self._attended()
            self._publish(now, None)
            self.clock.wait_until(now + (self.world.beat or self.world.step_takes))
        elif before:
            self.apart = self.undecided = ""
            self._seated()
        return bool(said)

    def begin(self, devices_lived_on: bool = True) -> None:
        """Take up what a room before this one kept, and settle what nobody knows of what it told: before the first
        `go_on` of a process. Proposals of before have expired: nobody is held to an answer to a room that is gone.

        devices_lived_on: False for simulated ones, which ended with their process; then only what people decided of
        autonomy stands."""
        self.desk.take_up()
        if self.desk.documents is not None and isinstance(self.policy, OnTrial):
            self.policy.take_up(self.desk.documents)
        if self.desk.documents is None or not devices_lived_on:
            return
        self.buildings.take_up(self.desk.documents)
        if self.measured is not None:
            self.measured.take_up(self.desk.documents, self.mandate.owner, self.clock.now())
        self._seated()

    def _seated(self) -> None:
        """Begin at the step that the clock is in, with what was kept and what devices hold."""
        self.apart = apart(self.world.reach, self.clock)
        if not self.apart:
            documents, owner = self.desk.documents, self.mandate.owner
            before = None if documents is None else documents.newest("world", owner)
            taken_up(self.world, None if before is None else before.value)
            stood = None if documents is None else documents.newest(MEMORY, owner)
            if stood is not None:
                self.memory = memory_of(stood.value)
        for outcome in read_back(self.world):
            said = {"ticket": outcome.ticket, "fate": outcome.fate.value, "said": outcome.said}
            self.minutes.append({**said, "at": outcome.at.isoformat()})

    def _keep(self) -> None:
        """What the next room must know if this one is gone at the next instant."""
        self.desk.keep_what_lacks()
        written_down(self.lines, self.minutes, self.desk.documents, self.world.now)
        self.buildings.keep(self.minutes.append, self.desk.documents, self.world.now)
        if self.measured is not None:
            self.measured.keep(self.desk.documents, self.mandate.owner, self.world.now)
        self.world.doubted.write_down(self.minutes.append, self.world.now)
        if isinstance(self.policy, OnTrial):
            self.policy.keep(self.minutes.append, self.desk.documents)
        if self.desk.documents is not None:
            now, owner = self.world.now, self.mandate.owner
            self.desk.documents.keep(MEMORY, owner, now, remembered(self.memory, now))
            self.desk.documents.keep("world", owner, now, kept(self.world))

    def _is_time(self) -> bool:
        """Whether something is to be decided: the first turn, work that came, a plan
        that is finished, what people approved, or the hour."""
        if self.turn is None or self.world.present >= self.next_due:
            return True
        if isinstance(self.policy, MadeBeside) and self.policy.ready:
            return True
        if self.desk.approved() is not None:
            return True
        if self.limits.due(self._binds(), self.orders, self.desk.autonomy):
            return True
        return not self.known >= frozenset(self.world.active().name.tolist())

    def _taken(self, turn: Turn, as_of: datetime) -> None:
        """What becomes of a turn: told at once, put before people, or neither."""
        if isinstance(self.policy, OnTrial):
            self.policy.judged(turn)
        before = self.memory.commitments
        touch = touched(turn.orders.dispatch, turn.standing, turn.situation)
        clocks = {site.name: site.clock for site in self.mandate.fleet.sites}
        autonomy = at_most(at_most(self.desk.autonomy, self.believed), self.buildings.believed)
        ruling = ruled(turn.decision, touch, autonomy, self.tally, as_of, clocks)
        self.minutes.write(turn.decision, ruling=list(ruling.why))
        waiting = self.desk.approved()
        self.turn, self.memory = turn, turn.memory
        if ruling.by is By.NOBODY:
            self.memory = replace(turn.memory, commitments=before)
            self.desk.supersede("nobody", as_of)
            self.minutes.write(answerable(turn.decision, "nobody", Stage.EXPIRED))
        elif waiting is not None:
            self.memory = replace(turn.memory, commitments=before)
            self._tell_later(waiting, turn, as_of)
        elif ruling.by is By.POLICY:
            self.tally = counted(self.tally, touch, as_of, clocks)
            self.desk.supersede(turn.decision.id, as_of)
            self._take(turn.orders, answerable(turn.decision, ruling.owner, Stage.APPROVED))
        else:
            self.memory = replace(turn.memory, commitments=before)
            self._ask(turn)
        told = None if self.orders is None else self.orders.dispatch
        self.world.doubted.expected = Expected(
            situation=turn.situation, plan=self.memory.plan, told=told
        )
        self._keep_limits(turn)
        self.known = frozenset(turn.orders.jobs.name.tolist())
        self.next_due = next_turn(self.mandate, self.memory, self.world.present, UNKNOWN)

    def _binds(self) -> tuple[Event, ...]:
        """Mandatory limits that bind in the step that begins."""
        step = Timeline(edges_s=self.world.steps.edges_s[self.world.present :][:2])
        return binding(self.mandate.fleet, self.mandate.events, step, self.world.now)

    def _keep_limits(self, turn: Turn) -> None:
        """Tell what mandatory limits require by now and what is in force does not keep: that waits for nobody."""
        stood, orders, autonomy = self.limits.stands(self.orders), self.orders, self.desk.autonomy
        found = self.limits.required(turn, self._binds(), orders, autonomy)
        if found is not None:
            decision = self.bases.limited(found, turn, orders, autonomy, self.limits, stood)
            self.minutes.write(decision, ruling=list(found.why))
            self._take(found.orders, replace(decision, stage=Stage.APPROVED))

    def _ask(self, turn: Turn) -> None:
        proposal = proposal_of(
            turn.decision,
            turn.orders.dispatch,
            turn.standing,
            turn.situation,
            self.currency,
            self.patience,
            as_told(turn, self.orders),
        )
        self.desk.ask(turn, proposal)

    def _tell_later(self, decision: str, turn: Turn, as_of: datetime) -> None:
        """Take what was approved since, as it stands now; it has expired where the guard would not let it through."""
        found = self.desk.taken(decision)
        orders = later(found.turn.orders, turn)
        grid = slot_grid(turn.situation, grid_step_s(self.mandate.steps))
        room = promised_room(turn.situation, grid)
        refused = check(orders.dispatch, turn.situation, room, orders.promised)
        said = replace(found.turn.decision, owner=found.docket.by)
        if refused:
            self.minutes.write(
                replace(said, stage=Stage.EXPIRED, refused=tuple(str(one) for one in refused))
            )
            self.minutes.write(answerable(turn.decision, "nobody", Stage.EXPIRED))
            return
        self.desk.supersede(decision, as_of)
        self.minutes.write(answerable(turn.decision, found.docket.by, Stage.EXPIRED))
        self.memory = replace(turn.memory, commitments=found.turn.memory.commitments)
        self.bases.told_as(decision, turn, orders, self.minutes)
        self._take(orders, said)

    def _take(self, orders: Orders, decision: Decision) -> None:
        """Orders hold from now on."""
        if decision.stage is Stage.APPROVED:
            self.minutes.write(decision)
        self.orders, self.in_force = orders, replace(decision, stage=Stage.TOLD)
        self.world.take(orders)
        self.minutes.write(self.in_force)

    def _tell(self) -> None:
        """Tell what must be told now for the orders in force to hold; nothing while frozen or observing."""
        with self.lock:
            orders, decision, autonomy = self.orders, self.in_force, self.desk.autonomy
        if orders is None or decision is None or autonomy.frozen or autonomy.mode is Mode.OBSERVE:
            return
        self.fates.update(settled(self.world.tell(orders, decision.id)))

    def _verify(self) -> None:
        """Say of the orders in force whether devices took what they were told, and whether power moved."""
        with self.lock:
            self.verdicts, self.world.verdicts = tuple(self.world.verdicts), []
            if self.in_force is None or self.in_force.stage is Stage.FAILED:
                return
            still = [one for one in self.verdicts if one.moved is Moved.NOT_MOVED]
            stage = Stage.FAILED if still or self.world.unheard else Stage.VERIFIED
            waits = stage is Stage.VERIFIED and self.world.underway.acts
            if stage is not self.in_force.stage and not waits:
                self.in_force = replace(self.in_force, stage=stage)
                self.minutes.write(self.in_force)

    def _attend(self) -> None:
        """What people want at once, whatever the loop waits for: everything let go, each when its turn has come; and
        what came of acts that were on their way."""
        self.fates.update(settled(self.world.hear()))
        with self.lock:
            releasing, self.releasing = self.releasing, False
            if releasing:
                self.orders = self.in_force = None
        now = self.clock.now()
        if releasing:
            self.leaving, self.released = (), Released()
        elif not self.desk.autonomy.frozen:
            self.released = None
        if self.released is not None:
            self.leaving = self._let_go(now, self.released)
        if releasing:
            self.world.forget()
        due = [one for one in self.leaving if one.at <= now]
        if due:
            owners = {one.subject: one.device for one in due}
            acts = [ReleaseAct(subject=one) for one in owners]
            done = self.world.tell_acts(acts, f"release at {now.isoformat()}", owners)
            self.fates.update(settled(done))
        if self.desk.autonomy.frozen:
            self.world.turns.drop()
        self.fates.update(settled(self.world.tell_due(now)))
        self.leaving = tuple(one for one in self.leaving if one.at > now)
        self.world.look_at = self.leaving[0].at if self.leaving else None

    def _attended(self) -> None:
        """See to what people want at once, whether or not anything can be written down."""
        try:
            self._attend()
        except (StoreLostError, StoreFullError) as fault:
            self.stuck, self.turn, self.world.look_at = str(fault), None, None

    def _between(self) -> None:
        """What is looked after while a step lasts; devices that say something meanwhile are shown at once. Raises
        BrokenOffError once the room is closed: nobody waits for the end of the step."""
        if self.closed:
            raise BrokenOffError
        self._attended()
        now = self.clock.now()
        if self.world.beat is not None and self.world.now < now < self.world.step_ends:
            self._publish(now, self.world.seen_now(now))

    def _let_go(self, now: datetime, released: Released) -> tuple[LetGo, ...]:
        """When everything is let go that any device says it holds, the next first."""
        held = released.lacks(self.world.reach.restraints(), now)
        if not held:
            return self.leaving
        queue, reach, fleet = self.world.queue(), self.world.reach, self.mandate.fleet
        drawn = draws(queue, self.world.told, fleet)
        plants = plants_let_go_kw(reach, fleet)
        found = let_go(held, queue, drawn, reach.stores(), fleet, now, plants)
        released.take(found)
        return tuple(sorted((*self.leaving, *found), key=lambda one: one.at))

    def _publish(self, now: datetime, seen: Seen | None) -> None:
        """A frame of what was seen at an instant: the end of a step, or one within the step that runs."""
        assert self.frame is not None
        with self.lock:
            standing = self._standing(now)
            values = standing_values(standing, seen, self.mandate)
            self.decided_s = []
        values |= sites_of(standing, seen, self.memory.plan, self.mandate)
        self.frame = framed(self.frame.number + 1, now, values)

    def _standing(self, now: datetime) -> Standing:
        """How the room stands now, to be shown."""
        fallen = self.policy.fallen if isinstance(self.policy, MadeBeside) else ""
        trial = self.policy.alarms() if isinstance(self.policy, OnTrial) else []
        return Standing(
            now=now,
            autonomy=self.desk.autonomy,
            simulated=self.simulated,
            waiting=len(self.desk.waiting()),
            in_force=self.in_force,
            turn=self.turn,
            fates=self.fates,
            decided_s=tuple(self.decided_s),
            wrong=(
                ("not-written", "store", self.stuck),
                ("no-decision", self.policy.name, self.undecided),
                ("planner", self.policy.name, fallen),
                ("clock-set", "clock", set_said(self.clock)),
                *self.limits.alarms(now),
                *trial,
                *self.buildings.alarms(),
                *faults_of(self.lines),
            ),
            world=self.world,
            news=self.news,
            lines=self.lines,
        )

    def _step_over(self) -> tuple[int, int]:
        """The seconds between which the newest step lay that is over."""
        begin, end = self.world.steps.edges_s[self.world.present - 1 :][:2].tolist()
        return begin, end

    def close(self) -> tuple[str, ...]:
        """Take no more turns and release nothing; what is still held, a sentence each."""
        self.closed = True
        self.clock.wake()
        self.world.reach.close()
        for end in self.endings:
            end()
        return self.world.held()


def _nothing_decided(policy: str, said: str, as_of: datetime) -> Mapping[str, object]:
    """What the chain says of a turn that came to nothing."""
    return {"kind": "no decision", "policy": policy, "said": said, "at": as_of.isoformat()}
