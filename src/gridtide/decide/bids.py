"""What to bid before a day-ahead gate: a plan for every course, none with more of a dearer hour."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.bid import Bid
from gridtide.decide.constraints.declared import add_bought
from gridtide.decide.constraints.falling import add_falling
from gridtide.decide.facts import contract_prices_per_mwh, facts_of
from gridtide.decide.objective import Objective
from gridtide.decide.positions import due_steps
from gridtide.decide.program import Program, matrix_of
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Commitment, Commitments, Situation
from gridtide.decide.solving import solution_of
from gridtide.decide.uncertain.copies import solved_over_copies, written_apart
from gridtide.decide.uncertain.cvar import courses_of
from gridtide.decide.uncertainty import courses_known, in_course
from gridtide.finding import Finding, Infeasible
from gridtide.signals.signal import Kind, Nature, Signal, is_point
from gridtide.timeline import instant

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
SAME_KW = 1e-6
SAME_PRICE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class BidPlan:
    """What would be bought in each course, (courses, S, T), at the day-ahead price of each, and the bids that follow.

    bought_kw: what is drawn in cells that are not bid for. mean_cost: money, of the courses' plans under these bids.
    """

    bought_kw: Real
    price_per_mwh: Real
    bids: tuple[Bid, ...]
    mean_cost: float


def bid_plan(
    situation: Situation, objective: Objective, held: Reservations, asked: Mask
) -> BidPlan:
    """The bids of least mean cost for the cells asked, (S, T), over the courses that the situation knows.

    Every course has a plan of its own, since it is planned again when the price is known; the bids tie them: what is
    bought in a cell may hang on the price of that cell alone, and falls as it rises. A course may draw something else
    at the price of leaving its position; at sites that pay none for it, it draws what is bought. Without courses a bid
    is one quantity at any price. Raises Infeasible where no plan keeps the promises.
    """
    facts = facts_of(situation, objective, held)
    count = courses_known(situation)
    seen = [in_course(situation, one) for one in range(count)] or [situation]
    price = np.stack([contract_prices_per_mwh(one)[0] for one in seen])
    program = Program()
    copies = written_apart(program, situation, courses_of(situation, facts, objective))
    bought = [add_bought(program, copy.columns, copy.facts, asked) for copy in copies]
    add_falling(program, bought, list(price), asked)
    solution = solved_over_copies(matrix_of(program), copies, solution_of)
    if not solution.feasible:
        raise Infeasible(
            [
                Finding(
                    subject=f"bids at {situation.as_of.isoformat()}",
                    value=f"no plan for {len(copies)} courses ({solution.solver})",
                    limit="promises and limits that hold together in every course",
                    mend="Ask `gridtide check CASE --together` what cannot hold.",
                )
            ]
        )
    bought_kw = solution.values[np.stack(bought)]
    return BidPlan(
        bought_kw=bought_kw,
        price_per_mwh=price,
        bids=tuple(_bids(situation, bought_kw, price, asked)),
        mean_cost=solution.objective / len(copies),
    )


def due_cells(situation: Situation, until_s: int, sites: Mask) -> Mask:
    """Cells (S, T) of these sites whose day-ahead gate was open until now and closes before the second `until_s`."""
    due = np.zeros((len(sites), len(situation.horizon)), dtype=np.bool_)
    for index in np.flatnonzero(sites):
        site = situation.fleet.sites[index]
        due[index] = due_steps(site, situation.horizon, situation.commitments, until_s)
    return due


def cleared(commitments: Commitments, situation: Situation) -> Commitments:
    """The same with every bid whose price has been published turned into the position that it bought."""
    if not any(isinstance(one, Bid) for one in commitments):
        return commitments
    zone_of = {site.name: site.zone for site in situation.fleet.sites}
    published = {
        one.zone: one
        for one in reversed(situation.signals)
        if one.kind is Kind.PRICE and is_point(one) and one.nature is not Nature.FORECAST
    }
    return tuple(
        _cleared(one, published.get(zone_of[one.site])) if isinstance(one, Bid) else one
        for one in commitments
    )


def bought_at(bid: Bid, price_per_mwh: float) -> Commitment:
    """The position that a bid comes to at a price."""
    return Commitment(
        site=bid.site, start=bid.start, end=bid.end, position_kw=bid.taken_kw(price_per_mwh)
    )


def _cleared(bid: Bid, published: Signal | None) -> Bid | Commitment:
    if published is None:
        return bid
    timeline = published.timeline
    at_s = int(bid.start.timestamp())
    step = int(np.searchsorted(timeline.edges_s, at_s, side="right")) - 1
    if not 0 <= step < len(timeline) or np.isnan(published.values[step]):
        return bid
    return bought_at(bid, float(published.values[step]))


def _bids(situation: Situation, bought_kw: Real, price: Real, asked: Mask) -> Iterator[Bid]:
    horizon = situation.horizon
    for site, step in np.argwhere(asked):
        limits, quantities = steps_of(price[:, site, step], bought_kw[:, site, step])
        yield Bid(
            site=situation.fleet.sites[site].name,
            start=instant(horizon.starts_s[step]),
            end=instant(horizon.ends_s[step]),
            up_to_price_per_mwh=limits,
            quantity_kw=quantities,
        )


def steps_of(price: Real, quantity_kw: Real) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Limits and quantities of a bid through points (price, quantity), each (n,), quantities falling with prices.

    Between two points the limit lies in the middle; points of one price count once, quantities that differ by less
    than a thousandth of a watt are one.
    """
    order = np.lexsort((-quantity_kw, price))
    limits: list[float] = []
    quantities: list[float] = [max(0.0, float(quantity_kw[order[0]]))]
    last = float(price[order[0]])
    for one in order[1:]:
        less = min(quantities[-1], max(0.0, float(quantity_kw[one])))
        if price[one] - last > SAME_PRICE and quantities[-1] - less > SAME_KW:
            limits.append((last + float(price[one])) / 2.0)
            quantities.append(less)
        last = float(price[one])
    return tuple(limits), tuple(quantities)
