"""A control room as people ask it, whatever the loop does meanwhile: what is so, what waits, and what they decide."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gridtide.finding import BadInput
from gridtide.loop.basis import KeepsBases
from gridtide.loop.buildings_on_trial import BuildingTrials
from gridtide.loop.desk import Desk
from gridtide.loop.editing import AsTold
from gridtide.loop.live_world import LiveWorld
from gridtide.loop.mandate import Mandate, Policy
from gridtide.loop.measured_requests import MeasuredRequests
from gridtide.loop.minutes import Minutes
from gridtide.loop.news import NoNews, ReadsNews
from gridtide.loop.released import Released
from gridtide.loop.releasing import LetGo
from gridtide.loop.room import Frame, Receipt
from gridtide.loop.set_points.regulating import RegulationThread
from gridtide.loop.shown.ages import ages_of
from gridtide.loop.shown.ahead import ahead_values
from gridtide.loop.shown.glance import Glance
from gridtide.loop.shown.past_steps import PastSteps
from gridtide.loop.shown.room_frame import silent_of
from gridtide.loop.turn import Memory, Turn
from gridtide.loop.verifying import Verdict
from gridtide.loop.wanted_replicas import Wanted, nobody
from gridtide.loop.within_limits import Limits
from gridtide.loop.world import Orders, WakingClock
from gridtide.trust.approve import Tally
from gridtide.trust.autonomy_values import values_of
from gridtide.trust.edit import Edit
from gridtide.trust.envelope import changed
from gridtide.trust.modes import Freeze, Mode, Release, Thaw, ToEnvelope, ToMode, lapsed
from gridtide.trust.people import Person
from gridtide.trust.record import Decision, Store


@dataclass(kw_only=True, eq=False)
class AskedRoom:
    """All that a room holds, and the side of it that any thread may ask, as `Room` has it.

    desk: what people decide, and what waits for them. currency: of the costs in proposals. patience: how long a
    decision may be approved. simulated: how many times as fast as the wall's its clock goes over simulated devices,
    None over real ones. epoch: of this leader. stuck: why nothing can be written down, and so nothing told. undecided:
    why the last turn came to nothing; apart: which device goes by another clock, empty where none does. verdicts: what
    meters said of the acts of the last step. decided_s: how long turns took since the last frame; fates: what came of
    acts since this room began. leaving: what is still to be let go after a release; released: what was, None once
    people have it act again. lines: of set-points, each in its thread beside the loop. endings: what ends with the
    room. believed: the highest mode in which its policy decides without people; buildings: learned ones, whose plans
    are told so only once they were right. limits: mandatory ones of the grid. serving: what a service shall run now.
    """

    mandate: Mandate
    policy: Policy
    world: LiveWorld
    desk: Desk
    clock: WakingClock
    currency: str
    patience: timedelta = timedelta(hours=1)
    simulated: float | None = None
    memory: Memory = field(default_factory=Memory)
    tally: Tally = field(default_factory=Tally)
    next_due: int = 0
    known: frozenset[str] = frozenset()
    turn: Turn | None = None
    orders: Orders | None = None
    in_force: Decision | None = None
    frame: Frame | None = None
    epoch: int = 1
    stuck: str = ""
    undecided: str = ""
    apart: str = ""
    verdicts: tuple[Verdict, ...] = ()
    decided_s: list[float] = field(default_factory=list)
    fates: Counter[str] = field(default_factory=Counter)
    releasing: bool = False
    leaving: tuple[LetGo, ...] = ()
    released: Released | None = None
    lines: tuple[RegulationThread, ...] = ()
    endings: tuple[Callable[[], None], ...] = ()
    closed: bool = False
    past: PastSteps = field(default_factory=PastSteps)
    endless: bool = False
    news: ReadsNews = field(default_factory=NoNews)
    believed: Mode = Mode.EMERGENCY
    buildings: BuildingTrials = field(default_factory=BuildingTrials)
    limits: Limits = field(default_factory=Limits)
    serving: Callable[[str], Mapping[str, Wanted] | None] = nobody
    measured: MeasuredRequests | None = None

    @property
    def lock(self) -> threading.RLock:
        """One for both sides: nobody answers while a turn is taken up."""
        return self.desk.lock

    @property
    def bases(self) -> KeepsBases:
        """Keeps what turns were made of."""
        return self.desk.bases

    @property
    def minutes(self) -> Minutes:
        """Everything that is decided and heard here."""
        return self.desk.minutes

    def newest(self) -> Frame:
        """The newest frame."""
        assert self.frame is not None
        return self.frame

    def ahead(self) -> Mapping[str, object]:
        """What is planned, published, allowed and called for from now to a day ahead."""
        with self.lock:
            turn, plan, now = self.turn, self.memory.plan, self.world.now
        said: dict[str, object] = {"at": now.isoformat(), "currency": self.currency}
        if turn is None:
            return {**said, "edges": [], "made_at": None, "policy": None, "sites": [], "calls": []}
        return {**said, **ahead_values(turn.situation, plan, self.mandate.objective.carbon, now)}

    def state(self) -> Mapping[str, object]:
        """Mode, envelope, frozen or not, who leads, the epoch, ages of every source and device."""
        with self.lock:
            seen, now = self.world.seen, self.world.now
            ages = {} if self.turn is None else ages_of(self.mandate, seen, self.news, now)
            return {
                **values_of(lapsed(self.desk.autonomy, self.clock.now())),
                "at": self.clock.now().isoformat(),
                "leads": True,
                "epoch": self.epoch,
                "ages_s": ages,
                "silent": silent_of(self.world, self.news),
                "waiting": len(self.desk.waiting()),
            }

    def proposals(self) -> tuple[Mapping[str, object], ...]:
        """Decisions that wait for people, oldest first."""
        return self.desk.proposals()

    def decisions(self, count: int) -> tuple[Mapping[str, object], ...]:
        """The newest decisions, newest first."""
        return self.minutes.decisions(count)

    def explain(self, decision: str) -> Mapping[str, object] | None:
        """Why a decision is as it is; None where there is none of that id."""
        found, asked = self.minutes.explained(decision), self.desk.proposal(decision)
        return found if found is None or asked is None else {**found, "proposal": asked}

    def turn_of(self, decision: str | None) -> Turn | None:
        """The turn that made a decision which people are asked about, or the newest; None of others."""
        return self.desk.turn_of(decision, self.turn)

    def audit(self, count: int) -> tuple[Mapping[str, object], ...]:
        """The newest entries of the chain that this process wrote, newest first."""
        return self.minutes.entries(count)

    def glance(self) -> Glance:
        """What is known now, to be computed on by whoever asks."""
        with self.lock:
            return Glance(
                at=self.world.now,
                currency=self.currency,
                mandate=self.mandate,
                turn=self.turn,
                memory=self.memory,
                orders=self.orders,
                in_force=self.in_force,
                seen=self.world.seen,
                proposals=self.desk.proposals(),
                past=tuple(self.past.steps),
            )

    def chain(self) -> tuple[Store, int]:
        """The store of the audit chain, and how many records stand in it."""
        return self.minutes.store, self.minutes.written

    def unready(self) -> tuple[str, ...]:
        """What keeps it from being relied on."""
        with self.lock:
            silent = [
                f"{name} does not answer: {said}"
                for name, said in silent_of(self.world, self.news).items()
            ]
            if self.stuck:
                return (f"nothing can be written down: {self.stuck}", *silent)
            if self.undecided:
                return (f"no decision: {self.undecided}", *silent)
            return ("no turn was taken yet", *silent) if self.turn is None else tuple(silent)

    def note(self, content: Mapping[str, object]) -> None:
        """Write down what a door refused."""
        self.minutes.append(content)

    def regulation(self) -> tuple[Mapping[str, object], ...]:
        """Each line of set-points now."""
        return tuple(one.regulation.values() for one in self.lines)

    def replicas(self, service: str) -> Mapping[str, Wanted] | None:
        """What a service shall run at each place now."""
        return self.serving(service)

    def approve(self, decision: str, digest: str, by: Person, reason: str) -> Receipt:
        """Approve a decision that waits; it is told by the next turn, as it stands then."""
        return self.desk.answer(decision, digest, by, reason, approving=True)

    def reject(self, decision: str, digest: str, by: Person, reason: str) -> Receipt:
        """Reject a decision that waits, or was approved and not told yet."""
        return self.desk.answer(decision, digest, by, reason, approving=False)

    def advise(
        self,
        decision: str,
        digest: str,
        by: Person,
        reason: str,
        approve: bool,
        edit: Edit | None = None,
    ) -> Receipt:
        """Put advice beside a decision that waits; nothing holds by it."""
        changed = None if edit is None else (edit, self._as_told())
        return self.desk.advise(decision, digest, by, reason, approve, changed)

    def reading(self, decision: str, by: Person) -> Receipt:
        """Somebody has a decision that waits before them."""
        return self.desk.reading(decision, by)

    def edit(self, decision: str, digest: str, edit: Edit, by: Person, reason: str) -> Receipt:
        """Put another decision in the place of one that waits, as a person edited it."""
        return self.desk.edit(decision, digest, edit, by, reason, self._as_told())

    def _as_told(self) -> AsTold:
        with self.lock:
            return AsTold(self.orders, self.memory.commitments, self.currency)

    def change_mode(self, mode: str, by: Person, reason: str) -> Receipt:
        """Ask for a mode: raising takes two people, lowering one."""
        if mode not in set(Mode):
            return Receipt(held=False, said=f"{mode} is no mode; take one of {', '.join(Mode)}")
        return self.desk.change(ToMode(mode=Mode(mode)), by, reason)

    def change_envelope(self, envelope: Mapping[str, float], by: Person, reason: str) -> Receipt:
        """Ask for another envelope: widening takes two people, narrowing one."""
        sites = [site.name for site in self.mandate.fleet.sites]
        try:
            wanted = changed(self.desk.autonomy.envelope, envelope, sites)
        except BadInput as fault:
            return Receipt(held=False, said=str(fault))
        return self.desk.change(ToEnvelope(envelope=wanted), by, reason)

    def freeze(self, by: Person, reason: str) -> Receipt:
        """No new acts from now on."""
        return self.desk.change(Freeze(), by, reason)

    def thaw(self, by: Person, reason: str) -> Receipt:
        """Acts again; takes two people."""
        return self.desk.change(Thaw(), by, reason)

    def release(self, by: Person, reason: str) -> Receipt:
        """Undo every restraint."""
        receipt = self.desk.change(Release(), by, reason)
        if receipt.held:
            with self.lock:
                self.releasing = True
            self.clock.wake()
        return receipt
