"""Orders that were approved a while after they were proposed, as they stand now: what has come since stays as it is."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import OF_JOBS, Dispatch, Placement, Turns, placement_of
from gridtide.decide.extra_cooling import ExtraCooling
from gridtide.decide.in_turn import in_turn
from gridtide.decide.reservations import grid_step_s
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.menu import at_speed_s
from gridtide.loop.turn import Turn
from gridtide.loop.world import Orders
from gridtide.timeline import Timeline

Whole = NDArray[np.int64]
BY_STEP = (
    "shares", "slower_shares", "charge_kw", "discharge_kw", "it_price_per_kwh", "offered_kw", "carried_kw",
    "made_kw", "nodes_used", "recovering_kw", "setpoint_kw",
)  # fmt: skip


def later(orders: Orders, now: Turn) -> Orders:
    """The orders over the jobs and steps of a later turn.

    A job that the orders speak of keeps what is left of its slots, where that still holds its declared work; one they
    do not know, or gave slots that passed meanwhile, goes on as it stands. So does all beyond their last step. Starts
    and stops take their turns anew.
    """
    dispatch = carried_on(orders.dispatch, orders.jobs, now.standing, now.situation)
    promised, room = now.orders.promised, promised_room(now.situation, dispatch.placement.horizon)
    return Orders(
        jobs=now.situation.jobs,
        dispatch=in_turn(dispatch, now.situation, room, promised),
        promised=promised,
        plan=orders.plan,
    )


def carried_on(
    dispatch: Dispatch, jobs: Jobs, standing: Dispatch, situation: Situation
) -> Dispatch:
    """A dispatch over the jobs and steps of a later situation. jobs: its own. standing: what goes on without it."""
    rows = {str(name): row for row, name in enumerate(jobs.name)}
    known = [rows.get(str(name), -1) for name in situation.jobs.name]
    steps = _steps(dispatch.placement.horizon, standing.placement.horizon)
    columns: dict[str, Any] = {
        name: _overlaid(getattr(dispatch, name), getattr(standing, name), steps) for name in BY_STEP
    }
    return replace(
        dispatch,
        placement=_placed(dispatch.placement, standing.placement, known, situation),
        turns=Turns(),
        cooling=_cooled(dispatch.cooling, standing.cooling, steps),
        **columns,
    )


def _placed(
    before: Placement, standing: Placement, known: list[int], situation: Situation
) -> Placement:
    starts_s, menu = before.horizon.starts_s, situation.fleet.menu
    step_s = grid_step_s(standing.horizon)
    known = list(known)
    first_s = int(standing.horizon.edges_s[0])
    slot_of: Mapping[int, int] = {int(s): n for n, s in enumerate(standing.horizon.starts_s)}
    slots: list[Whole] = []
    for row, old in enumerate(known):
        own = standing.slots[standing.offsets[row] : standing.offsets[row + 1]]
        if old >= 0:
            told_s = starts_s[before.slots[before.offsets[old] : before.offsets[old + 1]]]
            left = [slot_of[int(s)] for s in told_s if s >= first_s and int(s) in slot_of]
            entry = menu.entry(before.place[old : old + 1], before.point[old : old + 1])
            need_s = at_speed_s(situation.state.remaining_s[row : row + 1], menu.speed[entry])
            if len(left) < len(told_s) and len(left) * step_s < need_s[0]:
                known[row] = -1
            else:
                own = np.asarray(left, dtype=np.int64)
        slots.append(own)
    rows = np.asarray(known, dtype=np.int64)
    taken = {
        name: np.where(
            rows >= 0, np.append(getattr(before, name), 0)[rows], getattr(standing, name)
        )
        for name in OF_JOBS
    }
    return placement_of(standing.horizon, slots, taken)


def _steps(before: Timeline, now: Timeline) -> Whole:
    """The step of the orders that each step of the later horizon is, -1 beyond them."""
    at = np.searchsorted(before.starts_s, now.starts_s)
    there = (at < len(before)) & (before.starts_s[np.minimum(at, len(before) - 1)] == now.starts_s)
    return np.where(there, at, -1)


def _overlaid(
    of_orders: NDArray[np.float64], standing: NDArray[np.float64], steps: Whole
) -> NDArray[np.float64]:
    """Columns of the orders where they reach, of what stands beyond; of nothing where the orders say nothing."""
    if not of_orders.size:
        return of_orders
    nothing = np.zeros((*of_orders.shape[:-1], len(steps)))
    beyond = standing if standing.shape == nothing.shape else nothing
    return np.where(steps >= 0, of_orders[..., steps], beyond)


def _cooled(of_orders: ExtraCooling, standing: ExtraCooling, steps: Whole) -> ExtraCooling:
    columns = {
        one.name: _overlaid(getattr(of_orders, one.name), getattr(standing, one.name), steps)
        for one in fields(ExtraCooling)
    }
    return ExtraCooling(**columns)
