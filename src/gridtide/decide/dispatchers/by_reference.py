"""Run a policy of the literature inside the loop: the same information, room and knowledge of lengths."""

from dataclasses import dataclass, replace

import numpy as np

from gridtide.decide.dispatch import Dispatch, Reason
from gridtide.decide.objective import Objective
from gridtide.decide.policy_names import Choice
from gridtide.decide.referred import asking_of, referred
from gridtide.decide.reservations import Reservations, grid_step_s
from gridtide.decide.rest import at_rest
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.decide.steering import slot_costs, slot_prices_alone, steering_price
from gridtide.decide.told import told_placement


@dataclass(frozen=True, kw_only=True)
class ByReference:
    """Jobs that have not begun ask the policy at their home, in order of arrival; nothing else moves.

    Every job asks when it arrives, and again when new information is due. Requests are answered at home
    and batteries rest. Where the policy finds no slots that hold, the job keeps those it was told.
    """

    choice: Choice
    objective: Objective

    def dispatch(self, situation: Situation, held: Reservations, due: bool) -> Dispatch:
        """The dispatch from as_of on. due: whether all waiting jobs ask, or those that just arrived."""
        state, jobs = situation.state, situation.jobs
        step_s = grid_step_s(held.grid)
        asks = (state.status == Status.WAITING) & ~held.settled & (held.told.place >= 0)
        if not due:
            asks &= jobs.release_s > int(held.grid.edges_s[0]) - step_s
        price = steering_price(situation, self.objective, held.grid)
        told = referred(held, price, asking_of(situation, held, asks), self.choice)
        placement = told_placement(situation, replace(held, told=told), Reason.KEPT)
        per_slot = slot_prices_alone(situation, price, held.grid)
        return at_rest(
            situation,
            replace(
                placement,
                reason=np.where(asks, int(Reason.RULE), placement.reason),
                cost=np.where(asks, slot_costs(held, told, per_slot), np.nan),
                cost_at_once=np.where(asks, slot_costs(held, held.told, per_slot), np.nan),
            ),
            self.choice.text,
        )
