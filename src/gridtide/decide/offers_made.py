"""What is offered to the grid at a turn: the planned capacity of every block whose gate closes before the next plan."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gridtide.decide.beside_stores import beside_kw
from gridtide.decide.carried import carried_of, none_carried
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.offer_terms import block_of, block_s, standing
from gridtide.decide.situation import Commitments, OfferedCapacity, Situation
from gridtide.timeline import instant

NEXT_TO_NOTHING_KW = 1e-6


def offers_made(
    situation: Situation, dispatch: Dispatch, until_s: int
) -> Iterator[OfferedCapacity]:
    """Offers for blocks that begin from the gate on, up to the gate of the second `until_s`; for none that stands.

    One for each block, of the least that is planned of it. A dispatch that plans no capacity offers none.
    """
    if not dispatch.offered_kw.size:
        return
    fleet, horizon = situation.fleet, situation.horizon
    planned_kw = dispatch.offered_kw[:, : len(horizon)]
    free = np.isnan(standing(fleet, situation.commitments, horizon, np.nan))
    now_s = int(horizon.edges_s[0])
    for index, (site, product) in enumerate(fleet.products):
        gate_s = round(3600 * product.gate_closure_h)
        block = block_of(product, horizon.starts_s)
        begins_s = block * block_s(product)
        due = free[index] & (begins_s >= now_s + gate_s) & (begins_s < until_s + gate_s)
        for number in np.unique(block[due]):
            inside = np.flatnonzero(block == number)
            offered_kw = float(planned_kw[index, inside].min())
            if offered_kw > NEXT_TO_NOTHING_KW:
                yield OfferedCapacity(
                    site=fleet.sites[site].name,
                    product=product.name,
                    start=instant(horizon.starts_s[inside[0]]),
                    end=instant(horizon.ends_s[inside[-1]]),
                    offered_kw=offered_kw,
                )


def with_standing(
    dispatch: Dispatch, situation: Situation, commitments: Commitments, more_may_come: bool = False
) -> Dispatch:
    """The dispatch that tells what stands of every product, whatever it had planned beyond, and what of it work
    carries: all that the work told can; where more may come, what was offered of work and no more."""
    fleet, grid = situation.fleet, dispatch.placement.horizon
    if not fleet.products:
        return dispatch
    told = replace(dispatch, offered_kw=standing(fleet, commitments, grid, 0.0))
    if not more_may_come or none_carried(fleet):
        return replace(told, carried_kw=carried_of(told, situation))
    return replace(told, carried_kw=beside_kw(fleet, commitments, grid))
