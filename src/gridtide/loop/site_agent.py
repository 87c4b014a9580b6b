"""A site's own judgement: takes orders while somebody leads, keeps its bounds, leads itself when nobody does.

Everything it must not forget is written down before it acts; people at its own console always get through.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import RLock
from typing import Protocol

from gridtide.fleet.act import Release, lets_go
from gridtide.fleet.device import RenewsLeases, Restrains, UnreachableError
from gridtide.fleet.site_act import AnyAct, do, subject_of
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket, lives_too_long
from gridtide.loop.default_schedule import DefaultAct, holding_until, told_until
from gridtide.trust.bounds import Bounds, breach, narrowed

THAW_WITHIN_S = 600.0
"""Two people who let a site act again do so within this time."""

NOBODY = "nobody leads"
RENEW_EVERY_S = 10.0
"""How often leases of what is held are renewed; a device's lease lasts several times as long."""


@dataclass(frozen=True, kw_only=True)
class AgentMemory:
    """What outlives the agent. begun: tickets whose act may or may not have been done, with their subject; pending:
    outcomes the brain has not acknowledged; frozen: why no new acts are begun, empty where they are; bounds: as
    narrowed at the console."""

    gate: Gate = field(default_factory=Gate)
    begun: Mapping[str, str] = field(default_factory=dict)
    pending: Mapping[str, Outcome] = field(default_factory=dict)
    frozen: str = ""
    bounds: Mapping[str, Bounds] = field(default_factory=dict)


class KeepsMemory(Protocol):
    """A disk."""

    def write(self, memory: AgentMemory) -> None:
        """Keep it; durable when this returns. Raises OSError."""
        ...


@dataclass(frozen=True, kw_only=True)
class AgentTerms:
    """What a site agreed to. silent_after_s: how long the brain may say nothing before the site leads itself.
    release_gap_s: between two restraints that are let go, so that power does not rise in one step."""

    devices: Mapping[str, object]
    schedule: tuple[DefaultAct, ...]
    silent_after_s: float
    release_gap_s: float = 0.0


class SiteAgent:
    """One site. Any thread may call it; only acts on devices take long, and nothing waits for those.

    now, steady_s: the wall clock, and seconds that only rise: silence is counted in these. note: told what happens.
    """

    def __init__(
        self,
        terms: AgentTerms,
        memory: AgentMemory,
        disk: KeepsMemory,
        now: Callable[[], datetime],
        steady_s: Callable[[], float],
        note: Callable[[str, str, str], None],
    ) -> None:
        self._terms, self._memory, self._disk = terms, memory, disk
        self._now, self._steady_s, self._note = now, steady_s, note
        self._lock = RLock()
        self._heard_s = steady_s()
        self._silent = False
        self._letting_go: dict[tuple[str, str], str] = {}
        self._let_go_s = float("-inf")
        self._not_renewed: set[str] = set()
        self._scheduled: dict[DefaultAct, datetime] = {}
        self._thaw: tuple[str, float] | None = None
        self._own = 0
        self._own_up()

    @property
    def frozen(self) -> str:
        """Why no new acts are begun; empty where they are."""
        return self._memory.frozen

    @property
    def silent(self) -> bool:
        """Whether the site leads itself now."""
        return self._silent

    @property
    def letting_go(self) -> tuple[str, ...]:
        """What is still to be let go, by device and subject."""
        return tuple(f"{name}/{subject or 'all'}" for name, subject in self._letting_go)

    def pending(self) -> tuple[Outcome, ...]:
        """Outcomes that the brain has not acknowledged, oldest first."""
        with self._lock:
            return tuple(self._memory.pending.values())

    def bounds(self, device: str) -> Bounds:
        """What may be asked of a device."""
        return self._memory.bounds.get(device, Bounds())

    def heard(self, acknowledged: tuple[str, ...]) -> None:
        """The brain answered, and keeps these outcomes."""
        with self._lock:
            self._heard_s = self._steady_s()
            if self._silent:
                self._silent = False
                self._scheduled.clear()
                kept = {key: why for key, why in self._letting_go.items() if why != NOBODY}
                self._letting_go = kept
                self._note("heard again", "", "the brain leads")
            known = [key for key in acknowledged if key in self._memory.pending]
            if known:
                rest = {key: one for key, one in self._memory.pending.items() if key not in known}
                self._keep_if_it_can(pending=rest)

    def take(self, device: str, ticket: Ticket, act: AnyAct) -> Outcome:
        """Do an order, or say why not; what came of it is pending until the brain has it, again if told again."""
        with self._lock:
            before = self._memory.gate.outcomes.get(ticket.id)
            if before is not None:
                return self._settled(before)
            stopped = self._stopped(device, ticket, act)
            if stopped is None:
                begun = {**self._memory.begun, ticket.id: _key(device, act)}
                stopped = self._unwritten(ticket, act, begun)
            if stopped is not None:
                return self._settled(stopped)
        outcome = self._done(device, ticket, act)
        with self._lock:
            self._memory.gate.settled(
                ticket, outcome.fate, outcome.said, outcome.at, outcome.lost_accelerator_h
            )
            return self._settled(outcome)

    def refuse(self, ticket: Ticket, said: str) -> Outcome:
        """An order that could not be read."""
        with self._lock:
            gate = self._memory.gate
            return self._settled(gate.settled(ticket, Fate.REFUSED, said[:300], self._now()))

    def freeze(self, who: str, why: str) -> None:
        """Begin nothing new from now on; what lets go is still done. Holds even where it cannot be written down."""
        with self._lock:
            self._thaw = None
            self._note("frozen", who, why)
            self._keep_if_it_can(frozen=f"{who}: {why}")

    def thaw(self, who: str, why: str) -> str:
        """Begin acts again, once two people asked for it. What is still lacking; empty when it is done."""
        with self._lock:
            now_s = self._steady_s()
            first = self._thaw
            if first is None or first[0] == who or now_s - first[1] > THAW_WITHIN_S:
                self._thaw = (who, now_s)
                self._note("thaw asked", who, why)
                return f"another person than {who} must ask within {THAW_WITHIN_S:g} s"
            self._thaw = None
            self._note("thawed", f"{first[0]} and {who}", why)
            self._keep_if_it_can(frozen="")
            return ""

    def release(self, who: str, why: str) -> None:
        """Let go of everything that is held, in the pace agreed; it is carried out by `look`."""
        with self._lock:
            self._note("release", who, why)
            self._let_go_of_all(f"released by {who}")

    def narrow(self, who: str, device: str, name: str, value: float) -> str:
        """Allow less of a device from now on. Why not; empty when it holds."""
        with self._lock:
            if device not in self._terms.devices:
                return f"{device} is none of {', '.join(sorted(self._terms.devices))}"
            found = narrowed(self.bounds(device), name, value)
            if found is None:
                now = getattr(self.bounds(device), name, None)
                is_now = "" if now is None else f" ({now:g})"
                return f"{name} = {value:g} is no bound of {device} that is narrower than it is now{is_now}"
            self._note("narrowed", who, f"{device}: {name} = {value:g}")
            self._keep_if_it_can(bounds={**self._memory.bounds, device: found})
            return ""

    def look(self) -> None:
        """What a site does by itself, once a second or so: notice silence, let go, keep the default schedule."""
        with self._lock:
            if not self._silent and self._steady_s() - self._heard_s > self._terms.silent_after_s:
                self._silent = True
                self._note(
                    "silence",
                    "",
                    f"longer than {self._terms.silent_after_s:g} s; the site leads itself",
                )
                self._let_go_of_all(NOBODY)
        self._let_go()
        if self.silent and not self.frozen:
            for entry in self._terms.schedule:
                if not self._is_let_go(entry.device, entry.act):
                    self._keep_schedule(entry)

    def renew(self, name: str) -> None:
        """Renew the leases of what a device holds, frozen or not: an act begun is carried to its end; what is let go is
        left alone. To be asked every RENEW_EVERY_S, apart from `look` and from other devices: one that answers slowly
        delays nothing. One that does not answer is said once, until it does; its leases end what it holds."""
        device = self._terms.devices[name]
        if not isinstance(device, RenewsLeases) or name in {one for one, _ in self._letting_go}:
            return
        try:
            device.renew()
        except Exception as fault:
            if name not in self._not_renewed:
                self._note("not renewed", name, f"{type(fault).__name__}: {fault}"[:300])
            self._not_renewed.add(name)
        else:
            self._not_renewed.discard(name)

    def _stopped(self, device: str, ticket: Ticket, act: AnyAct) -> Outcome | None:
        """Why an order must not be begun."""
        now, gate = self._now(), self._memory.gate
        gate.forget_old(now)
        if device not in self._terms.devices:
            said = f"{device} is none of {', '.join(sorted(self._terms.devices))}"
            return gate.settled(ticket, Fate.REFUSED, said, now)
        stopped = gate.stopped(ticket, _key(device, act), now)
        if stopped is not None:
            return stopped
        said = lives_too_long(ticket, now) or breach(act, self.bounds(device), now)
        if not said and not lets_go(act):
            said = f"frozen by {self.frozen}" if self.frozen else ""
            said = said or ("it is just being let go" if self._is_let_go(device, act) else "")
        return gate.settled(ticket, Fate.REFUSED, said, now) if said else None

    def _unwritten(self, ticket: Ticket, act: AnyAct, begun: Mapping[str, str]) -> Outcome | None:
        """Write down that an act begins. Where the disk does not take it, only what lets go is begun all the same."""
        try:
            self._keep(begun=begun)
        except OSError as fault:
            if lets_go(act):
                return None
            said = f"not begun, since it could not be written down: {fault}"
            return Outcome(ticket=ticket.id, fate=Fate.FAILED, said=said, at=self._now())
        return None

    def _settled(self, outcome: Outcome) -> Outcome:
        self._note(outcome.fate, outcome.ticket, outcome.said)
        begun = {key: one for key, one in self._memory.begun.items() if key != outcome.ticket}
        pending = {**self._memory.pending, outcome.ticket: outcome}
        self._keep_if_it_can(begun=begun, pending=pending)
        return outcome

    def _own_up(self) -> None:
        """Say of acts in which the agent died that nobody knows whether they hold."""
        for key, subject in self._memory.begun.items():
            said = f"the agent died while it was done; read {subject} back"
            self._settled(Outcome(ticket=key, fate=Fate.FAILED, said=said, at=self._now()))

    def _let_go_of_all(self, why: str) -> None:
        for name, device in self._terms.devices.items():
            if isinstance(device, Restrains):
                self._letting_go[name, ""] = why

    def _let_go(self) -> None:
        """One restraint after the other, in the pace agreed; what does not answer is tried again the next time."""
        for name, subject in tuple(self._letting_go):
            if subject == "":
                self._find_held(name)
        for (name, subject), why in tuple(self._letting_go.items()):
            if subject == "":
                continue
            if self._steady_s() - self._let_go_s < self._terms.release_gap_s:
                return
            if self._own_act(name, Release(subject=subject), why).fate is not Fate.FAILED:
                self._let_go_s = self._steady_s()
                with self._lock:
                    self._letting_go.pop((name, subject), None)

    def _find_held(self, name: str) -> None:
        """Name every restraint of a device; one that does not answer is asked again the next time."""
        device = self._terms.devices[name]
        assert isinstance(device, Restrains)
        try:
            held = sorted({one.subject for one in device.restraints()})
        except UnreachableError:
            return
        with self._lock:
            why = self._letting_go.pop((name, ""), "")
            self._letting_go.update({(name, subject): why for subject in held})

    def _is_let_go(self, device: str, act: AnyAct) -> bool:
        """Whether what an act would restrain is just being let go."""
        keys = ((device, ""), (device, subject_of(act)))
        return any(key in self._letting_go for key in keys)

    def _keep_schedule(self, entry: DefaultAct) -> None:
        """Tell an entry of the default schedule once for each time it holds."""
        until = holding_until(entry, self._now())
        if until is None or self._scheduled.get(entry) == until:
            return
        outcome = self._own_act(entry.device, told_until(entry, until), "default schedule")
        if outcome.fate is not Fate.FAILED:
            self._scheduled[entry] = until

    def _own_act(self, device: str, act: AnyAct, why: str) -> Outcome:
        """An act of the site's own, by the standing of whoever led last: the next order of the brain is newer."""
        now = self._now()
        with self._lock:
            gate = self._memory.gate
            self._own += 1
            ticket = Ticket(
                id=f"site-{now.timestamp():.6f}-{self._own}",
                epoch=gate.epoch,
                sequence=max(gate.newest.values(), default=0),
                issued_at=now,
                expires_at=now + timedelta(minutes=1),
            )
        broken = breach(act, self.bounds(device), now)
        if broken:
            outcome = Outcome(ticket=ticket.id, fate=Fate.REFUSED, said=broken, at=now)
        else:
            outcome = self._done(device, ticket, act)
        self._note(outcome.fate, ticket.id, f"{why}: {outcome.said}")
        return outcome

    def _done(self, device: str, ticket: Ticket, act: AnyAct) -> Outcome:
        """What comes of an act at a device; one that breaks its word and raises has not answered."""
        try:
            return do(act, self._terms.devices[device], ticket, self._now())
        except Exception as fault:
            said = f"{device} failed with {type(fault).__name__}: {fault}"
            return Outcome(ticket=ticket.id, fate=Fate.FAILED, said=said[:300], at=self._now())

    def _keep(self, **changed: object) -> None:
        memory = replace(self._memory, **changed)  # type: ignore[arg-type]
        self._disk.write(memory)
        self._memory = memory

    def _keep_if_it_can(self, **changed: object) -> None:
        """It holds from now on, and is said where a restart will not know it."""
        try:
            self._keep(**changed)
        except OSError as fault:
            self._memory = replace(self._memory, **changed)  # type: ignore[arg-type]
            self._note("not written down", "", str(fault))


def _key(device: str, act: AnyAct) -> str:
    return f"{device}/{subject_of(act)}"
