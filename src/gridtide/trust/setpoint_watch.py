"""What the plant aims at, whatever arrives on a channel or does not: follow, hold, return by itself, follow again.

    started ─► RETURNED ──3 fresh──► RESUMING ──met──► FOLLOWING
                  ▲                     │ silence         │ silence: age > 3 cycles
                  └──age > 60 s── HOLDING ◄───────────────┘
                                     └──3 fresh──► RESUMING

A pure state machine: the state goes in with the present instant and the telegrams read, and comes out. Two laws hold
whatever comes: the target stays in the band, and it never moves faster than the ramp; a caller that was late by more
than three cycles gets no more than three cycles of ramp at once.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.setpoint import Mode, Quality, Setpoint
from gridtide.trust.setpoint_notes import SetpointNote
from gridtide.trust.setpoint_rules import Fault, SetpointRules, broken_rule, limit_of


class Phase(StrEnum):
    """Where the watch stands. RETURNED: on the agreed schedule, or on the way to it."""

    FOLLOWING = "following"
    HOLDING = "holding"
    RETURNED = "returned"
    RESUMING = "resuming"


LED = (Phase.FOLLOWING, Phase.RESUMING)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A kind of fault that is recorded and not over yet. count: telegrams refused for it; good: good ones since."""

    fault: Fault
    count: int
    good: int


@dataclass(frozen=True, kw_only=True)
class Apart:
    """By how much the stamp of a refused telegram lay before (below 0) or after the clock."""

    sequence: int
    by_s: float


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What the watch knows at an instant.

    now: the instant. target_kw: what the plant aims at. followed: the set-point that leads or led it; topical_at: when
    that was topical last. last: the last good telegram. fresh: good telegrams in a row, one a cycle at most, while none
    is followed; counted_at: when the last of them was counted. refused: faults that are not over. apart: how the stamps
    of the last telegrams refused for them differed from this clock. restart: telegrams of a count that began again.
    """

    now: datetime
    target_kw: float
    asked: Mode = Mode.AUTO
    phase: Phase = Phase.RETURNED
    followed: Setpoint | None = None
    topical_at: datetime
    last: Setpoint | None = None
    fresh: int = 0
    counted_at: datetime
    refused: tuple[Refused, ...] = ()
    apart: tuple[Apart, ...] = ()
    restart: tuple[Setpoint, ...] = ()

    @property
    def mode(self) -> Mode:
        """Who leads the plant now: LOCAL while it returns or has returned unasked."""
        if self.phase is not Phase.RETURNED:
            return Mode.AUTO
        return self.asked if self.asked is Mode.REMOTE else Mode.LOCAL

    @property
    def quality(self) -> Quality:
        """GOOD while a topical set-point is followed."""
        return Quality.GOOD if self.phase in LED else Quality.NOT_TOPICAL


def started(rules: SetpointRules, p_kw: float, now: datetime) -> Watched:
    """The watch of a plant that draws `p_kw` and leads itself. Raises BadInput when that is outside the band."""
    if not rules.p_min_kw <= p_kw <= rules.p_max_kw:
        refuse_if_any(
            [
                Finding(
                    subject="power at the start of the watch",
                    value=f"{p_kw:g} kW",
                    limit=f"{rules.p_min_kw:g} to {rules.p_max_kw:g} kW",
                    mend="Bring the plant into the band first, or agree on another band.",
                )
            ]
        )
    return Watched(now=now, target_kw=p_kw, topical_at=now, counted_at=now)


def watched(
    rules: SetpointRules,
    before: Watched,
    now: datetime,
    telegrams: tuple[Setpoint, ...],
    schedule_kw: float,
    asked: Mode = Mode.AUTO,
) -> tuple[Watched, tuple[SetpointNote, ...]]:
    """The watch at `now`, having read these telegrams, oldest first, and what is to be recorded.

    schedule_kw: the agreed default at this instant, kept within the band. asked: the mode that the dispatch centre and
    the plant's own switch leave. Nothing raises, whatever the telegrams say; BadInput when the schedule is no number.
    """
    if not math.isfinite(schedule_kw):
        refuse_if_any([_no_schedule(schedule_kw)])
    notes: list[SetpointNote] = []
    state = _on_this_clock(before, now, notes)
    state = _asked(state, now, asked, notes)
    for told in telegrams:
        state = _read(rules, state, now, told, notes)
    state = _aged(rules, state, now, notes)
    target_kw = _moved(rules, before, state, now, schedule_kw)
    if state.phase is Phase.RESUMING and state.followed and target_kw == state.followed.p_set_kw:
        state = replace(state, phase=Phase.FOLLOWING)
    return replace(state, now=now, target_kw=target_kw), tuple(notes)


def _on_this_clock(state: Watched, now: datetime, notes: list[SetpointNote]) -> Watched:
    """The state as if the clock had always shown what it shows now, where it was set back."""
    back = state.now - now
    if back <= timedelta(0):
        return state
    value = f"{back.total_seconds():g} s back"
    notes.append(
        _note(
            now,
            "the clock was set back",
            None,
            value,
            "a clock that only rises",
            "time stands still for the step",
        )
    )
    last = state.last
    if last is not None:
        last = replace(last, measured_at=min(last.measured_at, now))
    return replace(
        state,
        now=now,
        topical_at=state.topical_at - back,
        counted_at=state.counted_at - back,
        last=last,
    )


def _asked(state: Watched, now: datetime, asked: Mode, notes: list[SetpointNote]) -> Watched:
    if asked is state.asked:
        return state
    notes.append(
        _note(now, "mode asked", None, asked.value, state.asked.value, "asked of the plant")
    )
    state = replace(state, asked=asked)
    if asked is not Mode.AUTO and state.phase is not Phase.RETURNED:
        return replace(state, phase=Phase.RETURNED, fresh=0, topical_at=now)
    return state


def _read(
    rules: SetpointRules, state: Watched, now: datetime, told: Setpoint, notes: list[SetpointNote]
) -> Watched:
    """The state after one telegram: refused, or counted and followed."""
    fault = broken_rule(rules, state.last, now, told)
    if fault is Fault.REPLAYED and rules.sequence_may_restart:
        state, fault = _begun_again(rules, state, now, told, notes)
    if fault is not None:
        return _refused(rules, state, now, told, fault, notes)
    stamp = min(told.measured_at, now)
    state = _aged(rules, state, stamp, notes)
    state = replace(state, last=told, apart=(), restart=(), refused=_still_refused(rules, state))
    if state.phase in LED:
        return replace(state, followed=told, topical_at=max(state.topical_at, stamp))
    state = _counted(rules, state, now)
    if state.fresh < rules.fresh_cycles or state.asked is not Mode.AUTO:
        return state
    value = f"{told.p_set_kw:g} kW"
    done = f"followed again from {state.target_kw:g} kW within the ramp"
    notes.append(
        _note(
            now, "set-points are fresh again", told.sequence, value, f"{state.fresh} in a row", done
        )
    )
    return replace(state, phase=Phase.RESUMING, followed=told, topical_at=stamp, fresh=0)


def _counted(rules: SetpointRules, state: Watched, now: datetime) -> Watched:
    """One more fresh cycle; telegrams within half a cycle count once, a cycle missed begins the count again."""
    since_s = (now - state.counted_at).total_seconds()
    if state.fresh and since_s < 0.5 * rules.cycle_s:
        return state
    missed = since_s > 2 * rules.cycle_s
    return replace(state, fresh=1 if missed else state.fresh + 1, counted_at=now)


def _refused(
    rules: SetpointRules,
    state: Watched,
    now: datetime,
    told: Setpoint,
    fault: Fault,
    notes: list[SetpointNote],
) -> Watched:
    """The state with the fault counted; recorded only where it begins."""
    known = {one.fault: one for one in state.refused}
    if fault not in known:
        limit = limit_of(rules, state.last, told, fault)
        value = f"{told.p_set_kw:g} kW stamped {told.measured_at.isoformat()}"
        notes.append(
            _note(
                now, f"set-point refused: {fault.value}", told.sequence, value, limit, _kept(state)
            )
        )
    count = known[fault].count + 1 if fault in known else 1
    known[fault] = Refused(fault=fault, count=count, good=0)
    state = replace(state, fresh=0, refused=tuple(known[one] for one in sorted(known, key=str)))
    return _clocks_compared(rules, state, now, told, fault, notes)


def _still_refused(rules: SetpointRules, state: Watched) -> tuple[Refused, ...]:
    """Faults that are not over: so many good telegrams in a row end one."""
    risen = (replace(one, good=one.good + 1) for one in state.refused)
    return tuple(one for one in risen if one.good < rules.fresh_cycles)


def _clocks_compared(
    rules: SetpointRules,
    state: Watched,
    now: datetime,
    told: Setpoint,
    fault: Fault,
    notes: list[SetpointNote],
) -> Watched:
    """Three telegrams in a row that are off by the same time: it is a clock that is wrong, which is said once."""
    if fault not in (Fault.STALE, Fault.FUTURE):
        return replace(state, apart=())
    if state.apart and told.sequence <= state.apart[-1].sequence:
        return state
    latest = Apart(sequence=told.sequence, by_s=(told.measured_at - now).total_seconds())
    apart = (*state.apart, latest)
    by_s = [one.by_s for one in apart]
    if max(by_s) - min(by_s) > rules.cycle_s:
        return replace(state, apart=(latest,))
    if len(apart) == rules.fresh_cycles > 1:
        value = f"{latest.by_s:+.3f} s in {len(apart)} telegrams"
        limit = f"within {rules.ahead_s:g} s ahead and {rules.hold_after_s:g} s behind"
        notes.append(_note(now, "clocks disagree", told.sequence, value, limit, _kept(state)))
    return replace(state, apart=apart[-rules.fresh_cycles - 1 :])


def _begun_again(
    rules: SetpointRules, state: Watched, now: datetime, told: Setpoint, notes: list[SetpointNote]
) -> tuple[Watched, Fault | None]:
    """A lower count is taken up once so many telegrams in a row are good by each other."""
    before = state.restart[-1] if state.restart else None
    if state.last is not None and told.measured_at < state.last.measured_at:
        return replace(state, restart=()), Fault.REPLAYED
    if broken_rule(rules, before, now, told) is not None:
        return replace(state, restart=()), Fault.REPLAYED
    restart = (*state.restart, told)
    if len(restart) < rules.fresh_cycles:
        return replace(state, restart=restart), Fault.REPLAYED
    limit = f"a sequence above {state.last.sequence}" if state.last else ""
    notes.append(
        _note(
            now,
            "the sequence began again",
            told.sequence,
            str(told.sequence),
            limit,
            "counted from here",
        )
    )
    return replace(state, restart=()), None


def _aged(rules: SetpointRules, state: Watched, at: datetime, notes: list[SetpointNote]) -> Watched:
    """The state when nothing came until `at`."""
    age_s = (at - state.topical_at).total_seconds()
    if state.phase in LED and age_s > rules.hold_after_s:
        state = replace(state, phase=Phase.HOLDING, fresh=0)
        limit = f"{rules.hold_after_s:g} s"
        notes.append(
            _note(at, "set-points stay away", None, f"{age_s:g} s old", limit, _kept(state))
        )
    if state.phase is Phase.HOLDING and age_s > rules.local_after_s:
        state = replace(state, phase=Phase.RETURNED)
        limit = f"{rules.local_after_s:g} s"
        done = "LOCAL: to the agreed schedule within the ramp"
        notes.append(_note(at, "set-points are lost", None, f"{age_s:g} s old", limit, done))
    return state


def _moved(
    rules: SetpointRules, before: Watched, state: Watched, now: datetime, schedule_kw: float
) -> float:
    """The target at `now`: as far from the last one as the ramp allows, toward what leads it."""
    since = (
        before.now if state.phase is not Phase.RETURNED else _returning_since(rules, before, state)
    )
    elapsed_s = min(max((now - since).total_seconds(), 0.0), rules.hold_after_s)
    if state.phase is Phase.RETURNED or state.followed is None:
        toward_kw = min(max(schedule_kw, rules.p_min_kw), rules.p_max_kw)
    else:
        toward_kw = state.followed.p_set_kw
    slow = state.phase is not Phase.FOLLOWING
    step_kw = elapsed_s * (rules.return_kw_per_s if slow else rules.ramp_kw_per_s)
    return _toward(before.target_kw, toward_kw, step_kw)


def _returning_since(rules: SetpointRules, before: Watched, state: Watched) -> datetime:
    """The instant from which on the way to the schedule counts: when the set-point was lost, not when that was seen."""
    if before.phase is Phase.RETURNED or state.asked is not Mode.AUTO:
        return before.now
    return max(before.now, state.topical_at + timedelta(seconds=rules.local_after_s))


def _toward(from_kw: float, to_kw: float, step_kw: float) -> float:
    if abs(to_kw - from_kw) <= step_kw + 1e-9 * (abs(to_kw) + abs(from_kw)):
        return to_kw
    return from_kw + (step_kw if to_kw > from_kw else -step_kw)


def _no_schedule(schedule_kw: float) -> Finding:
    return Finding(
        subject="agreed schedule",
        value=f"{schedule_kw:g} kW",
        limit="a finite power at every instant",
        mend="Give the schedule that the plant returns to.",
    )


def _kept(state: Watched) -> str:
    if state.phase is Phase.RETURNED or state.followed is None:
        return "the agreed schedule is kept"
    return f"{state.followed.p_set_kw:g} kW is kept"


def _note(
    at: datetime, what: str, sequence: int | None, value: str, limit: str, done: str
) -> SetpointNote:
    return SetpointNote(at=at, what=what, sequence=sequence, value=value, limit=limit, done=done)
