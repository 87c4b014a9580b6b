"""Lends limits of boards and takes them back: written down before they are lent, late ones ended before new acts.

What is lent for seconds is written where every process sees it, and waits for no disk: with the machine, limits go too.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gridtide.doors.power_agent.lent import Allowance, Journal, Kept
from gridtide.finding import BadInput
from gridtide.fleet.act import Act, CapPower, LockClock, Release, subject_of
from gridtide.fleet.boards import Board, BoardError, BoardFault, DrivesBoards
from gridtide.fleet.lease import Bound, Instant, Lease, is_over, leased, left_s
from gridtide.fleet.ticket import SHORT, Fate, Gate, Outcome, Ticket, lives_too_long
from gridtide.wire.power_agent import UnitReading

SAME_KW = 0.002
"""Two limits nearer than this are one: drivers keep whole watts or milliwatts."""
NEVER = (BoardFault.NOT_SUPPORTED, BoardFault.NO_SUCH_BOARD)
"""Faults of boards that have nothing to give back."""


@dataclass(kw_only=True)
class Keeper:
    """Boards, what may be done to them, and what is lent now.

    now: three ways. note: told everything that is done or refused. longest: of a lease.
    """

    boards: DrivesBoards
    allowed: Mapping[str, Allowance]
    journal: Journal
    now: Callable[[], Instant]
    note: Callable[[str, str, str], None]
    longest: timedelta
    leases: dict[tuple[str, Bound], Lease] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)
    troubles: dict[tuple[str, Bound], str] = field(default_factory=dict)

    def take_up(self) -> None:
        """Know what was told and lent before, as the journal says it."""
        kept = self._kept()
        self.gate = kept.gate
        self.leases = {
            (lease.unit, lease.bound): lease for lease in kept.leases if lease.unit in self.allowed
        }

    def begin(self) -> None:
        """Take up what was lent before: what is over, unknown or not as it was lent goes back to rest."""
        self.take_up()
        for unit in self.allowed:
            for bound in Bound:
                lease = self.leases.get((unit, bound))
                if lease is None or is_over(lease, self.now()) or not self._holds(lease):
                    self._give_back(unit, bound, "found at the start")
        self._write_if_it_can()

    def end_late_leases(self) -> None:
        """Give back whatever is over; what a board does not take back is tried again the next time."""
        now = self.now()
        late = [key for key, lease in self.leases.items() if is_over(lease, now)]
        for unit, bound in late:
            self._give_back(unit, bound, "its lease ended")
        if late:
            self._write_if_it_can()

    def end_all(self, why: str) -> None:
        """Give back everything on the allow-list, whatever is known of it."""
        for unit in self.allowed:
            for bound in Bound:
                self._give_back(unit, bound, why)
        self._write_if_it_can()

    def until_next_s(self) -> float:
        """Seconds until the next lease ends; infinite where none does. One that could not be given back is not next."""
        now = self.now()
        ahead = [left_s(lease, now) for lease in self.leases.values() if not is_over(lease, now)]
        return min(ahead, default=float("inf"))

    def do(self, ticket: Ticket, act: Act, who: str) -> Outcome:
        """Lend or give back, as far as the allow-list permits. who: as notes name the client."""
        self.end_late_leases()
        wall = self.now().wall
        unit = subject_of(act)
        if unit not in self.allowed or not isinstance(act, CapPower | LockClock | Release):
            said = (
                f"{unit} is not on the allow-list"
                if unit not in self.allowed
                else "no act of a board"
            )
            return self._said(who, Outcome(ticket=ticket.id, fate=Fate.REFUSED, said=said, at=wall))
        self.gate.forget_old(wall)
        stopped = self.gate.stopped(ticket, unit, wall)
        if stopped is not None:
            return self._said(who, stopped)
        breach = self._breach(ticket, act, wall)
        if breach:
            return self._said(who, self.gate.settled(ticket, Fate.REFUSED, breach, wall))
        if isinstance(act, Release):
            return self._said(who, self._released(ticket, unit))
        renews = self._renews(act, wall)
        outcome = self._lent(ticket, act)
        return outcome if renews and outcome.fate is Fate.DONE else self._said(who, outcome)

    def readings(self) -> tuple[UnitReading, ...]:
        """Every board on the allow-list, as it is now."""
        self.end_late_leases()
        return tuple(self._reading(one) for one in self.allowed.values())

    def _renews(self, act: CapPower | LockClock, wall: datetime) -> bool:
        """Whether what holds already is lent for some seconds more: set-points do that all day, and nobody notes it."""
        bound, value = _bound_of(act)
        before = self.leases.get((act.unit, bound))
        return before is not None and before.value == value and act.until - wall <= SHORT

    def _lent(self, ticket: Ticket, act: CapPower | LockClock) -> Outcome:
        bound, value = _bound_of(act)
        key = (act.unit, bound)
        now = self.now()
        before = self.leases.get(key)
        self.leases[key] = leased(act.unit, bound, value, act.until, now)
        try:
            self.journal.write(self._to_keep(), durable=act.until - now.wall > SHORT)
        except OSError as fault:
            self.leases.pop(key)
            if before is not None:
                self.leases[key] = before
            return self.gate.settled(ticket, Fate.FAILED, f"not written down: {fault}", now.wall)
        try:
            self._set(act)
            if self._holds(self.leases[key]):
                said = f"{act.unit}: {bound} {value:g} until {act.until.isoformat()}"
                return self.gate.settled(ticket, Fate.DONE, said, now.wall)
            fate, said = Fate.ABANDONED, f"{act.unit} answered, but has another limit"
        except BoardError as error:
            known = error.fault in (*NEVER, BoardFault.NO_PERMISSION, BoardFault.OUT_OF_RANGE)
            fate, said = (Fate.REFUSED if known else Fate.FAILED), str(error)
        self._give_back(act.unit, bound, "it did not take")
        self._write_if_it_can()
        return self.gate.settled(ticket, fate, said, now.wall)

    def _released(self, ticket: Ticket, unit: str) -> Outcome:
        back = [self._give_back(unit, bound, "released") for bound in Bound]
        self._write_if_it_can()
        if not all(back):
            said = "; ".join(
                self.troubles[unit, bound] for bound in Bound if (unit, bound) in self.troubles
            )
            return self.gate.settled(ticket, Fate.FAILED, said, self.now().wall)
        return self.gate.settled(ticket, Fate.DONE, f"{unit} is free", self.now().wall)

    def _set(self, act: CapPower | LockClock) -> None:
        if isinstance(act, CapPower):
            self.boards.limit(act.unit, act.cap_kw)
        else:
            self.boards.lock_clock(act.unit, round(act.highest_mhz))

    def _give_back(self, unit: str, bound: Bound, why: str) -> bool:
        """Whether a board is at rest again. Until it is, its lease stays, over, to be tried again."""
        key = (unit, bound)
        held = self.leases.get(key)
        try:
            moved = self._freed_clock(unit) if bound is Bound.CLOCK else self._rested(unit)
        except BoardError as error:
            if error.fault not in NEVER:
                self._still_lent(key, str(error))
                return False
            moved = False
        self.leases.pop(key, None)
        self.troubles.pop(key, None)
        if held is not None or (moved and bound is Bound.CAP):
            self.note("given back", unit, f"{bound}: {why}")
        return True

    def _still_lent(self, key: tuple[str, Bound], said: str) -> None:
        now, held = self.now(), self.leases.get(key)
        self.leases[key] = leased(*key, held.value if held else 0.0, now.wall, now)
        if self.troubles.get(key) != said:
            self.troubles[key] = said
            self.note("not given back", key[0], said)

    def _rested(self, unit: str) -> bool:
        """Whether the limit had to be set back."""
        board = self.boards.board(unit)
        rest_kw = self._rest_kw(unit, board)
        if abs(board.limit_kw - rest_kw) <= SAME_KW:
            return False
        self.boards.limit(unit, rest_kw)
        if abs(self.boards.board(unit).limit_kw - rest_kw) > SAME_KW:
            raise BoardError(BoardFault.OTHER, f"{unit} did not go back to {rest_kw:g} kW")
        return True

    def _freed_clock(self, unit: str) -> bool:
        """Drivers do not say whether a clock is locked, so it is freed each time."""
        if self.allowed[unit].clock_floor_mhz is None:
            return False
        self.boards.free_clock(unit)
        return True

    def _holds(self, lease: Lease) -> bool:
        """Whether a board has what was lent, as far as its driver says."""
        if lease.bound is Bound.CLOCK:
            return True
        with suppress(BoardError):
            return abs(self.boards.board(lease.unit).limit_kw - lease.value) <= SAME_KW
        return False

    def _breach(self, ticket: Ticket, act: Act, wall: datetime) -> str:
        """Why an act is not permitted; empty where it is."""
        old = lives_too_long(ticket, wall)
        if old or not isinstance(act, CapPower | LockClock):
            return old
        one = self.allowed[act.unit]
        if act.until <= wall:
            return f"it would have ended at {act.until}"
        if act.until - wall > self.longest:
            return f"until {act.until} is longer than {self.longest}, the longest lease"
        if isinstance(act, CapPower):
            inside = one.floor_kw <= act.cap_kw <= one.ceiling_kw
            range_said = f"{one.floor_kw:g} to {one.ceiling_kw:g} kW"
            return "" if inside else f"{act.cap_kw:g} kW is outside {range_said} of {act.unit}"
        if one.clock_floor_mhz is None:
            return f"the clock of {act.unit} may not be locked"
        inside = one.clock_floor_mhz <= act.highest_mhz <= 10_000
        return (
            ""
            if inside
            else f"{act.highest_mhz:g} MHz is below {one.clock_floor_mhz} MHz of {act.unit}"
        )

    def _reading(self, one: Allowance) -> UnitReading:
        now = self.now()
        cap = self.leases.get((one.unit, Bound.CAP))
        clock = self.leases.get((one.unit, Bound.CLOCK))
        blank = UnitReading(
            unit=one.unit, name=None, method=self.boards.method, measured_at=now.wall,
            power_kw=None, limit_kw=None, rest_kw=None, floor_kw=one.floor_kw, ceiling_kw=one.ceiling_kw,
            cap_kw=cap.value if cap else None, cap_until=cap.until if cap else None,
            clock_max_mhz=clock.value if clock else None, clock_until=clock.until if clock else None,
        )  # fmt: skip
        try:
            board = self.boards.board(one.unit)
            drawn_kw = self.boards.power_kw(one.unit)
        except BoardError as error:
            return replace(blank, fault=str(error))
        return replace(
            blank,
            name=board.name,
            power_kw=drawn_kw,
            limit_kw=board.limit_kw,
            rest_kw=self._rest_kw(one.unit, board),
        )

    def _rest_kw(self, unit: str, board: Board) -> float:
        own = self.allowed[unit].rest_kw
        return board.default_kw if own is None else own

    def _said(self, who: str, outcome: Outcome) -> Outcome:
        self.note(outcome.fate, outcome.ticket, f"{who}: {outcome.said}")
        return outcome

    def _to_keep(self) -> Kept:
        return Kept(leases=tuple(self.leases.values()), gate=self.gate)

    def _kept(self) -> Kept:
        try:
            return self.journal.read()
        except (OSError, BadInput) as fault:
            self.note("journal lost", "", f"{fault}; every board goes back to rest")
            return Kept()

    def _write_if_it_can(self) -> None:
        """Giving back never waits for a disk: what is not written down is found again at the next start."""
        try:
            self.journal.write(self._to_keep())
        except OSError as fault:
            self.note("not written down", "", str(fault))


def _bound_of(act: CapPower | LockClock) -> tuple[Bound, float]:
    if isinstance(act, CapPower):
        return Bound.CAP, act.cap_kw
    return Bound.CLOCK, act.highest_mhz


def lapsed(
    boards: DrivesBoards,
    allowed: Mapping[str, Allowance],
    read: Callable[[], Kept],
    now: Callable[[], Instant],
) -> tuple[str, ...]:
    """Boards that are bounded although no lease says so, or one that is over: what a keeper left that sleeps or died.

    Limits are read before the journal, which is always written before a limit is set: so no fresh lease is missed.
    """
    bounded = [unit for unit, one in allowed.items() if _is_bounded(boards, one)]
    leases = read().leases
    alive = {lease.unit for lease in leases if not is_over(lease, now())}
    late = {lease.unit for lease in leases if is_over(lease, now()) and lease.bound is Bound.CLOCK}
    return tuple(
        unit for unit in allowed if unit in late or (unit in bounded and unit not in alive)
    )


def _is_bounded(boards: DrivesBoards, one: Allowance) -> bool:
    with suppress(BoardError):
        board = boards.board(one.unit)
        rest_kw = board.default_kw if one.rest_kw is None else one.rest_kw
        return abs(board.limit_kw - rest_kw) > SAME_KW
    return False
