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
from gridtide.trust.brings import Brings, all_of_it, brings
from gridtide.trust.by_stores import ByStores, because_of, by_stores
from gridtide.trust.explain import hours, money
from gridtide.trust.people import Role
from gridtide.trust.record import Decision
from gridtide.trust.said import at_instant, listed, say
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
    otherwise: Dispatch | None = None,
) -> Proposal:
    """What people are asked about a decision. standing: where nothing is touched; otherwise: what goes on where nobody
    approves it, as orders in force do, None where that is the standing one.

    currency: of the costs of the dispatch. patience: how long it can be approved.
    """
    rows = changed_rows(dispatch, standing)
    touch = touched(dispatch, standing, situation)
    stores = by_stores(dispatch, standing, situation)
    brought = brings(dispatch, standing if otherwise is None else otherwise, situation)
    return Proposal(
        decision=decision.id,
        proposed_at=decision.as_of,
        title=_title(touch),
        because=_because(dispatch, rows, touch, (stores, brought), currency),
        against=_against(decision, dispatch, situation, rows, stores, currency),
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
        return say("leave_all")
    count = len(touch.jobs)
    plural = "s" if count != 1 else ""
    parts = [say("other_slots", count=str(count), plural=plural)] if count else []
    moved = [(site, kw) for site, kw in touch.moved_kw if kw > LEAST_KW]
    if moved:
        at = listed((say("power_at", kw=f"{kw:,.0f}", site=site) for site, kw in moved), ", ")
        verb = "move" if parts else "Move"
        parts.append(say("move_power", verb=verb, powers=at, share=f"{touch.share:.1%}"))
    if touch.beyond:
        verb = "change" if parts else "Change"
        parts.append(say("change_beyond", verb=verb, what=", ".join(touch.beyond)))
    return listed(parts)


_REASONS = (
    Reason.AT_ONCE,
    Reason.PROTECTED,
    Reason.NO_SLACK,
    Reason.KEPT,
    Reason.CHEAPER_LATER,
    Reason.CHEAPER_ELSEWHERE,
    Reason.CHEAPER_LATER_AND_ELSEWHERE,
    Reason.NO_ROOM_EARLIER,
    Reason.WHOLE_IS_CHEAPER,
    Reason.RULE,
    Reason.CROWDED,
    Reason.IN_TURN,
)
"""In the order they are said."""


def _because(
    dispatch: Dispatch,
    rows: list[int],
    touch: Touch,
    comes_to: tuple[ByStores, Brings],
    currency: str,
) -> str:
    """Reasons of the jobs by how many have them, what stores do, and what all of it is expected to come to."""
    stores, brought = comes_to
    codes = dispatch.placement.reason[rows] if rows else np.zeros(0, dtype=np.int64)
    counted = [
        say(f"reason_{code.name.lower()}", count=str(int((codes == code).sum())))
        for code in _REASONS
        if (codes == code).any()
    ]
    saved, _ = _saving(dispatch, rows)
    parts = [say("jobs_by_reason", reasons=listed(counted, ", "))] if counted else []
    if saved > 0:
        parts.append(say("saving", money=money(saved), currency=currency))
    parts += because_of(stores)
    if not touch.nothing:
        parts += all_of_it(brought, currency)
    if not parts:
        parts.append(say("nothing_cheaper" if touch.nothing else "by_prices"))
    return listed(parts)


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
    stores: ByStores,
    currency: str,
) -> tuple[str, ...]:
    """What a careful person would object: least slack, wrong forecasts, work that stops, refusals, doubts."""
    said, clock = [], situation.fleet.sites[0].clock
    slack = [
        (left_s, row) for row in rows if (left_s := _slack_s(dispatch, situation, row)) is not None
    ]
    if slack:
        left_s, row = min(slack)
        deadline = instant(situation.jobs.deadline_s[row])
        said.append(
            say(
                "least_slack",
                job=str(situation.jobs.name[row]),
                slack=hours(left_s / 3600),
                deadline=at_instant(deadline, clock),
                clock=clock,
            )
        )
    saved, cost = _saving(dispatch, rows)
    if saved > 0 and cost > 0:
        said.append(
            say(
                "rests_on_prices",
                issue=at_instant(dispatch.issue, clock),
                share=percent(saved / cost),
                money=money(saved),
                currency=currency,
            )
        )
    if not stores.nothing and stores.saved > 0.0 and stores.given_worth > 0.0:
        issue = at_instant(dispatch.issue, clock)
        share = percent(stores.saved / stores.given_worth)
        said.append(say("stores_rest_on_prices", issue=issue, share=share))
    stopped = [row for row in rows if _stops(dispatch, situation, row)]
    if stopped:
        said.append(say("jobs_stop", count=str(len(stopped))))
    if decision.refused:
        said.append(say("guard_refused", why=decision.refused[0]))
    if decision.doubts:
        said.append(say("doubtful", doubt=decision.doubts[0]))
    return tuple(said) or (say("nothing_against"),)


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
