"""A decision put before people: what it does, why, what speaks against it, and until when it can be undone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from gridtide.decide.dispatch import Dispatch, Reason
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.digest import digest
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.timeline import instant
from gridtide.trust.explain import hours, local, money
from gridtide.trust.people import Role
from gridtide.trust.record import Decision
from gridtide.trust.touch import LEAST_KW, Touch, changed_rows, slots_of, touched

PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What people are asked. An approval names its digest: another decision, or the same with other words, has another.

    decision: id of the decision. title, because: what and why; against: what speaks against it, one sentence each.
    undo_until: until then letting everything go still leaves each job its declared time before its deadline, as far as
    machines are free. expires_at: from then on it cannot be approved. asks: who may. touch: what it changes.
    """

    decision: str
    proposed_at: datetime
    title: str
    because: str
    against: tuple[str, ...]
    undo_until: datetime
    expires_at: datetime
    asks: Role
    touch: Touch

    @property
    def digest(self) -> str:
        """What an approval names."""
        return digest(self)


def proposal_of(
    decision: Decision,
    dispatch: Dispatch,
    standing: Dispatch,
    situation: Situation,
    currency: str,
    patience: timedelta = PATIENCE,
) -> Proposal:
    """What people are asked about a decision. standing: what happens if nobody approves it.

    currency: of the costs of the dispatch. patience: how long it can be approved.
    """
    rows = changed_rows(dispatch, standing)
    touch = touched(dispatch, standing, situation)
    clock = situation.fleet.sites[0].clock
    return Proposal(
        decision=decision.id,
        proposed_at=decision.as_of,
        title=_title(touch),
        because=_because(dispatch, rows, touch, currency),
        against=_against(decision, dispatch, situation, rows, clock, currency),
        undo_until=_undo_until(dispatch, situation, rows),
        expires_at=decision.as_of + patience,
        asks=Role.APPROVER,
        touch=touch,
    )


def percent(share: float) -> str:
    """A share in per cent: whole from ten on, to two figures below."""
    return f"{100 * share:,.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def _title(touch: Touch) -> str:
    """What it does, in plain words."""
    if touch.nothing:
        return "Leave everything as it is told"
    count = len(touch.jobs)
    parts = [f"Give {count} job{'s' if count != 1 else ''} other slots"] if count else []
    at = [f"{kw:,.0f} kW at {site}" for site, kw in touch.moved_kw if kw > LEAST_KW]
    if at:
        move = "move up to" if parts else "Move up to"
        parts.append(f"{move} {', '.join(at)} ({touch.share:.1%} of the fleet)")
    if touch.beyond:
        parts.append(f"{'change' if parts else 'Change'} {', '.join(touch.beyond)}")
    return "; ".join(parts)


_REASONS = {
    Reason.AT_ONCE: "at once",
    Reason.PROTECTED: "protected",
    Reason.NO_SLACK: "without slack",
    Reason.KEPT: "as an earlier plan placed them",
    Reason.CHEAPER_LATER: "cheaper later",
    Reason.CHEAPER_ELSEWHERE: "cheaper elsewhere",
    Reason.CHEAPER_LATER_AND_ELSEWHERE: "cheaper later and elsewhere",
    Reason.NO_ROOM_EARLIER: "without room earlier",
    Reason.WHOLE_IS_CHEAPER: "so that the whole costs less",
    Reason.RULE: "by the policy's rule",
    Reason.CROWDED: "where there is less crowding",
    Reason.IN_TURN: "one after the other, for the grid",
    Reason.EDITED: "as a person gave it",
}


def _because(dispatch: Dispatch, rows: list[int], touch: Touch, currency: str) -> str:
    """Reasons of the jobs by how many have them, and what is expected to be saved."""
    codes = dispatch.placement.reason[rows] if rows else np.zeros(0, dtype=np.int64)
    counted = [
        f"{int((codes == code).sum())} {words}"
        for code, words in _REASONS.items()
        if (codes == code).any()
    ]
    saved, _ = _saving(dispatch, rows)
    parts = [f"jobs: {', '.join(counted)}"] if counted else []
    if saved > 0:
        parts.append(f"{money(saved)} {currency} less is expected than by running at once at home")
    if not parts and not touch.nothing:
        parts.append("stores and requests follow the plan's prices")
    return "; ".join(parts) or "nothing cheaper was found"


def _saving(dispatch: Dispatch, rows: list[int]) -> tuple[float, float]:
    """What is expected to be saved by the jobs, and what they cost so, in money."""
    cost, at_once = dispatch.placement.cost[rows], dispatch.placement.cost_at_once[rows]
    known = np.isfinite(cost) & np.isfinite(at_once)
    return float((at_once - cost)[known].sum()), float(cost[known].sum())


def _against(
    decision: Decision,
    dispatch: Dispatch,
    situation: Situation,
    rows: list[int],
    clock: str,
    currency: str,
) -> tuple[str, ...]:
    """What a careful person would object: least slack, wrong forecasts, work that stops, refusals, doubts."""
    said = []
    slack = [
        (left_s, row) for row in rows if (left_s := _slack_s(dispatch, situation, row)) is not None
    ]
    if slack:
        left_s, row = min(slack)
        deadline = instant(situation.jobs.deadline_s[row])
        said.append(
            f"{situation.jobs.name[row]} would have {hours(left_s / 3600)} left at its deadline,"
            f" {local(deadline, clock)} ({clock}), the least of all"
        )
    saved, cost = _saving(dispatch, rows)
    if saved > 0 and cost > 0:
        said.append(
            f"the saving rests on prices as of {local(dispatch.issue, clock)}; it is gone where the chosen"
            f" hours cost {percent(saved / cost)} more than expected ({money(saved)} {currency})"
        )
    stopped = [row for row in rows if _stops(dispatch, situation, row)]
    if stopped:
        said.append(f"{len(stopped)} running jobs would stop and start again")
    if decision.refused:
        said.append(f"the guard refused what was proposed first: {decision.refused[0]}")
    if decision.doubts:
        said.append(f"some of what was seen is doubtful: {decision.doubts[0]}")
    return tuple(said) or (
        "nothing that was looked for: deadlines, prices, work that stops, doubts",
    )


def _slack_s(dispatch: Dispatch, situation: Situation, row: int) -> int | None:
    """Seconds between the end of a job's last slot and its deadline; None without either."""
    slots, deadline_s = slots_of(dispatch, row), int(situation.jobs.deadline_s[row])
    if not len(slots) or deadline_s == NO_DEADLINE_S:
        return None
    return deadline_s - int(dispatch.placement.horizon.ends_s[slots[-1]])


def _stops(dispatch: Dispatch, situation: Situation, row: int) -> bool:
    running = situation.state.status[row] == Status.RUNNING
    slots = slots_of(dispatch, row)
    return bool(running and (not len(slots) or slots[0] > 0))


def _undo_until(dispatch: Dispatch, situation: Situation, rows: list[int]) -> datetime:
    """The latest instant at which every job that is touched can still begin and keep its deadline; where none has a
    deadline, the end of what is told. Never before now."""
    latest_s = int(dispatch.placement.horizon.edges_s[-1])
    for row in rows:
        deadline_s = int(situation.jobs.deadline_s[row])
        if deadline_s != NO_DEADLINE_S:
            latest_s = min(latest_s, deadline_s - int(situation.state.remaining_s[row]))
    return max(instant(latest_s), situation.as_of)
